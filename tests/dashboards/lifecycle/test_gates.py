"""Eight stages and seven gates: what they say, who decides, what stays on record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from ace_portal.accounts.models import User
from ace_portal.audit.models import AuditEntry
from ace_portal.lib.days import site_today
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed, PortalError
from ace_portal.notifications.models import Delivery
from dashboards.content.models import Dashboard, Version
from dashboards.content.services import drafts, releases
from dashboards.content.services.dashboards import change_dashboard
from dashboards.lifecycle.models import GateReview
from dashboards.lifecycle.selectors import canvas_of, gates_for, gates_of, gates_waiting
from dashboards.lifecycle.services import features, gates, launches
from dashboards.lifecycle.standing import gates_passed
from feedback.services.moves import decide as move_thread
from feedback.services.threads import open_thread
from kpis.models import KPIVersion
from office_hours.services.availability import add_rule
from personas.models import Membership, UserGroup
from tests.fixtures.dashboards import let_through, make_dashboard
from tests.fixtures.world import World
from tests.racing import at_once

pytestmark = pytest.mark.django_db

MUST = {"priority": "must", "criterion": "Everybody finds priority 1 in ten seconds."}


def decide(
    actor: User, dashboard: Dashboard, stage: int, decision: str = "pass", **more: Any
) -> GateReview:
    return gates.decide_gate(
        actor=actor, dashboard=dashboard, stage=stage, decision=decision, **more
    )


def texts(dashboard: Dashboard, stage: int) -> list[str]:
    """What the gate misses."""
    return [line.text for line in gates_of(dashboard)[stage - 1].missing]


@pytest.fixture
def begun(dashboard: Dashboard, sla: KPIVersion) -> Dashboard:
    """At its first gate, which has nothing to miss."""
    return dashboard


def test_new_mvp_stands_at_its_first_gate_and_says_what_it_misses(
    owner: User, dashboard: Dashboard
) -> None:
    assert dashboard.stage == 1
    assert texts(dashboard, 1) == ["Questions have published KPIs"]
    with pytest.raises(Conflict, match="cannot pass yet: Questions have published KPIs"):
        decide(keeper(), dashboard, 1)


def keeper() -> User:
    """An ACE colleague of everybody."""
    return User.objects.get_or_create(
        email="keeper@example.org", defaults={"name": "Kim", "is_ace": True}
    )[0]


def test_pass_moves_on_by_one_and_keeps_what_the_gate_said(ace: User, begun: Dashboard) -> None:
    review = decide(ace, begun, 1)

    begun.refresh_from_db()
    assert begun.stage == 2
    assert (review.decider, review.owner) == (ace, begun.owner)
    assert {line["kind"] for line in review.checks} == {"good"}
    assert AuditEntry.objects.filter(action="gate.pass").get().actor == ace
    told = Delivery.objects.filter(event__kind="dashboards.gate", channel="inbox")
    assert [delivery.person for delivery in told] == [begun.owner]


def test_problem_with_a_solution_in_it_does_not_pass(owner: User, begun: Dashboard) -> None:
    change_dashboard(actor=owner, dashboard=begun, problem="We have no dashboard of the SLA.")

    assert texts(begun, 1) == ["The problem names no solution"]


def test_owner_passes_no_gate_of_their_own_through_any_door(
    owner: User, ace: User, begun: Dashboard, client_of: Callable[..., Client]
) -> None:
    with pytest.raises(NotAllowed, match="own or have owned"):
        decide(owner, begun, 1)
    given = {"stage": 1, "decision": "pass"}
    by_api = client_of(owner).post(
        f"/api/v1/dashboards/{begun.slug}/gates/decisions/", given, "application/json"
    )
    by_page = client_of(owner).post(f"/dashboards/{begun.slug}/gates/1/", {"decision": "pass"})
    with pytest.raises(IntegrityError), transaction.atomic():
        GateReview.objects.create(
            dashboard=begun, stage=1, decision="pass", owner=owner, decider=owner
        )
    change_dashboard(actor=owner, dashboard=begun, owner=ace)
    with pytest.raises(NotAllowed, match="own or have owned"):  # who handed it over
        decide(owner, begun, 1)

    assert (by_api.status_code, by_page.status_code) == (403, 403)
    assert GateReview.objects.count() == 0


@pytest.mark.parametrize("who", ["member", "colleague", "outsider", "admin"])
def test_nobody_outside_the_team_decides(
    who: str, begun: Dashboard, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(NotAllowed):
        decide(request.getfixturevalue(who), begun, 1)


def test_miss_leads_to_a_page_that_is_open_to_the_reader(
    ace: User, owner: User, begun: Dashboard, client_of: Callable[[User | None], Client]
) -> None:
    def lost(person: User) -> dict[str, int]:
        client = client_of(person)
        urls = {line.url for gate in gates_for(person, begun) for line in gate.checks} - {""}
        return {url: status for url in urls if (status := client.get(url).status_code) >= 400}

    launch = next(line for line in gates_of(begun)[6].checks if line.url.endswith("/launch/"))
    assert [lost(ace), lost(owner)] == [{}, {}]
    assert launch in gates_for(owner, begun)[6].checks
    assert launch.text in {line.text for line in gates_for(ace, begun)[6].checks}


def test_gates_come_in_their_order(ace: User, begun: Dashboard) -> None:
    with pytest.raises(Conflict, match="Gate 2 comes after gate 1"):
        decide(ace, begun, 2, "conditional", conditions="x", due=site_today())
    decide(ace, begun, 1)
    with pytest.raises(Conflict, match="passed, and nothing has changed"):
        decide(ace, begun, 1)
    with pytest.raises(Invalid, match="seven gates"):
        decide(ace, begun, 8)


@pytest.mark.parametrize(
    ("decision", "given", "field"),
    [
        ("conditional", {"due": site_today()}, "conditions"),
        ("conditional", {"conditions": "Two more pilots"}, "due"),
        ("conditional", {"conditions": "x", "due": site_today() - timedelta(2)}, "due"),
        ("conditional", {"conditions": "x", "due": site_today() + timedelta(400)}, "due"),
        ("overrule", {}, "reason"),
        ("return", {}, "reason"),
        ("return", {"reason": "No", "back_to": 3}, "back_to"),
        ("stop", {"reason": "  "}, "reason"),
        ("perhaps", {}, "decision"),
    ],
)
def test_what_a_decision_lacks_is_named_beside_its_field(
    decision: str, given: dict[str, Any], field: str, ace: User, begun: Dashboard
) -> None:
    with pytest.raises(PortalError) as refused:
        decide(ace, begun, 1, decision, **given)

    assert refused.value.field == field
    assert GateReview.objects.count() == 0


def test_conditions_let_it_go_on_and_are_asked_for_again_when_due(
    ace: User, dashboard: Dashboard, world: World, sla: KPIVersion
) -> None:
    decide(ace, dashboard, 1)
    for row in world.group.memberships.all():
        row.delete()
    review = decide(
        ace, dashboard, 2, "conditional", conditions="Name the members", due=site_today()
    )

    dashboard.refresh_from_db()
    asked = [line for line in gates_of(dashboard)[2].checks if "Name the members" in line.text]
    later = site_today() + timedelta(days=1)
    passed = gates_passed(dashboard, dashboard.gate_reviews.all())
    assert dashboard.stage == 3
    assert [line.kind for line in asked] == ["good"]
    assert [review.due, passed[2].overdue(later)] == [site_today(), True]


def test_return_goes_back_and_the_gates_between_count_no_more(ace: User, begun: Dashboard) -> None:
    let_through(begun, 4)
    begun.refresh_from_db()
    decide(ace, begun, 5, "return", reason="The questions have changed.", back_to=2)

    begun.refresh_from_db()
    assert begun.stage == 2
    assert list(gates_passed(begun, begun.gate_reviews.all())) == [1]


def test_stop_archives_it_and_it_can_be_brought_back_with_a_reason(
    owner: User, ace: User, begun: Dashboard
) -> None:
    decide(ace, begun, 1, "stop", reason="Nobody needs it.")
    begun.refresh_from_db()
    assert begun.status == "archived"
    with pytest.raises(Conflict, match="archived and only read"):
        decide(ace, begun, 1)
    with pytest.raises(NotAllowed, match="owner or an administrator"):
        gates.restore_dashboard(actor=ace, dashboard=begun, reason="I like it")
    with pytest.raises(Invalid, match="Say why"):
        gates.restore_dashboard(actor=owner, dashboard=begun, reason=" ")

    gates.restore_dashboard(actor=owner, dashboard=begun, reason="A new sponsor.")

    begun.refresh_from_db()
    assert begun.status == "active"
    with pytest.raises(Conflict, match="Only what is archived"):
        gates.restore_dashboard(actor=owner, dashboard=begun, reason="Again")


def test_stage_with_nothing_missing_does_not_warn(
    owner: User, dashboard: Dashboard, request: pytest.FixtureRequest
) -> None:
    def here() -> tuple[int, bool]:
        stages = canvas_of(owner, dashboard).stages
        return next((stage["number"], stage["met"]) for stage in stages if stage["here"])

    before = here()
    request.getfixturevalue("sla")

    assert (before, here()) == ((1, False), (1, True))


def test_what_was_decided_is_never_changed(ace: User, begun: Dashboard) -> None:
    review = decide(ace, begun, 1)

    for forbidden in (
        review.save,
        review.delete,
        GateReview.objects.all().delete,
        lambda: GateReview.objects.update(reason="x"),
        lambda: begun.gate_reviews.update(decision="stop"),
    ):
        with pytest.raises(TypeError, match="append-only"):
            forbidden()


def test_change_upstream_marks_the_later_gates_stale_and_says_why(
    owner: User, ace: User, begun: Dashboard
) -> None:
    decide(ace, begun, 1)
    let_through(begun, 3)
    features.add_feature(actor=owner, dashboard=begun, name="By priority", **MUST)
    stale = {n: gate.changed for n, gate in gates_passed(begun, begun.gate_reviews.all()).items()}
    change_dashboard(actor=owner, dashboard=begun, hypothesis="Another.")
    both = gates_passed(begun, begun.gate_reviews.all())[3].changed

    assert stale == {1: (), 2: (), 3: ("the features",)}
    assert both == ("the problem or its questions", "the features")
    begun.refresh_from_db()
    assert [gate.open for gate in gates_of(begun)] == [True, True, True, True] + [False] * 4


def test_gate_that_stands_on_something_else_is_decided_again(
    owner: User, ace: User, begun: Dashboard
) -> None:
    decide(ace, begun, 1)
    change_dashboard(actor=owner, dashboard=begun, hypothesis="Another.")

    decide(ace, begun, 1)

    begun.refresh_from_db()
    assert (begun.stage, gates_passed(begun, begun.gate_reviews.all())[1].stale) == (2, False)


def test_features_open_the_third_gate(owner: User, dashboard: Dashboard, sla: KPIVersion) -> None:
    let_through(dashboard, 2)
    assert texts(dashboard, 3) == [
        "Features are ranked", "At least one is a Must", "Every Must can be tested",
        "Every filter stands on a column of the KPIs",
    ]  # fmt: skip

    features.add_feature(
        actor=owner, dashboard=dashboard, name="By team", kind="filter", column="weather", **MUST
    )
    assert texts(dashboard, 3) == ["Every filter stands on a column of the KPIs"]
    wrong = dashboard.features.get()
    features.change_feature(actor=owner, feature=wrong, column="priority")

    assert texts(dashboard, 3) == []


def test_fourth_gate_looks_for_the_filters_that_are_musts(
    owner: User, dashboard: Dashboard, working_draft: Version
) -> None:
    features.add_feature(
        actor=owner, dashboard=dashboard, name="By number", kind="filter", column="number", **MUST
    )

    assert texts(dashboard, 4) == ["Every filter that is a Must is there"]


def test_open_data_problem_and_missing_office_hours_are_named(
    owner: User, member: User, live: Dashboard, released: Version
) -> None:
    key = released.document["tiles"][0]["key"]
    said = open_thread(
        actor=member, dashboard=live, tile_key=key, kind="data", text="March is missing"
    )
    before = [texts(live, 6), texts(live, 7)]
    move_thread(actor=owner, thread=said, to="answered", reply="It is there now.")
    add_rule(actor=owner, weekday=1, starts=time(9), ends=time(10), minutes=30)

    assert "No data problem is open" in before[0]
    assert "Office hours can be booked with its owner or an editor" in before[1]
    assert "No data problem is open" not in texts(live, 6)
    assert "Office hours can be booked with its owner or an editor" not in texts(live, 7)


def test_launch_stales_no_gate_and_another_plan_does(
    owner: User, dashboard: Dashboard, released: Version, world: World
) -> None:
    def stale() -> dict[int, tuple[str, ...]]:
        passed = gates_passed(dashboard, dashboard.gate_reviews.all())
        return {stage: gate.changed for stage, gate in passed.items() if gate.stale}

    let_through(dashboard)
    launches.launch(actor=owner, dashboard=dashboard, group=world.group)
    planned = stale()
    launches.launch(actor=owner, dashboard=dashboard, group=world.other_group)
    unplanned = stale()
    change_dashboard(actor=owner, dashboard=dashboard, groups=[world.group, world.other_group])

    assert planned == unplanned == {}
    assert stale() == dict.fromkeys(range(2, 7), ("the groups it is for",))


def test_decision_from_before_groups_were_marked_stays_good(
    dashboard: Dashboard, released: Version, world: World
) -> None:
    review = let_through(dashboard)
    review.marks.pop("groups")
    dashboard.groups.set([world.other_group])

    assert not any(gate.stale for gate in gates_passed(dashboard, [review]).values())


# -- launch --------------------------------------------------------------------------------------


def test_launch_page_says_what_is_missing_before_it_is_asked(
    owner: User, dashboard: Dashboard, released: Version,
    client_of: Callable[[User | None], Client],
) -> None:  # fmt: skip
    def shown() -> tuple[bool, bool]:
        page = client_of(owner).get(f"{dashboard.get_absolute_url()}launch/").content.decode()
        return "Gate 6, test and validate, is not passed" in page, "To the gates" in page

    before = shown()
    let_through(dashboard, 6)

    assert (before, shown()) == ((True, True), (False, False))


def test_launch_waits_for_the_sixth_gate(
    owner: User, dashboard: Dashboard, released: Version, world: World
) -> None:
    with pytest.raises(Conflict, match="Gate 6, test and validate, is not passed"):
        launches.launch(actor=owner, dashboard=dashboard, group=world.group)
    let_through(dashboard, 5)
    with pytest.raises(Conflict, match="Gate 6, test and validate, is not passed"):
        launches.launch(actor=owner, dashboard=dashboard, group=world.group)
    let_through(dashboard, 6)

    assert launches.launch(actor=owner, dashboard=dashboard, group=world.group).pk


def test_launch_is_refused_where_the_sixth_gate_stood_on_something_else(
    owner: User, dashboard: Dashboard, released: Version, world: World
) -> None:
    let_through(dashboard)
    change_dashboard(actor=owner, dashboard=dashboard, problem="Something else.")

    with pytest.raises(Conflict, match="before the problem or its questions changed"):
        launches.launch(actor=owner, dashboard=dashboard, group=world.group)


def test_launch_opens_only_the_version_that_the_sixth_gate_looked_at(
    owner: User, dashboard: Dashboard, released: Version, world: World
) -> None:
    let_through(dashboard)
    draft = drafts.start_version(actor=owner, dashboard=dashboard)
    key = draft.document["tiles"][0]["key"]
    drafts.remove_tile(actor=owner, dashboard=dashboard, revision=draft.revision, key=key)
    releases.release_version(actor=owner, dashboard=dashboard, notes="Fewer tiles.")

    with pytest.raises(Conflict, match="decided on another version than 2"):
        launches.launch(actor=owner, dashboard=dashboard, group=world.group)
    assert [gate.state[1] for gate in gates_of(dashboard)][5] == "Of another version"
    let_through(dashboard)

    assert launches.launch(actor=owner, dashboard=dashboard, group=world.group).pk


def test_gate_that_looked_at_no_version_opens_none(
    owner: User, dashboard: Dashboard, world: World, request: pytest.FixtureRequest
) -> None:
    let_through(dashboard)
    request.getfixturevalue("released")

    with pytest.raises(Conflict, match="decided on another version than 1"):
        launches.launch(actor=owner, dashboard=dashboard, group=world.group)


def test_edit_from_a_page_of_yesterday_undoes_no_decision(
    owner: User, ace: User, begun: Dashboard
) -> None:
    stale = Dashboard.objects.get(pk=begun.pk)
    decide(ace, begun, 1, "stop", reason="Nobody needs it.")

    with pytest.raises(Conflict, match="archived and only read"):
        change_dashboard(actor=owner, dashboard=stale, name="Another name")

    begun.refresh_from_db()
    assert begun.status == "archived"


def test_owner_of_yesterday_hands_nothing_over_and_edits_no_more(
    owner: User, ace: User, begun: Dashboard
) -> None:
    stale = Dashboard.objects.get(pk=begun.pk)
    change_dashboard(actor=owner, dashboard=begun, owner=ace)

    with pytest.raises(NotAllowed):
        change_dashboard(actor=owner, dashboard=stale, owner=owner)
    assert Dashboard.objects.get(pk=begun.pk).owner == ace


def test_member_reads_what_was_released_and_nothing_of_the_draft(
    owner: User, member: User, live: Dashboard
) -> None:
    features.add_feature(actor=owner, dashboard=live, name="By shift")
    before = canvas_of(member, live)
    draft = drafts.start_version(actor=owner, dashboard=live)
    for tile in draft.document["tiles"][1:]:
        draft = drafts.remove_tile(
            actor=owner, dashboard=live, revision=draft.revision, key=tile["key"]
        )
    canvas = canvas_of(member, live)

    assert len(canvas.kpis) == len(before.kpis) == 3
    assert canvas.evidence.tiles == before.evidence.tiles
    assert canvas.evidence.version is None
    assert canvas.evidence.features == []
    assert [row.name for row in canvas_of(owner, live).evidence.features] == ["By shift"]
    assert {stage["note"] for stage in canvas.stages} == {""}
    assert canvas_of(owner, live).evidence.tiles == 1


def test_launch_tells_the_people_of_the_group(
    owner: User, member: User, colleague: User, dashboard: Dashboard, released: Version,
    world: World,
) -> None:  # fmt: skip
    let_through(dashboard)
    launches.launch(
        actor=owner, dashboard=dashboard, group=world.group, announcement="See breaches at once."
    )

    told = Delivery.objects.filter(event__key__startswith="launch.", channel="inbox")
    assert [(row.person, row.event.text) for row in told] == [(member, "See breaches at once.")]


def test_launch_to_more_people_is_no_more_statements(
    owner: User, dashboard: Dashboard, released: Version, world: World
) -> None:
    let_through(dashboard)
    counts = []
    for many in (3, 90):
        people = User.objects.bulk_create(
            User(email=f"{many}-{n}@example.org", name=f"One {n}") for n in range(many)
        )
        group = UserGroup.objects.create(
            slug=f"of-{many}", name=f"Of {many}", persona=world.persona, owner=owner
        )
        Membership.objects.bulk_create(
            Membership(group=group, user=person, valid_from=date(2024, 1, 1)) for person in people
        )
        with CaptureQueriesContext(connection) as captured:
            launches.launch(actor=owner, dashboard=dashboard, group=group)
        counts.append(len(captured))

    assert Delivery.objects.filter(channel="inbox", event__key__startswith="launch.").count() == 93
    assert counts[0] == counts[1]


# -- asking, pages, numbers ----------------------------------------------------------------------


def test_team_is_asked_once_and_the_decision_ends_the_wait(
    owner: User, ace: User, member: User, begun: Dashboard
) -> None:
    gates.ask_for_gate(actor=owner, dashboard=begun)
    with pytest.raises(Conflict, match="asked already"):
        gates.ask_for_gate(actor=owner, dashboard=begun)
    with pytest.raises(NotAllowed):
        gates.ask_for_gate(actor=ace, dashboard=begun)

    assert [list(gates_waiting(who)) for who in (ace, owner, member)] == [[begun], [], []]
    decide(ace, begun, 1)
    assert list(gates_waiting(ace)) == []


def test_member_reads_the_stage_and_nothing_of_the_gates(
    owner: User, member: User, live: Dashboard, client_of: Callable[..., Client]
) -> None:
    canvas = canvas_of(member, live)
    page = client_of(member).get(f"/dashboards/{live.slug}/gates/")

    assert (canvas.missing, canvas.checks, canvas.may_decide) == ([], [], False)
    assert [stage["number"] for stage in canvas.stages if stage["here"]] == [7]
    assert page.status_code == 403


def test_page_shows_checks_and_decisions_and_asks_for_no_more_with_more_of_them(
    owner: User, ace: User, begun: Dashboard, client_of: Callable[..., Client],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    client, counts = client_of(ace), []
    for times in (1, 2, 30):
        while GateReview.objects.count() < times:
            decide(ace, begun, 1, "return", reason="Not yet.")
        with django_assert_max_num_queries(200) as captured:
            page = client.get(f"/dashboards/{begun.slug}/gates/")
        counts.append(len(captured))

    assert len(set(counts)) == 1
    assert page.status_code == 200
    assert "Not yet." in page.content.decode()


def test_form_keeps_what_was_typed_and_says_what_is_missing(
    ace: User, dashboard: Dashboard, client_of: Callable[..., Client]
) -> None:
    page = client_of(ace).post(
        f"/dashboards/{dashboard.slug}/gates/1/", {"decision": "pass", "reason": "Looks fine"}
    )

    assert page.status_code == 422
    assert "cannot pass yet: Questions have published KPIs" in page.content.decode()
    assert "Looks fine" in page.content.decode()


def test_api_says_and_decides_the_same(
    ace: User, owner: User, dashboard: Dashboard, client_of: Callable[..., Client]
) -> None:
    root = f"/api/v1/dashboards/{dashboard.slug}/gates/"
    client = client_of(ace)
    told = client.get(root).json()
    refused = client.post(root + "decisions/", {"stage": 1, "decision": "pass"}, "application/json")
    overruled = client.post(
        root + "decisions/", {"stage": 6, "decision": "overrule", "reason": "It is in use."},
        "application/json",
    )  # fmt: skip
    listed = client.get(root + "decisions/").json()["results"]

    assert [gate["number"] for gate in told if gate["here"]] == [1]
    assert refused.status_code == 409
    assert refused.json()["details"]["missing"] == ["Questions have published KPIs"]
    assert overruled.status_code == 201
    assert [(row["stage"], row["decider"]) for row in listed] == [(6, ace.email)]
    assert {line["stage"] for line in listed[0]["checks"]} == {1, 2, 3, 4, 5, 6}
    assert "Questions have published KPIs" in [
        line["text"] for line in listed[0]["checks"] if line["kind"] == "bad"
    ]


@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_once_leave_one(ace: User, world: World, owner: User) -> None:
    dashboard = make_dashboard(owner, world)
    calls = [
        lambda who=who: decide(
            who, Dashboard.objects.get(pk=dashboard.pk), 1, "overrule", reason="Now."
        )
        for who in (ace, keeper()) * 3
    ]

    assert at_once(calls) == 1
    assert GateReview.objects.count() == 1
