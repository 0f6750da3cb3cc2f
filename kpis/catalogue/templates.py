"""The forty templates: what each measures, of which roles, in which unit and direction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ace_portal.lib.words import sentence as _

Roles = Mapping[str, str]
Json = dict[str, Any]
Flag = Callable[[str], Json]


@dataclass(frozen=True, slots=True)
class Template:
    """A KPI without its data. ``measure(roles, flag)`` makes the measure of chosen columns;
    ``flag(role)`` is the condition that the role's column says yes."""

    code: str
    name: str
    formula: str
    unit: str
    label: str
    direction: str
    category: str
    roles: tuple[str, ...]
    measure: Callable[[Roles, Flag], Json]
    time: str = ""  # the role by which a row belongs to a period
    precision: int = 0

    @property
    def time_role(self) -> str:
        return self.time or self.roles[0]


def _count(time: str) -> Callable[[Roles, Flag], Json]:
    return lambda roles, flag: {"agg": "count", "where": _there(roles[time])}


def _duration(start: str, end: str, unit: str, agg: str = "quantile", q: float = 0.5) -> Any:
    def measure(roles: Roles, flag: Flag) -> Json:
        column = {"from": roles[start], "to": roles[end], "unit": unit}
        return {"agg": agg, "column": column} | ({"q": q} if agg == "quantile" else {})

    return measure


def _share(role: str, among: str = "") -> Callable[[Roles, Flag], Json]:
    def measure(roles: Roles, flag: Flag) -> Json:
        inner = {"of": flag(role)} | ({"among": _there(roles[among])} if among else {})
        return {"share": inner}

    return measure


def _beyond(role: str, op: str, value: float, among: str = "") -> Callable[[Roles, Flag], Json]:
    def measure(roles: Roles, flag: Flag) -> Json:
        of = {"column": roles[role], "op": op, "value": value}
        return {"share": {"of": of} | ({"among": _there(roles[among])} if among else {})}

    return measure


def _ratio(over: str, under: str, scale: float = 1) -> Callable[[Roles, Flag], Json]:
    def measure(roles: Roles, flag: Flag) -> Json:
        pair = [{"agg": "sum", "column": roles[over]}, {"agg": "sum", "column": roles[under]}]
        return {"ratio": pair, "scale": scale}

    return measure


def _there(column: str) -> Json:
    return {"column": column, "op": "is not null"}


def _gone(column: str) -> Json:
    return {"column": column, "op": "is null"}


def _of(agg: str, role: str, q: float = 0.0) -> Callable[[Roles, Flag], Json]:
    def measure(roles: Roles, flag: Flag) -> Json:
        return {"agg": agg, "column": roles[role]} | ({"q": q} if q else {})

    return measure


def _made(*rows: tuple[Any, ...]) -> dict[str, Template]:
    return {row[0]: Template(*row[:9], **row[9] if len(row) > 9 else {}) for row in rows}


TEMPLATES: dict[str, Template] = _made(
    ("incident-volume", _("Incident volume"), _("opened in the period"), "count", "", "band",
     "capacity", ("opened",), _count("opened")),
    ("closed-volume", _("Closed volume"), _("closed in the period"), "count", "", "band",
     "capacity", ("closed",), _count("closed")),
    ("net-flow", _("Net flow"), _("opened − closed"), "count", "", "down", "capacity",
     ("opened", "closed"), lambda r, f: {"net": {"in": r["opened"], "out": r["closed"]}}),
    ("backlog", _("Backlog"), _("opened by then and not closed"), "count", "", "down", "capacity",
     ("opened", "closed"), lambda r, f: {"stock": {"opened": r["opened"], "closed": r["closed"]}}),
    ("backlog-age", _("Backlog age"), _("median age of open items"), "duration", "d", "down",
     "speed", ("age", "opened", "closed"),
     lambda r, f: {"agg": "quantile", "q": 0.5, "column": r["age"], "where": _gone(r["closed"])},
     {"time": "opened", "precision": 1}),
    ("aged-backlog", _("Aged backlog"), _("open for more than 30 days ÷ open"), "percent", "%",
     "down", "capacity", ("age", "opened", "closed"),
     lambda r, f: {"share": {"of": {"column": r["age"], "op": ">", "value": 30},
                             "among": _gone(r["closed"])}},
     {"time": "opened", "precision": 1}),
    ("work-per-agent", _("Work per agent"), _("closed ÷ active agents"), "number", "", "band",
     "capacity", ("closed", "agent"),
     lambda r, f: {"ratio": [{"agg": "count"}, {"agg": "count_distinct", "column": r["agent"]}]},
     {"precision": 1}),
    ("agent-utilisation", _("Agent utilisation"), _("time handled ÷ time available"), "percent",
     "%", "band", "capacity", ("handling", "available", "at"), _ratio("handling", "available"),
     {"time": "at", "precision": 1}),
    ("cpu-utilisation", _("CPU utilisation"), _("mean of the samples"), "number", "%", "band",
     "capacity", ("sample", "at"), _of("avg", "sample"), {"time": "at", "precision": 1}),
    ("peak-utilisation", _("Peak utilisation"), _("95th percentile of the samples"), "number", "%",
     "down", "capacity", ("sample", "at"), _of("quantile", "sample", 0.95),
     {"time": "at", "precision": 1}),
    ("saturation", _("Saturation"), _("samples over 80 %% ÷ samples"), "percent", "%", "down",
     "capacity", ("sample", "at"), _beyond("sample", ">", 80), {"time": "at", "precision": 1}),
    ("throughput", _("Throughput"), _("requests in the period"), "count", "", "band", "capacity",
     ("at",), _count("at")),
    ("storage-headroom", _("Storage headroom"), _("free ÷ total"), "percent", "%", "up",
     "capacity", ("free", "total", "at"), _ratio("free", "total"), {"time": "at", "precision": 1}),
    ("first-response", _("First response time"), _("median of first reply − opened"), "duration",
     "min", "down", "speed", ("opened", "replied"), _duration("opened", "replied", "min")),
    ("speed-of-answer", _("Speed of answer"), _("time waited ÷ answered calls"), "duration", "s",
     "down", "speed", ("waited", "answered", "at"),
     lambda r, f: {"ratio": [{"agg": "sum", "column": r["waited"]},
                             {"agg": "count", "where": f("answered")}]}, {"time": "at"}),
    ("abandonment", _("Abandonment"), _("abandoned ÷ offered calls"), "percent", "%", "down",
     "experience", ("abandoned", "at"), _share("abandoned"), {"time": "at", "precision": 1}),
    ("time-to-resolve", _("Time to resolve"), _("median of resolved − opened"), "duration", "h",
     "down", "speed", ("opened", "resolved"), _duration("opened", "resolved", "h"),
     {"precision": 1}),
    ("mttr", _("Mean time to resolve"), _("mean of resolved − opened"), "duration", "h", "down",
     "speed", ("opened", "resolved"), _duration("opened", "resolved", "h", "avg"),
     {"precision": 1}),
    ("p90-resolve", _("Resolve time, 90th percentile"), _("90th percentile of resolved − opened"),
     "duration", "h", "down", "speed", ("opened", "resolved"),
     _duration("opened", "resolved", "h", q=0.9), {"precision": 1}),
    ("time-to-restore", _("Time to restore"), _("median of restored − failed"), "duration", "h",
     "down", "speed", ("failed", "restored"), _duration("failed", "restored", "h"),
     {"precision": 1}),
    ("time-to-acknowledge", _("Time to acknowledge"), _("mean of acknowledged − alert"),
     "duration", "min", "down", "speed", ("alerted", "acknowledged"),
     _duration("alerted", "acknowledged", "min", "avg"), {"precision": 1}),
    ("sla-attainment", _("SLA attainment"), _("met ÷ closed"), "percent", "%", "up", "quality",
     ("closed", "met"), _share("met", among="closed"), {"precision": 1}),
    ("request-fulfilment", _("Request fulfilment"), _("median of fulfilled − submitted"),
     "duration", "h", "down", "speed", ("opened", "fulfilled"),
     _duration("opened", "fulfilled", "h"), {"precision": 1}),
    ("latency-p95", _("Latency, 95th percentile"), _("95th percentile of the latency"), "number",
     "ms", "down", "speed", ("latency", "at"), _of("quantile", "latency", 0.95), {"time": "at"}),
    ("first-contact", _("First-contact resolution"), _("resolved at first contact ÷ resolved"),
     "percent", "%", "up", "quality", ("resolved", "first_contact"),
     _share("first_contact", among="resolved"), {"precision": 1}),
    ("handoff-free", _("Handoff-free share"), _("no reassignment and no reopening ÷ closed"),
     "percent", "%", "up", "quality", ("closed", "reassigned", "reopened"),
     lambda r, f: {"share": {"of": {"all": [
         {"column": r["reassigned"], "op": "=", "value": 0},
         {"column": r["reopened"], "op": "=", "value": 0}]}, "among": _there(r["closed"])}},
     {"precision": 1}),
    ("reassignment-rate", _("Reassignment rate"), _("reassigned ÷ closed"), "percent", "%", "down",
     "quality", ("closed", "reassigned"), _beyond("reassigned", ">", 0, among="closed"),
     {"precision": 1}),
    ("reopen-rate", _("Reopen rate"), _("reopened ÷ closed"), "percent", "%", "down", "quality",
     ("closed", "reopened"), _beyond("reopened", ">", 0, among="closed"), {"precision": 1}),
    ("repeated-resolution", _("Repeated resolution"), _("resolved more than once ÷ resolved"),
     "percent", "%", "down", "quality", ("resolved", "resolutions"),
     _beyond("resolutions", ">", 1, among="resolved"), {"precision": 1}),
    ("escalation-rate", _("Escalation rate"), _("beyond tier 1 ÷ all"), "percent", "%", "down",
     "quality", ("opened", "tier"), _beyond("tier", ">", 1), {"precision": 1}),
    ("major-incidents", _("Major incidents"), _("incidents of the highest priority"), "count", "",
     "down", "quality", ("opened", "priority"),
     lambda r, f: {"agg": "count", "where": f("priority")}),
    ("availability", _("Availability"), _("time up ÷ time agreed"), "percent", "%", "up",
     "quality", ("up", "agreed", "at"), _ratio("up", "agreed"), {"time": "at", "precision": 2}),
    ("mtbf", _("Mean time between failures"), _("time up ÷ failures"), "duration", "h", "up",
     "quality", ("up", "failures", "at"), _ratio("up", "failures"), {"time": "at", "precision": 1}),
    ("change-failure", _("Change failure rate"), _("changes that needed remediation ÷ deployed"),
     "percent", "%", "down", "quality", ("released", "failed_change"), _share("failed_change"),
     {"precision": 1}),
    ("deployment-frequency", _("Deployment frequency"), _("releases in the period"), "count", "",
     "up", "speed", ("released",), _count("released")),
    ("lead-time", _("Lead time for change"), _("median of released − committed"), "duration", "d",
     "down", "speed", ("committed", "released"), _duration("committed", "released", "d"),
     {"time": "released", "precision": 1}),
    ("problem-age", _("Problem age"), _("median of closed − opened"), "duration", "d", "down",
     "speed", ("opened", "closed"), _duration("opened", "closed", "d"),
     {"time": "closed", "precision": 1}),
    ("csat", _("Satisfaction"), _("scores of 4 and 5 ÷ responses"), "percent", "%", "up",
     "experience", ("score", "at"), _beyond("score", ">=", 4, among="score"),
     {"time": "at", "precision": 1}),
    ("knowledge-use", _("Knowledge use"), _("closed with an article ÷ closed"), "percent", "%",
     "up", "cost", ("closed", "knowledge"), _share("knowledge", among="closed"),
     {"precision": 1}),
    ("cost-per-ticket", _("Cost per ticket"), _("cost ÷ closed"), "money", "€", "down", "cost",
     ("closed", "cost"),
     lambda r, f: {"ratio": [{"agg": "sum", "column": r["cost"]}, {"agg": "count"}]},
     {"precision": 2}),
)  # fmt: skip
