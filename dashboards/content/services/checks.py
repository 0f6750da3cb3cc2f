"""What a draft may show: published KPIs, as they can be shown, under filters that reach them."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from ace_portal.lib.errors import Invalid
from dashboards.content.document import Document
from dashboards.content.kinds import FITTING, fault_of, is_whole, reaches
from dashboards.content.shapes import SEVERAL, check_shape, check_together
from dashboards.content.sources import Source, sources_of
from kpis.models import KPIVersion

USABLE = {KPIVersion.State.PUBLISHED, KPIVersion.State.SUPERSEDED}


def check_sources(document: Document) -> None:
    """Every tile shows published KPIs, split only as they can be."""
    sources = sources_of(document.kpi_versions)
    for tile in document.tiles:
        for pk in tile.kpi_versions:
            field = "kpi_versions" if tile.type in SEVERAL else "kpi_version"
            source = sources.get(pk)
            if source is None:
                raise Invalid(_("There is no KPI version %(pk)s.") % {"pk": pk}, field=field)
            if source.version.state not in USABLE:
                raise Invalid(
                    _("%(kpi)s is not published, so a tile cannot show it.")
                    % {"kpi": source.version},
                    field=field,
                )
            check_shape(tile, source)
        check_together(tile, [sources[pk] for pk in tile.kpi_versions])
    _check_filters(document, list(sources.values()))


def _check_filters(document: Document, sources: Sequence[Source]) -> None:
    """Every filter reaches a KPI of the page, in whose data it is of a type that fits."""
    filterable = any(source.filters for source in sources)
    splits = {column for source in sources for column in source.dimensions}
    for column in document.drill:
        if splits and column not in splits:
            raise Invalid(
                _("No KPI on this page can be split by “%(c)s”.") % {"c": column}, field="drill"
            )
    for choice in document.choices:
        own = [s for s in sources if reaches(choice, s.filters, s.own_types)]
        if filterable and not own:
            raise Invalid(
                _("No KPI on this page can be filtered by “%(c)s”.") % {"c": choice.column},
                field="choices",
            )
        if not is_whole(choice) or fault_of(choice, choice.default):
            raise Invalid(
                fault_of(choice, choice.default)
                or _("%(label)s cannot begin with this.") % {"label": choice.label},
                field="choices",
            )
        fitting = FITTING.get(choice.kind)
        kinds = {s.own_types[choice.column] for s in own if choice.column in s.own_types}
        if fitting and not kinds <= set(fitting):
            raise Invalid(
                _("“%(c)s” does not fit this kind of filter.") % {"c": choice.column},
                field="choices",
            )
