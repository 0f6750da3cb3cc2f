"""What a change touches and breaks is known before it is made."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Invalid, NotAllowed
from dashboards.content.models import Dashboard
from kpis.impact import impact_of_draft
from kpis.models import KPI, Dataset, KPIVersion, Load
from kpis.selectors import draft_of
from kpis.services import kpis
from kpis.services.datasets import create_prepared
from kpis.services.impact import impact_of
from tests.fixtures.kpis import publish_kpi, run_jobs
from tests.fixtures.loads import write_rows
from tests.fixtures.tickets import AS_OF, SLA, TICKETS, ticket_rows
from tests.fixtures.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loads_dir")]
Open = Callable[[User | None], Client]
ALL = "SELECT * FROM tickets"
LATE = {"measure": {"agg": "count"}, "time_column": "opened_at", "dimensions": ["team"]}


@pytest.fixture
def chain(owner: User, world: World, tickets: Dataset) -> tuple[Dataset, Dataset, KPIVersion]:
    """Tickets → clean → by team; a KPI over each of the two."""
    clean = create_prepared(actor=owner, name="Clean", sql=ALL)
    run_jobs()
    teams = create_prepared(
        actor=owner, name="By team", sql="SELECT team, opened_at, hours FROM clean"
    )
    run_jobs()
    clean.refresh_from_db()
    teams.refresh_from_db()
    publish_kpi(owner, world.question, clean, SLA, name="SLA of the clean rows")
    late = publish_kpi(owner, world.question, teams, LATE, name="Tickets by team")
    return clean, teams, late


def test_change_that_keeps_the_columns_breaks_nothing(
    owner: User, chain: tuple[Dataset, Dataset, KPIVersion]
) -> None:
    found = impact_of(actor=owner, dataset=chain[0], sql=f"{ALL} WHERE team IS NOT NULL")

    assert [one.name for one in found.all] == [
        "By team", "SLA of the clean rows", "Tickets by team",
    ]  # fmt: skip
    assert (found.broken, bool(found.drift)) == (0, False)


def test_column_that_goes_breaks_what_reads_it_far_down(
    owner: User, chain: tuple[Dataset, Dataset, KPIVersion]
) -> None:
    found = impact_of(
        actor=owner, dataset=chain[0], sql="SELECT opened_at, priority, met, hours FROM tickets"
    )

    assert found.drift is not None
    assert found.drift.removed == ("closed_at", "team")
    why = {one.name: one.why for one in found.all}
    assert "there is no column “team”" in why["By team"]
    assert "“team”" in why["SLA of the clean rows"]
    assert why["Tickets by team"] == why["By team"]


def test_column_with_another_type_breaks_where_it_matters(
    owner: User, chain: tuple[Dataset, Dataset, KPIVersion]
) -> None:
    found = impact_of(
        actor=owner, dataset=chain[0],
        sql="SELECT * REPLACE (CAST(met AS VARCHAR) AS met, hours + 1 AS hours) FROM tickets",
    )  # fmt: skip

    touched = {one.name: (one.columns, bool(one.why)) for one in found.all}
    assert touched == {
        "By team": ((), False), "SLA of the clean rows": ((), True), "Tickets by team": ((), False),
    }  # fmt: skip


def test_other_types_of_a_file_are_followed_into_what_is_made_from_it(
    owner: User, tickets: Dataset, chain: tuple[Dataset, Dataset, KPIVersion]
) -> None:
    found = impact_of(actor=owner, dataset=tickets, types={"opened_at": "text"})

    broken = {one.name for one in found.all if one.why}
    assert {"SLA of the clean rows", "Tickets by team"} <= broken
    assert [(d.name, d.columns) for d in found.datasets] == [
        ("Clean", ("opened_at",)), ("By team", ("opened_at",)),
    ]  # fmt: skip


def test_nothing_is_left_behind(owner: User, chain: tuple[Dataset, Dataset, KPIVersion]) -> None:
    before = sorted(Path(settings.LOADS_DIR).rglob("*"))

    impact_of(actor=owner, dataset=chain[0])
    with pytest.raises(Invalid, match="there is no column “nope”"):
        impact_of(actor=owner, dataset=chain[0], sql="SELECT nope FROM tickets")

    assert sorted(Path(settings.LOADS_DIR).rglob("*")) == before
    chain[0].refresh_from_db()
    assert chain[0].sql == ALL


def test_only_who_manages_data_asks(member: User, tickets: Dataset) -> None:
    with pytest.raises(NotAllowed):
        impact_of(actor=member, dataset=tickets, types=TICKETS)


def test_charts_and_dashboards_break_with_their_kpi(
    client_of: Open, owner: User, tickets: Dataset, live: Dashboard
) -> None:
    where = f"/api/v1/datasets/{tickets.slug}/impact/"
    answer = client_of(owner).post(
        where, json.dumps({"types": {"met": "text"}}), content_type="application/json"
    )

    told = answer.json()
    assert answer.status_code == 200
    assert {one["name"] for one in told["kpis"] if one["why"]} == {"SLA attainment"}
    charts = {one["name"]: bool(one["why"]) for one in told["charts"]}
    assert charts["Number “SLA attainment”"]
    assert not charts["Number “Ticket volume”"]
    assert [(one["name"], bool(one["why"])) for one in told["dashboards"]] == [(live.name, True)]
    assert told["drift"]["retyped"] == [{"name": "met", "before": "boolean", "now": "text"}]


def test_page_shows_what_a_query_touches_before_it_is_saved(
    client_of: Open, owner: User, chain: tuple[Dataset, Dataset, KPIVersion]
) -> None:
    clean = chain[0]
    client, where = client_of(owner), reverse("kpis:dataset-sql", args=[clean.slug])
    sql = f"{ALL} WHERE hours > 1"

    asked = client.post(where, {"sql": sql})
    clean.refresh_from_db()
    assert (asked.status_code, clean.sql) == (200, ALL)
    assert "Nothing is saved yet." in asked.content.decode()
    assert "Tickets by team" in asked.content.decode()

    seen = asked.context["seen"]
    other = client.post(where, {"sql": f"{sql} ", "seen": seen})  # another query: asked again
    saved = client.post(where, {"sql": sql, "seen": seen})
    clean.refresh_from_db()
    assert (other.status_code, saved.status_code, clean.sql) == (200, 302, sql)


def test_draft_says_where_the_kpi_is_used(
    client_of: Open, owner: User, live: Dashboard, hours: KPIVersion
) -> None:
    kpi = KPI.objects.get(pk=hours.kpi_id)
    kpis.start_version(actor=owner, kpi=kpi, reason="Without teams.")
    kpis.change_draft(actor=owner, kpi=kpi, definition={**hours.definition, "dimensions": []})
    draft = draft_of(kpi)
    assert draft is not None

    found = impact_of_draft(owner, kpi, draft)
    told = client_of(owner).get(f"/api/v1/kpis/{kpi.slug}/impact/").json()
    page = client_of(owner).get(reverse("kpis:kpi-draft-edit", args=[kpi.slug])).content.decode()

    splits = {one.name: one.columns for one in found.charts if one.columns}
    assert set(splits.values()) == {("team",)}
    assert [one.name for one in found.dashboards] == [live.name]
    assert len(told["charts"]) == len(found.charts)
    assert "What it touches" in page
    assert "Look at it" in page


def test_rebuild_shows_what_it_touches_before_it_is_done(
    client_of: Open, owner: User, chain: tuple[Dataset, Dataset, KPIVersion]
) -> None:
    clean = chain[0]
    client, where = client_of(owner), reverse("kpis:dataset-rebuild", args=[clean.slug])
    looked = client.get(where)
    unseen = client.post(where)
    begun = clean.loads.count()
    done = client.post(where, {"seen": unseen.context["seen"]})

    assert "SLA of the clean rows" in looked.text
    assert ("Nothing is done yet." in unseen.text, begun) == (True, 1)
    assert (done.status_code, clean.loads.count()) == (302, 2)


def test_rebuild_of_what_nobody_reads_is_done_at_once(
    client_of: Open, owner: User, chain: tuple[Dataset, Dataset, KPIVersion]
) -> None:
    alone = create_prepared(actor=owner, name="Alone", sql=ALL)
    run_jobs()

    done = client_of(owner).post(reverse("kpis:dataset-rebuild", args=[alone.slug]))
    assert (done.status_code, alone.loads.count()) == (302, 2)


@pytest.fixture
def narrowed(owner: User, tickets: Dataset, chain: tuple[Dataset, Dataset, KPIVersion]) -> Load:
    """The first load, that the KPIs read; a later one, which is live, has another column."""
    first = tickets.live
    assert first is not None
    rows = [{**row, "site": "Here"} for row in ticket_rows()]
    write_rows(tickets, {**TICKETS, "site": "text"}, rows, as_of=AS_OF)
    run_jobs()
    return Load.objects.get(pk=first.pk)


def test_earlier_load_with_other_columns_shows_what_going_back_to_it_touches(
    client_of: Open, owner: User, narrowed: Load
) -> None:
    told = client_of(owner).get(f"/api/v1/datasets/tickets/loads/{narrowed.number}/impact/").json()
    client, where = client_of(owner), reverse("kpis:load-rollback", args=["tickets", 1])
    unseen = client.post(where, {"reason": "The later one is a trial."})
    state = Load.objects.get(pk=narrowed.pk).state
    seen = unseen.context["seen"]
    done = client.post(where, {"reason": "The later one is a trial.", "seen": seen})

    assert told["drift"]["removed"] == ["site"]
    assert [one["name"] for one in told["datasets"]] == ["Clean", "By team"]
    assert "SLA of the clean rows" in unseen.text
    assert 'value="The later one is a trial."' in unseen.text
    assert (state, done.status_code) == ("superseded", 302)
    assert Load.objects.get(pk=narrowed.pk).state == "live"


def test_load_that_is_held_back_shows_what_making_it_live_touches(
    client_of: Open, owner: User, narrowed: Load
) -> None:
    failed = {"failed": True, "blocking": True, "severity": "blocking", "words": "Too few rows."}
    Load.objects.filter(pk=narrowed.pk).update(state="rejected", checks=[failed])
    where = reverse("kpis:load-accept", args=["tickets", 1])
    client = client_of(owner)
    asked = client.get(where)
    unseen = client.post(where, {"reason": "It is right."})

    assert "What it touches" in asked.text
    assert "Nothing is done yet." in unseen.text
    assert Load.objects.get(pk=narrowed.pk).state == "rejected"


def test_live_load_touches_nothing_by_going_live(
    client_of: Open, owner: User, narrowed: Load
) -> None:
    told = client_of(owner).get("/api/v1/datasets/tickets/loads/2/impact/").json()

    assert (told["kpis"], told["drift"], told["broken"]) == ([], None, 0)


def test_formula_breaks_with_its_own_kpis_alone(
    owner: User, world: World, chain: tuple[Dataset, Dataset, KPIVersion]
) -> None:
    clean = chain[0]
    count = {"measure": {"agg": "count"}, "time_column": "opened_at"}
    publish_kpi(owner, world.question, clean, count, name="Everything")
    for name, part in (("Whole", "everything"), ("Broken", "sla-of-the-clean-rows")):
        formula = {"measure": {"formula": "2 * a", "kpis": {"a": part}}}
        kpi = kpis.create_kpi(
            actor=owner, name=name, question=world.question, category="quality",
            definition=formula,
        )  # fmt: skip
        kpis.publish_version(actor=owner, kpi=kpi)

    found = impact_of(actor=owner, dataset=clean, sql="SELECT opened_at, team, hours FROM tickets")

    why = {one.name: bool(one.why) for one in found.kpis}
    assert why["SLA of the clean rows"]
    assert (why["Everything"], why["Whole"], why["Broken"]) == (False, False, True)


def test_released_chart_breaks_with_the_version_that_it_shows(
    owner: User, live: Dashboard, sla: KPIVersion, tickets: Dataset
) -> None:
    """It is pinned to a share of "met"; the version in force counts tickets alone."""
    kpis.start_version(actor=owner, kpi=sla.kpi, reason="Counts are enough.")
    kpis.change_draft(actor=owner, kpi=sla.kpi, definition=LATE)
    kpis.publish_version(actor=owner, kpi=sla.kpi)
    found = impact_of(actor=owner, dataset=tickets, types={"met": "text"})

    assert [one.why for one in found.kpis if one.name == sla.kpi.name] == [""]
    why = {one.name: one.why for one in found.charts if sla.kpi.name in one.name}
    assert why
    assert all("“met”" in reason for reason in why.values())


def test_released_chart_stays_whole_where_the_next_version_breaks(
    owner: User, live: Dashboard, volume: KPIVersion, tickets: Dataset
) -> None:
    kpis.start_version(actor=owner, kpi=volume.kpi, reason="Those that were kept.")
    kpis.change_draft(actor=owner, kpi=volume.kpi, definition=SLA)
    kpis.publish_version(actor=owner, kpi=volume.kpi)
    found = impact_of(actor=owner, dataset=tickets, types={"met": "text"})

    assert [bool(one.why) for one in found.kpis if one.name == volume.kpi.name] == [True]
    why = {one.name: one.why for one in found.charts if volume.kpi.name in one.name}
    assert why
    assert set(why.values()) == {""}
