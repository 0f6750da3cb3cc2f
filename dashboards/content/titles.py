"""What a tile and a column are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from dashboards.content.document import EMPTY, Document, TileSpec
from dashboards.content.filters import span_words
from dashboards.content.live import filled
from dashboards.content.planning import Page
from dashboards.content.sources import Source

PER = {
    "hour": lambda: _("per hour"),
    "day": lambda: _("per day"),
    "week": lambda: _("per week"),
    "month": lambda: _("per month"),
    "quarter": lambda: _("per quarter"),
    "year": lambda: _("per year"),
}


def title_of(
    spec: TileSpec,
    sources: Sequence[Source],
    document: Document,
    values: Mapping[str, str] | None = None,
) -> str:
    """The title that somebody gave, with its figures from ``values``, else what is shown."""
    if spec.title or spec.type == "text" or not sources:
        return filled(spec.title, values or {})
    name = sources[0].kpi.name if spec.type != "table" else _("Compared")
    if spec.type == "combined" and len(sources) == 2:
        name = _("%(bars)s and %(line)s") % {
            "bars": name, "line": sources[1].kpi.name,
        }  # fmt: skip
    if spec.type == "funnel":
        name = _("From %(first)s to %(last)s") % {"first": name, "last": sources[-1].kpi.name}
    if spec.type == "waterfall" and spec.by:
        return _("What moved %(name)s, by %(column)s") % {
            "name": name, "column": column_label(spec.by, document).lower(),
        }  # fmt: skip
    if spec.type == "scatter" and len(sources) == 2:
        name = _("%(up)s against %(along)s") % {"up": sources[1].kpi.name, "along": name}
    if spec.type in {"histogram", "box"}:
        name = _("How %(name)s is spread") % {"name": name}
    if spec.by:
        name = _("%(name)s by %(column)s") % {
            "name": name, "column": column_label(spec.by, document).lower(),
        }  # fmt: skip
    if spec.across:
        name = _("%(name)s and %(column)s") % {
            "name": name, "column": column_label(spec.across, document).lower(),
        }  # fmt: skip
    if spec.grain:
        name = f"{name} {PER[spec.grain]()}"
    return name


def unit_line(
    source: Source, grain: str | None, page: Page, *, named: bool = True, spanned: bool = True
) -> str:
    """What, in which unit, per what, for when."""
    unit = "%" if source.version.unit == "percent" else source.version.unit_label
    first = ", ".join(part for part in (source.kpi.name if named else "", unit) if part)
    if grain is not None:
        first = f"{first} {PER[grain]()}"
    span = span_words(page.span_for(source)) if spanned else ""
    return ", ".join(part for part in (first, span) if part)


def column_label(column: str, document: Document | None = None) -> str:
    """A column's name for people: that of its dropdown, else made readable."""
    return (document or EMPTY).label_of(column)
