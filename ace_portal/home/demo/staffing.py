"""The people on duty in the demo: a database as a source, each team seeing its own rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from ace_portal.accounts.models import User
from ace_portal.accounts.services import change_person
from ace_portal.home.demo.discovery import Discovery
from ace_portal.home.demo.measurement import ZONE, work_off
from ace_portal.home.demo.rota import TEAMS, add_last_week, write_rota
from dashboards.content.services import drafts
from dashboards.content.services.dashboards import create_dashboard
from dashboards.prototypes import services as prototypes
from kpis.models import KPI, Dataset, KPIVersion
from kpis.services import checks, datasets, incremental, kpis, policies, schedules, sources, targets
from kpis.services.sourced import create_from_source
from personas.models import Question
from personas.selectors import claims_of
from personas.services.people import ask_question

FILE = "rota.sqlite"
TEAM_DAYS = """\
SELECT
    duty.team, duty.day, duty.agents, duty.hours, duty.changed_at,
    count(incidents.number) AS resolved
FROM (
    SELECT
        team, day, sum(agents) AS agents, sum(hours) AS hours, max(changed_at) AS changed_at
    FROM shifts
    GROUP BY team, day
) AS duty
LEFT JOIN incidents
    ON incidents.assignment_group = duty.team
    AND CAST(incidents.resolved_at AS DATE) = duty.day
GROUP BY duty.team, duty.day, duty.agents, duty.hours, duty.changed_at
"""


@dataclass(frozen=True)
class Plan:
    """One KPI of the people on duty. Without ``dimensions`` it is a formula over two others."""

    name: str
    measure: dict[str, Any]
    description: str
    unit_label: str = ""
    precision: int = 1
    direction: str = "up"
    good: float | None = None
    watch: float | None = None
    dimensions: tuple[str, ...] = ("team",)


PLANS = (
    Plan(
        "Shifts on duty", {"agg": "sum", "column": "agents"},
        "One person on duty for one shift of one day.", "shifts", 0,
    ),
    Plan(
        "Resolved per shift",
        {"ratio": [{"agg": "sum", "column": "resolved"}, {"agg": "sum", "column": "agents"}]},
        "What the teams resolve on a day, for each shift of one person.", "", 2, "up", 0.6, 0.5,
    ),
    Plan(
        "Work per shift",
        {"formula": "a / b", "kpis": {"a": "incident-volume", "b": "shifts-on-duty"}},
        "What comes in, for each shift of one person.", "", 2, "down", 0.6, 0.7, (),
    ),
)  # fmt: skip


def tell(people: Mapping[str, User], found: Discovery, today: date) -> None:
    """Nothing where the operator has named no folder for files that are sources."""
    if not settings.SOURCE_FILES_DIR:
        return
    owner = people["owner"]
    shifts = connect(owner, today - timedelta(days=1))
    limit(people, found, shifts)
    joined = datasets.create_prepared(
        actor=owner, name="Team days", sql=TEAM_DAYS,
        description="One row is one team on one day: who was there, and what they resolved.",
    )  # fmt: skip
    work_off()
    joined.refresh_from_db()
    question = ask_question(
        actor=owner, persona=found.persona, text="Are we enough for what comes in?", value=4,
        decision=claims_of(found.persona)["decision"][0],
    )  # fmt: skip
    for plan in PLANS:
        answer(owner, question, joined, plan, today)
    work_off()


def connect(owner: User, until: date) -> Dataset:
    """The planner's table, copied whole once; from then on each morning what is newer."""
    path = Path(settings.SOURCE_FILES_DIR) / FILE
    write_rota(path, until=until)
    source = sources.create_source(actor=owner, name="Duty planner", kind="sqlite", file=FILE)
    shifts = create_from_source(
        actor=owner, source=source, name="Shifts", schema="main", table="shifts",
        description="One row is one shift of one team, as the planner has it.",
    )  # fmt: skip
    work_off()
    shifts.refresh_from_db()
    checks.add_check(actor=owner, dataset=shifts, kind="unique", columns=["id"])
    checks.add_check(
        actor=owner, dataset=shifts, kind="not_null", columns=["lead"], severity="warning"
    )
    incremental.set_reading(
        actor=owner, dataset=shifts, mark_column="changed_at", overlap=2, overlap_unit="days",
        keys=["id"],
    )  # fmt: skip
    load(owner, shifts)  # all rows: it leaves the mark
    add_last_week(path, until=until)
    load(owner, shifts)  # what is newer
    schedules.set_schedule(actor=owner, dataset=shifts, schedule="30 6 * * *", schedule_zone=ZONE)
    return shifts


def load(owner: User, dataset: Dataset) -> None:
    datasets.rebuild(actor=owner, dataset=dataset)
    work_off()
    dataset.refresh_from_db()


def limit(people: Mapping[str, User], found: Discovery, shifts: Dataset) -> None:
    """The desk's leads see every team; somebody else the one that an administrator says."""
    change_person(
        actor=people["admin"], person=people["colleague"], attributes={"team": ["Network"]}
    )
    policies.set_policy(
        actor=people["owner"], dataset=shifts, column="team", attribute="team",
        rules={found.group: list(TEAMS)},
    )  # fmt: skip


def answer(owner: User, question: Question, data: Dataset, plan: Plan, today: date) -> KPI:
    timed = {"time_column": "day"} if plan.dimensions else {}
    kpi = kpis.create_kpi(
        actor=owner, name=plan.name, question=question, description=plan.description,
        definition={
            "measure": plan.measure, "time_zone": ZONE, "grain": "week",
            "dimensions": list(plan.dimensions), **timed,
        },
        category=KPI.Category.CAPACITY, unit=KPIVersion.Unit.NUMBER, unit_label=plan.unit_label,
        precision=plan.precision, direction=plan.direction,
        dataset=data if plan.dimensions else None,
    )  # fmt: skip
    if plan.good is not None and plan.watch is not None:
        targets.set_target(
            actor=owner, kpi=kpi, valid_from=today - timedelta(days=800), good=plan.good,
            watch=plan.watch,
        )  # fmt: skip
    kpis.publish_version(actor=owner, kpi=kpi)
    return kpi


def one_to_try(people: Mapping[str, User], found: Discovery, today: date) -> None:
    """A prototype for two pilots: one sees all teams, the other their own."""
    if not settings.SOURCE_FILES_DIR:
        return
    owner = people["owner"]
    dashboard = create_dashboard(
        actor=owner, name="People on duty",
        problem="Leads move people between teams by feeling.",
        hypothesis="If leads see what each team resolves for each person on duty, they move people "
        "before a queue grows.",
        success_measure="One move of people a month that names it.",
        persona=found.persona, groups=[found.group], review_due=today + timedelta(days=75),
    )  # fmt: skip
    versions = {
        version.kpi.name: version.pk
        for version in KPIVersion.objects.filter(
            state=KPIVersion.State.PUBLISHED, kpi__name__in=[plan.name for plan in PLANS]
        ).select_related("kpi")
    }
    draft = drafts.start_version(actor=owner, dashboard=dashboard)
    tiles: tuple[dict[str, Any], ...] = (
        {"type": "number", "width": 6, "kpi_version": versions["Resolved per shift"]},
        {"type": "number", "width": 6, "kpi_version": versions["Shifts on duty"]},
        {"type": "bar", "width": 6, "kpi_version": versions["Resolved per shift"],
         "by": "team"},
        {"type": "line", "width": 6, "kpi_version": versions["Resolved per shift"],
         "grain": "week"},
    )  # fmt: skip
    for tile in tiles:
        draft = drafts.add_tile(
            actor=owner, dashboard=dashboard, revision=draft.revision, tile=tile
        )
    drafts.change_filters(
        actor=owner, dashboard=dashboard, revision=draft.revision, period={"preset": "last_3"},
        choices=[{"column": "team", "label": "Team"}],
    )  # fmt: skip
    for name in ("member", "colleague"):
        prototypes.invite_pilot(actor=owner, dashboard=dashboard, person=people[name])
    prototypes.share_prototype(actor=owner, dashboard=dashboard)
