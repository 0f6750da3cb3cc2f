"""What a derived KPI is made of: which KPIs it may take, and who must stay because of it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ace_portal.lib.errors import Conflict, Invalid
from kpis.asking import definition_of
from kpis.derived import check_questions, is_derived, parts_of, questions_of
from kpis.engine.definition import Definition, Formula
from kpis.models import KPI, Dataset, KPIPart, KPIVersion

State = KPIVersion.State
FIELD = "measure.kpis"


def check_parts(kpi: KPI, definition: Definition, formula: Formula) -> None:
    """Published KPIs that count in the same calendar and can be split alike, none of them itself.

    Raises ``Invalid`` with the path of the fault in the definition.
    """
    published = _published(formula)
    met: dict[int, int] = {}
    for name, slug in formula.kpis:
        part, field = published.get(slug), f"{FIELD}.{name}"
        if part is None:
            raise Invalid(_("There is no published KPI “%(slug)s”.") % {"slug": slug}, field=field)
        _refuse_circle(kpi, part, field, met)
        _check_calendar(definition, part, field)
        missing = set(definition.dimensions) - set(definition_of(part).dimensions)
        if missing:
            raise Invalid(
                _("“%(kpi)s” cannot be split by “%(name)s”.")
                % {"kpi": part.kpi, "name": min(missing)},
                field="dimensions",
            )
    counted: dict[int, int] = {}
    parts = (published[slug] for _name, slug in formula.kpis)
    check_questions(sum(questions_of(part, counted) for part in parts), FIELD)


def home_of(formula: Formula) -> Dataset:
    """The dataset under which a derived version is filed: that of its first KPI by name."""
    published = _published(formula)
    for _name, slug in formula.kpis:
        if slug in published:
            return published[slug].dataset
    raise Invalid(_("Choose published KPIs to compute from."), field=f"definition.{FIELD}")


def link_parts(version: KPIVersion) -> None:
    """Note what a version is made of, for who looks the other way."""
    version.parts.all().delete()
    if not is_derived(version):
        return
    slugs: dict[str, str] = version.definition["measure"]["kpis"]
    kpis = {kpi.slug: kpi for kpi in KPI.objects.filter(slug__in=slugs.values())}
    KPIPart.objects.bulk_create(
        KPIPart(version=version, name=name, kpi=kpis[slug]) for name, slug in slugs.items()
    )


def require_unused(kpi: KPI) -> None:
    """What another KPI is computed from cannot be retired."""
    used = kpi.part_links.filter(version__state__in=[State.DRAFT, State.PUBLISHED])
    link = used.exclude(version__kpi=kpi).select_related("version__kpi").first()
    if link is not None:
        raise Conflict(
            _("“%(kpi)s” is computed from it. Change that one first.") % {"kpi": link.version.kpi}
        )


def _published(formula: Formula) -> dict[str, KPIVersion]:
    slugs = [slug for _name, slug in formula.kpis]
    rows = KPIVersion.objects.filter(kpi__slug__in=slugs, state=State.PUBLISHED)
    return {row.kpi.slug: row for row in rows.select_related("kpi", "dataset__live")}


def _refuse_circle(
    kpi: KPI, part: KPIVersion, field: str, met: dict[int, int], depth: int = 0
) -> None:
    """``met``: how deep below the formula each KPI was looked at."""
    if part.kpi_id == kpi.pk or depth > 6:
        raise Invalid(_("A KPI cannot be computed from itself."), field=field)
    if met.get(part.kpi_id, -1) >= depth:
        return
    met[part.kpi_id] = depth
    for inner in parts_of(part).values():
        _refuse_circle(kpi, inner, field, met, depth + 1)


def _check_calendar(definition: Definition, part: KPIVersion, field: str) -> None:
    """The periods of all parts have to be the same."""
    own = definition_of(part)
    if not own.timed:
        raise Invalid(
            _("“%(kpi)s” has no counting date, so it has no periods.") % {"kpi": part.kpi},
            field=field,
        )
    for name in ("time_zone", "week_start", "fiscal_start"):
        if getattr(own, name) != getattr(definition, name):
            raise Invalid(
                _("“%(kpi)s” counts in another calendar: its %(what)s is %(value)s.")
                % {"kpi": part.kpi, "what": _WORDS[name](), "value": getattr(own, name)},
                field=name,
            )


_WORDS = {
    "time_zone": lambda: _("time zone"),
    "week_start": lambda: _("first day of the week"),
    "fiscal_start": lambda: _("first month of the year"),
}
