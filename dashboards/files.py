"""The figures of a page as a download: in numbers, or as a picture."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import cast

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase

from ace_portal.accounts.models import User
from ace_portal.lib.csvfile import csv_response
from ace_portal.lib.errors import NotVisible
from ace_portal.lib.pace import keep_pace
from ace_portal.lib.xlsxfile import xlsx_response
from dashboards.content import selectors
from dashboards.content.board import board
from dashboards.content.exporting import as_one_table, as_sheets, blocks_of
from dashboards.content.filters import FilterState
from dashboards.content.models import Version
from dashboards.content.picturing import sheet_of
from dashboards.rendering.sheet import Format, Sheet, draw

FIGURES = ("csv", "xlsx")
PICTURES: dict[str, str] = {
    "png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf",
}  # fmt: skip
KINDS = (*FIGURES, *PICTURES)
MOST_PICTURES = 20  # of one person in a minute


def as_file(
    user: User, version: Version, state: FilterState, kind: str, keys: Sequence[str] | None = None
) -> HttpResponseBase:
    """The file of a version, or of some of its tiles, over the rows that the person may see.

    Raises ``NotVisible`` for a kind, or a tile with figures, that there is not, and ``TooOften``
    for more pictures than one draws for one person.
    """
    document = selectors.document_of(version)
    if kind not in KINDS:
        raise NotVisible("")
    if keys is not None:
        tiles = [spec for spec in document.tiles if spec.key in keys and spec.kpi_versions]
        if not tiles:
            raise NotVisible("")
        document = document.with_tiles(tiles)
    if kind in PICTURES:
        keep_pace("pictures", user.pk, most=MOST_PICTURES)
    shown = board(document, state, reader=user)
    name = "-".join([version.dashboard.slug, f"v{version.number}", *(keys or ())])
    if kind in PICTURES:
        return _picture(name, cast(Format, kind), sheet_of(version, shown, whose=user.name))
    blocks = blocks_of(shown)
    if kind == "xlsx":
        return xlsx_response(name, as_sheets(version, shown, blocks))
    return csv_response(name, *as_one_table(blocks))


def _picture(name: str, kind: Format, sheet: Sheet) -> HttpResponse:
    # Where the drawing library keeps its list of fonts: a home directory may not be writable.
    os.environ.setdefault("MPLCONFIGDIR", str(settings.DATA_DIR / "matplotlib"))
    answer = HttpResponse(draw(sheet, kind), content_type=PICTURES[kind])
    answer["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer
