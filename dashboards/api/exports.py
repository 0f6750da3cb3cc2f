"""The figures of a page as a file, or as a picture."""

from __future__ import annotations

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.permissions import SIGNED_IN
from ace_portal.lib.xlsxfile import TYPE
from dashboards.api.views import FILTERS, asked_state, number_in
from dashboards.content import selectors
from dashboards.files import KINDS, PICTURES, as_file

KEYS = OpenApiParameter(
    "only", OpenApiTypes.STR, many=True, description="Keys of tiles; without any, all of them."
)


class Export(APIView):
    """All tiles under the filters of the address: in full precision as one CSV or a workbook, or as
    a picture, of which one person gets so many a minute."""

    door = SIGNED_IN

    @extend_schema(
        parameters=[
            OpenApiParameter("kind", OpenApiTypes.STR, OpenApiParameter.PATH, enum=KINDS),
            KEYS, *FILTERS,
        ],
        responses={
            (200, media): OpenApiTypes.BINARY for media in ("text/csv", TYPE, *PICTURES.values())
        },
    )  # fmt: skip
    def get(self, request: Request, slug: str, kind: str) -> HttpResponseBase:
        user = person_of(request)
        dashboard = selectors.dashboard_for(user, slug)
        version = selectors.version_for(user, dashboard, number_in(request, "version"))
        document = selectors.document_of(version)
        state = asked_state(user, dashboard, document, request)
        keys = request.query_params.getlist("only") or None
        return as_file(user, version, state, kind, keys)
