"""The catalogue: what is found, who verified it, where it is used, what was restated."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ace_portal.accounts.models import User
from ace_portal.lib.errors import NotAllowed
from dashboards.content.models import Dashboard
from kpis.models import KPI, Dataset, DataSource, KPIVersion, Load, Measurement
from kpis.selectors.verified import verified_of
from kpis.services.kpis import change_draft, publish_version, start_version
from kpis.services.loads import roll_back
from kpis.services.refresh import request_refresh
from kpis.services.verifying import verify_kpi
from tests.fixtures.kpis import publish_kpi, run_jobs
from tests.fixtures.loads import write_rows
from tests.fixtures.tickets import AS_OF, TICKETS, VOLUME, ticket_rows
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]


@pytest.fixture
def verified(ace: User, sla: KPIVersion) -> KPIVersion:
    verify_kpi(actor=ace, kpi=sla.kpi, note="The desk's own report of May.")
    return sla


def names(client: Client, query: str) -> list[str]:
    """What the page finds; the API finds the same."""
    page = [entry.line.kpi.name for entry in client.get(f"/kpis/?{query}").context["entries"]]
    told = client.get(f"/api/v1/kpis/?{query}").json()["results"]
    assert sorted(row["name"] for row in told) == sorted(page)
    return page


def test_filters_find_by_owner_state_status_and_mark(
    ace: User, owner: User, verified: KPIVersion, volume: KPIVersion, hours: KPIVersion,
    world: World, tickets: Dataset, client_of: Open,
) -> None:  # fmt: skip
    run_jobs()
    start_version(actor=owner, kpi=hours.kpi, reason="Better")
    client = client_of(ace)

    every = ["SLA attainment", "Ticket volume", "Time to resolve"]
    assert names(client, f"owner={owner.pk}") == every
    assert names(client, f"owner={ace.pk}") == []
    assert names(client, "verified=yes") == ["SLA attainment"]
    assert names(client, "verified=no") == every[1:]
    assert names(client, "status=bad") == ["SLA attainment", "Time to resolve"]
    assert names(client, "status=good") == []
    assert names(client, "state=draft") == []
    assert names(client, "state=published&q=time") == ["Time to resolve"]
    assert names(client, "status=nonsense&verified=perhaps") == every


def test_author_never_verifies(owner: User, member: User, sla: KPIVersion) -> None:
    for person in (owner, member):
        with pytest.raises(NotAllowed):
            verify_kpi(actor=person, kpi=sla.kpi, note="Looks right.")


def holds(version: KPIVersion) -> bool | None:
    found = verified_of([KPIVersion.objects.get(pk=version.pk)]).get(version.pk)
    return None if found is None else found.holds


def test_mark_drops_with_a_new_version(owner: User, verified: KPIVersion) -> None:
    assert holds(verified) is True
    start_version(actor=owner, kpi=verified.kpi, reason="By team alone")
    change_draft(
        actor=owner, kpi=verified.kpi,
        definition={**verified.definition, "dimensions": ["team"]},
    )  # fmt: skip
    new = publish_version(actor=owner, kpi=verified.kpi)

    assert holds(new) is None


@pytest.mark.parametrize(
    "change", [{"sql": "SELECT 1"}, {"asked": {"table": "t"}}, {"time_zone": "Europe/Berlin"}]
)
def test_mark_drops_with_the_sql_below_it(
    verified: KPIVersion, owner: User, change: dict[str, Any]
) -> None:
    below = Dataset.objects.create(slug="below", name="Below", kind="file", owner=owner)
    verified.dataset.input_links.create(source=below)
    assert holds(verified) is False  # what it is made of is another
    verified.dataset.input_links.all().delete()
    assert holds(verified) is True
    Dataset.objects.filter(pk=verified.dataset_id).update(**change)

    assert holds(verified) is False


def test_mark_stays_with_a_new_load(verified: KPIVersion) -> None:
    write_rows(verified.dataset, TICKETS, ticket_rows(3), as_of=AS_OF)

    assert holds(verified) is True


def test_page_says_who_verified_it_and_the_api_too(
    ace: User, outsider: User, sla: KPIVersion, client_of: Open
) -> None:
    client, url = client_of(ace), f"/kpis/{sla.kpi.slug}/"
    client.post(f"{url}verify/", {"note": "The desk's own report."})
    told = client_of(outsider).get(f"/api/v1{url}").json()["verified"]

    assert "Verified by Ace" in client_of(outsider).get(url).text
    assert (told["by"], told["note"], told["holds"]) == (
        ace.email, "The desk's own report.", True,
    )  # fmt: skip


def test_catalogue_says_where_a_kpi_is_used(
    ace: User, member: User, outsider: User, live: Dashboard, sla: KPIVersion, client_of: Open
) -> None:
    def uses(person: User) -> list[list[str]]:
        entries = client_of(person).get("/kpis/?q=attainment").context["entries"]
        return [[use["label"] for use in entry.uses] for entry in entries]

    assert [uses(person) for person in (ace, member, outsider)] == [
        [["Incident service"]], [["Incident service"]], [[]],
    ]  # fmt: skip


def test_catalogue_asks_the_same_number_of_questions(
    ace: User, owner: User, world: World, tickets: Dataset, client_of: Open
) -> None:
    client = client_of(ace)

    def queries(more: int) -> int:
        for n in range(more):
            version = publish_kpi(owner, world.question, tickets, VOLUME, name=f"V {more} {n}")
            verify_kpi(actor=ace, kpi=version.kpi, note="Counted by hand.")
        with CaptureQueriesContext(connection) as captured:
            client.get("/kpis/?status=good&verified=yes")
            client.get("/kpis/")
        return len(captured)

    queries(1)
    assert queries(3) == queries(12)


def test_restatement_is_shown_as_it_was_reported_and_now(
    ace: User, owner: User, volume: KPIVersion, tickets: Dataset, client_of: Open
) -> None:
    run_jobs()
    rows = [row for row in ticket_rows() if row["opened_at"] != datetime(2026, 9, 2, 9)]
    write_rows(tickets, TICKETS, rows, as_of=AS_OF)
    request_refresh(actor=owner, kpi=volume.kpi)
    run_jobs()
    page = client_of(ace).get(volume.kpi.get_absolute_url())
    told = client_of(ace).get(f"/api/v1/kpis/{volume.kpi.slug}/restatements/").json()

    shown = [(r.label, str(r.then), str(r.now), r.load) for r in page.context["restated"]]
    assert shown == [("Sep 2026", "22", "21", 1)]
    assert page.context["restated"][0].delta.tone == "none"
    assert [(r["then"], r["now"], r["load_then"], r["load_now"]) for r in told["restatements"]] == [
        (22, 21, 1, 2)
    ]
    assert Measurement.objects.filter(version=volume, value=22).exists()


def test_new_formula_is_marked_with_its_reason(
    ace: User, member: User, owner: User, live: Dashboard, sla: KPIVersion, client_of: Open
) -> None:
    reason = "Waiting for the customer does not count."
    KPIVersion.objects.filter(pk=sla.pk).update(published_at=datetime(2026, 1, 1, tzinfo=UTC))
    start_version(actor=owner, kpi=sla.kpi, reason=reason)
    definition = {**sla.definition, "null_rule": "exclude"}
    change_draft(actor=owner, kpi=sla.kpi, definition=definition)
    new = publish_version(actor=owner, kpi=sla.kpi)
    KPIVersion.objects.filter(pk=new.pk).update(published_at=datetime(2026, 9, 15, tzinfo=UTC))
    run_jobs()
    page = client_of(ace).get(KPI.objects.get(pk=sla.kpi_id).get_absolute_url())

    assert [mark.label for mark in page.context["sheet"].curve.marks] == ["v2"]
    assert f"v2, another formula: {reason}" in page.text
    pinned = client_of(member).get(f"/dashboards/{live.slug}/").text
    assert reason not in pinned  # it shows the version that it was released with


def restated(client: Client, version: KPIVersion) -> list[tuple[float, float, str]]:
    found = client.get(f"/api/v1/kpis/{version.kpi.slug}/restatements/").json()["restatements"]
    return [(row["then"], row["now"], row["reported_at"][:10]) for row in found]


def test_restatement_says_when_it_was_first_reported(
    ace: User, owner: User, volume: KPIVersion, tickets: Dataset, client_of: Open
) -> None:
    run_jobs()
    first = datetime(2026, 10, 1, 6, tzinfo=UTC)
    Measurement.objects.filter(version=volume).update(created_at=first)
    request_refresh(actor=owner, kpi=volume.kpi)  # the same rows once more
    run_jobs()
    rows = [row for row in ticket_rows() if row["opened_at"] != datetime(2026, 9, 2, 9)]
    write_rows(tickets, TICKETS, rows, as_of=AS_OF)
    request_refresh(actor=owner, kpi=volume.kpi)
    run_jobs()

    assert restated(client_of(ace), volume) == [(22, 21, "2026-10-01")]


def test_what_counts_again_after_a_roll_back_is_no_restatement(
    ace: User, owner: User, volume: KPIVersion, tickets: Dataset, client_of: Open
) -> None:
    run_jobs()
    before = tickets.loads.get()
    rows = [row for row in ticket_rows() if row["opened_at"] != datetime(2026, 9, 2, 9)]
    write_rows(tickets, TICKETS, rows, as_of=AS_OF)
    request_refresh(actor=owner, kpi=volume.kpi)
    run_jobs()
    Load.objects.filter(pk=tickets.loads.get(number=2).pk).update(state="superseded")
    roll_back(actor=owner, load=Load.objects.get(pk=before.pk))
    run_jobs()
    page = client_of(ace).get(volume.kpi.get_absolute_url())

    assert restated(client_of(ace), volume) == []
    assert "reported as 21 from load 2" in page.text


def test_last_digits_of_a_sum_are_no_restatement(
    ace: User, owner: User, volume: KPIVersion, tickets: Dataset, client_of: Open
) -> None:
    run_jobs()
    Measurement.objects.filter(version=volume).update(value=F("value") * (1 + 1e-14))
    write_rows(tickets, TICKETS, ticket_rows(), as_of=AS_OF)
    request_refresh(actor=owner, kpi=volume.kpi)
    run_jobs()

    assert restated(client_of(ace), volume) == []


@pytest.mark.parametrize(
    "change", [{"options": {"date_order": "MDY"}}, {"options": {"null_tokens": ["-"]}}]
)
def test_mark_drops_where_cells_are_read_otherwise(
    verified: KPIVersion, change: dict[str, Any]
) -> None:
    Dataset.objects.filter(pk=verified.dataset_id).update(**change)

    assert holds(verified) is False


def test_mark_stays_where_a_file_is_cut_otherwise(verified: KPIVersion) -> None:
    Dataset.objects.filter(pk=verified.dataset_id).update(options={"delimiter": ";"})

    assert holds(verified) is True


def test_mark_drops_where_the_source_is_elsewhere(verified: KPIVersion, owner: User) -> None:
    source = DataSource.objects.create(
        slug="desk", name="Desk", kind="postgresql", host="one.example", owner=owner
    )
    Dataset.objects.filter(pk=verified.dataset_id).update(source=source)
    verify_kpi(actor=User.objects.get(email=verified_by(verified)), kpi=verified.kpi, note="Again.")
    assert holds(verified) is True
    DataSource.objects.update(host="two.example")

    assert holds(verified) is False


def verified_by(version: KPIVersion) -> str:
    return version.verifications.latest("pk").by.email
