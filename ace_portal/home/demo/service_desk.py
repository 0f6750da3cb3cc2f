"""Two years of a service desk that does not exist, as an event log.

One row an event, several events an incident, in the order in which they happened. Seasons over the
year, the week and the day; a slow trend for the better since triage by template began; one outage
that everybody remembers. The same seed and last day always give the same file.
"""

from __future__ import annotations

import csv
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

HEADER = (
    "number", "event", "event_at", "state", "priority", "category", "channel", "assignment_group",
    "opened_at", "resolved_at", "closed_at", "reassignments", "reopened", "made_sla", "csat",
)  # fmt: skip

DAYS = 730
OUTAGE_DAYS_AGO = 131
TEMPLATE_DAYS_AGO = 210
PER_DAY = 13.0

#: name, share, hours that the service target allows, typical hours to resolve
PRIORITIES = (
    ("P1", 0.03, 4.0, 2.6),
    ("P2", 0.12, 8.0, 5.4),
    ("P3", 0.62, 24.0, 13.0),
    ("P4", 0.23, 72.0, 30.0),
)
#: name, share, how slow it is
CATEGORIES = (
    ("Access and identity", 0.27, 1.25),
    ("Business applications", 0.24, 1.0),
    ("Network", 0.15, 1.2),
    ("Workplace devices", 0.19, 0.85),
    ("Printing", 0.09, 0.6),
    ("Telephony", 0.06, 0.55),
)
GROUPS = {
    "Access and identity": "Identity",
    "Business applications": "Applications",
    "Network": "Network",
    "Workplace devices": "End-user computing",
    "Printing": "End-user computing",
    "Telephony": "Service desk",
}
CHANNELS = (("Portal", 0.5), ("Phone", 0.33), ("Email", 0.13), ("Chat", 0.04))
WEEKDAYS = (1.35, 1.2, 1.1, 1.05, 0.95, 0.2, 0.15)
HOURS = (1, 1, 1, 1, 1, 2, 5, 12, 22, 24, 20, 16, 12, 15, 17, 15, 12, 8, 5, 4, 3, 2, 2, 1)


@dataclass
class Incident:
    """What an incident knows of itself while it goes through the desk."""

    number: str
    opened: datetime
    priority: str
    category: str
    channel: str
    group: str
    reassignments: int = 0
    reopened: int = 0
    resolved: datetime | None = None
    closed: datetime | None = None
    met: bool | None = None
    csat: int | None = None
    events: list[tuple[datetime, tuple[str, ...]]] = field(default_factory=list)

    def note(self, at: datetime, event: str, state: str) -> None:
        """Write down an event with everything that is known at that moment."""
        known = (
            self.number, event, stamp(at), state, self.priority, self.category, self.channel,
            self.group, stamp(self.opened), stamp(self.resolved), stamp(self.closed),
            str(self.reassignments), str(self.reopened), word(self.met), word(self.csat),
        )  # fmt: skip
        self.events.append((at, known))


def write_event_log(path: Path, *, until: date, seed: int = 11) -> int:
    """Write the log up to the end of ``until``; answers the number of rows. Stamps are UTC."""
    events = [event for incident in incidents(until, seed) for event in incident.events]
    end = datetime.combine(until + timedelta(days=1), time(), UTC)
    rows = [row for at, row in sorted(events) if at < end]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(rows)
    return len(rows)


def incidents(until: date, seed: int) -> Iterator[Incident]:
    chance = random.Random(seed)
    number = 40_000
    for back in range(DAYS, -1, -1):
        day = until - timedelta(days=back)
        for opened in openings(chance, day, back):
            number += 1
            yield go_through(chance, start(chance, f"INC{number}", opened, back), back)


def openings(chance: random.Random, day: date, back: int) -> list[datetime]:
    """When incidents of a day are opened: by season, weekday and hour."""
    year = 1 + 0.16 * math.cos((day.timetuple().tm_yday - 20) / 365 * 2 * math.pi)
    growth = 1 + 0.12 * (DAYS - back) / DAYS
    expected = PER_DAY * year * growth * WEEKDAYS[day.weekday()]
    if back == OUTAGE_DAYS_AGO:
        expected = max(expected, PER_DAY) * 6
    count = poisson(chance, expected)
    moments = []
    for _incident in range(count):
        hour = chance.choices(range(24), HOURS)[0]
        if back == OUTAGE_DAYS_AGO:
            hour = chance.choice((9, 9, 10, 10, 11))
        moment = time(hour, chance.randrange(60), chance.randrange(60))
        moments.append(datetime.combine(day, moment, UTC))
    return sorted(moments)


def start(chance: random.Random, number: str, opened: datetime, back: int) -> Incident:
    outage = back == OUTAGE_DAYS_AGO and chance.random() < 0.85
    weights = [share for _name, share, *_rest in PRIORITIES]
    priority = chance.choices(PRIORITIES, weights)[0][0]
    category = chance.choices(CATEGORIES, [share for _name, share, _slow in CATEGORIES])[0][0]
    if outage:
        priority, category = chance.choice(("P1", "P2")), "Network"
    channel = chance.choices([name for name, _ in CHANNELS], [share for _, share in CHANNELS])[0]
    incident = Incident(number, opened, priority, category, channel, "Service desk")
    incident.note(opened, "opened", "New")
    return incident


def go_through(chance: random.Random, incident: Incident, back: int) -> Incident:
    """Assign, work, resolve, perhaps reopen, close."""
    allowed, typical = next((a, t) for name, _s, a, t in PRIORITIES if name == incident.priority)
    slow = next(slow for name, _share, slow in CATEGORIES if name == incident.category)
    better = 0.72 if back < TEMPLATE_DAYS_AGO else 1.0
    hours = typical * slow * better * math.exp(chance.gauss(-0.25, 0.85))
    if back == OUTAGE_DAYS_AGO and incident.category == "Network":
        hours = chance.uniform(5.5, 9.5)
    moment = incident.opened
    hops = poisson(chance, 0.75 * better)
    target = GROUPS[incident.category]
    for hop in range(hops + 1):
        moment += timedelta(hours=hours / (hops + 2))
        incident.group = target if hop == hops else chance.choice(list(GROUPS.values()))
        incident.reassignments = hop
        incident.note(moment, "assigned", "Active")
    resolve(incident, incident.opened + timedelta(hours=hours), allowed)
    if chance.random() < 0.035:
        reopen(chance, incident, hours, allowed)
    close(chance, incident)
    return incident


def resolve(incident: Incident, at: datetime, allowed: float) -> None:
    incident.resolved = at
    incident.met = at - incident.opened <= timedelta(hours=allowed)
    incident.note(at, "resolved", "Resolved")


def reopen(chance: random.Random, incident: Incident, hours: float, allowed: float) -> None:
    assert incident.resolved is not None
    moment = incident.resolved + timedelta(hours=chance.uniform(1, 30))
    incident.resolved, incident.met = None, None
    incident.reopened += 1
    incident.note(moment, "reopened", "Active")
    resolve(incident, moment + timedelta(hours=hours / 2), allowed)


def close(chance: random.Random, incident: Incident) -> None:
    """Three days after the fix, or earlier where the customer answers; some of them rate it."""
    assert incident.resolved is not None
    wait = chance.uniform(1, 40) if chance.random() < 0.59 else 72.0
    incident.closed = incident.resolved + timedelta(hours=wait)
    if chance.random() < 0.22:
        happy = 0.86 if incident.met else 0.55
        incident.csat = chance.choice((4, 5, 5)) if chance.random() < happy else chance.choice(
            (1, 2, 3)
        )  # fmt: skip
    incident.note(incident.closed, "closed", "Closed")


def poisson(chance: random.Random, expected: float) -> int:
    """Knuth's method, in slices so that a large expectation does not underflow."""
    total = 0
    while expected > 0:
        part = min(expected, 30.0)
        expected -= part
        limit, product = math.exp(-part), chance.random()
        while product > limit:
            total += 1
            product *= chance.random()
    return total


def stamp(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S") if moment is not None else ""


def word(value: bool | int | None) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
