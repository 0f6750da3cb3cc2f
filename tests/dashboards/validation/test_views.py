"""What the ACE sees of a run, and what a pilot does in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard, Version
from dashboards.prototypes import services as prototypes
from dashboards.validation.models import SusAnswer, Task, TaskResult, ValidationRun
from dashboards.validation.services import answers, runs
from kpis.models import KPIVersion
from tests.fixtures.people import make_person
from tests.fixtures.trials import compare

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]
GOOD = [4, 2, 5, 1, 4, 2, 5, 1, 4, 2]


def url(name: str, run: ValidationRun, *args: Any) -> str:
    return reverse(f"dashboards:{name}", args=[run.dashboard.slug, run.pk, *args])


def start_of(client: Client, run: ValidationRun) -> str:
    """The server's stamp on the page that the pilot has open."""
    return str(client.get(url("validation-answer", run)).context["form"]["start"].value())


def test_pilot_does_the_tasks_one_by_one_and_then_the_scale(
    client_of: Open, ace: User, pilot: User, run: ValidationRun, task: Task
) -> None:
    other = runs.add_task(actor=ace, run=run, text="Which team is slowest?")
    client, where = client_of(pilot), url("validation-answer", run)
    opened = timezone.now()

    with time_machine.travel(opened, tick=False):
        first = client.get(where)
        stamp = start_of(client, run)
    with time_machine.travel(opened + timedelta(seconds=75), tick=False):
        client.post(where, {"task": task.pk, "success": "yes", "answer": "23", "start": stamp})
    client.post(where, {"task": other.pk, "success": "no", "comment": "Where is it?"})
    scale = client.get(where)
    client.post(url("validation-sus", run), {f"s{n}": a for n, a in enumerate(GOOD, start=1)})
    last = client.get(where)

    assert (first.context["current"], first.context["scale"]) == (task, None)
    assert "How was it to use?" in scale.text
    assert "I thought the system was easy to use." in scale.text
    assert "That was all" in last.text
    results = TaskResult.objects.order_by("pk").values_list("success", "seconds", "answer")
    assert list(results) == [(True, 75, "23"), (False, None, "")]
    assert SusAnswer.objects.get().answers == GOOD


def test_answer_that_is_missing_keeps_what_was_typed(
    client_of: Open, pilot: User, run: ValidationRun, task: Task
) -> None:
    client = client_of(pilot)
    given = {"task": task.pk, "answer": "23", "start": start_of(client, run)}

    page = client.post(url("validation-answer", run), given)
    scale = client.post(url("validation-sus", run), {"s1": "3"})

    assert (page.status_code, scale.status_code) == (422, 422)
    assert 'value="23"' in page.text
    assert given["start"] in page.text
    assert not TaskResult.objects.exists()


def test_way_to_the_tasks_is_on_the_prototype(
    client_of: Open, pilot: User, on_trial: Dashboard, run: ValidationRun, task: Task
) -> None:
    page = client_of(pilot).get(on_trial.get_absolute_url()).text

    assert f'href="{url("validation-answer", run)}"' in page


def test_pilot_reads_neither_the_right_answer_nor_the_others(
    client_of: Open, owner: User, pilot: User, outsider: User, run: ValidationRun, task: Task
) -> None:
    prototypes.invite_pilot(actor=owner, dashboard=run.dashboard, person=outsider)
    runs.change_task(actor=owner, task=task, text=task.text, expected="Twenty-three")
    answers.record_result(actor=outsider, run=run, task=task, success=True, answer="Two dozen")

    page = client_of(pilot).get(url("validation-answer", run)).text

    assert task.text in page
    assert "Twenty-three" not in page
    assert "Two dozen" not in page


def test_who_answers(
    client_of: Open, ace: User, pilot: User, member: User, outsider: User, run: ValidationRun,
    task: Task,
) -> None:  # fmt: skip
    given = {"task": task.pk, "success": "yes"}
    cast = (pilot, ace, member, outsider, None)

    shown = [client_of(p).get(url("validation-answer", run)).status_code for p in cast]
    sent = [client_of(p).post(url("validation-answer", run), given).status_code for p in cast]

    assert shown == [200, 200, 404, 404, 302]
    assert sent == [302, 403, 404, 404, 302]
    assert TaskResult.objects.get().person == pilot


def test_run_shows_what_was_reached_over_how_many(
    client_of: Open, ace: User, owner: User, pilot: User, run: ValidationRun, task: Task,
    volume: KPIVersion,
) -> None:  # fmt: skip
    answers.record_result(actor=pilot, run=run, task=task, success=True)
    answers.answer_sus(actor=pilot, run=run, answers=GOOD)
    compare(ace, run, volume)
    compare(ace, run, volume, filter="priority", value="P1", expected=Decimal(9))

    pages = [client_of(person).get(run.get_absolute_url()) for person in (ace, owner)]

    lines = {line["text"]: line for line in pages[0].context["lines"]}
    assert lines["People who answered"] == {
        "kind": "bad", "text": "People who answered", "value": "n 1", "need": "needs 5",
    }  # fmt: skip
    assert (lines["Tasks done"]["value"], lines["Tasks done"]["kind"]) == ("100%, n 1", "good")
    assert lines["System Usability Scale"]["value"] == "85.0, n 1"
    assert lines["Figures agree with the source"]["value"] == "1 of 2"
    assert lines["Over several periods"]["kind"] == "bad"
    assert "off by -1" in pages[0].text
    assert ["Sign it" in page.text for page in pages] == [True, False]
    assert "somebody else of the ACE signs" in pages[1].text


def test_figure_is_compared_from_a_form_and_refused_beside_its_field(
    client_of: Open, ace: User, run: ValidationRun, volume: KPIVersion
) -> None:
    given = {
        "kpi_version": volume.pk, "start": "2026-10-01", "end": "2026-10-31", "expected": "23",
        "source": "The desk",
    }  # fmt: skip
    client, where = client_of(ace), url("reconciliation-new", run)

    done = client.post(where, given)
    refused = client.post(where, {**given, "end": "2026-09-01"})

    assert (done.status_code, refused.status_code) == (302, 422)
    assert refused.context["form"].errors["end"] == ["The period ends before it begins."]
    assert run.reconciliations.get().met


def test_whole_run_through_the_pages(
    client_of: Open, ace: User, owner: User, pilot: User, on_trial: Dashboard, frozen: Version,
    volume: KPIVersion,
) -> None:  # fmt: skip
    client = client_of(ace)
    client.post(reverse("dashboards:validation-new", args=[on_trial.slug]))
    run = ValidationRun.objects.get()
    client.post(url("task-new", run), {"text": "How many in October?", "expected": "23"})
    task = run.tasks.get()
    client.post(url("task-edit", run, task.pk), {"text": "How many?", "expected": "23"})
    given = {"person": pilot.pk, "task": task.pk, "success": "yes", "seconds": "40"}
    client.post(url("result-new", run), given)
    client.post(url("validation-edit", run), {"keyboard": "passed", "contrast": "passed"})
    compare(ace, run, volume)

    refused = client_of(owner).post(url("validation-sign", run))
    client.post(url("validation-sign", run))

    run.refresh_from_db()
    assert (refused.status_code, run.state, run.signed_by) == (403, "signed", ace)
    assert (run.keyboard, run.tasks.get().text, TaskResult.objects.get().seconds) == (
        "passed", "How many?", 40,
    )  # fmt: skip
    assert "Sign it" not in client.get(run.get_absolute_url()).text


@pytest.mark.parametrize("name", ["validation", "validation-run"])
def test_pages_cost_the_same_for_any_number_of_answers(
    client_of: Open, owner: User, ace: User, run: ValidationRun, task: Task, volume: KPIVersion,
    name: str,
) -> None:  # fmt: skip
    client = client_of(ace)
    where = run.get_absolute_url()
    if name == "validation":
        where = reverse("dashboards:validation", args=[run.dashboard.slug])
    compare(ace, run, volume)
    counts = []
    for wanted in (1, 3, 12):
        while TaskResult.objects.count() < wanted:
            person = make_person(f"pilot{TaskResult.objects.count()}")
            prototypes.invite_pilot(actor=owner, dashboard=run.dashboard, person=person)
            answers.record_result(actor=person, run=run, task=task, success=True)
            answers.answer_sus(actor=person, run=run, answers=GOOD)
        client.get(where)
        with CaptureQueriesContext(connection) as queries:
            client.get(where)
        counts.append(len(queries))

    assert len(set(counts)) == 1
