"""How far an MVP is: eight stages, each with what is there and what is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboards.content.document import Document, parse
from dashboards.content.models import Dashboard, Version
from dashboards.content.selectors import launches_of, released_of, work_of
from dashboards.content.sources import Source, sources_of
from kpis.models import KPI, KPIVersion
from personas.models import Claim, Membership

MAX_KPIS = 7
Kind = Literal["good", "bad", "none"]


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a stage; a miss leads to where it is mended."""

    kind: Kind
    text: str
    value: str = ""
    url: str = ""

    @property
    def met(self) -> bool:
        return self.kind == "good"


@dataclass
class Evidence:
    """All that the checks look at, read once."""

    dashboard: Dashboard
    questions: int
    kpis: int
    decisions: int
    groups: int
    members: int
    version: Version | None
    released: Version | None
    launched: int
    document: Document
    sources: dict[int, Source] = field(default_factory=dict)

    @property
    def tiles(self) -> int:
        return len(self.document.tiles)


def evidence_of(dashboard: Dashboard) -> Evidence:
    """In a fixed number of queries."""
    version = work_of(dashboard)
    released = released_of(dashboard)
    shown = version or released
    document = parse(shown.document) if shown is not None else Document()
    kpis = KPI.objects.filter(
        question__persona=dashboard.persona_id, versions__state=KPIVersion.State.PUBLISHED
    )
    members = Membership.objects.valid_on(timezone.localdate()).filter(
        group__in=dashboard.groups.all()
    )
    return Evidence(
        dashboard=dashboard,
        questions=dashboard.persona.questions.count(),
        kpis=kpis.distinct().count(),
        decisions=dashboard.persona.claims.filter(kind=Claim.Kind.DECISION).count(),
        groups=dashboard.groups.count(),
        members=members.values("user").distinct().count(),
        version=version,
        released=released,
        launched=launches_of(dashboard).count(),
        document=document,
        sources=sources_of(document.kpi_versions),
    )


def checks_of(evidence: Evidence) -> dict[int, list[Check]]:
    """The checks of each stage; the next stage begins when all are met."""
    return {number: make(evidence) for number, make in _CHECKS.items()}


def stage_of(checks: dict[int, list[Check]], evidence: Evidence) -> int:
    """The stage that the evidence carries: the first with something missing.

    A release and a launch are facts, whatever was left out before them.
    """
    if evidence.launched and evidence.released is not None:
        return Dashboard.Stage.ITERATE
    stage = next((number for number, lines in checks.items() if not all(c.met for c in lines)), 8)
    if evidence.released is not None:
        return max(stage, Dashboard.Stage.VALIDATE)
    return min(stage, Dashboard.Stage.VALIDATE)


def _check(met: bool, text: str, value: str = "", url: str = "", *, begun: bool = True) -> Check:
    return Check("good" if met else "bad" if begun else "none", text, value, "" if met else url)


def _problem(e: Evidence) -> list[Check]:
    edit = reverse("dashboards:dashboard-edit", args=[e.dashboard.slug])
    persona = e.dashboard.persona.get_absolute_url()
    return [
        _check(bool(e.dashboard.problem.strip()), _("The problem is described"), url=edit),
        _check(bool(e.dashboard.hypothesis.strip()), _("There is a hypothesis"), url=edit),
        _check(bool(e.dashboard.success_measure.strip()), _("Success can be measured"), url=edit),
        _check(e.questions > 0, _("The persona's questions are ranked"), str(e.questions), persona),
        _check(
            e.kpis > 0,
            _("Questions have published KPIs"),
            ngettext("%(n)d KPI", "%(n)d KPIs", e.kpis) % {"n": e.kpis},
            persona,
        ),
    ]


def _persona(e: Evidence) -> list[Check]:
    persona = e.dashboard.persona.get_absolute_url()
    edit = reverse("dashboards:dashboard-edit", args=[e.dashboard.slug])
    members = ngettext("%(n)d person", "%(n)d people", e.members) % {"n": e.members}
    return [
        _check(e.decisions > 0, _("The persona has decisions to make"), str(e.decisions), persona),
        _check(e.groups > 0, _("A group is named"), str(e.groups), edit),
        _check(e.members > 0, _("The group has members today"), members, persona),
    ]


def _features(e: Evidence) -> list[Check]:
    build = reverse("dashboards:builder", args=[e.dashboard.slug])
    n = len(e.document.kpi_versions)
    return [
        _check(
            e.tiles > 0, _("Tiles are chosen"), str(e.tiles), build, begun=e.version is not None
        ),
        _check(
            bool(e.document.choices),
            _("Readers can filter"),
            str(len(e.document.choices)),
            build,
            begun=e.tiles > 0,
        ),
        _check(
            0 < n <= MAX_KPIS,
            _("No more than %(n)d KPIs") % {"n": MAX_KPIS},
            str(n),
            build,
            begun=n > 0,
        ),
    ]


def _design(e: Evidence) -> list[Check]:
    build = reverse("dashboards:builder", args=[e.dashboard.slug])
    versions = [source.version for source in e.sources.values()]
    good = {KPIVersion.State.PUBLISHED, KPIVersion.State.SUPERSEDED}
    approved = [version for version in versions if version.state in good]
    loaded = [version for version in versions if version.dataset.live_id is not None]
    of = len(e.document.kpi_versions)
    return [
        _check(
            of > 0 and len(approved) == of,
            _("All KPI versions are published"),
            _("%(n)d of %(all)d") % {"n": len(approved), "all": of},
            build,
            begun=of > 0,
        ),
        _check(
            of > 0 and len(loaded) == of,
            _("All data is loaded"),
            _("%(n)d of %(all)d") % {"n": len(loaded), "all": of},
            build,
            begun=of > 0,
        ),
    ]


def _prototype(e: Evidence) -> list[Check]:
    build = reverse("dashboards:builder", args=[e.dashboard.slug])
    shown = e.version or e.released
    value = _("v%(n)s") % {"n": shown.number} if shown is not None else ""
    return [
        _check(
            shown is not None and e.tiles > 0,
            _("A version works on real data"),
            value,
            build,
            begun=e.tiles > 0,
        )
    ]


def _validate(e: Evidence) -> list[Check]:
    release = reverse("dashboards:version-release", args=[e.dashboard.slug])
    value = _("v%(n)s") % {"n": e.released.number} if e.released is not None else ""
    return [
        _check(
            e.released is not None, _("A version is released"), value, release, begun=e.tiles > 0
        )
    ]


def _launch(e: Evidence) -> list[Check]:
    launch = reverse("dashboards:launch", args=[e.dashboard.slug])
    edit = reverse("dashboards:dashboard-edit", args=[e.dashboard.slug])
    due = e.dashboard.review_due
    return [
        _check(
            e.launched > 0,
            _("It is open to a group"),
            ngettext("%(n)d group", "%(n)d groups", e.launched) % {"n": e.launched},
            launch,
            begun=e.released is not None,
        ),
        _check(
            due >= timezone.localdate(),
            _("The next review has a date"),
            due.isoformat(),
            edit,
        ),
    ]


def _iterate(e: Evidence) -> list[Check]:
    builder = reverse("dashboards:builder", args=[e.dashboard.slug])
    later = e.released is not None and e.released.number > 1
    return [
        _check(
            later,
            _("A version came of what was learned"),
            url=builder,
            begun=False,
        )
    ]


_CHECKS: dict[int, Callable[[Evidence], list[Check]]] = {
    1: _problem,
    2: _persona,
    3: _features,
    4: _design,
    5: _prototype,
    6: _validate,
    7: _launch,
    8: _iterate,
}
