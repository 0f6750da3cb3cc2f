"""The figures of a page or of a tile, as a file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from ace_portal.lib.pages import number_in
from ace_portal.lib.permissions import SIGNED_IN, access
from dashboards.content import selectors
from dashboards.content.filters import read_state
from dashboards.files import as_file
from dashboards.frame import opened
from dashboards.views.usage import counted


@access(SIGNED_IN)
@require_GET
def page(request: HttpRequest, slug: str, kind: str) -> HttpResponseBase:
    """All tiles under the filters of the address: one table, or a sheet for each."""
    return _answer(request, slug, kind)


@access(SIGNED_IN)
@require_GET
def tile(request: HttpRequest, slug: str, key: str, kind: str) -> HttpResponseBase:
    """One tile under the filters of the address."""
    return _answer(request, slug, kind, key)


def _answer(request: HttpRequest, slug: str, kind: str, key: str = "") -> HttpResponseBase:
    user, dashboard = opened(request, slug)
    version = selectors.version_for(user, dashboard, number_in(request, "version"))
    state = read_state(selectors.document_of(version), request.GET)
    answer = as_file(user, version, state, kind, [key] if key else None)
    counted(request, dashboard, version, interacted=True)
    return answer
