"""What a piece of work is called, and what it is about: each kind signs in from its own app."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from ace_portal.accounts.models import User
from ace_portal.jobs.models import Job
from ace_portal.lib.registries import job_kinds

#: a name and where it leads, by the key of the job; those that the person may open alone
About = Callable[[User, Sequence[Job]], dict[int, tuple[str, str]]]


def about_nothing(user: User, jobs: Sequence[Job]) -> dict[int, tuple[str, str]]:
    return {}


@dataclass(frozen=True)
class Kind:
    """A kind of work in words."""

    label: str | Promise
    about: About = field(default=about_nothing)


def told(user: User, jobs: Iterable[Job]) -> list[Job]:
    """The jobs with ``label``, ``subject``, ``url`` and ``why``; a query or two for each kind.

    Why a job failed says what it was about: it is for who may open that, who asked for the work,
    and administrators.
    """
    jobs = list(jobs)
    by_kind: dict[str, list[Job]] = {}
    for job in jobs:
        by_kind.setdefault(job.kind, []).append(job)
    known: dict[str, Any] = dict(job_kinds.items())
    for name, group in by_kind.items():
        kind = known.get(name, Kind(name))
        subjects = kind.about(user, group)
        for job in group:
            job.label = str(kind.label)  # type: ignore[attr-defined]
            job.subject, job.url = subjects.get(job.pk, ("", ""))  # type: ignore[attr-defined]
            open_to = job.pk in subjects or kind.about is about_nothing
            own = user.is_admin or job.actor_id == user.pk
            job.why = job.error if open_to or own else ""  # type: ignore[attr-defined]
    return jobs
