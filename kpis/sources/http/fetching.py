"""Page after page of an address as lines of JSON, until there is nothing more."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import ngettext
from ace_portal.lib.words import sentence as _
from kpis.sources.base import Caps, Progress, ignore
from kpis.sources.http.answers import Answer
from kpis.sources.http.asking import Asked
from kpis.sources.http.body import NOTHING, at, decoded, flat, rows_of
from kpis.sources.http.client import Client

MOST_PAGES = 10_000
LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^\s",;]+))*)')
RELATION = re.compile(r';\s*rel\s*=\s*"?([^";]*)"?', re.IGNORECASE)


@dataclass(slots=True)
class Fetched:
    """What came so far."""

    rows: int = 0
    pages: int = 0
    bytes: int = 0
    complete: bool = True
    digest: Any = field(default_factory=hashlib.sha256)

    @property
    def note(self) -> str:
        return ngettext(
            "%(rows)s rows came on %(n)s page.", "%(rows)s rows came on %(n)s pages.", self.pages,
            rows=f"{self.rows:,}", n=f"{self.pages:,}",
        )  # fmt: skip


@dataclass(slots=True)
class Pages:
    """Which page comes next. Whoever answers the same page twice would never end."""

    client: Client
    asked: Asked
    more: dict[str, str] = field(default_factory=dict)
    number: int = 0
    rows: int = 0
    seen: set[str] = field(default_factory=set)

    def begin(self) -> str:
        self.number = self.asked.first
        if self.asked.paging == "page":
            self.more[self.asked.paged_by] = str(self.number)
        elif self.asked.paging == "offset":
            self.more[self.asked.paged_by] = "0"
        return self._target()

    def after(self, answer: Answer, body: Any, rows: int) -> str | None:
        """The target of the page after this one; None after the last."""
        self.rows += rows
        match self.asked.paging:
            case "page" | "offset" if rows == 0:
                return None
            case "page":
                self._once(_told(answer.body))
                self.number += 1
                return self._turned(str(self.number))
            case "offset":
                self._once(_told(answer.body))
                return self._turned(str(self.rows))
            case "cursor":
                cursor = self._named(body)
                if cursor is None:
                    return None
                self._once(cursor)
                return self._turned(cursor)
            case "next":
                link = self._named(body)
            case "link":
                link = next_link(answer.headers.get_all("Link") or ())
            case _:
                return None
        if link is None:
            return None
        target = self.client.within(answer, link)
        self._once(target)
        return target

    def _named(self, body: Any) -> str | None:
        """What the body says comes next; nothing, false or empty is the end."""
        found = at(body, self.asked.next_at)
        if found is NOTHING or found in (None, "", False):
            return None
        if not isinstance(found, str | int) or len(str(found)) > 8_000:
            raise Invalid(
                _("At “%(path)s” there is no link or cursor.", path=self.asked.next_at),
                field="next_at",
            )
        return str(found)

    def _turned(self, to: str) -> str:
        self.more[self.asked.paged_by] = to
        return self._target()

    def _target(self) -> str:
        return self.asked.target(self.client.site, **self.more)

    def _once(self, mark: str) -> None:
        if mark in self.seen:
            raise Invalid(
                _("The same page came twice, so there would be no end. Check how the pages go on."),
                field="paging",
            )
        self.seen.add(mark)


def _told(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def next_link(headers: Sequence[str]) -> str | None:
    """The target of ``rel="next"`` (RFC 8288)."""
    for header in headers:
        for target, parameters in LINK.findall(header):
            found = RELATION.search(parameters)
            if found and "next" in found[1].lower().split():
                return str(target)
    return None


def fetch(
    client: Client,
    asked: Asked,
    out: IO[str],
    progress: Progress = ignore,
    *,
    caps: Caps,
    enough: int = 0,
    expected: Sequence[str] = (),
    mark: str = "",
) -> Fetched:
    """Write a line for each row to ``out``.

    ``enough`` rows are a sample, 0 means all of them; ``expected`` columns are there even where no
    row has them; ``mark`` asks for what is newer.
    """
    found = Fetched()
    more = {asked.mark_parameter: mark} if mark and asked.mark_parameter else {}
    pages = Pages(client, asked, more)
    target: str | None = pages.begin()
    while target is not None:
        answer = client.ask(target) if _may_end(asked, found) else client.get(target)
        if answer.status in (404, 410):
            break
        if answer.status != 200:
            answer = client.get(target)
        body = decoded(answer.body, answer.kind)
        rows = rows_of(body, asked.rows_at)
        _count(found, answer, len(rows), caps)
        for row in rows:
            line = flat(row, asked.depth)
            if expected and isinstance(line, dict):
                line, expected = {**dict.fromkeys(expected), **line}, ()
            out.write(json.dumps(line, ensure_ascii=True) + "\n")
        progress(found.rows, 0)
        target = pages.after(answer, body, len(rows))
        if enough and found.rows >= enough:
            found.complete = target is None
            break
    return found


def _may_end(asked: Asked, found: Fetched) -> bool:
    """Some answer "not found" to a page after the last one."""
    return asked.paging == "page" and found.rows > 0


def _count(found: Fetched, answer: Answer, rows: int, caps: Caps) -> None:
    found.rows += rows
    found.pages += 1
    found.bytes += len(answer.body)
    found.digest.update(answer.body)
    if found.rows > caps.rows:
        raise Invalid(
            _("There are more than %(n)s rows. Ask for fewer of them.", n=f"{caps.rows:,}"),
            field="path",
        )
    if found.bytes > caps.bytes:
        raise Invalid(
            _(
                "There are more than %(n)s MB. Ask for fewer rows, or for fewer of their fields.",
                n=f"{caps.bytes / 1e6:,.0f}",
            ),
            field="path",
        )
    if found.pages > MOST_PAGES:
        raise Invalid(
            _("There are more than %(n)s pages. Ask for more rows a page.", n=f"{MOST_PAGES:,}"),
            field="size",
        )
