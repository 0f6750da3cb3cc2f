"""The second half of the demo's story: data, KPIs that answer, a dashboard of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.files import File
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.home.demo.discovery import Discovery
from ace_portal.home.demo.service_desk import write_event_log
from ace_portal.jobs import services as jobs
from ace_portal.jobs.models import Job
from dashboards.content.models import Dashboard
from dashboards.content.services.assembly import assemble_version
from dashboards.content.services.dashboards import create_dashboard
from kpis.models import KPI, Dataset
from kpis.services import calendars, checks, datasets, kpis, targets, uploads
from kpis.services.steps import show_at_step
from personas.selectors import steps_of

ZONE = "Europe/Berlin"
HOLIDAYS = ("01-01", "12-25", "12-26")

LAST_ROW = """\
SELECT * EXCLUDE (place)
FROM (
    SELECT *, row_number() OVER (PARTITION BY number ORDER BY _row DESC) AS place
    FROM service_desk_events
)
WHERE place = 1
"""

DIMENSIONS = ["priority", "category", "assignment_group", "channel"]
RESOLVED = {"column": "resolved_at", "op": "is not null"}


@dataclass(frozen=True)
class Plan:
    """One KPI of the demo: which question it answers and how."""

    name: str
    question: int
    category: str
    measure: dict[str, Any]
    unit: str = "count"
    unit_label: str = ""
    precision: int = 0
    direction: str = "up"
    good: float | None = None
    watch: float | None = None
    time_column: str | None = "opened_at"
    step: str = ""
    more: dict[str, Any] = field(default_factory=dict)


PLANS = (
    Plan(
        "SLA attainment", 0, "quality",
        {"share": {"of": {"column": "made_sla", "op": "=", "value": True}, "among": RESOLVED}},
        "percent", "%", 1, "up", 0.9, 0.8, step="Resolve",
    ),
    Plan(
        "Time to resolve", 1, "speed",
        {"agg": "quantile", "q": 0.5,
         "column": {"from": "opened_at", "to": "resolved_at", "unit": "h"}},
        "duration", "h", 1, "down", 9.0, 11.0, step="Resolve",
    ),
    Plan("Incident volume", 2, "capacity", {"agg": "count"}, "count", "incidents", 0, "down"),
    Plan(
        "Backlog", 3, "capacity",
        {"stock": {"opened": "opened_at", "closed": "closed_at"}},
        "count", "open", 0, "down", 60, 80, time_column=None,
    ),
    Plan(
        "Reassignment rate", 4, "quality",
        {"share": {"of": {"column": "reassignments", "op": ">", "value": 0}}},
        "percent", "%", 1, "down", 0.4, 0.5, step="Triage",
    ),
    Plan(
        "Satisfaction (CSAT)", 5, "experience",
        {"share": {"of": {"column": "csat", "op": ">=", "value": 4},
                   "among": {"column": "csat", "op": "is not null"}}},
        "percent", "%", 0, "up", 0.85, 0.75, step="Confirm",
    ),
)  # fmt: skip


def tell(owner: User, found: Discovery, today: date) -> Dashboard:
    """Load the log, prepare one row per incident, answer the questions, assemble the dashboard."""
    incidents = prepare(owner, today)
    for plan in PLANS:
        answer(owner, found, incidents, plan, today)
    work_off()
    dashboard = create_dashboard(
        actor=owner,
        name="Incident service",
        problem="Leads find out on Friday what went wrong on Monday, from three tools with three "
        "different figures.",
        hypothesis="If leads see waits and handoffs per group each Monday, the median time to "
        "resolve falls under nine hours within a quarter.",
        success_measure="Half of the leads open it weekly, and one staffing decision a month "
        "names it.",
        persona=found.persona,
        groups=[found.group],
        sponsor="Head of workplace services",
        review_due=today + timedelta(days=30),
    )
    assemble_version(actor=owner, dashboard=dashboard)
    return dashboard


def prepare(owner: User, today: date) -> Dataset:
    """The event log as a file, and from it the last row of each incident; the desk's hours."""
    calendars.create_calendar(
        actor=owner, name="Service desk", time_zone=ZONE,
        week=[[["08:00", "18:00"]]] * 5 + [[["09:00", "13:00"]], []],
        holidays=[f"{year}-{day}" for year in (today.year - 1, today.year) for day in HOLIDAYS],
    )  # fmt: skip
    with TemporaryDirectory() as folder:
        path = Path(folder) / "service-desk-events.csv"
        write_event_log(path, until=today - timedelta(days=1))
        with path.open("rb") as stream:
            upload = uploads.take_upload(actor=owner, file=File(stream, name=path.name))
    datasets.create_dataset(
        actor=owner,
        upload=upload,
        name="Service desk events",
        description="One row is one event of an incident, in the order in which they happened.",
        time_zone="UTC",
    )
    work_off()
    incidents = datasets.create_prepared(
        actor=owner,
        name="Incidents",
        description="One row is one incident: its last event says what is known of it.",
        sql=LAST_ROW,
    )
    work_off()
    incidents.refresh_from_db()
    demand(owner, incidents)
    return incidents


def demand(owner: User, incidents: Dataset) -> None:
    """What must hold of the incidents, and a second load that has been looked at."""
    add = partial(checks.add_check, actor=owner, dataset=incidents)
    add(kind="unique", columns=["number"])
    add(kind="accepted", columns=["priority"], values=["P1", "P2", "P3", "P4"])
    add(kind="sql", sql="SELECT number FROM incidents WHERE resolved_at < opened_at")
    add(kind="freshness", hours=72, severity="warning")
    datasets.rebuild(actor=owner, dataset=incidents)
    work_off()
    incidents.refresh_from_db()


def answer(owner: User, found: Discovery, data: Dataset, plan: Plan, today: date) -> KPI:
    """A published KPI with its target, shown at its step of the blueprint."""
    definition = {
        "measure": plan.measure,
        "time_zone": ZONE,
        "grain": "week",
        "dimensions": DIMENSIONS,
        **({"time_column": plan.time_column} if plan.time_column else {}),
    }
    kpi = kpis.create_kpi(
        actor=owner, name=plan.name, question=found.questions[plan.question], dataset=data,
        definition=definition, category=plan.category, unit=plan.unit, unit_label=plan.unit_label,
        precision=plan.precision, direction=plan.direction,
    )  # fmt: skip
    if plan.good is not None and plan.watch is not None:
        targets.set_target(
            actor=owner, kpi=kpi, valid_from=today - timedelta(days=800), good=plan.good,
            watch=plan.watch,
        )  # fmt: skip
    kpis.publish_version(actor=owner, kpi=kpi)
    if plan.step:
        keys = {step.title: step.key for step in steps_of(found.blueprint)}
        show_at_step(actor=owner, kpi=kpi, blueprint=found.blueprint, step_key=keys[plan.step])
    return kpi


def work_off() -> None:
    """Do what is queued here and now; no worker runs yet."""
    while job := Job.objects.due(timezone.now()).order_by("pk").first():
        jobs.run(job.pk)
