"""The gates: what each of the eight stages has to show, and what of it is missing."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ace_portal.lib.days import site_today
from ace_portal.lib.gates import Check, check
from ace_portal.lib.registries import gate_checks
from dashboards.content.models import MOST_KPIS, Dashboard, Version
from dashboards.lifecycle.evidence import Evidence
from dashboards.lifecycle.models import Feature
from dashboards.validation.summary import lines_of as summary_of
from kpis.models import KPIVersion

SOLUTION = re.compile(r"\b(dashboards?|charts?|reports?|widgets?|drop-?downs?)\b", re.IGNORECASE)


def checks_of(evidence: Evidence) -> dict[int, list[Check]]:
    """The checks of each stage, those of higher apps after our own."""
    checks = {number: make(evidence) for number, make in _CHECKS.items()}
    for stage, lines in gate_checks.values():
        checks[stage] += lines(evidence.dashboard)
    return checks


def _url(name: str, e: Evidence) -> str:
    return reverse(f"dashboards:{name}", args=[e.dashboard.slug])


def _problem(e: Evidence) -> list[Check]:
    edit, persona = _url("dashboard-edit", e), e.dashboard.persona.get_absolute_url()
    named = SOLUTION.search(e.dashboard.problem)
    return [
        check(e.blueprints > 0, _("A published blueprint shows where it hurts"),
              str(e.blueprints or ""), reverse("personas:services")),
        check(bool(e.dashboard.problem.strip()), _("The problem is described"), url=edit),
        check(not named, _("The problem names no solution"),
              _("“%(word)s”") % {"word": named[0]} if named else "", edit),
        check(bool(e.dashboard.hypothesis.strip()), _("There is a hypothesis"), url=edit),
        check(bool(e.dashboard.success_measure.strip()), _("Success can be measured"), url=edit),
        check(e.questions > 0, _("The persona’s questions are ranked"), str(e.questions), persona),
        check(e.kpis > 0, _("Questions have published KPIs"), _kpis(e.kpis), persona),
    ]  # fmt: skip


def _kpis(n: int) -> str:
    return ngettext("%(n)d KPI", "%(n)d KPIs", n) % {"n": n}


def _persona(e: Evidence) -> list[Check]:
    persona, edit = e.dashboard.persona.get_absolute_url(), _url("dashboard-edit", e)
    members = ngettext("%(n)d person", "%(n)d people", e.members) % {"n": e.members}
    return [
        check(e.decisions > 0, _("The persona has decisions to make"), str(e.decisions), persona),
        check(e.claims > e.decisions, _("What we assume of the persona is listed"),
              str(e.claims - e.decisions), persona),
        check(e.groups > 0, _("A group is named"), str(e.groups), edit),
        check(e.members > 0, _("The group has members today"), members, persona),
        check(e.tried.pilots > 0, _("Pilots are named"), str(e.tried.pilots), _url("prototype", e),
              begun=e.members > 0),
    ]  # fmt: skip


def _features(e: Evidence) -> list[Check]:
    features = _url("features", e)
    filters = [row for row in e.features if row.kind == Feature.Kind.FILTER]
    lost = [row.name for row in filters if row.column not in e.columns]
    return [
        check(bool(e.features), _("Features are ranked"), str(len(e.features)), features),
        check(bool(e.musts), _("At least one is a Must"), str(len(e.musts)), features,
              begun=bool(e.features)),
        check(bool(e.musts) and all(row.criterion.strip() for row in e.musts),
              _("Every Must can be tested"), url=features, begun=bool(e.musts)),
        check(bool(e.features) and not lost, _("Every filter stands on a column of the KPIs"),
              ", ".join(lost[:3]), features, begun=bool(filters)),
    ]  # fmt: skip


def _design(e: Evidence) -> list[Check]:
    build = _url("builder", e)
    versions = [source.version for source in e.sources.values()]
    good = {KPIVersion.State.PUBLISHED, KPIVersion.State.SUPERSEDED}
    approved = sum(version.state in good for version in versions)
    loaded = sum(version.dataset.live_id is not None for version in versions)
    of = len(e.document.kpi_versions)
    offered = {choice.column for choice in e.document.choices}
    wanted = [row for row in e.musts if row.kind == Feature.Kind.FILTER]
    absent = [row.name for row in wanted if row.column not in offered]
    count = _("%(n)d of %(all)d")
    return [
        check(e.tiles > 0, _("Tiles are chosen"), str(e.tiles), build, begun=e.version is not None),
        check(0 < of <= MOST_KPIS, _("No more than %(n)d KPIs") % {"n": MOST_KPIS}, str(of), build,
              begun=of > 0),
        check(of > 0 and approved == of, _("All KPI versions are published"),
              count % {"n": approved, "all": of}, build, begun=of > 0),
        check(of > 0 and loaded == of, _("All data is loaded"),
              count % {"n": loaded, "all": of}, build, begun=of > 0),
        check(e.tiles > 0 and not absent, _("Every filter that is a Must is there"),
              ", ".join(absent[:3]), build, begun=e.tiles > 0),
    ]  # fmt: skip


def _prototype(e: Evidence) -> list[Check]:
    prototype, tried = _url("prototype", e), e.tried
    number = _("v%(n)s") % {"n": tried.version.number} if tried.version is not None else ""
    return [
        check(tried.shown, _("Its pilots have had it, with real figures"), number, prototype,
              begun=tried.pilots > 0),
        check(tried.walkthroughs > 0, _("Somebody was watched using it, and what came of it noted"),
              str(tried.walkthroughs or ""), prototype, begun=tried.shown),
    ]  # fmt: skip


def _validate(e: Evidence) -> list[Check]:
    passed = sum(row.result == Feature.Result.PASSED for row in e.musts)
    return [
        *_validated(e),
        check(bool(e.musts) and passed == len(e.musts), _("Every Must has passed its criterion"),
              _("%(n)d of %(all)d") % {"n": passed, "all": len(e.musts)}, _url("features", e),
              begun=bool(e.musts)),
    ]  # fmt: skip


def _validated(e: Evidence) -> list[Check]:
    """The lines of the newest run over the version that its pilots have had."""
    validation, version = _url("validation", e), e.tried.version
    frozen = version is not None and version.state != Version.State.PROTOTYPE and e.tried.shown
    lines = [
        check(frozen, _("The version is frozen"), url=_url("prototype", e), begun=e.tried.shown)
    ]
    if e.findings is None:
        return [*lines, check(False, _("A run validates it"), url=validation, begun=frozen)]
    run = e.findings.evidence.run
    url = run.get_absolute_url() if run is not None else validation
    lines += [
        Check(line["kind"], line["text"], line["value"], "" if line["kind"] == "good" else url,
              line["need"])
        for line in summary_of(e.findings)
    ]  # fmt: skip
    signed = e.findings.evidence.signed
    return [*lines, check(signed, _("Somebody else has signed the run"), url=url, begun=frozen)]


def _launch(e: Evidence) -> list[Check]:
    launch, edit = _url("launch", e), _url("dashboard-edit", e)
    due = e.dashboard.review_due
    told = sum(bool(row.announcement.strip()) for row in e.launches)
    groups = ngettext("%(n)d group", "%(n)d groups", len(e.launches)) % {"n": len(e.launches)}
    return [
        check(e.released is not None, _("A version is released"),
              _("v%(n)s") % {"n": e.released.number} if e.released is not None else "",
              _url("version-release" if e.version is not None else "builder", e),
              begun=e.tiles > 0),
        check(bool(e.launches), _("It is open to a group"), groups, launch,
              begun=e.released is not None),
        check(bool(e.launches) and told > 0, _("It was announced to its people"), url=launch,
              begun=bool(e.launches)),
        check(e.dashboard.owner.is_active, _("Its owner is at work"), str(e.dashboard.owner), edit),
        check(due >= site_today(), _("The next review has a date"),
              date_format(due, "j M Y"), edit),
    ]  # fmt: skip


def _iterate(e: Evidence) -> list[Check]:
    later = e.released is not None and e.released.number > 1
    return [
        check(
            e.reviews > 0,
            _("A review has said whether to go on"),
            str(e.reviews or ""),
            _url("reviews", e),
            begun=bool(e.launches),
        ),
        check(later, _("A version came of what was learned"), url=_url("builder", e), begun=False),
    ]


_CHECKS: dict[int, Callable[[Evidence], list[Check]]] = {
    Dashboard.Stage.PROBLEM: _problem,
    Dashboard.Stage.PERSONA: _persona,
    Dashboard.Stage.FEATURES: _features,
    Dashboard.Stage.DESIGN: _design,
    Dashboard.Stage.PROTOTYPE: _prototype,
    Dashboard.Stage.VALIDATE: _validate,
    Dashboard.Stage.LAUNCH: _launch,
    Dashboard.Stage.ITERATE: _iterate,
}
