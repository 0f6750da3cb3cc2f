"""The charts that show KPIs, for who looks from the data's side."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import PortalError
from dashboards.content.compare import TYPE_NAMES
from dashboards.content.document import Document, TileSpec
from dashboards.content.models import Dashboard, Tile, Version
from dashboards.content.selectors import WORKING, dashboards_for, document_of
from kpis.uses import Use

LOOKED_AT = (Version.State.RELEASED, *WORKING)


def uses_for(user: User, kpis: set[int]) -> list[Use]:
    """In what is released and what is in work, of the dashboards that a person may open."""
    tiles = Tile.objects.filter(
        kpi_version__kpi__in=kpis, version__state__in=LOOKED_AT,
        version__dashboard__in=dashboards_for(user).order_by().values("pk"),
    ).exclude(version__dashboard__status__in=Dashboard.OVER)  # fmt: skip
    rows = tiles.select_related("version__dashboard", "kpi_version__kpi").order_by("pk")
    documents: dict[int, Document] = {}
    found: dict[tuple[int, int, str, bool], Use] = {}
    for row in rows:
        version, kpi = row.version, row.kpi_version.kpi
        if version.pk not in documents:
            documents[version.pk] = _document(version)
        spec = documents[version.pk].tile(row.key)
        if spec is None:
            continue
        use = Use(
            kpi.pk, row.kpi_version_id, _name(spec, kpi.name), spec.by or "",
            version.dashboard.name, version.dashboard.get_absolute_url(),
            version.state == Version.State.RELEASED,
        )  # fmt: skip
        # A chart that is released and in work, too, is one chart.
        found.setdefault((version.dashboard_id, kpi.pk, row.key, spec.by is None), use)
    return list(found.values())


def _document(version: Version) -> Document:
    try:
        return document_of(version)
    except PortalError:
        return Document()


def _name(spec: TileSpec, kpi: str) -> str:
    """A table of several KPIs is one chart."""
    count = len(spec.kpi_versions)
    if count > 1 and not spec.title:
        return _("%(type)s of %(n)d KPIs") % {"type": TYPE_NAMES[spec.type](), "n": count}
    return f"{TYPE_NAMES[spec.type]()} “{spec.title or kpi}”"
