"""How far the MVPs are, for the pages that say so."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.days import site_today
from ace_portal.lib.gates import Check, Kind
from ace_portal.lib.selectors import first_or_404
from dashboards.content.document import Document
from dashboards.content.models import Dashboard, Version
from dashboards.content.selectors import (
    document_of,
    released_of,
    usable_versions,
    versions_for,
    work_of,
)
from dashboards.content.sources import Source, sources_of
from dashboards.lifecycle.evidence import Evidence, evidence_of
from dashboards.lifecycle.models import Feature, GateReview
from dashboards.lifecycle.stages import checks_of
from dashboards.lifecycle.standing import LAST, Passed, gates_passed
from dashboards.permissions import is_owner, may_edit, may_vouch
from personas.models import Persona
from personas.selectors import personas_for, questions_for


def gate_url(dashboard: Dashboard) -> str:
    """Where the gates are."""
    return reverse("dashboards:gates", args=[dashboard.slug])


def reviews_of(dashboard: Dashboard) -> QuerySet[GateReview]:
    """All that was decided, latest first."""
    return dashboard.gate_reviews.select_related("decider", "owner", "version")


def gates_waiting(user: User) -> QuerySet[Dashboard]:
    """The MVPs whose gate waits for this person's decision, longest first."""
    if not user.is_ace:
        return Dashboard.objects.none()
    asked = Dashboard.objects.filter(gate_asked_at__isnull=False, status=Dashboard.Status.ACTIVE)
    mine = asked.exclude(owner=user).exclude(former_owners=user)
    return mine.select_related("owner").order_by("gate_asked_at")


_RANKS = {priority: rank for rank, priority in enumerate(Feature.Priority.values)}


def features_of(dashboard: Dashboard) -> list[Feature]:
    """Musts first."""
    rows = dashboard.features.select_related("result_by")
    return sorted(rows, key=lambda row: _RANKS[row.priority])


def columns_of(dashboard: Dashboard) -> list[str]:
    """What its KPIs can be filtered by: those it shows, and those of its persona's questions."""
    work = work_of(dashboard) or released_of(dashboard)
    pinned = document_of(work).kpi_versions if work is not None else ()
    keys = usable_versions(dashboard, pinned).values_list("pk", flat=True)
    return sorted({name for source in sources_of(keys).values() for name in source.filters})


def feature_of(dashboard: Dashboard, pk: int) -> Feature:
    return first_or_404(dashboard.features.filter(pk=pk))


@dataclass
class Gate:
    """One stage: its checks, and the decision that let the MVP go on from it."""

    number: int
    name: str
    checks: list[Check]
    passed: Passed | None
    here: bool
    today: date
    tried: Version | None = None  # what pilots have had, which gates 5 and 6 are about

    @property
    def met(self) -> int:
        return sum(line.met for line in self.checks)

    @property
    def missing(self) -> list[Check]:
        return [line for line in self.checks if not line.met]

    @property
    def open(self) -> bool:
        """May it be decided now?"""
        if self.number > LAST:
            return False
        return self.here or (self.passed is not None and self.passed.again(self.tried))

    @property
    def state(self) -> tuple[str, str]:
        """In a kind and a word."""
        passed = self.passed
        if passed is None and self.here:
            return "live", _("Here now") if self.missing or self.number > LAST else _("To decide")
        if passed is None:
            return "none", _("Not yet")
        if passed.stale:
            return "watch", _("Changed since")
        if passed.of_another(self.tried):
            return "watch", _("Of another version")
        if passed.overdue(self.today):
            return "bad", _("Conditions overdue")
        return ("watch" if passed.conditional else "good"), _decided()[passed.review.decision]

    @property
    def word(self) -> str:
        return self.state[1]


def _decided() -> dict[str, str]:
    return {
        GateReview.Decision.PASS: _("Passed"),
        GateReview.Decision.CONDITIONAL: _("Passed with conditions"),
        GateReview.Decision.OVERRULE: _("Overruled"),
    }


def gates_of(dashboard: Dashboard, evidence: Evidence | None = None) -> list[Gate]:
    """All eight stages, in a fixed number of queries; the eighth has no gate."""
    evidence = evidence or evidence_of(dashboard)
    checks = checks_of(evidence)
    passed = gates_passed(dashboard, reviews_of(dashboard))
    today = site_today()
    here = int(dashboard.stage)
    checks[here] += open_conditions(passed, checks, today)
    return [
        Gate(number, str(Dashboard.Stage(number).label), lines, passed.get(number),
             number == here, today, evidence.tried.version)
        for number, lines in checks.items()
    ]  # fmt: skip


def gates_for(user: User, dashboard: Dashboard, evidence: Evidence | None = None) -> list[Gate]:
    """The same; a miss that others mend leads this reader to no page that is closed to them."""
    gates = gates_of(dashboard, evidence)
    closed = _closed_to(user, dashboard)
    for gate in gates:
        gate.checks = [
            replace(line, url="") if line.url in closed else line for line in gate.checks
        ]
    return gates


def _closed_to(user: User, dashboard: Dashboard) -> set[str]:
    pages = [] if is_owner(user, dashboard) else ["launch", "version-release"]
    pages += [] if may_edit(user, dashboard) else ["dashboard-edit"]
    return {reverse(f"dashboards:{page}", args=[dashboard.slug]) for page in pages}


def open_conditions(
    passed: dict[int, Passed], checks: dict[int, list[Check]], today: date
) -> list[Check]:
    """What an earlier gate asked for and still lacks: a miss for the present one once it is due."""
    lines = []
    for stage, gate in passed.items():
        if gate.conditional and not all(line.met for line in checks[stage]):
            text = _("Gate %(n)d asked for: %(conditions)s") % {
                "n": stage, "conditions": gate.review.conditions[:120],
            }  # fmt: skip
            kind: Kind = "bad" if gate.overdue(today) else "good"
            due = date_format(gate.review.due, "j M Y") if gate.review.due else ""
            lines.append(Check(kind, text, due, gate_url(gate.review.dashboard)))
    return lines


@dataclass
class Canvas:
    """The MVP on one page."""

    evidence: Evidence
    stages: list[dict[str, Any]]
    gate: Gate
    missing: list[Check]
    kpis: list[Source]
    persona: Persona | None  # None where the reader may not read it
    may_decide: bool
    questions: list[Any] = field(default_factory=list)

    @property
    def document(self) -> Document:
        return self.evidence.document

    @property
    def checks(self) -> list[dict[str, Any]]:
        return lines_of(self.gate.checks)


def canvas_of(user: User, dashboard: Dashboard) -> Canvas:
    """Stage bar, the checks of the present stage, what is missing, and what stands on the canvas.

    Only the ACE reads what is missing and what it works on; a member sees the stage.
    """
    evidence = evidence_of(dashboard)
    gates = gates_for(user, dashboard, evidence)
    if not user.is_ace:
        _leave_out_work(evidence, user)
    here = next(gate for gate in gates if gate.here)
    missing = [line for gate in gates[: here.number] for line in gate.missing]
    if not user.is_ace:
        missing = here.checks = []
    return Canvas(
        evidence=evidence,
        stages=[_stage(gate, here.number, dashboard, told=user.is_ace) for gate in gates],
        gate=here,
        missing=missing,
        kpis=list(evidence.sources.values()),
        persona=personas_for(user).filter(pk=dashboard.persona_id).first(),
        may_decide=may_vouch(user, dashboard),
        questions=list(questions_for(user).filter(persona=dashboard.persona_id)[:5]),
    )


def lines_of(checks: list[Check]) -> list[dict[str, Any]]:
    """As the component of checks takes them."""
    return [
        {
            "kind": line.kind,
            "text": line.text,
            "value": line.value,
            "url": line.url,
            "need": line.need,
        }
        for line in checks
    ]


def _leave_out_work(evidence: Evidence, user: User) -> None:
    """What a person reads of an MVP is the version that they may open."""
    versions = versions_for(user, evidence.dashboard)
    evidence.released = versions.filter(state=Version.State.RELEASED).first()
    evidence.version, evidence.features = None, []
    if evidence.released is None:
        evidence.version = versions.filter(state__in=Version.ON_TRIAL).first()
    shown = evidence.released or evidence.version
    evidence.document = document_of(shown) if shown is not None else Document()
    evidence.sources = sources_of(evidence.document.kpi_versions)


def _stage(gate: Gate, here: int, dashboard: Dashboard, *, told: bool) -> dict[str, Any]:
    note = _("%(met)d of %(all)d checks") % {"met": gate.met, "all": len(gate.checks)}
    if gate.passed is not None:
        note = gate.state[1]
    elif gate.number > here and not gate.met:
        note = _("Not started")
    about = reverse("dashboards:dashboard-about", args=[dashboard.slug])
    if not told:
        note = ""
    return {
        "number": gate.number,
        "name": gate.name,
        "note": note,
        "done": gate.number < here and gate.passed is not None and not gate.passed.stale,
        "here": gate.here,
        "met": gate.met == len(gate.checks),
        "part": round(100 * gate.met / max(len(gate.checks), 1)) if gate.here and told else 0,
        "url": f"{about}#stages" if gate.here else "",
    }
