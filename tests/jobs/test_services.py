"""Durable work: every legal move, every other refused, nothing twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.jobs import services
from ace_portal.jobs.models import Job
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed, Temporary
from ace_portal.lib.registries import job_handlers

pytestmark = pytest.mark.django_db(transaction=True)

EFFECTS: list[str] = []


@services.register_handler("test.effect")
def effect(run: services.Run) -> None:
    run.report(0.5, "half way")
    with run.completion():
        EFFECTS.append(run.payload["name"])


@services.register_handler("test.refuse")
def refuse(run: services.Run) -> None:
    raise Invalid("The file is empty.")


@services.register_handler("test.later")
def later(run: services.Run) -> None:
    raise Temporary("The source does not answer.")


@services.register_handler("test.break")
def break_down(run: services.Run) -> None:
    raise RuntimeError("a bug")


@services.register_handler("test.stolen")
def stolen(run: services.Run) -> None:
    Job.objects.filter(pk=run.job.pk).update(lease_token="somebody else")
    with run.completion():
        EFFECTS.append("stolen")


@services.register_handler("test.stopped")
def stopped(run: services.Run) -> None:
    Job.objects.filter(pk=run.job.pk).update(state=Job.State.CANCELLING)
    run.report(0.5)
    EFFECTS.append("stopped")


@services.register_handler("test.stopped-late")
def stopped_late(run: services.Run) -> None:
    """Somebody asks it to stop, and then the source does not answer."""
    Job.objects.filter(pk=run.job.pk).update(state=Job.State.CANCELLING)
    raise {"later": Temporary, "refuse": Invalid}[run.payload["name"]]("The source is gone.")


@pytest.fixture(autouse=True)
def no_effects() -> None:
    EFFECTS.clear()


def queue(kind: str, name: str = "one", **fields: object) -> Job:
    return services.enqueue(kind=kind, payload={"name": name}, actor=None, **fields)


def make_lost(job: Job) -> None:
    """As if the worker had been killed: running, and the lease has run out."""
    assert services.claim(job.pk) is not None
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_run_does_the_work_once_and_ends_done() -> None:
    job = queue("test.effect")

    assert [services.run(job.pk), services.run(job.pk)] == ["done", "taken"]

    job.refresh_from_db()
    assert (EFFECTS, job.state, job.progress, job.attempts) == (["one"], "done", 1.0, 1)


def test_enqueue_without_its_transaction_leaves_nothing() -> None:
    with transaction.atomic():
        queue("test.effect")
        transaction.set_rollback(True)

    assert Job.objects.count() == 0


def test_enqueue_with_a_key_gives_the_open_job_back() -> None:
    first, second = queue("test.effect", key="kpi-1"), queue("test.effect", key="kpi-1")
    services.run(first.pk)
    third = queue("test.effect", key="kpi-1")

    assert (first.pk == second.pk, third.pk == first.pk) == (True, False)


def test_enqueue_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(LookupError):
        queue("test.nobody")


def test_refusal_is_recorded_and_not_tried_again() -> None:
    job = queue("test.refuse")

    assert services.run(job.pk) == "failed"

    job.refresh_from_db()
    assert (job.error, job.attempts) == ("The file is empty.", 1)


def test_bug_is_recorded_without_its_innards() -> None:
    job = queue("test.break")

    services.run(job.pk)

    job.refresh_from_db()
    assert (job.state, "a bug" in job.error) == ("failed", False)


def test_temporary_failure_waits_and_gives_up_after_its_attempts() -> None:
    job = queue("test.later", max_attempts=2)
    states = [services.run(job.pk)]
    early = services.run(job.pk)
    Job.objects.filter(pk=job.pk).update(run_after=timezone.now())
    states.append(services.run(job.pk))

    assert (states, early) == (["queued", "dead"], "taken")


@pytest.mark.parametrize(("name", "attempts"), [("later", 5), ("later", 1), ("refuse", 5)])
def test_what_fails_after_it_was_asked_to_stop_has_stopped(name: str, attempts: int) -> None:
    job = queue("test.stopped-late", name, max_attempts=attempts)

    state = services.run(job.pk)

    job.refresh_from_db()
    assert (state, job.error) == ("cancelled", "The source is gone.")
    assert (job.lease_token, job.finished_at is None, services.run(job.pk)) == ("", False, "taken")


def test_what_waits_longest_comes_first() -> None:
    """Also where it was made first, which the pages show last."""
    now = timezone.now()
    held, waiting = ([queue("test.effect") for _number in range(3)] for _kind in range(2))
    for number, minutes in enumerate((2, 1, 3)):
        since = now - timedelta(minutes=minutes)
        make_lost(held[number])
        Job.objects.filter(pk=held[number].pk).update(lease_until=since)
        Job.objects.filter(pk=waiting[number].pk).update(run_after=since)

    assert [list(rows) for rows in (Job.objects.abandoned(now), Job.objects.due(now))] == [
        [rows[2], rows[0], rows[1]] for rows in (held, waiting)
    ]


def test_sweep_puts_a_lost_job_back_and_it_ends_done_once() -> None:
    job = queue("test.effect")
    make_lost(job)

    assert services.sweep() == 1
    assert services.run(job.pk) == "done"
    assert EFFECTS == ["one"]


def test_sweep_leaves_a_job_whose_lease_holds() -> None:
    job = queue("test.effect")
    services.claim(job.pk)

    assert services.sweep() == 0


def test_sweep_gives_up_on_a_job_that_kills_its_worker() -> None:
    job = queue("test.effect", max_attempts=1)
    make_lost(job)
    services.sweep()

    job.refresh_from_db()
    assert (job.state, "1 times" in job.error) == ("dead", True)


def test_who_lost_the_lease_has_no_effect() -> None:
    job = queue("test.stolen")

    assert (services.run(job.pk), EFFECTS) == ("lost", [])


def test_cancel_stops_a_running_job_at_its_next_report(ace: User) -> None:
    job = queue("test.stopped")

    assert (services.run(job.pk), EFFECTS) == ("cancelled", [])


def test_cancel_of_a_waiting_job_ends_it(ace: User) -> None:
    job = services.cancel(actor=ace, job=queue("test.effect"))

    assert (job.state, services.run(job.pk)) == ("cancelled", "taken")


def test_retry_runs_a_failed_job_again(ace: User) -> None:
    job = queue("test.refuse")
    services.run(job.pk)

    assert services.retry(actor=ace, job=job).state == "queued"


def test_retry_is_refused_while_the_same_work_waits(ace: User) -> None:
    failed = queue("test.refuse", key="kpi-1")
    services.run(failed.pk)
    again = queue("test.refuse", key="kpi-1")

    with pytest.raises(Conflict, match="waits or runs already"):
        services.retry(actor=ace, job=failed)
    failed.refresh_from_db()
    refused = failed.state
    services.run(again.pk)

    assert (refused, services.retry(actor=ace, job=failed).state) == ("failed", "queued")


@pytest.mark.parametrize("state", ["queued", "running", "done", "cancelling", "cancelled"])
def test_retry_of_what_has_not_failed_is_refused(ace: User, state: str) -> None:
    job = queue("test.effect")
    Job.objects.filter(pk=job.pk).update(state=state)

    with pytest.raises(Conflict):
        services.retry(actor=ace, job=job)


@pytest.mark.parametrize("state", ["done", "failed", "dead", "cancelled", "cancelling"])
def test_cancel_of_what_is_over_is_refused(ace: User, state: str) -> None:
    job = queue("test.effect")
    Job.objects.filter(pk=job.pk).update(state=state)

    with pytest.raises(Conflict):
        services.cancel(actor=ace, job=job)


def test_member_steers_no_work(member: User) -> None:
    job = queue("test.effect")

    for act in (services.retry, services.cancel):
        with pytest.raises(NotAllowed):
            act(actor=member, job=job)


def test_handler_is_registered_once() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        job_handlers.register("test.effect", lambda run: None)
