"""Drawing a blueprint: what the draft takes, what publishing needs, what never changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed, NotVisible
from personas import selectors
from personas.drawing import LINES, draw
from personas.models import Blueprint, Lane, Step
from personas.services import blueprints, catalogue, drafts
from tests.fixtures.world import World, fill_blueprint

pytestmark = pytest.mark.django_db


@pytest.fixture
def blueprint(world: World, owner: User) -> Blueprint:
    """A second scenario, still a draft."""
    return blueprints.create_blueprint(
        actor=owner, service=world.service, scenario="My phone is lost", value_stream="incident"
    )


def lane(blueprint: Blueprint, kind: str) -> Lane:
    return Lane.objects.get(version=drafts.draft_of(blueprint), kind=kind)


def put(actor: User, blueprint: Blueprint, step: Step, kind: str, **fields: object):
    return drafts.put_card(
        actor=actor, blueprint=blueprint, step=step, lane=lane(blueprint, kind),
        **{"text": "Does it", **fields},
    )  # fmt: skip


def test_new_blueprint_has_the_phases_of_its_value_stream_and_five_lanes(
    blueprint: Blueprint,
) -> None:
    drawing = draw(selectors.drawing_of(drafts.draft_of(blueprint)))

    assert [column.phase.name for column in drawing.columns] == [
        "Detect", "Log", "Triage", "Diagnose", "Resolve", "Confirm", "Learn",
    ]  # fmt: skip
    assert [row.lane.kind for row in drawing.rows] == [
        "evidence", "customer", "frontstage", "backstage", "support",
    ]  # fmt: skip


def test_lines_follow_from_the_order_of_the_lanes(blueprint: Blueprint) -> None:
    drawing = draw(selectors.drawing_of(drafts.draft_of(blueprint)))

    assert [row.line for row in drawing.rows] == ["", "interaction", "visibility", "internal", ""]


def test_wide_card_spans_empty_places_and_stops_at_a_taken_one(
    owner: User, blueprint: Blueprint
) -> None:
    steps = selectors.steps_of(blueprint)
    put(owner, blueprint, steps[0], "support", span=5)
    put(owner, blueprint, steps[3], "support")

    row = draw(selectors.drawing_of(drafts.draft_of(blueprint))).rows[4]

    assert [cell.span for cell in row.cells] == [3, 1, 1, 1, 1]


def test_failure_point_is_counted_and_needs_a_severity(owner: User, blueprint: Blueprint) -> None:
    step = selectors.steps_of(blueprint)[0]
    put(owner, blueprint, step, "backstage", severity=4, failure="Lost")

    assert draw(selectors.drawing_of(drafts.draft_of(blueprint))).failures == 1
    with pytest.raises(Invalid, match="severity from 1 to 5"):
        put(owner, blueprint, step, "backstage", failure="Lost")


def test_publishing_names_each_step_without_a_customer(owner: User, blueprint: Blueprint) -> None:
    put(owner, blueprint, selectors.steps_of(blueprint)[0], "customer")

    with pytest.raises(Invalid) as refused:
        blueprints.publish_version(actor=owner, blueprint=blueprint)

    assert len(refused.value.details["missing"]) == 6
    assert drafts.draft_of(blueprint).state == "draft"


def test_publishing_accepts_steps_where_the_customer_does_nothing(
    owner: User, blueprint: Blueprint
) -> None:
    for step in selectors.steps_of(blueprint):
        drafts.change_step(actor=owner, blueprint=blueprint, step=step, no_customer_action=True)

    assert blueprints.publish_version(actor=owner, blueprint=blueprint).state == "published"


def test_only_the_owner_publishes(ace: User, owner: User, blueprint: Blueprint) -> None:
    fill_blueprint(owner, blueprint)

    with pytest.raises(NotAllowed, match="Owner, who owns this"):
        blueprints.publish_version(actor=ace, blueprint=blueprint)


def test_published_version_never_changes(owner: User, world: World) -> None:
    step = selectors.steps_of(world.blueprint)[0]

    for act in (
        lambda: drafts.change_step(
            actor=owner, blueprint=world.blueprint, step=step, title="Other"
        ),
        lambda: drafts.add_phase(actor=owner, blueprint=world.blueprint, name="Other"),
        lambda: drafts.remove_step(actor=owner, blueprint=world.blueprint, step=step),
        lambda: blueprints.publish_version(actor=owner, blueprint=world.blueprint),
    ):
        with pytest.raises(Conflict, match="does not change"):
            act()


def test_new_version_copies_the_drawing_and_keeps_the_steps_keys(owner: User, world: World) -> None:
    before = [step.key for step in selectors.steps_of(world.blueprint)]
    published = selectors.drawing_of(world.blueprint.versions.get(state="published"))
    draft = blueprints.start_version(actor=owner, blueprint=world.blueprint)
    blueprints.publish_version(actor=owner, blueprint=world.blueprint)
    drawing = draw(selectors.drawing_of(draft))

    assert [step.key for step in drawing.steps] == before
    assert drawing.failures == draw(published).failures == 1
    assert [v.state for v in world.blueprint.versions.all()] == ["published", "superseded"]


def test_second_draft_is_refused(owner: User, blueprint: Blueprint) -> None:
    with pytest.raises(Conflict, match="draft already"):
        blueprints.start_version(actor=owner, blueprint=blueprint)


def test_waits_are_in_order(owner: User, blueprint: Blueprint) -> None:
    step = selectors.steps_of(blueprint)[0]

    with pytest.raises(Invalid, match="shortest, typical, longest"):
        drafts.change_step(
            actor=owner, blueprint=blueprint, step=step,
            wait_min=timedelta(hours=2), wait_typical=timedelta(hours=1),
        )  # fmt: skip


def test_to_be_names_what_it_replaces(owner: User, world: World) -> None:
    with pytest.raises(Invalid, match="names the as-is one"):
        blueprints.create_blueprint(
            actor=owner, service=world.service, scenario="Better", value_stream="incident",
            view="to_be",
        )  # fmt: skip


def test_what_is_replaced_is_as_is(
    owner: User, world: World, blueprint: Blueprint, client_of: Callable[[User], Client]
) -> None:
    """Whoever says it, page or API, and from either end."""
    better = blueprints.change_blueprint(
        actor=owner, blueprint=blueprint, view="to_be", as_is=world.blueprint
    )
    new = {"service": world.service, "scenario": "Best", "value_stream": "incident"}
    with pytest.raises(Invalid, match="is an as-is blueprint") as refused:
        blueprints.create_blueprint(actor=owner, view="to_be", as_is=better, **new)
    api = client_of(owner).post(
        "/api/v1/blueprints/",
        {**new, "service": world.service.slug, "view": "to_be", "as_is": better.slug},
        "application/json",
    )
    best = blueprints.create_blueprint(actor=owner, view="as_is", **new)
    with pytest.raises(Invalid, match="so it stays as is") as other_end:
        blueprints.change_blueprint(
            actor=owner, blueprint=world.blueprint, view="to_be", as_is=best
        )

    assert (refused.value.field, other_end.value.field) == ("as_is", "view")
    assert (api.status_code, api.json()["detail"]) == (400, refused.value.message)


def test_what_is_replaced_is_of_the_same_service(
    owner: User, world: World, client_of: Callable[[User], Client]
) -> None:
    other = catalogue.create_service(actor=owner, name="Network", code="NET")
    new = {"service": other, "scenario": "Better", "value_stream": "incident", "view": "to_be"}
    with pytest.raises(Invalid, match="of the same service") as refused:
        blueprints.create_blueprint(actor=owner, as_is=world.blueprint, **new)

    page = client_of(owner).get(f"{other.get_absolute_url()}blueprints/new/")

    assert refused.value.field == "as_is"
    assert list(page.context["form"].fields["as_is"].queryset) == []


def test_card_is_not_verified_without_evidence(
    owner: User, blueprint: Blueprint, client_of: Callable[[User], Client]
) -> None:
    step, client = selectors.steps_of(blueprint)[0], client_of(owner)
    here, card = f"{blueprint.get_absolute_url()}steps/{step.pk}/", {"text": "Waits"}
    with pytest.raises(Invalid) as refused:
        put(owner, blueprint, step, "customer", evidence="verified")

    page = client.post(f"{here}customer/new/", {**card, "span": 1, "evidence": "verified"})
    api = client.post(
        f"/api/v1/blueprints/{blueprint.slug}/steps/{step.pk}/cards/",
        {**card, "lane": "customer", "evidence": "verified"}, "application/json",
    )  # fmt: skip
    put(owner, blueprint, step, "customer", evidence="partial")

    said = refused.value.message
    assert (page.status_code, page.context["form"].errors) == (422, {"evidence": [said]})
    assert (api.status_code, api.json()) == (400, {"detail": said, "field": "evidence"})
    assert [kept.evidence for kept in step.cards.all()] == ["partial"]


def test_member_draws_nothing(member: User, world: World) -> None:
    with pytest.raises(NotAllowed):
        blueprints.start_version(actor=member, blueprint=world.blueprint)


def test_who_sees_a_published_blueprint(
    ace: User, member: User, colleague: User, outsider: User, world: World
) -> None:
    seen = [list(selectors.blueprints_for(user)) for user in (ace, member, colleague, outsider)]

    assert seen == [[world.blueprint], [world.blueprint], [], []]


def test_draft_is_seen_by_the_ace_alone(ace: User, member: User, owner: User, world: World) -> None:
    blueprints.start_version(actor=owner, blueprint=world.blueprint)

    assert selectors.version_for(ace, world.blueprint).number == 2
    assert selectors.version_for(member, world.blueprint).number == 1
    with pytest.raises(NotVisible):
        selectors.version_for(member, world.blueprint, 2)


def test_legend_names_every_lane_line_and_sign(
    owner: User, blueprint: Blueprint, client_of: Callable[[User], Client]
) -> None:
    page = client_of(owner).get(blueprint.get_absolute_url()).content.decode()
    legend = page.split('class="blueprint__keys"', 1)[1].split("</details>", 1)[0]
    named = [*Lane.Kind.labels, *(name for _kind, name in LINES.values())]

    assert [str(name) for name in named if f"</span>{name}</dt>" not in legend] == []
    assert [sign for sign in ("Fails", "Waits", "Feeling") if sign not in legend] == []
