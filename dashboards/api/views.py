"""Dashboards, their versions and their figures."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import Given, answers
from ace_portal.lib.errors import Invalid, NotVisible
from ace_portal.lib.pages import number_of
from ace_portal.lib.permissions import ACE, SIGNED_IN
from dashboards.api import serializers as s
from dashboards.content import selectors
from dashboards.content.board import board
from dashboards.content.choices import dropdown_of, values_page
from dashboards.content.document import PRESETS, Document, parse
from dashboards.content.filters import FilterState, check_state, read_state
from dashboards.content.models import Dashboard, Version
from dashboards.content.planning import Page
from dashboards.content.saves import changes_between
from dashboards.content.services import assembly, drafts, releases
from dashboards.content.services import dashboards as services
from dashboards.content.sources import sources_of
from dashboards.lifecycle.models import Launch
from dashboards.lifecycle.services import launches as lifecycle
from dashboards.people import Choice, choice_for
from dashboards.permissions import require_editor, require_handing_over, require_owner
from dashboards.reading.selectors import opening_state, views_of

VERSION = OpenApiParameter("version", OpenApiTypes.INT, description="Its number; one to open.")
FILTERS = [
    VERSION,
    OpenApiParameter("period", OpenApiTypes.STR, enum=PRESETS),
    OpenApiParameter("from", OpenApiTypes.DATE, description="First day of own dates."),
    OpenApiParameter("to", OpenApiTypes.DATE, description="Last day of own dates, included."),
    OpenApiParameter("view", OpenApiTypes.STR, description="The number of a view of one's own."),
    OpenApiParameter(
        "side-a", OpenApiTypes.STR,
        description="`KEY:VALUE` of a dropdown: its segment is compared.",
    ),
    OpenApiParameter(
        "side-b", OpenApiTypes.STR,
        description="With which; without it with all rows that have another value, or none.",
    ),
]  # fmt: skip


def number_in(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    if not text:
        return None
    number = number_of(text)
    if number is None:
        raise Invalid(_("%(name)s is the number of a version.") % {"name": name}, field=name)
    return number


def asked_state(
    user: User, dashboard: Dashboard, document: Document, request: Request
) -> FilterState:
    """The state of the address, or of the person's own view that it names; raises ``Invalid`` where
    a filter cannot take what was given."""
    asked = request.query_params
    views = list(views_of(user, dashboard)) if asked.get("view") else []
    state = opening_state(document, asked, views)
    check_state(document, state)
    return state


class Dashboards(generics.ListAPIView[Dashboard]):
    door = SIGNED_IN
    doors = {"POST": ACE}
    serializer_class = s.DashboardOutput
    queryset = Dashboard.objects.none()

    def get_queryset(self) -> Any:
        return selectors.dashboards_for(person_of(self.request))

    @answers(s.DashboardOutput, takes=s.DashboardInput, status=201)
    def post(self, actor: User, given: Given) -> Dashboard:
        return services.create_dashboard(actor=actor, **given())


class DashboardDetail(APIView):
    door = SIGNED_IN
    doors = {"PUT": ACE}

    @answers(s.DashboardOutput)
    def get(self, actor: User, slug: str) -> Dashboard:
        return selectors.dashboard_for(actor, slug)

    @answers(s.DashboardOutput, takes=s.DashboardChange)
    def put(self, actor: User, given: Given, slug: str) -> Dashboard:
        dashboard = selectors.dashboard_for(actor, slug)
        require_editor(actor, dashboard)
        return services.change_dashboard(actor=actor, dashboard=dashboard, **given())


class DashboardOwner(APIView):
    """Hand it over; both owners are told."""

    door = ACE

    @answers(s.DashboardOutput, takes=s.HandOverInput)
    def post(self, actor: User, given: Given, slug: str) -> Dashboard:
        dashboard = selectors.dashboard_for(actor, slug)
        require_handing_over(actor, dashboard)
        return services.hand_over(actor=actor, dashboard=dashboard, **given())


class DashboardPeople(APIView):
    """Whom one may choose: ``?for=`` ``pilot``, ``report`` or ``owner``, ``?q=`` words of a name.

    Without words who is near, first of all the people of its groups.
    """

    door = ACE

    @answers(s.PeopleToChoose)
    def get(self, user: User, slug: str) -> Choice:
        query = self.request.query_params
        dashboard = selectors.dashboard_for(user, slug)
        return choice_for(user, dashboard, query.get("for", ""), query.get("q", ""))


class Versions(generics.ListAPIView[Version]):
    """Newest first; a member reads those that were released."""

    door = SIGNED_IN
    serializer_class = s.VersionOutput
    queryset = Version.objects.none()

    def get_queryset(self) -> Any:
        user = person_of(self.request)
        dashboard = selectors.dashboard_for(user, self.kwargs["slug"])
        return selectors.versions_for(user, dashboard).defer("document", "based_on__document")


class VersionDocument(APIView):
    """One version's document: immutable once it is released."""

    door = SIGNED_IN

    @answers(s.DraftOutput)
    def get(self, user: User, slug: str, number: int) -> Version:
        dashboard = selectors.dashboard_for(user, slug)
        return selectors.version_for(user, dashboard, number)


class Draft(APIView):
    """The document in work; a change names the revision that it was made from."""

    door = ACE

    @answers(s.DraftOutput)
    def get(self, user: User, slug: str) -> Version:
        dashboard = selectors.dashboard_for(user, slug)
        draft = selectors.work_of(dashboard)
        if draft is None:
            raise NotVisible("")
        return draft

    @answers(s.DraftOutput, takes=s.DraftInput)
    def put(self, actor: User, given: Given, slug: str) -> Version:
        dashboard = selectors.dashboard_for(actor, slug)
        require_editor(actor, dashboard)
        return drafts.put_document(actor=actor, dashboard=dashboard, **given())


class Assemble(APIView):
    """A first draft from the persona's questions."""

    door = ACE

    @extend_schema(request=None, responses={201: s.AssembledOutput})
    def post(self, request: Request, slug: str) -> Response:
        actor = person_of(request)
        dashboard = selectors.dashboard_for(actor, slug)
        done = assembly.assemble_version(actor=actor, dashboard=dashboard)
        return Response({**s.DraftOutput(done.version).data, "said": done.said}, status=201)


class Start(APIView):
    """A new draft, a copy of the released version."""

    door = ACE

    @answers(s.DraftOutput, status=201)
    def post(self, actor: User, slug: str) -> Version:
        dashboard = selectors.dashboard_for(actor, slug)
        return drafts.start_version(actor=actor, dashboard=dashboard)


class Release(APIView):
    door = ACE

    @answers(s.VersionOutput, takes=s.ReleaseInput)
    def post(self, actor: User, given: Given, slug: str) -> Version:
        dashboard = selectors.dashboard_for(actor, slug)
        require_owner(actor, dashboard)
        return releases.release_version(actor=actor, dashboard=dashboard, **given())


class Restore(APIView):
    """Copy an earlier version into a new draft."""

    door = ACE

    @answers(s.DraftOutput, status=201)
    def post(self, actor: User, slug: str, number: int) -> Version:
        dashboard = selectors.dashboard_for(actor, slug)
        version = selectors.version_for(actor, dashboard, number)
        return releases.restore_version(actor=actor, dashboard=dashboard, version=version)


class Launches(generics.ListAPIView[Launch]):
    """To whom it is open now."""

    door = ACE
    serializer_class = s.LaunchOutput
    queryset = Launch.objects.none()

    def get_queryset(self) -> Any:
        user = person_of(self.request)
        return selectors.launches_of(selectors.dashboard_for(user, self.kwargs["slug"]))

    @answers(s.LaunchOutput, takes=s.LaunchInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> Launch:
        dashboard = selectors.dashboard_for(actor, slug)
        require_owner(actor, dashboard)
        return lifecycle.launch(actor=actor, dashboard=dashboard, **given())


class LaunchEnd(APIView):
    door = ACE

    @answers(s.LaunchOutput)
    def post(self, actor: User, slug: str, pk: int) -> Launch:
        dashboard = selectors.dashboard_for(actor, slug)
        return lifecycle.end_launch(actor=actor, launch=selectors.launch_of(dashboard, pk))


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
        user = person_of(request)
        dashboard = selectors.dashboard_for(user, slug)
        old, new = (
            selectors.version_for(user, dashboard, number_in(request, name))
            for name in ("from", "to")
        )
        changes = changes_between(parse(old.document), parse(new.document))
        return Response(s.ChangeOutput(changes, many=True).data)


class Figures(APIView):
    """All tiles with their values in full precision, under the filters of the address.

    Besides the period, each filter of the document is a parameter under its key: a dropdown's as
    often as it has values (``~`` is an empty cell), the text that is contained, ``true`` or
    ``false``; a range of numbers is ``KEY-from`` and ``KEY-to``.
    """

    door = SIGNED_IN

    @extend_schema(parameters=FILTERS, responses=s.FiguresOutput)
    def get(self, request: Request, slug: str) -> Response:
        user = person_of(request)
        dashboard = selectors.dashboard_for(user, slug)
        version = selectors.version_for(user, dashboard, number_in(request, "version"))
        document = selectors.document_of(version)
        state = asked_state(user, dashboard, document, request)
        shown = board(document, state, reader=user)
        return Response(s.figures_json(version, shown))


class FilterValues(APIView):
    """The values that a dropdown takes, in pages; of what one does not see, none."""

    door = SIGNED_IN

    @extend_schema(
        parameters=[
            VERSION,
            OpenApiParameter("find-value", OpenApiTypes.STR, description="What they contain."),
            OpenApiParameter("find-page", OpenApiTypes.INT, description="From 1."),
        ],
        responses=s.FilterValuesOutput,
    )
    def get(self, request: Request, slug: str, key: str) -> Response:
        user = person_of(request)
        dashboard = selectors.dashboard_for(user, slug)
        version = selectors.version_for(user, dashboard, number_in(request, "version"))
        document = selectors.document_of(version)
        choice = dropdown_of(document, key)
        asked = request.query_params
        page = Page.of(document, read_state(document, asked), sources_of(document.kpi_versions))
        number = number_of(asked.get("find-page", "")) or 1
        search = asked.get("find-value", "")
        found = values_page(page, choice, reader=user, search=search, number=number)
        return Response(s.FilterValuesOutput(found).data)
