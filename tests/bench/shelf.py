"""Many dashboards with many versions, written past the services, and one with very many tiles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Model
from django.urls import reverse

from dashboards.content.document import parse, sha256, to_json
from dashboards.content.models import Dashboard, Tile, Version
from dashboards.lifecycle.models import Launch
from kpis.models import KPI
from personas.models import UserGroup
from tests.bench.scale import TILES

#: versions of each dashboard
VERSIONS = 50
AT_ONCE = 1_000


def filled(dashboard: Dashboard, group: UserGroup, many: int) -> dict[str, tuple[str, str]]:
    """So many dashboards; answers the pages that are to be measured."""
    fill(dashboard, group, many)
    return pages(dashboard) | {
        f"a dashboard of {tiles} tiles": (
            "member",
            tall(dashboard, group, tiles).get_absolute_url(),
        )
        for tiles in TILES
    }


def fill(dashboard: Dashboard, group: UserGroup, many: int) -> None:
    """So many dashboards like this one, launched to the group, each with its versions."""
    released = Version.objects.get(dashboard=dashboard, state=Version.State.RELEASED)
    rows = [like(dashboard, slug=f"shelf-{n}", name=f"Shelf {n}") for n in range(many)]
    for row in Dashboard.objects.bulk_create(rows):
        versions = [
            like(
                released, dashboard=row, number=number, based_on=None,
                state="released" if number == VERSIONS else "superseded",
            )
            for number in range(1, VERSIONS + 1)
        ]  # fmt: skip
        made = Version.objects.bulk_create(versions)
        Tile.objects.bulk_create(tiles_of(made, released), batch_size=AT_ONCE)
    owner = dashboard.owner
    Launch.objects.bulk_create(Launch(dashboard=row, group=group, by=owner) for row in rows)


def like(row: Any, **other: Any) -> Any:
    """A row of the same kind that is not saved yet."""
    assert isinstance(row, Model)
    known = {
        field.name: getattr(row, field.name)
        for field in row._meta.concrete_fields
        if not field.primary_key
    }
    return type(row)(**(known | other))


def tiles_of(versions: list[Version], pattern: Version) -> Iterator[Tile]:
    index = list(pattern.tiles.all())
    return (like(tile, version=version) for version in versions for tile in index)


def tall(dashboard: Dashboard, group: UserGroup, tiles: int) -> Dashboard:
    """A dashboard of so many tiles, the pattern's over and over."""
    released = Version.objects.get(dashboard=dashboard, state=Version.State.RELEASED)
    several = [tile for tile in released.document["tiles"] if tile["type"] != "text"]
    repeated = [several[n % len(several)] | {"key": f"k{n}"} for n in range(tiles)]
    document = parse(released.document | {"tiles": repeated})
    row: Dashboard = like(dashboard, slug=f"tall-{tiles}", name=f"Tall {tiles}")
    row.save()
    version = like(
        released, dashboard=row, number=1, based_on=None, document=to_json(document),
        sha256=sha256(document),
    )  # fmt: skip
    Version.objects.bulk_create([version])
    Launch.objects.create(dashboard=row, group=group, by=dashboard.owner)
    return row


def pages(dashboard: Dashboard) -> dict[str, tuple[str, str]]:
    """What is measured beside that: name → (who asks, where)."""
    slug = dashboard.slug
    kpi = KPI.objects.filter(versions__tiles__version__dashboard=dashboard).first()
    assert kpi is not None
    return {
        "a dashboard": ("member", dashboard.get_absolute_url()),
        "all dashboards": ("member", reverse("dashboards:dashboards")),
        "all dashboards, by the ACE": ("owner", reverse("dashboards:dashboards")),
        "the portfolio": ("owner", reverse("dashboards:portfolio")),
        "the ACE's home": ("owner", reverse("home:home")),
        "a member's home": ("member", reverse("home:home")),
        "a dashboard's versions": ("owner", reverse("dashboards:versions", args=["shelf-0"])),
        "what a version holds": (
            "owner",
            reverse("dashboards:version-detail", args=["shelf-0", 7]),
        ),
        "a dashboard's about": ("owner", reverse("dashboards:dashboard-about", args=[slug])),
        "a KPI": ("owner", kpi.get_absolute_url()),
        "a KPI, by a member": ("member", kpi.get_absolute_url()),
        "search": ("member", reverse("home:search") + "?q=shelf"),
        "a dashboard's blueprint": ("owner", dashboard.persona.get_absolute_url()),
    }
