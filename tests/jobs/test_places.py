"""So much work at one place at once, and the rest waits for it with its reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.jobs import services
from ace_portal.jobs.models import Job
from ace_portal.lib.errors import Invalid
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)

MOST = 2
#: what a job does once it has its place, by its name; and what each saw
DOES: dict[str, Callable[[], object]] = {}
SEEN: list[int] = []


@services.register_handler("test.place")
def there(run: services.Run) -> None:
    with transaction.atomic():
        User.objects.select_for_update().get(email="ace@example.org")
        run.take_place("well", most=MOST, note=lambda busy: f"{busy} of {MOST} drink")
    SEEN.append(Job.objects.filter(place="well", state__in=Job.HELD).count())
    DOES.get(run.payload["name"], lambda: None)()


@pytest.fixture(autouse=True)
def nothing_yet(ace: User) -> None:
    assert ace.email == "ace@example.org"
    DOES.clear()
    SEEN.clear()


def queue(name: str) -> Job:
    return services.enqueue(kind="test.place", payload={"name": name}, actor=None, max_attempts=1)


def held(count: int) -> list[Job]:
    """Jobs that hold a place as if their workers were at it."""
    jobs = [queue(f"held {n}") for n in range(count)]
    for job in jobs:
        assert services.claim(job.pk) is not None
    Job.objects.update(place="well")
    return jobs


def test_one_too_many_waits_with_its_reason_and_it_was_no_attempt() -> None:
    held(MOST)
    job = queue("late")

    assert services.run(job.pk) == "queued"
    job.refresh_from_db()
    assert (job.note, job.attempts, job.started_at) == ("2 of 2 drink", 0, None)
    assert job.waits_for_place
    assert job.run_after > timezone.now()


@pytest.mark.parametrize("end", ["done", "failed"])
def test_who_waits_longest_is_due_as_soon_as_one_is_over(end: str) -> None:
    held(MOST - 1)
    waiting: list[Job] = []

    def come() -> None:
        waiting.extend([queue("second"), queue("third")])
        assert [services.run(job.pk) for job in waiting] == ["queued", "queued"]
        if end == "failed":
            raise Invalid("No.")

    DOES["first"] = come
    assert services.run(queue("first").pk) == end
    due = list(Job.objects.due(timezone.now()))

    assert due == waiting[:1]
    assert services.run(due[0].pk) == "done"


def test_killed_worker_leaves_its_place() -> None:
    killed, _other = held(MOST)
    waiting = queue("late")
    services.run(waiting.pk)
    Job.objects.filter(pk=killed.pk).update(lease_until=timezone.now() - timedelta(seconds=1))

    services.sweep()
    waiting.refresh_from_db()
    assert waiting.run_after <= timezone.now()
    assert services.run(waiting.pk) == "done"


def test_place_that_is_left_while_one_goes_to_wait_is_not_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The last one there ends after the newcomer has counted, and before it waits."""
    jobs = held(MOST)
    wait = services.Run._wait

    def waits(run: services.Run, why: services.NoPlace) -> None:
        Job.objects.filter(pk=jobs[0].pk).update(state=Job.State.DONE)
        wait(run, why)

    monkeypatch.setattr(services.Run, "_wait", waits)
    job = queue("late")
    assert services.run(job.pk) == "queued"

    job.refresh_from_db()
    assert job.run_after <= timezone.now()


def test_what_is_stopped_while_it_waits_has_stopped(ace: User) -> None:
    held(MOST)
    job = queue("late")
    services.run(job.pk)

    assert services.cancel(actor=ace, job=job).state == "cancelled"


def test_what_is_stopped_while_it_asks_has_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    held(MOST)
    wait = services.Run._wait

    def waits(run: services.Run, why: services.NoPlace) -> None:
        Job.objects.filter(pk=run.job.pk).update(state=Job.State.CANCELLING)
        wait(run, why)

    monkeypatch.setattr(services.Run, "_wait", waits)

    assert services.run(queue("late").pk) == "cancelled"


def test_many_at_once_are_never_too_many() -> None:
    jobs = [queue(f"job {n}") for n in range(10)]
    for _turn in jobs:  # each turn does at least one
        open_jobs = Job.objects.filter(state=Job.State.QUEUED).values_list("pk", flat=True)
        at_once([lambda pk=pk: services.run(pk) for pk in open_jobs])
        Job.objects.filter(state=Job.State.QUEUED).update(run_after=timezone.now())

    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    assert max(SEEN) <= MOST


def test_page_says_for_what_it_waits(ace: User, client_of: Callable[[User], Client]) -> None:
    held(MOST)
    job = queue("late")
    services.run(job.pk)
    client = client_of(ace)

    assert "2 of 2 drink" in client.get("/background/").content.decode()
    assert "2 of 2 drink" in client.get(f"/background/{job.pk}/progress/").content.decode()
    assert client.get(f"/api/v1/jobs/{job.pk}/").json()["note"] == "2 of 2 drink"
