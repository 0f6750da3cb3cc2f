"""A draft from one of the written beginnings, filled with the KPIs that somebody chose for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Invalid, NotVisible, PortalError
from dashboards.content.beginnings import (
    BEGINNINGS,
    COUNT,
    SHARE,
    TIME,
    Beginning,
    Cell,
    Part,
    Role,
)
from dashboards.content.compare import TYPE_NAMES
from dashboards.content.document import Document, Period, Tab, TileSpec, new_key
from dashboards.content.document.model import TileType
from dashboards.content.models import Dashboard
from dashboards.content.selectors import work_of
from dashboards.content.services.assembly import Assembled, choices_by, shared
from dashboards.content.services.drafts import (
    draft_of,
    key_for,
    require_seen,
    save_draft,
    start_version,
)
from dashboards.content.services.locking import locked_under_way
from dashboards.content.shapes import SEVERAL, check_shape, check_together
from dashboards.content.sources import Source, sources_of
from dashboards.permissions import require_editor
from kpis.engine.drivers import is_additive
from kpis.models import KPIVersion

ROW = 12  # columns
#: how many KPIs a tile of several shows at least
LEAST = {"combined": 2, "funnel": 2}
#: what some roles are measured in
UNITS = {SHARE: KPIVersion.Unit.PERCENT, TIME: KPIVersion.Unit.DURATION}


def begin_from(
    *,
    actor: User,
    dashboard: Dashboard,
    beginning: str,
    kpis: Mapping[str, int],
    revision: int | None = None,
) -> Assembled:
    """The draft is what the beginning makes of the KPIs: ``kpis`` has a version's id by its role.

    What the draft showed gives way in one save, over the ``revision`` that was seen; without a
    draft one is begun. Told is what of the layout these KPIs cannot show.
    """
    plan = beginning_of(beginning)
    require_editor(actor, dashboard)
    with transaction.atomic():
        require_editor(actor, locked_under_way(dashboard))
        if work_of(dashboard) is None:
            start_version(actor=actor, dashboard=dashboard)
        draft = draft_of(dashboard)
        if revision is not None:
            require_seen(draft, revision)
        document, said = fill(plan, _players(plan, kpis))
        save_draft(actor, draft, document, "begun from")
        record(actor=actor, action="version.begin", target=draft, beginning=plan.key)
    return Assembled(draft, said)


def beginning_of(key: str) -> Beginning:
    """NotVisible where there is none of this key."""
    if key not in BEGINNINGS:
        raise NotVisible("")
    return BEGINNINGS[key]


def can_play(role: Role, source: Source) -> bool:
    """Whether a KPI is of the kind that a role needs."""
    try:
        definition = source.definition
    except PortalError:
        return False
    if role.needs == COUNT:
        return is_additive(definition)
    return role.needs not in UNITS or source.version.unit == UNITS[role.needs]


def _players(plan: Beginning, kpis: Mapping[str, int]) -> dict[str, Source]:
    """The source for each role; raises ``Invalid`` with the role's key as its field."""
    unknown = set(kpis) - {role.key for role in plan.roles}
    if unknown:
        raise Invalid(_("There is no role “%(r)s” here.") % {"r": min(unknown)}, field="kpis")
    known = sources_of(kpis.values())
    found = {}
    for role in plan.roles:
        if role.key not in kpis:
            if not role.optional:
                raise Invalid(
                    _("Choose a KPI for “%(role)s”.") % {"role": role.name}, field=role.key
                )
            continue
        source = known.get(kpis[role.key])
        if source is None:
            raise Invalid(_("There is no such KPI version."), field=role.key)
        if not can_play(role, source):
            raise Invalid(
                _("%(kpi)s cannot be “%(role)s”.") % {"kpi": source.kpi, "role": role.name},
                field=role.key,
            )
        found[role.key] = source
    return found


def fill(plan: Beginning, players: Mapping[str, Source]) -> tuple[Document, list[str]]:
    """The document for these KPIs, and what of the layout they cannot show, in sentences.

    Raises ``Invalid`` where nothing is left of it.
    """
    tabs: list[Tab] = []
    tiles: list[TileSpec] = []
    said: list[str] = []
    for part in plan.parts:
        title = str(part.title)
        key = key_for(title, {tab.key for tab in tabs})
        made = _rows(part, players, said)
        if made:
            tabs.append(Tab(key, title))
            tiles += [replace(tile, tab=key) for tile in made]
    if not tiles:
        raise Invalid(_("These KPIs can show nothing of this layout."))
    if len(tabs) < 2:
        tabs, tiles = [], [replace(tile, tab="") for tile in tiles]
    choices = choices_by(shared(list({s.version.pk: s for s in players.values()}.values())))
    return Document(tuple(tiles), Period(plan.period), choices, tabs=tuple(tabs)), said


def _rows(part: Part, players: Mapping[str, Source], said: list[str]) -> list[TileSpec]:
    """The tiles of a part; what is left of a row is as wide as the row."""
    made: list[TileSpec] = []
    row: list[TileSpec] = []
    drawn = 0
    for cell in part.cells:
        row += _tiles(cell, players, said)
        drawn += cell.width
        if drawn % ROW == 0:
            made, row = [*made, *_widened(row)], []
    return made


def _widened(row: list[TileSpec]) -> list[TileSpec]:
    total = sum(tile.width for tile in row)
    widths = [tile.width * ROW // total for tile in row]
    widths[-1:] = [ROW - sum(widths[:-1])] if widths else []
    return [replace(tile, width=width) for tile, width in zip(row, widths, strict=True)]


def _tiles(cell: Cell, players: Mapping[str, Source], said: list[str]) -> list[TileSpec]:
    """The tile of a cell; none where nobody plays in it, or, which is said, where it cannot be."""
    sources = [players[role] for role in cell.roles if role in players]
    if len(sources) < (LEAST.get(cell.type, 1) if cell.type in SEVERAL else len(cell.roles)):
        return []
    try:
        return [_tile(cell, sources)]
    except PortalError as error:
        name = f"{TYPE_NAMES[cast(TileType, cell.type)]()} “{cell.title or sources[0].kpi.name}”"
        said.append(_("Left out: %(tile)s. %(why)s") % {"tile": name, "why": error.message})
        return []


def _tile(cell: Cell, sources: Sequence[Source]) -> TileSpec:
    """Raises ``Invalid`` where these KPIs cannot be shown so."""
    dimensions = sources[0].dimensions
    needed = cell.split + cell.across
    if len(dimensions) < needed:
        raise Invalid(_("%(kpi)s has too few dimensions to split it by.") % {"kpi": sources[0].kpi})
    by = dimensions[0] if cell.split else None
    if cell.type == "table":
        sources = [source for source in sources if by in source.dimensions]
    spec = TileSpec(
        new_key(), cast(TileType, cell.type), cell.width, str(cell.title),
        tuple(dict.fromkeys(source.version.pk for source in sources)), cell.grain, by,
        cell.compare, arrange="stacked" if cell.stacked else "grouped", totals=cell.totals,
        across=dimensions[1] if cell.across else None, heat=cell.heat,
    )  # fmt: skip
    if len(spec.kpi_versions) < LEAST.get(spec.type, 1):
        raise Invalid(_("It needs two different KPIs."))
    for source in sources:
        check_shape(spec, source)
    check_together(spec, sources)
    return spec
