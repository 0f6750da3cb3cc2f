"""The pictures of a dashboard, for whoever may see it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from ace_portal.lib.errors import NotVisible
from ace_portal.lib.permissions import ANYONE, SIGNED_IN, access
from dashboards.content.models import Picture
from dashboards.content.pictures import KINDS
from dashboards.content.selectors import document_of, picture_of
from dashboards.embedding.links import opened_by
from dashboards.frame import opened


@access(SIGNED_IN)
@require_GET
def picture(request: HttpRequest, slug: str, sha256: str) -> HttpResponse:
    _user, dashboard = opened(request, slug)
    return _answer(picture_of(dashboard, sha256))


@access(ANYONE)
@require_GET
def embedded_picture(request: HttpRequest, token: str, sha256: str) -> HttpResponse:
    """Of what is released alone."""
    _embed, version = opened_by(token)
    if sha256 not in {tile.picture for tile in document_of(version).tiles}:
        raise NotVisible("")
    return _answer(picture_of(version.dashboard, sha256))


def _answer(found: Picture) -> HttpResponse:
    """What it is comes from our own encoding; like every answer it is private, under the policy of
    the portal, and no browser guesses what it is."""
    answer = HttpResponse(bytes(found.data), content_type=KINDS[found.kind][1])
    answer["Content-Disposition"] = f'inline; filename="{found.sha256[:12]}.{found.kind}"'
    return answer
