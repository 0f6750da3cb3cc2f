"""The rows behind the figure of a tile: on a page, and as a file."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.csvfile import csv_response
from ace_portal.lib.errors import Invalid, NotVisible
from ace_portal.lib.pages import number_in
from ace_portal.lib.permissions import SIGNED_IN, access
from dashboards.content import selectors
from dashboards.content.filters import query_string, read_state, uncompared
from dashboards.content.models import Version
from dashboards.content.rows import TileRows, as_text, rows_of_tile
from dashboards.frame import frame, opened, trail
from dashboards.permissions import require_rows
from dashboards.views.links import back_url, explain_query
from dashboards.views.usage import counted
from kpis.behind import EXPORTED, MOST_BYTES, MOST_CELLS, SHOWN


@access(SIGNED_IN)
@require_GET
def tile_rows(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The newest of them; period and filters are those of the page."""
    user, dashboard = opened(request, slug, require_rows)
    version = selectors.version_for(user, dashboard, number_in(request, "version"))
    view, query = _rows(request, user, version, key, SHOWN)
    counted(request, dashboard, version, interacted=True)
    context = {
        "rows": view,
        "cells": list(as_text(view.rows)),
        "key": key,
        "version": version,
        "back": back_url(dashboard, version, query),
        "query": explain_query(version, query),
        "crumbs": trail(dashboard, _("Rows behind it")),
        "most": f"{EXPORTED:,}",
        "most_cells": f"{MOST_CELLS:,}",
        "mb": MOST_BYTES // 1_000_000,
    }
    return render(request, "dashboards/rows.html", {**frame(user, dashboard), **context})


@access(SIGNED_IN)
@require_POST
def tile_rows_file(request: HttpRequest, slug: str, key: str) -> StreamingHttpResponse:
    """As CSV, more of them; who took it is on record. Its last line says whether it was cut."""
    user, dashboard = opened(request, slug, require_rows)
    version = selectors.version_for(user, dashboard, number_in(request, "version"))
    view, _query = _rows(request, user, version, key, EXPORTED)
    if view.problem:
        raise Invalid(view.problem)
    with transaction.atomic():
        record(
            actor=user, action="rows.export", target=dashboard, tile=key,
            kpi=view.source.kpi.slug, rows=len(view.rows),
        )  # fmt: skip
    last = [[view.cut]] if view.cut else []
    return csv_response(f"{dashboard.slug}-{key}", view.head, [*view.rows, *last])


def _rows(
    request: HttpRequest, user: User, version: Version, key: str, limit: int
) -> tuple[TileRows, str]:
    """What the address asks for, and its filters."""
    document = selectors.document_of(version)
    spec = document.tile(key)
    if spec is None or not spec.kpi_versions:
        raise NotVisible("")
    state = read_state(document, request.GET)
    view = rows_of_tile(
        user, document, spec, uncompared(state), number_in(request, "kpi"), limit=limit
    )
    return view, query_string(document, state)
