"""Tables in the order that an address asks for.

The address says ``sort-KEY=2``, and ``sort-KEY=-2`` for falling: no dropdown has a key with a
hyphen. An order is the reader's own and no filter, so it is in no link to a figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlencode

from django.http import QueryDict

from dashboards.content.showing import TileView
from dashboards.rendering import Table, headed, ordered

ORDER = re.compile(r"(-?)([0-9]{1,2})\Z")
SORTED = frozenset({"table", "pivot"})


def sort_tables(tiles: Iterable[TileView], params: QueryDict, query: str) -> None:
    """Sort what the address sorts, and give each head its link; ``query`` are the filters in use.

    A table that leaves rows out stays as it is: the greatest of those that are left would pass
    for the greatest of all.
    """
    for tile in tiles:
        if tile.type in SORTED and tile.table is not None and not tile.table.left_out:
            tile.table = _sorted(tile.key, tile.table, params.get(f"sort-{tile.key}", ""), query)


def _sorted(key: str, table: Table, asked: str, query: str) -> Table:
    found = ORDER.match(asked)
    by = (int(found[2]), bool(found[1])) if found is not None else None
    if by is not None and by[0] >= len(table.headers):
        by = None
    if by is not None:
        table = ordered(table, by[0], descending=by[1])

    def url(place: int, falling: bool) -> str:
        own = urlencode({f"sort-{key}": f"{'-' if falling else ''}{place}"})
        return f"?{query}&{own}#tile-{key}" if query else f"?{own}#tile-{key}"

    return headed(table, url, by)
