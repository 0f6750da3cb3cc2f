"""From a draft to its pilots and back, frozen and thawed: who moves it, and every other move."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.audit.models import AuditEntry
from ace_portal.lib.days import site_today
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed
from ace_portal.notifications.models import Event
from ace_portal.notifications.selectors import inbox_for, readable
from dashboards.content.models import Dashboard, Version
from dashboards.content.services import drafts, releases
from dashboards.prototypes import selectors, services
from dashboards.prototypes.models import Pilot
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db
State = Version.State

MOVES: dict[str, Callable[..., Version]] = {
    "share": services.share_prototype,
    "withdraw": services.withdraw_prototype,
    "freeze": services.freeze_version,
    "thaw": lambda **given: services.thaw_version(**given, reason="A figure is wrong."),
}
#: the only legal ones
LEGAL = {
    ("draft", "share"): "prototype",
    ("prototype", "withdraw"): "draft",
    ("prototype", "freeze"): "frozen",
    ("frozen", "thaw"): "draft",
}


def told(person: User) -> list[str]:
    return [delivery.event.title for delivery in readable(person, inbox_for(person))]


def actions(dashboard: Dashboard) -> list[str]:
    """What the audit log has of its versions, in order."""
    keys = [str(pk) for pk in dashboard.versions.values_list("pk", flat=True)]
    rows = AuditEntry.objects.filter(object_type="dashboards.version", object_id__in=keys)
    moves = [row.action.partition(".")[2] for row in rows.order_by("pk")]
    return [move for move in moves if move in {*MOVES, "release"}]


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("state", ["draft", "prototype", "frozen", "released", "superseded"])
def test_version_makes_legal_moves_alone(
    owner: User, on_trial: Dashboard, prototype: Version, state: str, move: str
) -> None:
    Version.objects.filter(pk=prototype.pk).update(state=state)
    expected = LEGAL.get((state, move))

    if expected is None:
        with pytest.raises(Conflict):
            MOVES[move](actor=owner, dashboard=on_trial)
    else:
        MOVES[move](actor=owner, dashboard=on_trial)

    assert on_trial.versions.get().state == (expected or state)


@pytest.mark.parametrize("move", MOVES)
def test_only_the_owner_moves_it(
    ace: User, member: User, pilot: User, on_trial: Dashboard, move: str
) -> None:
    on_trial.editors.add(ace)

    for person in (ace, member, pilot):
        with pytest.raises(NotAllowed):
            MOVES[move](actor=person, dashboard=on_trial)

    assert on_trial.versions.get().state == State.PROTOTYPE


def test_moves_keep_when_they_were_made(owner: User, on_trial: Dashboard) -> None:
    first = on_trial.versions.get().prototype_at
    services.withdraw_prototype(actor=owner, dashboard=on_trial)
    services.share_prototype(actor=owner, dashboard=on_trial)
    frozen = services.freeze_version(actor=owner, dashboard=on_trial)
    assert first is not None
    assert frozen.frozen_at is not None

    services.thaw_version(actor=owner, dashboard=on_trial, reason="The SLA counts twice.")

    version = on_trial.versions.get()
    assert (version.prototype_at, version.frozen_at) == (first, None)
    assert actions(on_trial) == ["share", "withdraw", "share", "freeze", "thaw"]
    assert AuditEntry.objects.get(action="version.thaw").details["reason"] == (
        "The SLA counts twice."
    )


def test_long_reason_to_thaw_is_refused_and_not_cut(
    owner: User, on_trial: Dashboard, frozen: Version, client_of: Callable[[User | None], Client]
) -> None:
    why, client = "x" * 2_001, client_of(owner)
    slug = on_trial.slug

    page = client.post(reverse("dashboards:prototype-thaw", args=[slug]), {"reason": why})
    api = client.post(
        reverse("api:prototype-moves", args=[slug]), {"move": "thaw", "reason": why},
        "application/json",
    )  # fmt: skip
    with pytest.raises(Invalid, match="at most 2000 characters"):
        services.thaw_version(actor=owner, dashboard=on_trial, reason=why)

    assert (page.status_code, api.status_code) == (422, 400)
    assert on_trial.versions.get().state == "frozen"


def test_thawing_needs_a_reason(owner: User, on_trial: Dashboard, frozen: Version) -> None:
    with pytest.raises(Invalid) as refused:
        services.thaw_version(actor=owner, dashboard=on_trial, reason=" ")

    assert refused.value.field == "reason"
    assert on_trial.versions.get().state == State.FROZEN


def test_nothing_is_shared_without_tiles_or_pilots(
    owner: User, pilot: User, dashboard: Dashboard, working_draft: Version
) -> None:
    share = {"actor": owner, "dashboard": dashboard}
    with pytest.raises(Conflict, match="Name somebody"):
        services.share_prototype(**share)
    row = services.invite_pilot(actor=owner, dashboard=dashboard, person=pilot)
    User.objects.filter(pk=pilot.pk).update(is_active=False)
    with pytest.raises(Conflict, match="Name somebody"):
        services.share_prototype(**share)
    User.objects.filter(pk=pilot.pk).update(is_active=True)
    drafts.put_document(
        **share, revision=working_draft.revision, document={**working_draft.document, "tiles": []}
    )
    with pytest.raises(Conflict, match="no tiles"):
        services.share_prototype(**share)

    assert row.dashboard.versions.get().state == State.DRAFT


def test_nothing_in_work_is_nothing_to_share(
    owner: User, dashboard: Dashboard, released: Version
) -> None:
    with pytest.raises(Conflict, match="start one first"):
        services.share_prototype(actor=owner, dashboard=dashboard)


@pytest.mark.parametrize(
    ("move", "words"), [("share", "take it back"), ("freeze", "thaw it")], ids=["shared", "frozen"]
)
def test_what_is_not_a_draft_says_how_it_becomes_one(
    owner: User, on_trial: Dashboard, prototype: Version, move: str, words: str
) -> None:
    if move == "freeze":
        services.freeze_version(actor=owner, dashboard=on_trial)
    given: dict[str, Any] = {
        "actor": owner, "dashboard": on_trial, "revision": prototype.revision,
    }  # fmt: skip
    key = prototype.document["tiles"][0]["key"]
    acts: list[Callable[[], Any]] = [
        lambda: drafts.remove_tile(**given, key=key),
        lambda: drafts.put_document(**given, document=prototype.document),
        lambda: drafts.start_version(actor=owner, dashboard=on_trial),
    ]

    for act in acts:
        with pytest.raises(Conflict, match=f"Version 1 is .* {words} to change it"):
            act()

    assert on_trial.versions.get().sha256 == prototype.sha256


# Releasing ---------------------------------------------------------------------------------------


def test_prototype_is_frozen_before_it_is_released(owner: User, on_trial: Dashboard) -> None:
    with pytest.raises(Conflict, match="Freeze it first"):
        releases.release_version(actor=owner, dashboard=on_trial)


def test_frozen_version_is_released_as_it_was(
    owner: User, on_trial: Dashboard, frozen: Version
) -> None:
    released = releases.release_version(actor=owner, dashboard=on_trial)

    assert (released.state, released.sha256) == (State.RELEASED, frozen.sha256)
    assert actions(on_trial) == ["share", "freeze", "release"]


def test_draft_is_released_in_one_step_that_is_written_down(
    owner: User, dashboard: Dashboard, released: Version
) -> None:
    assert actions(dashboard) == ["share", "freeze", "release"]
    assert (released.prototype_at, released.frozen_at) == (None, None)
    steps = AuditEntry.objects.filter(details__in_one_step=True)
    assert sorted(step.action for step in steps) == ["version.freeze", "version.share"]


# Pilots ------------------------------------------------------------------------------------------


def test_owner_alone_names_and_ends_pilots(
    owner: User, ace: User, member: User, outsider: User, on_trial: Dashboard
) -> None:
    row = on_trial.pilots.get()

    for person in (ace, member, outsider):
        with pytest.raises(NotAllowed):
            services.invite_pilot(actor=person, dashboard=on_trial, person=member)
        with pytest.raises(NotAllowed):
            services.end_pilot(actor=person, pilot=row)

    services.invite_pilot(actor=owner, dashboard=on_trial, person=outsider)
    assert set(selectors.pilot_people(on_trial)) == {row.user, outsider}


def test_pilot_is_named_once_and_again_after_the_end(
    owner: User, pilot: User, on_trial: Dashboard
) -> None:
    given = {"actor": owner, "dashboard": on_trial, "person": pilot}
    with pytest.raises(Conflict) as refused:
        services.invite_pilot(**given)
    first = services.end_pilot(actor=owner, pilot=on_trial.pilots.get())
    with pytest.raises(Conflict):
        services.end_pilot(actor=owner, pilot=first)

    services.invite_pilot(**given)

    assert refused.value.field == "person"
    assert on_trial.pilots.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Pilot.objects.create(dashboard=on_trial, user=pilot, invited_by=owner)


def test_closed_account_is_no_pilot(owner: User, outsider: User, on_trial: Dashboard) -> None:
    outsider.is_active = False
    outsider.save()

    with pytest.raises(Invalid, match="not active"):
        services.invite_pilot(actor=owner, dashboard=on_trial, person=outsider)


def test_pilots_are_told_and_nobody_else(
    owner: User, member: User, pilot: User, outsider: User, on_trial: Dashboard
) -> None:
    services.invite_pilot(actor=owner, dashboard=on_trial, person=outsider)

    asked, shared = "You are asked to try Change calendar", "Change calendar: version 1 is there"
    assert told(pilot) == [f"{shared} to try", asked]
    assert told(outsider) == [asked]
    assert (told(member), told(owner)) == ([], [])
    assert Event.objects.latest("pk").url == "/dashboards/change-calendar/versions/1/"


def test_word_of_a_prototype_is_read_as_long_as_it_is_there(
    owner: User, pilot: User, on_trial: Dashboard
) -> None:
    services.withdraw_prototype(actor=owner, dashboard=on_trial)
    assert told(pilot) == ["You are asked to try Change calendar"]

    services.end_pilot(actor=owner, pilot=on_trial.pilots.get())
    assert told(pilot) == []


# Walkthroughs ------------------------------------------------------------------------------------


def walk(actor: User, dashboard: Dashboard, person: User, **given: Any) -> Any:
    usual = {"held_on": timezone.localdate(), "notes": "Looked for the filter."}
    return services.record_walkthrough(
        actor=actor, dashboard=dashboard, person=person, **{**usual, **given}
    )


def test_ace_writes_down_walkthroughs_with_people_of_the_persona(
    ace: User, member: User, pilot: User, outsider: User, on_trial: Dashboard
) -> None:
    walk(ace, on_trial, member)
    walk(ace, on_trial, pilot, changes="The filter is on top.")

    with pytest.raises(Invalid) as stranger:
        walk(ace, on_trial, outsider)
    with pytest.raises(Invalid) as tomorrow:
        walk(ace, on_trial, pilot, held_on=site_today() + timedelta(days=1))
    with pytest.raises(ValidationError):
        walk(ace, on_trial, pilot, notes="  ")
    for person in (member, pilot):
        with pytest.raises(NotAllowed):
            walk(person, on_trial, pilot)

    assert (stranger.value.field, tomorrow.value.field) == ("person", "held_on")
    assert selectors.walkthroughs_of(on_trial).count() == 2


def test_walkthrough_needs_a_version_that_was_shown(
    owner: User, member: User, dashboard: Dashboard, working_draft: Version
) -> None:
    with pytest.raises(Conflict, match="Nobody was shown"):
        walk(owner, dashboard, member)


def test_changes_are_added_later_until_the_release(
    owner: User, ace: User, pilot: User, on_trial: Dashboard
) -> None:
    row = walk(ace, on_trial, pilot)
    services.withdraw_prototype(actor=owner, dashboard=on_trial)
    given = {"person": pilot, "held_on": row.held_on, "notes": row.notes}

    services.change_walkthrough(
        actor=ace, walkthrough=row, changes="The filter is on top.", **given
    )
    releases.release_version(actor=owner, dashboard=on_trial)

    with pytest.raises(Conflict, match="stays"):
        services.change_walkthrough(actor=ace, walkthrough=row, changes="", **given)
    assert selectors.walkthroughs_of(on_trial).get().changes == "The filter is on top."


# What a gate reads -------------------------------------------------------------------------------


def test_evidence_follows_the_newest_version_that_was_shown(
    owner: User, ace: User, pilot: User, world: World, on_trial: Dashboard,
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    walk(ace, on_trial, pilot)
    services.freeze_version(actor=owner, dashboard=on_trial)
    first = releases.release_version(actor=owner, dashboard=on_trial)
    drafts.start_version(actor=owner, dashboard=on_trial)

    with django_assert_num_queries(3):
        evidence = selectors.prototype_evidence(on_trial)

    assert evidence == selectors.PrototypeEvidence(
        pilots=1, version=first, shown=True, walkthroughs=1
    )


def test_evidence_of_what_nobody_was_shown(
    owner: User, dashboard: Dashboard, working_draft: Version
) -> None:
    before = selectors.prototype_evidence(dashboard)
    released = releases.release_version(actor=owner, dashboard=dashboard)

    assert before == selectors.PrototypeEvidence(0, None, shown=False, walkthroughs=0)
    assert selectors.prototype_evidence(dashboard) == selectors.PrototypeEvidence(
        0, released, shown=False, walkthroughs=0
    )
