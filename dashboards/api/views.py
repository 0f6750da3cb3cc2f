"""Dashboards, their versions and their figures."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import taken
from ace_portal.lib.errors import Invalid, NotVisible
from ace_portal.lib.pages import LONGEST_NUMBER
from ace_portal.lib.permissions import ACE, SIGNED_IN
from dashboards.api import serializers as s
from dashboards.content import selectors
from dashboards.content.board import board
from dashboards.content.document import PRESETS, parse
from dashboards.content.filters import read_state
from dashboards.content.models import Dashboard, Version
from dashboards.content.services import assembly, drafts, releases
from dashboards.content.services import dashboards as services
from dashboards.lifecycle import services as lifecycle
from dashboards.lifecycle.models import Launch
from dashboards.permissions import require_editor, require_owner
from personas.selectors import first_or_404

VERSION = OpenApiParameter("version", OpenApiTypes.INT, description="Its number; the ACE only.")
FILTERS = [
    VERSION,
    OpenApiParameter("period", OpenApiTypes.STR, enum=PRESETS),
    OpenApiParameter("from", OpenApiTypes.DATE, description="First day of own dates."),
    OpenApiParameter("to", OpenApiTypes.DATE, description="Last day of own dates, included."),
]


def asked(request: Request, slug: str) -> tuple[User, Dashboard]:
    user = person_of(request)
    return user, selectors.dashboard_for(user, slug)


def number_in(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    if not text:
        return None
    if not text.isdecimal() or len(text) > LONGEST_NUMBER:
        raise Invalid(f"{name} is the number of a version.", field=name)
    return int(text)


class Dashboards(generics.ListAPIView[Dashboard]):
    door = SIGNED_IN
    doors = {"POST": ACE}
    serializer_class = s.DashboardOutput
    queryset = Dashboard.objects.none()

    def get_queryset(self) -> Any:
        return selectors.dashboards_for(person_of(self.request))

    @extend_schema(request=s.DashboardInput, responses={201: s.DashboardOutput})
    def post(self, request: Request) -> Response:
        given = taken(s.DashboardInput, request)
        dashboard = services.create_dashboard(actor=person_of(request), **given)
        return Response(s.DashboardOutput(dashboard).data, status=201)


class DashboardDetail(APIView):
    door = SIGNED_IN
    doors = {"PUT": ACE}

    @extend_schema(responses=s.DashboardOutput)
    def get(self, request: Request, slug: str) -> Response:
        return Response(s.DashboardOutput(asked(request, slug)[1]).data)

    @extend_schema(request=s.DashboardInput, responses=s.DashboardOutput)
    def put(self, request: Request, slug: str) -> Response:
        actor, dashboard = asked(request, slug)
        require_editor(actor, dashboard)
        given = taken(s.DashboardInput, request)
        changed = services.change_dashboard(actor=actor, dashboard=dashboard, **given)
        return Response(s.DashboardOutput(changed).data)


class Versions(generics.ListAPIView[Version]):
    """Newest first; a member reads those that were released."""

    door = SIGNED_IN
    serializer_class = s.VersionOutput
    queryset = Version.objects.none()

    def get_queryset(self) -> Any:
        user, dashboard = asked(self.request, self.kwargs["slug"])
        return selectors.versions_for(user, dashboard)


class VersionDocument(APIView):
    """One version's document: immutable once it is released."""

    door = SIGNED_IN

    @extend_schema(responses=s.DraftOutput)
    def get(self, request: Request, slug: str, number: int) -> Response:
        user, dashboard = asked(request, slug)
        return Response(s.DraftOutput(selectors.version_for(user, dashboard, number)).data)


class Draft(APIView):
    """The document in work; a change names the revision that it was made from."""

    door = ACE

    @extend_schema(responses=s.DraftOutput)
    def get(self, request: Request, slug: str) -> Response:
        _user, dashboard = asked(request, slug)
        draft = selectors.work_of(dashboard)
        if draft is None:
            raise NotVisible("")
        return Response(s.DraftOutput(draft).data)

    @extend_schema(request=s.DraftInput, responses=s.DraftOutput)
    def put(self, request: Request, slug: str) -> Response:
        actor, dashboard = asked(request, slug)
        require_editor(actor, dashboard)
        given = taken(s.DraftInput, request)
        draft = drafts.put_document(actor=actor, dashboard=dashboard, **given)
        return Response(s.DraftOutput(draft).data)


class Assemble(APIView):
    """A first draft from the persona's questions."""

    door = ACE

    @extend_schema(request=None, responses={201: s.AssembledOutput})
    def post(self, request: Request, slug: str) -> Response:
        actor, dashboard = asked(request, slug)
        done = assembly.assemble_version(actor=actor, dashboard=dashboard)
        return Response({**s.DraftOutput(done.version).data, "said": done.said}, status=201)


class Start(APIView):
    """A new draft, a copy of the released version."""

    door = ACE

    @extend_schema(request=None, responses={201: s.DraftOutput})
    def post(self, request: Request, slug: str) -> Response:
        actor, dashboard = asked(request, slug)
        draft = drafts.start_version(actor=actor, dashboard=dashboard)
        return Response(s.DraftOutput(draft).data, status=201)


class Release(APIView):
    door = ACE

    @extend_schema(request=s.ReleaseInput, responses=s.VersionOutput)
    def post(self, request: Request, slug: str) -> Response:
        actor, dashboard = asked(request, slug)
        require_owner(actor, dashboard)
        given = taken(s.ReleaseInput, request)
        version = releases.release_version(actor=actor, dashboard=dashboard, **given)
        return Response(s.VersionOutput(version).data)


class Restore(APIView):
    """Copy an earlier version into a new draft."""

    door = ACE

    @extend_schema(request=None, responses={201: s.DraftOutput})
    def post(self, request: Request, slug: str, number: int) -> Response:
        actor, dashboard = asked(request, slug)
        version = selectors.version_for(actor, dashboard, number)
        draft = releases.restore_version(actor=actor, dashboard=dashboard, version=version)
        return Response(s.DraftOutput(draft).data, status=201)


class Launches(generics.ListAPIView[Launch]):
    """To whom it is open now."""

    door = ACE
    serializer_class = s.LaunchOutput
    queryset = Launch.objects.none()

    def get_queryset(self) -> Any:
        return selectors.launches_of(asked(self.request, self.kwargs["slug"])[1])

    @extend_schema(request=s.LaunchInput, responses={201: s.LaunchOutput})
    def post(self, request: Request, slug: str) -> Response:
        actor, dashboard = asked(request, slug)
        require_owner(actor, dashboard)
        given = taken(s.LaunchInput, request)
        launch = lifecycle.launch(actor=actor, dashboard=dashboard, **given)
        return Response(s.LaunchOutput(launch).data, status=201)


class LaunchEnd(APIView):
    door = ACE

    @extend_schema(request=None, responses=s.LaunchOutput)
    def post(self, request: Request, slug: str, pk: int) -> Response:
        actor, dashboard = asked(request, slug)
        row = first_or_404(dashboard.launches.select_related("dashboard").filter(pk=pk))
        return Response(s.LaunchOutput(lifecycle.end_launch(actor=actor, launch=row)).data)


class Compare(APIView):
    """What one version does differently from another, in words."""

    door = ACE

    @extend_schema(
        parameters=[
            OpenApiParameter("from", OpenApiTypes.INT, required=True),
            OpenApiParameter("to", OpenApiTypes.INT, required=True),
        ],
        responses=s.ChangeOutput(many=True),
    )
    def get(self, request: Request, slug: str) -> Response:
        user, dashboard = asked(request, slug)
        old, new = (
            selectors.version_for(user, dashboard, number_in(request, name))
            for name in ("from", "to")
        )
        changes = releases.changes_between(parse(old.document), parse(new.document))
        return Response(s.ChangeOutput(changes, many=True).data)


class Figures(APIView):
    """All tiles with their values in full precision, under the filters of the address.

    Besides the period, each dropdown of the document is a parameter under its key.
    """

    door = SIGNED_IN

    @extend_schema(parameters=FILTERS, responses=s.FiguresOutput)
    def get(self, request: Request, slug: str) -> Response:
        user, dashboard = asked(request, slug)
        version = selectors.version_for(user, dashboard, number_in(request, "version"))
        document = selectors.document_of(version)
        shown = board(document, read_state(document, request.query_params))
        return Response(s.figures_json(version, shown))
