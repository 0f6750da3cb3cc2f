"""Rows of the catalogue: a KPI, the version that counts, and the figures that one may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ace_portal.accounts.models import User
from kpis import selectors
from kpis.measured import Measured, measured_for
from kpis.models import KPI, KPIVersion, StepMetric
from kpis.sheet import Sheet, sheet
from personas.models import Blueprint, Question
from personas.selectors import questions_for

State = KPIVersion.State


@dataclass(frozen=True)
class Line:
    """One row of the catalogue."""

    kpi: KPI
    version: KPIVersion | None
    sheet: Sheet | None
    question: Question | None  # None where the reader may not read it


def lines_of(user: User, kpis: Iterable[KPI]) -> list[Line]:
    """Rows of ``catalogue_for`` with the figures that this person may see; two queries."""
    found = [(kpi, _counts(kpi)) for kpi in kpis]
    seen = set(_valued(user, [kpi for kpi, _version in found]))
    shown = [v for k, v in found if v and v.state == State.PUBLISHED and k.pk in seen]
    measured = measured_for(user, shown)
    asked = questions_for(user).in_bulk({kpi.question_id for kpi, _version in found})
    return [
        Line(
            kpi,
            version,
            _sheet_of(kpi, version, measured) if version in shown else None,
            asked.get(kpi.question_id),
        )
        for kpi, version in found
    ]


def figures_at_steps(user: User, blueprint: Blueprint) -> dict[str, list[Line]]:
    """Per step (by key) the KPIs that are shown there or answer a question that arises there."""
    links = list(StepMetric.objects.filter(blueprint=blueprint).values_list("step_key", "kpi"))
    asked = Question.objects.filter(blueprint=blueprint, kpis__isnull=False).exclude(step_key="")
    links += list(asked.values_list("step_key", "kpis"))
    if not links:
        return {}
    kpis = selectors.catalogue_for(user).filter(pk__in={pk for _key, pk in links})
    lines = {line.kpi.pk: line for line in lines_of(user, kpis) if line.sheet and line.sheet.now}
    found: dict[str, list[Line]] = {}
    for key, pk in dict.fromkeys(links):
        if pk in lines:
            found.setdefault(key, []).append(lines[pk])
    return found


def _valued(user: User, kpis: list[KPI]) -> Iterable[int]:
    if user.is_ace:
        return [kpi.pk for kpi in kpis]
    return (
        selectors.valued_kpis(user).filter(pk__in=[k.pk for k in kpis]).values_list("pk", flat=True)
    )


def _counts(kpi: KPI) -> KPIVersion | None:
    """The published version, else the newest."""
    versions: list[KPIVersion] = kpi.all_versions  # type: ignore[attr-defined]
    published = [v for v in versions if v.state == State.PUBLISHED]
    return next(iter(published or versions), None)


def _sheet_of(kpi: KPI, version: KPIVersion | None, measured: Measured) -> Sheet | None:
    if version is None:
        return None
    version.kpi = kpi  # its targets are prefetched
    rows = measured.rows.get(version.pk, [])
    return sheet(version, rows, cut=version.pk in measured.own)
