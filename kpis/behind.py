"""The rows behind a KPI's figure, for one reader."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ace_portal.lib.errors import Conflict, Invalid
from kpis.engine.behind import MOST_BYTES, MOST_CELLS, Behind, rows_behind
from kpis.engine.query import Query
from kpis.figures import UNREADABLE, definition_of, open_load, table_of
from kpis.models import KPIVersion
from kpis.scopes import Reader, cuts_for
from kpis.unreadable import in_words

__all__ = ["EXPORTED", "MOST_BYTES", "MOST_CELLS", "SHOWN", "behind_figure", "cut_words"]

#: rows on a page, and in a file
SHOWN, EXPORTED = 200, 10_000


def cut_words(found: Behind) -> str:
    """That there are more rows, and why they are not here; empty where these are all."""
    told = {"n": f"{len(found.rows):,}", "columns": len(found.columns),
            "cells": f"{MOST_CELLS:,}", "mb": MOST_BYTES // 1_000_000}  # fmt: skip
    more = _("These are the newest %(n)s rows; there are more.")
    match found.cut:
        case "":
            return ""
        case "rows":
            why = ""
        case "cells":
            why = _(
                "With %(columns)d columns that is as much as is given out at once: %(cells)s cells."
            )
        case "bytes":
            why = _(
                "Their texts are long: no more than %(mb)d MB, and no more than fits into memory, "
                "is given out at once."
            )
    return f"{more} {why}".strip() % told


def behind_figure(version: KPIVersion, query: Query, *, reader: Reader, limit: int) -> Behind:
    """Of the rows that the reader may see those that the figure counts, newest first.

    Reads ``version.dataset.live``. Raises ``Invalid`` where a question has no rows of its own and
    ``Conflict`` where there is no data.
    """
    definition = definition_of(version)
    load = version.dataset.live
    if load is None:
        raise Conflict(_("The data of this KPI has not been loaded yet."))
    cut = cuts_for(reader, [version.dataset]).get(version.dataset_id)
    try:
        with open_load(load) as connection, in_words(load, connection):
            return rows_behind(connection, table_of(load, cut), definition, query, limit=limit)
    except UNREADABLE as error:
        raise Invalid(_("The data could not be read.")) from error
