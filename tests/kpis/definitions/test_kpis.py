"""The life of a KPI: each legal move, and every other one refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.audit.models import AuditEntry
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed, PortalError
from kpis.engine.parsing import parse_definition
from kpis.models import KPI, Dataset, KPIVersion, Refresh
from kpis.selectors import draft_of, kpis_for, published_of
from kpis.services import kpis as services
from kpis.services.targets import set_target
from tests.fixtures.kpis import SLA, MakeKPI
from tests.fixtures.loads import make_dataset, write_load
from tests.fixtures.people import make_person
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db


def states(kpi: KPI) -> list[str]:
    return [version.state for version in kpi.versions.order_by("number")]


def test_new_kpi_is_a_draft_with_its_definition_spelled_out(owner: User, draft: KPI) -> None:
    version = draft.versions.get()

    assert (version.number, version.state, draft.owner, draft.slug) == (
        1, "draft", owner, "sla-attainment",
    )  # fmt: skip
    assert version.definition["null_rule"] == "not_met"
    assert len(version.sha256) == 64
    assert AuditEntry.objects.filter(action="kpi.create").count() == 1


def test_slug_never_hides_another_page(make_kpi: MakeKPI) -> None:
    assert make_kpi("Datasets").slug == "datasets-2"


def test_nothing_is_saved_where_a_part_is_refused(
    owner: User, make_kpi: MakeKPI, world: World
) -> None:
    with pytest.raises(Invalid):
        make_kpi(target={"valid_from": date(2024, 1, 1), "good": 0.8, "watch": 0.9})

    assert (KPI.objects.count(), KPIVersion.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("definition", "field"),
    [
        ({"measure": {"share": {"of": {"column": "lost", "op": "=", "value": True}}}},
         "definition.measure"),
        ({"measure": {"agg": "count"}, "time_column": "gone"}, "definition.time_column"),
        ({"measure": {"agg": "count"}, "dimensions": ["opened"]}, "definition.dimensions"),
        ({"measure": {"agg": "sum"}}, "definition.measure.column"),
        ({}, "definition.measure"),
    ],
)  # fmt: skip
def test_definition_fits_the_data(make_kpi: MakeKPI, definition: dict, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        make_kpi(definition=definition)

    assert refused.value.field == field


def test_person_without_the_right_to_data_measures_none(
    incidents: Dataset, world: World, db: None
) -> None:
    stranger = make_person("stranger", is_ace=True)

    with pytest.raises(Invalid) as refused:
        services.create_kpi(
            actor=stranger, name="SLA", question=world.question, dataset=incidents,
            definition=SLA, category="quality",
        )  # fmt: skip

    assert refused.value.field == "dataset"


def test_owner_and_steward_are_ace_members(make_kpi: MakeKPI, member: User) -> None:
    with pytest.raises(Invalid) as refused:
        make_kpi(steward=member)

    assert refused.value.field == "steward"


def test_refresh_is_never_faster_than_a_minute(owner: User, draft: KPI) -> None:
    with pytest.raises(Invalid, match="once a minute"):
        services.change_kpi(actor=owner, kpi=draft, refresh_every=timedelta(seconds=5))


def test_publishing_supersedes_what_was_published(owner: User, measured: KPI) -> None:
    services.start_version(actor=owner, kpi=measured, reason="Nights inflate it")
    services.publish_version(actor=owner, kpi=measured)

    version = published_of(measured)
    assert states(measured) == ["superseded", "published"]
    assert (version.published_by, version.reason) == (owner, "Nights inflate it")
    assert Refresh.objects.filter(version=version, state="queued").count() == 1


def test_new_version_begins_as_the_published_one(owner: User, measured: KPI) -> None:
    published = published_of(measured)
    copied = services.start_version(actor=owner, kpi=measured, reason="Better")

    assert [getattr(copied, name) for name in (*services.VERSION_FIELDS, "sha256")] == [
        getattr(published, name) for name in (*services.VERSION_FIELDS, "sha256")
    ]


def test_published_version_does_not_change_with_the_draft(owner: User, measured: KPI) -> None:
    before = published_of(measured).sha256
    services.start_version(actor=owner, kpi=measured, reason="Better")
    services.change_draft(actor=owner, kpi=measured, definition={"measure": {"agg": "count"}})

    assert published_of(measured).sha256 == before != draft_of(measured).sha256


def test_steward_publishes_and_others_do_not(ace: User, owner: User, make_kpi: MakeKPI) -> None:
    kpi = make_kpi()
    with pytest.raises(NotAllowed):
        services.publish_version(actor=ace, kpi=kpi)
    services.change_kpi(actor=owner, kpi=kpi, steward=ace)

    services.publish_version(actor=ace, kpi=kpi)

    assert states(kpi) == ["published"]


def test_publishing_needs_loaded_data(owner: User, make_kpi: MakeKPI) -> None:
    empty = Dataset.objects.create(slug="empty", name="Empty", kind="file", owner=owner)
    kpi = make_kpi(dataset=empty)

    with pytest.raises(Invalid, match="has not been loaded yet"):
        services.publish_version(actor=owner, kpi=kpi)


def test_publishing_needs_columns_that_still_fit(
    owner: User, draft: KPI, incidents: Dataset
) -> None:
    write_load(incidents, "SELECT 1 AS number, TIMESTAMP '2024-01-01' AS opened")

    with pytest.raises(Invalid) as refused:
        services.publish_version(actor=owner, kpi=draft)

    assert refused.value.message.startswith("The share reads the column “made_sla”")


def test_publishing_needs_an_owner_who_is_still_there(
    ace: User, owner: User, make_kpi: MakeKPI
) -> None:
    kpi = make_kpi(steward=ace)
    User.objects.filter(pk=owner.pk).update(is_ace=False)
    kpi.refresh_from_db()

    with pytest.raises(Invalid, match="has left the ACE team"):
        services.publish_version(actor=ace, kpi=kpi)


def test_retired_kpi_is_hidden_from_staff_and_keeps_its_figures(
    owner: User, member: User, measured: KPI
) -> None:
    services.retire_kpi(actor=owner, kpi=measured, reason="Nobody asks")

    assert states(measured) == ["retired"]
    assert list(kpis_for(member)) == []
    assert measured.versions.get().measurements.count() == 24
    assert measured.next_due is None


def test_only_the_owner_hands_a_kpi_over(ace: User, owner: User, draft: KPI) -> None:
    with pytest.raises(NotAllowed):
        services.change_kpi(actor=ace, kpi=draft, owner=ace)
    services.change_kpi(actor=owner, kpi=draft, owner=ace)

    draft.refresh_from_db()
    assert draft.owner == ace


def test_other_cadence_counts_from_now(owner: User, measured: KPI) -> None:
    services.change_kpi(actor=owner, kpi=measured, refresh_every=timedelta(days=1))

    left = measured.next_due - timezone.now()
    assert timedelta(hours=23) < left <= timedelta(days=1)


def test_definition_is_no_business_of_change_kpi(owner: User, draft: KPI) -> None:
    with pytest.raises(Invalid, match="new version"):
        services.change_kpi(actor=owner, kpi=draft, question=None)


def test_dataset_of_a_draft_can_be_another(owner: User, draft: KPI) -> None:
    other = make_dataset(owner, "Other")

    assert services.change_draft(actor=owner, kpi=draft, dataset=other).dataset == other


Move = Callable[[User, KPI], object]
MOVES: dict[str, Move] = {
    "change": lambda actor, kpi: services.change_draft(actor=actor, kpi=kpi, precision=2),
    "start": lambda actor, kpi: services.start_version(actor=actor, kpi=kpi, reason="Why"),
    "publish": lambda actor, kpi: services.publish_version(actor=actor, kpi=kpi),
    "retire": lambda actor, kpi: services.retire_kpi(actor=actor, kpi=kpi, reason="Why"),
}
#: what may be done to a KPI whose versions are so
LEGAL = {
    ("draft",): {"change", "publish"},
    ("published",): {"start", "retire"},
    ("published", "draft"): {"change", "publish", "retire"},
    ("superseded", "published"): {"start", "retire"},
    ("retired",): set(),
    ("retired", "draft"): set(),
}


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("now", LEGAL, ids="+".join)
def test_only_legal_moves(owner: User, draft: KPI, now: tuple[str, ...], move: str) -> None:
    kpi = draft
    if now != ("draft",):
        services.publish_version(actor=owner, kpi=kpi)
    if "superseded" in now:
        services.start_version(actor=owner, kpi=kpi, reason="Why")
        services.publish_version(actor=owner, kpi=kpi)
    if len(now) == 2 and now[1] == "draft":
        services.start_version(actor=owner, kpi=kpi, reason="Why")
    if "retired" in now:
        services.retire_kpi(actor=owner, kpi=kpi, reason="Why")
    assert states(kpi) == list(now)

    if move in LEGAL[now]:
        MOVES[move](owner, kpi)
    else:
        with pytest.raises(Conflict):
            MOVES[move](owner, kpi)
        assert states(kpi) == list(now)


@pytest.mark.parametrize("service", [services.start_version, services.retire_kpi])
def test_reason_is_needed(owner: User, measured: KPI, service: Callable[..., object]) -> None:
    with pytest.raises(Invalid) as refused:
        service(actor=owner, kpi=measured, reason="  ")

    assert refused.value.field == "reason"


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("person", ["member", "colleague", "outsider", "admin"])
def test_only_the_ace_moves_anything(
    request: pytest.FixtureRequest, measured: KPI, person: str, move: str
) -> None:
    with pytest.raises(NotAllowed):
        MOVES[move](request.getfixturevalue(person), measured)


@pytest.mark.parametrize(
    ("direction", "goal", "field"),
    [
        ("up", {"good": 0.8, "watch": 0.85}, "watch"),
        ("down", {"good": 0.2, "watch": 0.15}, "watch"),
        ("band", {"good": 0.5, "watch": 0.4, "good_high": 0.6, "watch_high": 0.55}, "watch"),
        ("band", {"good": 0.5, "watch": 0.4, "good_high": 0.4, "watch_high": 0.6}, "good"),
    ],
)
def test_thresholds_against_the_direction_are_refused(
    owner: User, make_kpi: MakeKPI, direction: str, goal: dict, field: str
) -> None:
    kpi = make_kpi(direction=direction)

    with pytest.raises(Invalid) as refused:
        set_target(actor=owner, kpi=kpi, valid_from=date(2024, 4, 1), **goal)

    assert refused.value.field == field


def test_refusal_speaks_in_percent(owner: User, draft: KPI) -> None:
    with pytest.raises(Invalid, match=r"\(85\) cannot be above the good one \(80\)"):
        set_target(actor=owner, kpi=draft, valid_from=date(2024, 4, 1), good=0.8, watch=0.85)


def test_target_of_the_same_day_is_replaced(owner: User, draft: KPI) -> None:
    for good in (0.8, 0.9):
        set_target(actor=owner, kpi=draft, valid_from=date(2024, 4, 1), good=good, watch=0.7)

    assert [t.good for t in draft.targets.all()] == [0.9]


def test_target_of_a_published_kpi_is_its_owners(ace: User, measured: KPI) -> None:
    with pytest.raises(NotAllowed):
        set_target(actor=ace, kpi=measured, valid_from=date(2024, 4, 1), good=0.8, watch=0.7)


def test_published_kpi_with_targets_does_not_turn_round(owner: User, measured: KPI) -> None:
    set_target(actor=owner, kpi=measured, valid_from=date(2024, 4, 1), good=0.8, watch=0.7)
    services.start_version(actor=owner, kpi=measured, reason="Turn")

    with pytest.raises(Invalid) as refused:
        services.change_draft(actor=owner, kpi=measured, direction="down")

    assert refused.value.field == "direction"


def test_first_draft_that_turns_round_drops_targets_that_never_held(
    owner: User, draft: KPI
) -> None:
    set_target(actor=owner, kpi=draft, valid_from=date(2024, 4, 1), good=0.8, watch=0.7)
    services.change_draft(actor=owner, kpi=draft, direction="down")

    assert draft.targets.count() == 0


def test_stored_definition_means_what_was_given(draft: KPI) -> None:
    assert parse_definition(draft.versions.get().definition) == parse_definition(SLA)


def test_errors_are_sentences(owner: User, draft: KPI) -> None:
    with pytest.raises(PortalError) as refused:
        services.start_version(actor=owner, kpi=draft, reason="Why")

    assert refused.value.message == "There is a draft already. Change that one."
