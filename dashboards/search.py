"""How dashboards and their tiles are found, and what one begins here."""

from __future__ import annotations

from typing import Any

from django.db.models import Min, QuerySet
from django.utils.translation import gettext_lazy as _

from ace_portal.accounts.models import User
from ace_portal.lib.permissions import ACE
from ace_portal.lib.search import Action, Provider, add_action, add_provider
from dashboards.content.models import Tile, Version
from dashboards.content.selectors import dashboards_for, launched_to
from dashboards.content.tabs import tile_address


def sign_in() -> None:
    add_provider(
        "dashboards",
        Provider(
            _("Dashboards"), "board", 10, dashboards_for, "name", ("problem", "hypothesis"),
            where=lambda dashboard: dashboard.get_stage_display(),
        ),
    )  # fmt: skip
    add_provider(
        "tiles",
        Provider(
            _("Tiles"), "number", 20, tiles_for, "kpi_version__kpi__name",
            title=lambda tile: str(tile.kpi_version.kpi.name),
            where=lambda tile: tile.version.dashboard.name,
            url=address_of, order_by=("version__dashboard__name",),
        ),
    )  # fmt: skip
    add_action(
        "new dashboard",
        Action(
            _("New dashboard"), "board", "dashboards:dashboard-new", 30, ACE,
            also=_("create MVP"),
        ),
    )  # fmt: skip


def tiles_for(user: User) -> QuerySet[Tile]:
    """The first tile of each KPI on the released dashboards that the person may see.

    By the name of what it shows: a title of its own stands in the version's document alone.
    """
    shown = Tile.objects.filter(
        version__state=Version.State.RELEASED,
        version__dashboard__in=launched_to(user).values("pk"),
    )
    first = shown.values("version", "kpi_version").annotate(first=Min("pk")).values("first")
    rows = Tile.objects.filter(pk__in=first).defer("version__document")
    return rows.select_related("version__dashboard", "kpi_version__kpi")


def address_of(tile: Any) -> str:
    return tile_address(tile.version.dashboard.get_absolute_url(), "", tile.key)
