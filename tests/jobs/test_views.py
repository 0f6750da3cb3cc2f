"""The pages of background work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.jobs import services
from ace_portal.jobs.models import Job
from ace_portal.lib.moments import lasting
from kpis.models import KPI, Dataset
from kpis.selectors.work import passes_of_work
from kpis.services.passes import KIND as PASS
from kpis.services.passes import refresh_after_load
from kpis.services.refresh import request_refresh
from tests.fixtures.loads import INCIDENTS, write_load

pytestmark = pytest.mark.django_db


@services.register_handler("test.page")
def nothing(run: services.Run) -> None:
    """Only waits."""


@pytest.mark.parametrize(
    ("deed", "said"),
    [("retry", "Only work that has failed can be tried again."),
     ("cancel", "This work is over already.")],
)  # fmt: skip
def test_what_is_not_possible_any_more_is_a_word_on_the_page(
    client_of: Callable[[User], Client], ace: User, deed: str, said: str
) -> None:
    job = services.enqueue(kind="test.page", payload={}, actor=None)
    Job.objects.update(state=Job.State.DONE)

    response = client_of(ace).post(f"/background/{job.pk}/{deed}/", follow=True)

    assert response.redirect_chain == [("/background/", 302)]
    assert [str(message) for message in response.context["messages"]] == [said]


@pytest.mark.parametrize(("name", "sees"), [("ace", True), ("admin", True), ("member", False)])
def test_who_steers_the_work_finds_it_in_the_rail(
    client_of: Callable[[User], Client], request: pytest.FixtureRequest, name: str, sees: bool
) -> None:
    client = client_of(request.getfixturevalue(name))

    home = client.get("/").content.decode()

    assert ('href="/background/"' in home) == sees


def test_administrator_tries_failed_work_again_and_stops_it(
    client_of: Callable[[User], Client], admin: User
) -> None:
    job = services.enqueue(kind="test.page", payload={}, actor=None)
    Job.objects.update(state=Job.State.FAILED)
    client, states = client_of(admin), []

    for path in ("/background/{}/retry/", "/api/v1/jobs/{}/cancel/"):
        client.post(path.format(job.pk))
        states.append(Job.objects.get().state)

    assert states == ["queued", "cancelled"]
    page = client.get("/background/")
    assert [str(message) for message in page.context["messages"]] == ["It is tried again."]


def test_counts_are_renewed_with_the_list(client_of: Callable[[User], Client], admin: User) -> None:
    in_state("queued")
    page = client_of(admin).get("/background/").content.decode()

    renewed = page[page.index('<div id="work"') :]
    assert ("data-poll" in renewed, "Runs or waits" in renewed) == (True, True)


def in_state(state: str, **fields: object) -> Job:
    job = services.enqueue(kind="test.page", payload={}, actor=None)
    Job.objects.filter(pk=job.pk).update(state=state, **fields)
    return job


def rows(page: str) -> int:
    return page.count("<tr>") - 1


def test_list_is_narrowed_to_what_runs_or_has_failed(
    client_of: Callable[[User], Client], admin: User
) -> None:
    for state in ("queued", "running", "failed", "dead", "done", "cancelled", "cancelled"):
        in_state(state)
    client = client_of(admin)

    pages = {
        show: client.get("/background/", {"show": show}).content.decode()
        for show in ("", "open", "failed", "over", "nonsense")
    }

    assert {show: rows(page) for show, page in pages.items()} == {
        "": 7, "open": 2, "failed": 2, "over": 3, "nonsense": 7,
    }  # fmt: skip
    assert 'hx-trigger="every' in pages["open"]
    assert 'hx-trigger="every' not in pages["over"]


def test_work_says_how_far_it_is_and_how_long_it_takes(
    client_of: Callable[[User], Client], admin: User
) -> None:
    now = timezone.now()
    in_state("running", progress=0.4, note="12 of 30 KPIs", started_at=now - timedelta(minutes=3))
    in_state("done", started_at=now - timedelta(seconds=12), finished_at=now)

    page = client_of(admin).get("/background/").content.decode()

    assert '<progress class="progress__bar" aria-label="Running" value="40" max="100">' in page
    assert ("12 of 30 KPIs" in page, "3 min 0 s" in page, ">12 s<" in page) == (True, True, True)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0.0 s"), (9.94, "9.9 s"), (9.95, "10 s"), (59.4, "59 s"), (65, "1 min 5 s"),
     (3600, "1 h 0 min"), (90_000, "25 h 0 min"), (-3, "0.0 s")],
)  # fmt: skip
def test_duration_in_words(seconds: float, words: str) -> None:
    assert (lasting(timedelta(seconds=seconds)), lasting(None)) == (words, "–")


def test_work_names_what_it_is_about_for_who_may_open_that(
    client_of: Callable[[User], Client], ace: User, admin: User, measured: KPI, incidents: Dataset
) -> None:
    request_refresh(actor=ace, kpi=measured)
    refresh_after_load(write_load(incidents, INCIDENTS))

    team = client_of(ace).get("/background/").content.decode()
    admins = client_of(admin).get("/background/").content.decode()

    assert f'<a href="/kpis/{measured.slug}/">{measured.name}</a>' in team
    assert '<a href="/kpis/datasets/incidents/loads/2/">Incidents, load 2</a>' in team
    assert "Refresh after a load" in admins
    assert (measured.name in admins, "Incidents" in admins) == (False, False)
    abouts = [row["about"] for row in client_of(ace).get("/api/v1/jobs/").json()["results"]]
    assert abouts[:2] == ["Incidents, load 2", measured.name]


def test_why_work_failed_is_for_who_may_open_what_it_was_about(
    client_of: Callable[[User], Client], owner: User, ace: User, admin: User, measured: KPI,
    incidents: Dataset,
) -> None:  # fmt: skip
    User.objects.filter(pk=ace.pk).update(may_manage_data=False)
    refresh_after_load(write_load(incidents, INCIDENTS))
    Job.objects.filter(kind=PASS).update(
        state=Job.State.FAILED, error="“team” is one of: North, South"
    )

    def told(person: User) -> list[bool]:
        client = client_of(person)
        listed = client.get("/api/v1/jobs/").json()["results"]
        (job,) = [row for row in listed if row["kind"] == PASS]
        one = client.get(f"/api/v1/jobs/{job['id']}/").json()
        page = client.get("/background/").content.decode()
        return ["North, South" in text for text in (page, job["error"], one["error"])]

    assert (told(owner), told(ace), told(admin)) == ([True] * 3, [False] * 3, [True] * 3)


def test_empty_list_says_what_would_be_there(
    client_of: Callable[[User], Client], owner: User, admin: User
) -> None:
    assert "Nothing has run yet" in client_of(admin).get("/background/").content.decode()
    assert 'href="/kpis/datasets/"' in client_of(owner).get("/background/").content.decode()
    in_state("done")
    empty = client_of(admin).get("/background/?show=failed").content.decode()
    assert "None of the work is in this state." in empty


def test_more_work_is_no_more_queries(
    client_of: Callable[[User], Client], ace: User, measured: KPI, incidents: Dataset
) -> None:
    client, counts = client_of(ace), []
    for more in (1, 6):
        for _time in range(more):
            refresh_after_load(write_load(incidents, INCIDENTS))
        with CaptureQueriesContext(connection) as page:
            client.get("/background/")
        with CaptureQueriesContext(connection) as listed:
            client.get("/api/v1/jobs/")
        counts.append((len(page), len(listed)))

    assert counts[0] == counts[1]


def test_two_passes_after_one_load_are_both_about_it(owner: User, measured: KPI) -> None:
    load = measured.versions.get().dataset.live
    assert load is not None
    for _turn in range(2):  # it went live, and again by a roll back
        refresh_after_load(load)
    jobs = Job.objects.filter(kind=PASS)

    assert [subject for subject, _url in passes_of_work(owner, list(jobs)).values()] == [
        str(load)
    ] * 2
