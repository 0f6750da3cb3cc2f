"""Working on a draft: every save counts, and nobody overwrites what they have not seen."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid
from dashboards.content.document import (
    EMPTY,
    KINDS,
    RESERVED,
    Choice,
    Document,
    FilterKind,
    new_key,
    parse,
    sha256,
    to_json,
)
from dashboards.content.kinds import FITTING, fault_of, is_whole, lines_of, reaches
from dashboards.content.models import Dashboard, Save, Tile, Version
from dashboards.content.saves import FILTERS, WHOLE, since
from dashboards.content.selectors import WORKING, released_of, work_of
from dashboards.content.services.locking import locked_under_way
from dashboards.content.services.pictures import check_pictures
from dashboards.content.shapes import SEVERAL, check_shape, check_together
from dashboards.content.sources import Source, sources_of
from dashboards.permissions import require_editor
from kpis.models import KPIVersion

#: saves of a draft that can be come back to: a hundred changes, and each of them undone
KEPT = 200
USABLE = {KPIVersion.State.PUBLISHED, KPIVersion.State.SUPERSEDED}


def draft_of(dashboard: Dashboard) -> Version:
    """The draft, locked for this transaction; a released version never changes."""
    return require_draft(locked_work_of(dashboard))


def locked_work_of(dashboard: Dashboard) -> Version | None:
    """The version in work, locked for this transaction."""
    return (
        Version.objects.select_for_update().filter(dashboard=dashboard, state__in=WORKING).first()
    )


def require_draft(version: Version | None) -> Version:
    """What is in work, if it is one that can be changed."""
    if version is None:
        raise Conflict(_("There is no draft: a released version does not change."))
    words = {
        Version.State.PROTOTYPE: _("Version %(n)d is with its pilots: take it back to change it."),
        Version.State.FROZEN: _("Version %(n)d is under validation: thaw it to change it."),
    }
    if version.state in words:
        raise Conflict(words[Version.State(version.state)] % {"n": version.number})
    return version


def start_version(
    *, actor: User, dashboard: Dashboard, copy: Version | None = None, notes: str = ""
) -> Version:
    """A new draft: a copy of ``copy``, else of the released version, else an empty one."""
    require_editor(actor, dashboard)
    with transaction.atomic():
        require_editor(actor, locked_under_way(dashboard))
        work = work_of(dashboard)
        if work is not None:
            require_draft(work)
            raise Conflict(_("There is a draft already."))
        base = copy or released_of(dashboard)
        document = parse(base.document) if base is not None else EMPTY
        last = dashboard.versions.aggregate(last=Max("number"))["last"] or 0
        draft = Version(
            dashboard=dashboard, number=last + 1, based_on=base, author=actor, notes=notes,
            document=to_json(document), sha256=sha256(document),
        )  # fmt: skip
        draft.full_clean()
        draft.save()
        write_index(draft, document)
        record(actor=actor, action="version.start", target=draft)
    return draft


def add_tile(
    *,
    actor: User,
    dashboard: Dashboard,
    revision: int,
    tile: Mapping[str, Any],
    to: int | None = None,
) -> Version:
    """A tile in the place ``to``, else at the end; ``tile`` is its JSON without a key."""

    def change(document: Document) -> Document:
        *tiles, added = _with_tile_json(document, {**tile, "key": new_key()}).tiles
        tiles.insert(len(tiles) if to is None else min(to, len(tiles)), added)
        return document.with_tiles(tiles)

    return edit_draft(actor, dashboard, revision, change, "added", touches="")


def change_tile(
    *, actor: User, dashboard: Dashboard, revision: int, key: str, tile: Mapping[str, Any]
) -> Version:
    """The tile keeps its key and its place, and its height unless ``tile`` says another."""

    def change(document: Document) -> Document:
        height = document.tiles[place_of(document, key)].height
        kept = {"height": height} if height is not None else {}
        return _with_tile_json(document, {**kept, **tile, "key": key})

    return edit_draft(actor, dashboard, revision, change, "changed", touches=key)


def remove_tile(*, actor: User, dashboard: Dashboard, revision: int, key: str) -> Version:
    def change(document: Document) -> Document:
        place_of(document, key)
        return document.with_tiles([tile for tile in document.tiles if tile.key != key])

    return edit_draft(actor, dashboard, revision, change, "removed", touches=key)


def change_filters(
    *,
    actor: User,
    dashboard: Dashboard,
    revision: int,
    period: Mapping[str, Any],
    choices: Sequence[Mapping[str, Any]],
    drill: Sequence[str] = (),
) -> Version:
    """The range that the page opens with, and its filters.

    Each has a ``column``, a ``label``, and what else a filter may have: its ``kind``, as
    ``default`` a text with one value a line, ``required``, ``tiles``, and in ``depends_on`` the
    column of another. ``drill`` are the columns of the way down, from the top.
    """

    def change(document: Document) -> Document:
        known = {choice.column: choice.key for choice in document.choices}
        built: list[Choice] = []
        for choice in choices:
            taken = {other.key for other in built} | set(known.values())
            key = known.get(choice["column"]) or key_for(choice["column"], taken)
            built.append(_choice(key, choice))
        keys = {choice.column: choice.key for choice in built}
        built = [replace(one, depends_on=keys.get(one.depends_on, "")) for one in built]
        data = to_json(replace(document, choices=tuple(built)))
        data["filters"]["period"] = dict(period)
        data["filters"].pop("drill", None)
        if drill:
            data["filters"]["drill"] = list(drill)
        return parse(data)

    return edit_draft(actor, dashboard, revision, change, "filters", touches=FILTERS)


def _choice(key: str, given: Mapping[str, Any]) -> Choice:
    """The filter that was described; what it depends on is still a column."""
    choice = Choice(
        key,
        given["column"],
        given["label"].strip(),
        cast(FilterKind, given.get("kind", KINDS[0])),
        required=bool(given.get("required")),
        tiles=tuple(given.get("tiles", ())),
        depends_on=given.get("depends_on", ""),
    )
    return replace(choice, default=lines_of(choice, given.get("default", "")))


def put_document(*, actor: User, dashboard: Dashboard, revision: int, document: Any) -> Version:
    """The whole document at once."""
    return edit_draft(
        actor, dashboard, revision, lambda _document: parse(document), "document", touches=WHOLE
    )


def edit_draft(
    actor: User,
    dashboard: Dashboard,
    revision: int,
    change: Callable[[Document], Document],
    what: str,
    *,
    touches: str,
) -> Version:
    """One change of the document that was seen; ``touches`` is as ``saves.since`` takes it."""
    require_editor(actor, dashboard)
    with transaction.atomic():
        require_editor(actor, locked_under_way(dashboard))
        draft = draft_of(dashboard)
        require_seen(draft, revision, touches)
        save_draft(actor, draft, change(parse(draft.document)), what)
    return draft


def require_seen(draft: Version, revision: int, touches: str = WHOLE) -> None:
    """Nobody overwrites what they have not seen: they are told who saved what since."""
    if draft.revision == revision:
        return
    found = since(draft, revision, touches)
    changes = [change.sentence() for change in found.changes]
    who = ", ".join(found.who) or _("Somebody")
    raise Conflict(
        _("%(who)s saved this draft in the meantime. Look at it again, then repeat.")
        % {"who": who},
        revision=draft.revision, since=changes, again=found.again,
    )  # fmt: skip


def save_draft(
    actor: User,
    draft: Version,
    document: Document,
    what: str,
    *,
    back: int | None = None,
    forward: int | None = None,
) -> Version:
    """Write a checked document into a draft that is locked.

    ``back`` and ``forward`` are the revisions that undoing and redoing lead to; without either it
    is a change, which is undone to what was there.
    """
    document = parse(to_json(document))
    check_sources(document)
    check_pictures(draft.dashboard, document)
    _begin_history(draft)
    if back is None and forward is None:
        back = draft.revision
    draft.document, draft.sha256 = to_json(document), sha256(document)
    draft.revision += 1
    draft.full_clean()
    draft.save()
    Save.objects.create(
        version=draft, revision=draft.revision, document=draft.document, what=what, by=actor,
        at=timezone.now(), back=back, forward=forward,
    )  # fmt: skip
    draft.saves.filter(revision__lte=draft.revision - KEPT).delete()
    write_index(draft, document)
    record(actor=actor, action="version.save", target=draft, what=what, revision=draft.revision)
    return draft


def _begin_history(draft: Version) -> None:
    """What is there before the first change can be come back to, too."""
    Save.objects.get_or_create(
        version=draft, revision=draft.revision,
        defaults={
            "document": draft.document, "what": "begun", "by": draft.author,
            "at": draft.updated_at,
        },
    )  # fmt: skip


def write_index(version: Version, document: Document) -> None:
    """The rows that say where a KPI version is used."""
    version.tiles.all().delete()
    Tile.objects.bulk_create(
        Tile(version=version, key=tile.key, kpi_version_id=pk)
        for tile in document.tiles
        for pk in tile.kpi_versions
    )


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


def key_for(column: str, taken: set[str]) -> str:
    """A short word for the address: the column's own where it is free."""
    base = re.sub(r"[^a-z0-9]", "", column.lower())[:12]
    base = base if base[:1].isalpha() else f"f{base}"[:12]
    key, number = base, 2
    while key in taken or key in RESERVED:
        key, number = f"{base[:10]}{number}", number + 1
    return key


def place_of(document: Document, key: str) -> int:
    for place, tile in enumerate(document.tiles):
        if tile.key == key:
            return place
    raise Conflict(_("This tile is not in the draft any more."))


def _with_tile_json(document: Document, tile: Mapping[str, Any]) -> Document:
    """The document with a tile in its place, or at the end."""
    data = to_json(document)
    keys = [other["key"] for other in data["tiles"]]
    if tile["key"] in keys:
        data["tiles"][keys.index(tile["key"])] = dict(tile)
    else:
        data["tiles"].append(dict(tile))
    return parse(data)
