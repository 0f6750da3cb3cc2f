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
from ace_portal.lib.errors import Conflict
from dashboards.content.document import (
    EMPTY,
    KINDS,
    RESERVED,
    Choice,
    Document,
    FilterKind,
    TileSpec,
    new_key,
    parse,
    sha256,
    to_json,
)
from dashboards.content.document.schema import TAB
from dashboards.content.kinds import lines_of
from dashboards.content.models import Dashboard, Save, Tile, Version
from dashboards.content.saves import FILTERS, WHOLE, since
from dashboards.content.selectors import WORKING, released_of, work_of
from dashboards.content.services.checks import check_sources
from dashboards.content.services.locking import locked_under_way
from dashboards.permissions import require_editor

#: saves of a draft that can be come back to: a hundred changes, and each of them undone
KEPT = 200


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
    """A tile in the place ``to`` of its tab, else at its end; ``tile`` is JSON without a key."""

    def change(document: Document) -> Document:
        *tiles, added = _with_tile_json(document, {**tile, "key": new_key()}).tiles
        return inserted(document.with_tiles(tiles), added, to)

    return edit_draft(actor, dashboard, revision, change, "added", touches="")


def change_tile(
    *, actor: User, dashboard: Dashboard, revision: int, key: str, tile: Mapping[str, Any]
) -> Version:
    """The tile keeps its key and its place, its height and tab unless ``tile`` says another."""

    def change(document: Document) -> Document:
        place_of(document, key)
        was = next(one for one in to_json(document)["tiles"] if one["key"] == key)
        kept = {name: was[name] for name in ("height", "tab") if name in was}
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
    ``default`` a text with one value a line, ``required``, ``tiles``, ``tabs``, and in
    ``depends_on`` the column of another. ``drill`` are the columns of the way down, from the top.
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
        tabs=tuple(given.get("tabs", ())),
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


def key_for(column: str, taken: set[str]) -> str:
    """A short word for the address: the column's own where it is free."""
    base = re.sub(r"[^a-z0-9]", "", column.lower())[:12]
    base = base if base[:1].isalpha() else f"f{base}"[:12]
    key, number = base, 2
    while key in taken or key in {*RESERVED, TAB}:
        key, number = f"{base[:10]}{number}", number + 1
    return key


def place_of(document: Document, key: str) -> int:
    for place, tile in enumerate(document.tiles):
        if tile.key == key:
            return place
    raise Conflict(_("This tile is not in the draft any more."))


def inserted(document: Document, tile: TileSpec, to: int | None) -> Document:
    """The document with a tile in the place ``to`` among those of its tab, else after them."""
    peers, tiles = document.tiles_on(document.tab_of(tile)), list(document.tiles)
    if to is not None and to < len(peers):
        place = tiles.index(peers[max(to, 0)])
    else:
        place = tiles.index(peers[-1]) + 1 if peers else len(tiles)
    return document.with_tiles([*tiles[:place], tile, *tiles[place:]])


def _with_tile_json(document: Document, tile: Mapping[str, Any]) -> Document:
    """The document with a tile in its place, or at the end."""
    data = to_json(document)
    keys = [other["key"] for other in data["tiles"]]
    if tile["key"] in keys:
        data["tiles"][keys.index(tile["key"])] = dict(tile)
    else:
        data["tiles"].append(dict(tile))
    return parse(data)
