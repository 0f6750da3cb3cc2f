"""An answer over HTTP, and what it means where it is not the data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from ace_portal.lib.errors import Invalid, PortalError, Temporary
from ace_portal.lib.words import sentence as _


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: ``target`` is the path that it came from, after redirects."""

    target: str
    status: int
    headers: Any
    body: bytes

    @property
    def kind(self) -> str:
        return str(self.headers.get("Content-Type", ""))


def refusal_of(answer: Answer) -> PortalError:
    """An answer that is not the data, in words; nothing of its body is repeated."""
    status, wait = answer.status, wait_of(answer)
    if status == 401:
        return Invalid(_("The address lets nobody in with this token."), field="password")
    if status == 403:
        return Invalid(_("The token may not read this."), field="password")
    if status in (404, 410):
        return Invalid(_("There is nothing at this path."), field="path")
    waiting = {} if wait is None else {"wait": wait}
    if status == 429:
        return Temporary(
            _("The address has been asked too often for now."), field="path",
            **(waiting or {"wait": 5.0}),
        )  # fmt: skip
    if status >= 500 or status == 408:
        return Temporary(
            _("The address has trouble of its own (%(n)s). It is tried again later.", n=status),
            field="path", **waiting,
        )  # fmt: skip
    return Invalid(_("The address refuses what was asked (%(n)s).", n=status), field="path")


def wait_of(answer: Answer) -> float | None:
    """How many seconds the address asks to wait, if it does."""
    said = str(answer.headers.get("Retry-After", "")).strip()
    if said.isdecimal():
        return float(said[:9])
    try:
        moment = parsedate_to_datetime(said)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
