"""The figures of a page as a download."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponseBase

from ace_portal.accounts.models import User
from ace_portal.lib.csvfile import csv_response
from ace_portal.lib.errors import NotVisible
from ace_portal.lib.xlsxfile import xlsx_response
from dashboards.content import selectors
from dashboards.content.board import board
from dashboards.content.exporting import as_one_table, as_sheets, blocks_of
from dashboards.content.filters import FilterState
from dashboards.content.models import Version

KINDS = ("csv", "xlsx")


def as_file(
    user: User, version: Version, state: FilterState, kind: str, keys: Sequence[str] | None = None
) -> HttpResponseBase:
    """The file of a version, or of some of its tiles, over the rows that the person may see.

    Raises ``NotVisible`` for a kind, or a tile with figures, that there is not.
    """
    document = selectors.document_of(version)
    if kind not in KINDS:
        raise NotVisible("")
    if keys is not None:
        tiles = [spec for spec in document.tiles if spec.key in keys and spec.kpi_versions]
        if not tiles:
            raise NotVisible("")
        document = document.with_tiles(tiles)
    shown = board(document, state, reader=user)
    blocks = blocks_of(shown)
    name = "-".join([version.dashboard.slug, f"v{version.number}", *(keys or ())])
    if kind == "xlsx":
        return xlsx_response(name, as_sheets(version, shown, blocks))
    return csv_response(name, *as_one_table(blocks))
