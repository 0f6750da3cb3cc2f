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
    """The jobs with ``label``, ``subject`` and ``url``; a query or two for each kind among them."""
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
    return jobs
