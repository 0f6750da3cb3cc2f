"""A job in the hands of a worker, up to its end."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.jobs.models import Job
from ace_portal.jobs.services.queue import wake_for
from ace_portal.lib.errors import NotAllowed, PortalError, Temporary
from ace_portal.lib.registries import job_handlers
from ace_portal.lib.saying import kept

log = logging.getLogger("ace.jobs")

LONGEST_PAUSE = 3_600  # seconds that a failure may ask for before the next attempt
LOOK_AGAIN = 60  # seconds after which what waits for a place looks itself, should nobody wake it


class LeaseLost(Exception):
    """Somebody else has the job now: stop without a trace."""


class Cancelled(Exception):
    """A person asked the job to stop."""


class NoPlace(Exception):
    """The job has to wait, and says in ``note`` for what; it was no attempt."""

    def __init__(self, place: str, most: int, note: str) -> None:
        super().__init__(place, most, note)
        self.place, self.most, self.note = place, most, note


def claim(job_id: int) -> Run | None:
    """Take a due job by one conditional update; None if somebody else has it or it is not due."""
    now = timezone.now()
    token = secrets.token_hex(16)
    taken = (
        Job.objects.due(now)
        .filter(pk=job_id)
        .update(
            state=Job.State.RUNNING,
            lease_token=token,
            lease_until=now + timedelta(seconds=settings.JOB_LEASE_SECONDS),
            attempts=F("attempts") + 1,
            started_at=now,
            finished_at=None,
            progress=0,
            note="",
            error="",
            place="",
        )
    )
    return Run(Job.objects.get(pk=job_id), token) if taken else None


class Run:
    """A job in the hands of one worker, for as long as its lease holds."""

    def __init__(self, job: Job, token: str) -> None:
        self.job = job
        self.token = token
        self.payload: dict[str, Any] = job.payload
        self.lost = threading.Event()
        self._reported = -1.0

    @property
    def actor(self) -> User | None:
        """Who asked, with the rights of this moment; None is the system."""
        asked = self.job.actor_id
        return None if asked is None else User.objects.get(pk=asked)

    def check(self, require: Callable[[User], None]) -> None:
        """Refuse to go on for a person who has lost the right since; the system needs none."""
        actor = self.actor
        if actor is None:
            return
        try:
            require(actor)
        except NotAllowed as error:
            raise NotAllowed(
                _("%(name)s asked for this and no longer may. %(why)s")
                % {"name": actor.name, "why": error.message}
            ) from error

    def renew(self) -> None:
        """Push the lease out; raises ``LeaseLost`` or ``Cancelled`` where it is no longer ours."""
        until = timezone.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)
        if not self._mine().filter(state=Job.State.RUNNING).update(lease_until=until):
            self._why_not_mine()

    def report(self, share: float, note: str = "") -> None:
        """Tell how far it is, 0 to 1; written at most once per percent."""
        if share - self._reported < 0.01 and share < 1:
            return
        self._reported = share
        changed = self._mine().filter(state=Job.State.RUNNING)
        if not changed.update(progress=min(max(share, 0.0), 1.0), note=note[:200]):
            self._why_not_mine()

    def take_place(self, place: str, *, most: int, note: Callable[[int], str]) -> None:
        """Be one of at most ``most`` jobs that work at a place; held until this one is over.

        Raises ``NoPlace`` where so many do, with what ``note`` says of their number. To be called
        in a transaction that has locked a row of the place, so that no two count at once.
        """
        held = Job.objects.filter(place=place, state__in=Job.HELD)
        busy = held.exclude(pk=self.job.pk).count()
        if busy >= most:
            raise NoPlace(place, most, note(busy))
        if not self._mine().filter(state=Job.State.RUNNING).update(place=place):
            self._why_not_mine()
        self.job.place = place

    def _wait(self, why: NoPlace) -> None:
        """running → queued, until a place is free."""
        later = timezone.now() + timedelta(seconds=LOOK_AGAIN)
        running = self._mine().filter(state=Job.State.RUNNING)
        waits = running.update(
            state=Job.State.QUEUED, lease_token="", lease_until=None, started_at=None,
            attempts=F("attempts") - 1, run_after=later, place=why.place, note=why.note[:200],
        )  # fmt: skip
        if not waits:
            self._end(Job.State.CANCELLED)
            return
        # One that ended meanwhile has not seen this one wait.
        held = Job.objects.filter(place=why.place, state__in=Job.HELD)
        if held.count() < why.most:
            wake_for(why.place)

    @contextmanager
    def completion(self) -> Iterator[None]:
        """The effect of the job and its end, in one transaction that only the holder wins."""
        with transaction.atomic():
            held = Job.objects.select_for_update().filter(pk=self.job.pk, lease_token=self.token)
            if not held.filter(state=Job.State.RUNNING).exists():
                self._why_not_mine()
            yield
            self._end(Job.State.DONE, progress=1.0)

    def _mine(self) -> Any:
        return Job.objects.filter(pk=self.job.pk, lease_token=self.token)

    def _why_not_mine(self) -> None:
        self.lost.set()
        if self._mine().filter(state=Job.State.CANCELLING).exists():
            raise Cancelled
        raise LeaseLost

    def _end(self, state: Job.State, **fields: Any) -> bool:
        rows = self._mine().filter(state__in=[Job.State.RUNNING, Job.State.CANCELLING])
        return self._let_go(rows, state, finished_at=timezone.now(), **fields)

    def _fail(self, state: Job.State, message: str, **fields: Any) -> bool:
        """running → ``state``; what was asked to stop has stopped, and is not tried again."""
        running = self._mine().filter(state=Job.State.RUNNING)
        if self._let_go(running, state, error=message, **fields):
            return True
        return self._end(Job.State.CANCELLED, error=message)

    def _let_go(self, rows: Any, state: Job.State, **fields: Any) -> bool:
        gone = bool(rows.update(state=state, lease_token="", lease_until=None, place="", **fields))
        if gone and self.job.place:
            place = self.job.place
            transaction.on_commit(lambda: wake_for(place))
        return gone


def run(job_id: int) -> str:
    """Claim a job and do it; answers the state it ended in, or ``"taken"``."""
    taken = claim(job_id)
    if taken is None:
        return "taken"
    with _renewing(taken):
        try:
            job_handlers.get(taken.job.kind)(taken)
        except LeaseLost:
            return "lost"
        except NoPlace as why:
            taken._wait(why)
        except Cancelled:
            taken._end(Job.State.CANCELLED)
        except Exception as error:  # noqa: BLE001  every failure is recorded on the row
            _fail(taken, error)
        else:
            taken._end(Job.State.DONE, progress=1.0)
    taken.job.refresh_from_db()
    return str(taken.job.state)


def _fail(taken: Run, error: Exception) -> None:
    """Record the failure, in the portal's own language; only a temporary one is tried again."""
    job = taken.job
    if isinstance(error, PortalError):
        message = kept(error.message)
    else:
        log.exception("job %s failed", job.pk)
        message = _("Something went wrong on our side. The log of the worker says what.")
    now = timezone.now()
    if not isinstance(error, Temporary):
        taken._fail(Job.State.FAILED, message, finished_at=now)
    elif job.attempts < job.max_attempts:
        later = now + timedelta(seconds=_pause(job, error))
        taken._fail(Job.State.QUEUED, message, run_after=later)
    else:
        taken._fail(Job.State.DEAD, message, finished_at=now)
    if isinstance(error, NotAllowed):
        record(actor=job.actor, action="access.denied", target=job, why=message[:500])


def _pause(job: Job, error: Temporary) -> float:
    """Seconds until the next attempt: longer each time, and at least as long as was asked for."""
    asked: float = min(float(error.details.get("wait", 0)), LONGEST_PAUSE)
    backoff: float = 10 * 2**job.attempts
    return max(backoff, asked)


@contextmanager
def _renewing(taken: Run) -> Iterator[None]:
    """Renew the lease from a thread of its own until the work is over."""
    over = threading.Event()

    def keep() -> None:
        try:
            while not over.wait(settings.JOB_LEASE_SECONDS / 3):
                close_old_connections()
                taken.renew()
        except (LeaseLost, Cancelled):
            return
        finally:
            connection.close()

    keeper = threading.Thread(target=keep, name=f"lease-{taken.job.pk}", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def register_handler(kind: str) -> Callable[[Callable[[Run], None]], Callable[[Run], None]]:
    """Decorator: this function does the jobs of ``kind``."""

    def sign_in(handler: Callable[[Run], None]) -> Callable[[Run], None]:
        return job_handlers.register(kind, handler)

    return sign_in
