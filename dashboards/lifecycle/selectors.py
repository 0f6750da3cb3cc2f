"""How far the MVPs are, for the pages that say so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from dashboards.content.document import Document
from dashboards.content.models import Dashboard, Version
from dashboards.content.sources import Source
from dashboards.lifecycle.models import Launch
from dashboards.lifecycle.stages import Check, Evidence, checks_of, evidence_of
from personas.models import Persona
from personas.selectors import personas_for, questions_for


@dataclass
class Canvas:
    """The MVP on one page."""

    evidence: Evidence
    stages: list[dict[str, Any]]
    checks: list[dict[str, Any]]
    here: int
    here_name: str
    missing: list[Check]
    kpis: list[Source]
    persona: Persona | None  # None where the reader may not read it
    questions: list[Any] = field(default_factory=list)

    @property
    def document(self) -> Document:
        return self.evidence.document

    @property
    def met(self) -> int:
        return sum(check["kind"] == "good" for check in self.checks)


def canvas_of(user: User, dashboard: Dashboard) -> Canvas:
    """Stage bar, the checks of the present stage, what is missing, and what stands on the canvas.

    Only the ACE reads what is missing; a member sees the stage.
    """
    evidence = evidence_of(dashboard)
    checks = checks_of(evidence)
    here = int(dashboard.stage)
    missing = [line for n in range(1, here + 1) for line in checks[n] if not line.met]
    about = reverse("dashboards:dashboard-about", args=[dashboard.slug])
    lines = [_line(check) for check in checks[here]]
    if not user.is_ace:
        missing, lines = [], []
    return Canvas(
        evidence=evidence,
        stages=[_stage(n, here, checks[n], about) for n in checks],
        checks=lines,
        here=here,
        here_name=str(Dashboard.Stage(here).label),
        missing=missing,
        kpis=list(evidence.sources.values()),
        persona=personas_for(user).filter(pk=dashboard.persona_id).first(),
        questions=list(questions_for(user).filter(persona=dashboard.persona_id)[:5]),
    )


def _line(check: Check) -> dict[str, Any]:
    return {"kind": check.kind, "text": check.text, "value": check.value, "url": check.url}


def _stage(number: int, here: int, checks: list[Check], about: str) -> dict[str, Any]:
    met = sum(check.met for check in checks)
    note = _("%(met)d of %(all)d checks") % {"met": met, "all": len(checks)}
    if number < here and met == len(checks):
        note = _("Done")
    elif number > here and not met:
        note = _("Not started")
    return {
        "number": number,
        "name": Dashboard.Stage(number).label,
        "note": note,
        "done": number < here,
        "here": number == here,
        "part": round(100 * met / len(checks)) if number == here else 0,
        "url": f"{about}#stages" if number == here else "",
    }


@dataclass
class Column:
    """One stage of the portfolio."""

    number: int
    name: str
    dashboards: list[Dashboard]


def portfolio_of() -> list[Column]:
    """All that are not retired, by stage; ``version_list`` and ``open_launches`` are read along."""
    working = Version.objects.exclude(state=Version.State.SUPERSEDED).order_by("number")
    rows = (
        Dashboard.objects.exclude(status=Dashboard.Status.RETIRED)
        .select_related("persona", "owner")
        .prefetch_related(
            Prefetch("versions", working, to_attr="version_list"),
            Prefetch(
                "launches",
                Launch.objects.filter(ended_at__isnull=True).select_related("group"),
                to_attr="open_launches",
            ),
        )
    )
    by_stage: dict[int, list[Dashboard]] = {stage: [] for stage in Dashboard.Stage}
    for dashboard in rows:
        by_stage[dashboard.stage].append(dashboard)
    return [
        Column(int(stage), str(Dashboard.Stage(stage).label), found)
        for stage, found in by_stage.items()
    ]


@dataclass
class Glance:
    """The portfolio in a few lines."""

    stages: list[dict[str, Any]]
    drafts: list[Version]
    live: list[Dashboard]


def glance_of(most: int = 5) -> Glance:
    """How many MVPs at each stage that has some, the oldest drafts, what is open to people."""
    columns = portfolio_of()
    rows = [dashboard for column in columns for dashboard in column.dashboards]
    drafts = (
        Version.objects.filter(state=Version.State.DRAFT)
        .select_related("dashboard")
        .order_by("updated_at")[:most]
    )
    live = [row for row in rows if getattr(row, "open_launches", [])]
    return Glance(
        stages=[{"name": c.name, "count": len(c.dashboards)} for c in columns if c.dashboards],
        drafts=list(drafts),
        live=live[:most],
    )
