"""Personas, ranked questions, and who belongs to a group when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ace_portal.accounts.models import User
from ace_portal.lib.days import site_today
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed
from personas import selectors
from personas.models import Membership, UserGroup
from personas.services import people
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db


def test_persona_without_a_decision_is_refused_and_nothing_is_saved(owner: User) -> None:
    with pytest.raises(Invalid) as refused:
        people.create_persona(actor=owner, name="Somebody", decisions=[])

    assert (refused.value.field, selectors.personas_for(owner).count()) == ("decisions", 0)


def test_changed_claims_keep_how_sure_we_are(owner: User, world: World) -> None:
    world.persona.claims.filter(kind="goal").update(standing="supported")

    people.change_persona(
        actor=owner, persona=world.persona, goals=["A new goal", "Nobody waits over a day"]
    )

    goals = selectors.claims_of(world.persona)["goal"]
    assert [(g.text, g.standing) for g in goals] == [
        ("A new goal", "assumed"),
        ("Nobody waits over a day", "supported"),
    ]


def test_decision_of_a_question_cannot_go(owner: User, world: World) -> None:
    with pytest.raises(Invalid, match="is the decision of a question"):
        people.change_persona(actor=owner, persona=world.persona, decisions=["Another"])


def test_warnings_name_what_makes_a_persona_useless(owner: User) -> None:
    persona = people.create_persona(
        actor=owner, name="Everyone", decisions=["?"], goals=["A Power BI dashboard"]
    )

    said = people.warnings_of(persona, selectors.claims_of(persona))

    assert [line.split(":")[0].split(".")[0] for line in said] == [
        "A persona for everybody helps nobody",
        "“A Power BI dashboard” is a solution",
    ]


def test_questions_are_ranked_and_move(owner: User, world: World) -> None:
    decision = selectors.claims_of(world.persona)["decision"][0]
    second = people.ask_question(
        actor=owner, persona=world.persona, text="How long?", decision=decision
    )
    people.rank_question(actor=owner, question=second, up=True)
    people.rank_question(actor=owner, question=second, up=True)

    assert [q.text for q in world.persona.questions.all()] == ["How long?", "Do we keep the SLA?"]


def test_decision_of_another_persona_is_refused(owner: User, world: World) -> None:
    foreign = selectors.claims_of(world.other_group.persona)["decision"][0]

    with pytest.raises(Invalid) as refused:
        people.ask_question(actor=owner, persona=world.persona, text="Why?", decision=foreign)

    assert refused.value.field == "decision"


def test_question_leads_to_its_step_through_versions(owner: User, world: World) -> None:
    assert selectors.step_of(world.question).title == "Resolve"


def test_memberships_never_overlap(owner: User, member: User, world: World) -> None:
    with pytest.raises(Conflict, match="in the group at that time already"):
        people.add_member(
            actor=owner, group=world.group, email=member.email, valid_from=date(2030, 1, 1)
        )

    assert world.group.memberships.count() == 1


def test_membership_after_the_end_of_the_last_one_is_fine(
    owner: User, member: User, world: World
) -> None:
    people.end_membership(
        actor=owner, membership=world.group.memberships.get(), last_day=date(2021, 1, 1)
    )
    people.add_member(
        actor=owner, group=world.group, email=member.email, valid_from=date(2021, 1, 2)
    )

    assert selectors.members_of(world.group, date(2021, 1, 1)).count() == 1
    assert selectors.members_of(world.group, date(2021, 1, 2)).count() == 1


@pytest.mark.parametrize("last_day", [date(2022, 1, 1), date(2030, 1, 1)])
def test_later_last_day_does_not_run_into_the_next_membership(
    owner: User, member: User, world: World, last_day: date
) -> None:
    first = world.group.memberships.get()
    people.end_membership(actor=owner, membership=first, last_day=date(2021, 1, 1))
    people.add_member(
        actor=owner, group=world.group, email=member.email,
        valid_from=date(2022, 1, 1), valid_to=date(2022, 12, 31),
    )  # fmt: skip

    with pytest.raises(Conflict, match="in the group at that time already") as refused:
        people.end_membership(actor=owner, membership=first, last_day=last_day)
    people.end_membership(actor=owner, membership=first, last_day=date(2021, 12, 31))

    first.refresh_from_db()
    assert (refused.value.field, first.valid_to) == ("last_day", date(2021, 12, 31))


def test_last_day_is_judged_by_the_row_as_it_is_now(owner: User, ace: User, world: World) -> None:
    stale = world.group.memberships.select_related("group").get()
    world.group.memberships.update(valid_from=date(2021, 1, 1))
    with pytest.raises(Invalid, match="before the first"):
        people.end_membership(actor=owner, membership=stale, last_day=date(2020, 6, 1))
    UserGroup.objects.update(owner=ace)

    with pytest.raises(NotAllowed):
        people.end_membership(actor=owner, membership=stale, last_day=date(2021, 6, 1))


def test_leaving_the_group_counts_from_the_next_day(
    owner: User, member: User, world: World
) -> None:
    today = site_today()
    membership = world.group.memberships.get()
    people.end_membership(actor=owner, membership=membership, last_day=today)
    assert list(selectors.groups_for(member)) == [world.group]

    people.end_membership(actor=owner, membership=membership, last_day=today - timedelta(days=1))
    assert list(selectors.groups_for(member)) == []
    assert list(selectors.personas_for(member)) == []


def test_champion_adds_people_and_a_member_does_not(
    owner: User, member: User, outsider: User, world: World
) -> None:
    today = site_today()
    with pytest.raises(NotAllowed):
        people.add_member(actor=member, group=world.group, email=outsider.email, valid_from=today)
    world.group.memberships.update(role=Membership.Role.CHAMPION)

    people.add_member(actor=member, group=world.group, email=outsider.email, valid_from=today)

    assert selectors.members_of(world.group).count() == 2


@pytest.mark.parametrize(
    ("email", "valid_to", "field"),
    [("nobody@example.org", None, "email"), ("outsider@example.org", date(2019, 1, 1), "valid_to")],
)
def test_bad_membership_is_refused_beside_its_field(
    owner: User, outsider: User, world: World, email: str, valid_to: date | None, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        people.add_member(
            actor=owner, group=world.group, email=email,
            valid_from=date(2020, 1, 1), valid_to=valid_to,
        )  # fmt: skip

    assert refused.value.field == field


def test_who_sees_persona_group_and_question(
    ace: User, member: User, colleague: User, outsider: User, world: World
) -> None:
    def seen(user: User) -> tuple[bool, bool, bool]:
        return (
            world.persona in selectors.personas_for(user),
            world.group in selectors.groups_for(user),
            world.question in selectors.questions_for(user),
        )

    assert [seen(user) for user in (ace, member, colleague, outsider)] == [
        (True, True, True),
        (True, True, True),
        (False, False, False),
        (False, False, False),
    ]
