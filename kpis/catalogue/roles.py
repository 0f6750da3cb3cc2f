"""The parts that columns play in a template, and how a column is recognised in its part."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ace_portal.lib.words import sentence as _

NUMBERS, TIMES = ("integer", "number"), ("timestamp", "date")
FLAGS = ("boolean", "text", "integer")
NAMES = ("text", "integer")


@dataclass(frozen=True, slots=True)
class Role:
    """One part: its words, the types of column that can play it, and what such columns are called.

    A flag of another type than yes or no needs the value that counts as yes: ``value``.
    """

    key: str
    label: str
    types: tuple[str, ...]
    called: str  # a regular expression over the column's name in small letters, _ as a space
    value: bool = False
    optional: bool = False


def _role(key: str, label: str, types: tuple[str, ...], called: str, **more: bool) -> Role:
    return Role(key, label, types, called, **more)


ROLES: dict[str, Role] = {
    role.key: role
    for role in (
        _role("opened", _("Opened at"), TIMES, r"open|creat|submit|report|start|received"),
        _role("closed", _("Closed at"), TIMES, r"clos|end|finish|complet"),
        _role("resolved", _("Resolved at"), TIMES, r"resol|solved|fixed"),
        _role("replied", _("First reply at"), TIMES, r"first (reply|response)|respond"),
        _role("failed", _("Failed at"), TIMES, r"fail|down|outage|broke"),
        _role("restored", _("Restored at"), TIMES, r"restor|recover|up at"),
        _role("alerted", _("Alert at"), TIMES, r"alert|alarm|trigger"),
        _role("acknowledged", _("Acknowledged at"), TIMES, r"ack"),
        _role("fulfilled", _("Fulfilled at"), TIMES, r"fulfil|deliver|provid"),
        _role("committed", _("Committed at"), TIMES, r"commit|merge"),
        _role("released", _("Released at"), TIMES, r"releas|deploy"),
        _role("at", _("Time"), TIMES, r"^at$|time|date|day|stamp|sampl"),
        _role("met", _("Met its target"), FLAGS, r"sla|met|in time|on time", value=True),
        _role("abandoned", _("Abandoned"), FLAGS, r"abandon|hung|lost", value=True),
        _role("answered", _("Answered"), FLAGS, r"answer|taken", value=True),
        _role("first_contact", _("Resolved at first contact"), FLAGS, r"first contact|fcr",
              value=True),
        _role("failed_change", _("Needed remediation"), FLAGS, r"remed|rolled back|fail|incident",
              value=True),
        _role("knowledge", _("Used an article"), FLAGS, r"knowledge|article|kb", value=True),
        _role("priority", _("Priority"), NAMES, r"prio|severity", value=True),
        _role("agent", _("Agent"), NAMES, r"agent|assign(ed|ee)|resolved by|owner|technician"),
        _role("reassigned", _("Times reassigned"), NUMBERS, r"reassign|handoff|hops"),
        _role("reopened", _("Times reopened"), NUMBERS, r"reopen"),
        _role("resolutions", _("Times resolved"), NUMBERS, r"resolutions|times resolved"),
        _role("tier", _("Tier"), NUMBERS, r"tier|level|line"),
        _role("age", _("Age of an open item, in days"), NUMBERS, r"age"),
        _role("handling", _("Time handled"), NUMBERS, r"handl|worked|busy"),
        _role("available", _("Time available"), NUMBERS, r"avail|shift|capacity"),
        _role("waited", _("Time waited, in seconds"), NUMBERS, r"wait|queue"),
        _role("sample", _("Sampled share, in percent"), NUMBERS, r"cpu|util|load|usage|percent"),
        _role("free", _("Free"), NUMBERS, r"free|left|headroom"),
        _role("total", _("Total"), NUMBERS, r"total|size|capacity"),
        _role("latency", _("Latency, in milliseconds"), NUMBERS, r"latenc|duration|elapsed|ms"),
        _role("up", _("Time up"), NUMBERS, r"up ?time|^up"),
        _role("agreed", _("Time agreed"), NUMBERS, r"agreed|service time|planned"),
        _role("failures", _("Failures"), NUMBERS, r"failures|outages"),
        _role("score", _("Score, 1 to 5"), NUMBERS, r"csat|score|rating|satisf"),
        _role("cost", _("Cost"), NUMBERS, r"cost|price|spend|amount"),
    )
}  # fmt: skip

#: columns by which a KPI may be split, where the data has them
SPLITS = re.compile(r"prio|severity|group|team|categor|channel|contact type|location|site|service")
MOST_VALUES = 200


def suggested(role: Role, types: Mapping[str, str]) -> str:
    """The column that most likely plays a role; empty where none does."""
    wanted = re.compile(role.called)
    found = [
        name for name, kind in types.items() if kind in role.types and wanted.search(plain(name))
    ]
    # A yes or no before a text for a flag; the shortest name says the least beside its part.
    return min(found, key=lambda name: (role.types.index(types[name]), len(name)), default="")


def plain(name: str) -> str:
    """A column's name as words."""
    return re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)).strip().lower()


def splits(types: Mapping[str, str], distinct: Mapping[str, int | None]) -> list[str]:
    """The columns of few values by which people split such figures."""
    return [
        name
        for name, kind in types.items()
        if kind in ("text", "boolean", "integer")
        and SPLITS.search(plain(name))
        and (distinct.get(name) or 0) <= MOST_VALUES
    ]
