"""Working hours in plain words."""

from __future__ import annotations

from ace_portal.lib.words import gettext_noop, joined, pattern
from ace_portal.lib.words import sentence as _
from kpis.engine.hours import WorkingHours, clock

_DAYS = (
    *(gettext_noop("Mon"), gettext_noop("Tue"), gettext_noop("Wed"), gettext_noop("Thu")),
    *(gettext_noop("Fri"), gettext_noop("Sat"), gettext_noop("Sun")),
)


def hours_words(hours: WorkingHours) -> str:
    """Working hours in words: “Mon–Fri 09:00–17:00 (Europe/Berlin), without 3 holidays”."""
    words = _("%(week)s (%(zone)s)", week=week_words(hours), zone=hours.zone)
    if not hours.holidays:
        return words
    return _("%(words)s, without %(n)s holidays", words=words, n=len(hours.holidays))


def week_words(hours: WorkingHours) -> str:
    """A week in words: “Mon–Thu 09:00–17:00; Fri 09:00–13:00”."""
    groups: list[tuple[int, int, str]] = []
    for day, stretches in enumerate(hours.week):
        text = ", ".join(f"{clock(begin)}–{clock(end)}" for begin, end in stretches)
        if groups and groups[-1][1] == day - 1 and groups[-1][2] == text:
            groups[-1] = (groups[-1][0], day, text)
        else:
            groups.append((day, day, text))
    return joined("; ", [_days(first, last, text) for first, last, text in groups if text])


def _days(first: int, last: int, text: str) -> str:
    if first == last:
        return pattern("%(day)s %(text)s", day=pattern(_DAYS[first]), text=text)
    return pattern(
        "%(first)s–%(last)s %(text)s",
        first=pattern(_DAYS[first]), last=pattern(_DAYS[last]), text=text,
    )  # fmt: skip
