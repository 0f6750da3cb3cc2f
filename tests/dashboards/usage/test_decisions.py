"""What people decide because of a dashboard, on which figures, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ace_portal.accounts.models import User
from ace_portal.lib.days import site_today
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed, NotVisible
from dashboards.content.models import Dashboard
from dashboards.content.services import drafts
from dashboards.prototypes import services as prototypes
from dashboards.usage.models import Decision
from dashboards.usage.services.decisions import conclude_decision, log_decision
from kpis.models import Dataset
from tests.fixtures.loads import write_rows
from tests.fixtures.tickets import AS_OF, TICKETS, ticket_rows

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]


@pytest.fixture
def made(member: User, live: Dashboard) -> Decision:
    return log_decision(actor=member, dashboard=live, text="Two more on the early shift.")


def test_decision_keeps_the_key_figures_of_its_moment(made: Decision) -> None:
    figures = made.figures["figures"]

    assert made.figures["version"] == 1
    assert made.made_on == site_today()
    assert figures
    assert {key for figure in figures for key in figure} == {
        "name", "value", "target", "status", "status_word",
    }  # fmt: skip
    assert all(figure["value"] for figure in figures)


def test_who_may_not_see_the_dashboard_logs_nothing(colleague: User, live: Dashboard) -> None:
    with pytest.raises(NotVisible):
        log_decision(actor=colleague, dashboard=live, text="Anything.")


def test_nothing_is_decided_by_what_is_not_released(owner: User, dashboard: Dashboard) -> None:
    with pytest.raises(Conflict):
        log_decision(actor=owner, dashboard=dashboard, text="Anything.")


def test_decision_of_a_day_to_come_is_refused(member: User, live: Dashboard) -> None:
    with pytest.raises(Invalid) as refused:
        log_decision(
            actor=member, dashboard=live, text="X", made_on=site_today() + timedelta(days=2)
        )

    assert refused.value.field == "made_on"


def test_outcome_is_written_by_its_author_and_the_team(
    member: User, ace: User, admin: User, made: Decision
) -> None:
    with pytest.raises(NotAllowed):
        conclude_decision(actor=admin, decision=made, outcome="No.")
    conclude_decision(actor=member, decision=made, outcome="P2 met.")
    row = conclude_decision(actor=ace, decision=made, outcome="P2 met for a month.")

    assert (row.outcome, row.outcome_by) == ("P2 met for a month.", ace)
    with pytest.raises(Invalid):
        conclude_decision(actor=ace, decision=made, outcome="  ")


def test_what_was_decided_is_never_changed(made: Decision) -> None:
    made.text, made.figures = "Something else.", {}
    ways: list[Callable[[], object]] = [
        made.save,
        made.delete,
        lambda: made.save(update_fields=["text"]),
        lambda: made.save(update_fields=["outcome", "figures"]),
        lambda: Decision.objects.update(text="x"),
        lambda: Decision.objects.update(outcome="x", figures={}),
        lambda: Decision.objects.bulk_update([made], ["text"]),
        lambda: Decision.objects.all().delete(),
    ]
    for way in ways:
        with pytest.raises(TypeError):
            way()

    assert Decision.objects.get().text == "Two more on the early shift."


def test_page_logs_and_concludes(client_of: Open, member: User, live: Dashboard) -> None:
    client, url = client_of(member), reverse("dashboards:decisions", args=[live.slug])
    client.post(url, {"text": "Two more on Mondays.", "made_on": site_today().isoformat()})
    decision = Decision.objects.get()
    outcome = reverse("dashboards:decision-outcome", args=[live.slug, decision.pk])
    client.post(outcome, {"outcome": "Waits fell by a third."})

    page = client.get(url).content.decode()
    assert "Two more on Mondays." in page
    assert "Waits fell by a third." in page


def test_api_logs_and_concludes(
    client_of: Open, member: User, colleague: User, live: Dashboard
) -> None:
    client, url = client_of(member), reverse("api:dashboard-decisions", args=[live.slug])
    made = client.post(url, {"text": "Two more on Mondays."}, "application/json")
    outcome = reverse("api:decision-outcome", args=[live.slug, made.json()["id"]])
    done = client.put(outcome, {"outcome": "It helped."}, "application/json")

    assert (made.status_code, done.status_code) == (201, 200)
    assert [row["outcome"] for row in client.get(url).json()["results"]] == ["It helped."]
    assert client_of(colleague).get(url).status_code == 404


def test_list_asks_the_same_number_of_questions(
    client_of: Open, member: User, live: Dashboard
) -> None:
    client, url = client_of(member), reverse("dashboards:decisions", args=[live.slug])

    def queries(more: int) -> int:
        for number in range(more):
            log_decision(actor=member, dashboard=live, text=f"{more} {number}")
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        return len(captured)

    queries(1)
    assert queries(3) == queries(30)


def test_pilot_alone_reads_and_logs_no_decision(
    owner: User, member: User, outsider: User, live: Dashboard, client_of: Open
) -> None:
    log_decision(actor=member, dashboard=live, text="Two more on Mondays")
    drafts.start_version(actor=owner, dashboard=live)
    prototypes.invite_pilot(actor=owner, dashboard=live, person=outsider)
    prototypes.share_prototype(actor=owner, dashboard=live)

    page = client_of(outsider).get(f"/dashboards/{live.slug}/decisions/")
    told = client_of(outsider).get(f"/api/v1/dashboards/{live.slug}/decisions/")
    with pytest.raises(NotVisible):
        log_decision(actor=outsider, dashboard=live, text="Mine")

    assert "Two more on Mondays" not in page.text
    assert told.json()["results"] == []


def test_pinned_figure_keeps_its_value_after_data_reloads(
    client_of: Open, member: User, live: Dashboard, tickets: Dataset
) -> None:
    document = live.versions.get(number=1).document
    tile = next(t for t in document["tiles"] if t["type"] == "number")
    client, asked = client_of(member), f"tile={tile['key']}&period=last_3"
    url = reverse("dashboards:decisions", args=[live.slug])
    explained = reverse("dashboards:tile-explain", args=[live.slug, tile["key"]])
    was = client.get(f"{explained}?period=last_3").context["explanation"]
    form = client.get(f"{url}?{asked}")
    given = {name: form.context["form"][name].value() or "" for name in ("tile", "filters")}
    client.post(url, {**given, "text": "Two more.", "made_on": site_today().isoformat()})
    write_rows(tickets, TICKETS, ticket_rows(2), as_of=AS_OF)
    now = client.get(f"{explained}?period=last_3").context["explanation"]
    pin = Decision.objects.get().figures["pinned"]

    assert form.context["pin"]["value"] == was.value
    assert (pin["value"], pin["number"], pin["load"]) == (was.value, was.figure.value, 1)
    assert now.figure.value != pin["number"]
    page = client.get(url).text
    assert f"<b>{was.value}</b>" in page
    assert "What it is today" in page


def test_tile_without_a_figure_pins_nothing(client_of: Open, member: User, live: Dashboard) -> None:
    with pytest.raises(Invalid, match="no figure behind this tile"):
        log_decision(actor=member, dashboard=live, text="X", tile="gone")
    url = reverse("api:dashboard-decisions", args=[live.slug])
    answer = client_of(member).post(url, {"text": "X", "tile": "gone"}, "application/json")

    assert (answer.status_code, answer.json()["field"]) == (400, "tile")
    assert Decision.objects.count() == 0
