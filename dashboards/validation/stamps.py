"""When a task was opened, in a value that only the server can have written."""

from __future__ import annotations

from datetime import datetime

from django.core import signing
from django.utils import timezone

from dashboards.validation.models import LONGEST_SECONDS

_SALT = "dashboards.validation.start"


def stamp(task: int, person: int, now: datetime | None = None) -> str:
    at = (now or timezone.now()).timestamp()
    return signing.dumps([task, person, int(at)], salt=_SALT)


def seconds_since(text: str, task: int, person: int, now: datetime | None = None) -> int | None:
    """How long ago this person opened this task; None where the stamp does not say so."""
    try:
        of_task, of_person, at = signing.loads(text, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if (of_task, of_person) != (task, person):
        return None
    seconds = int((now or timezone.now()).timestamp()) - at
    return seconds if 0 <= seconds <= LONGEST_SECONDS else None
