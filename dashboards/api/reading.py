"""What a reader keeps of a dashboard for themselves."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import Given, answers
from ace_portal.lib.permissions import SIGNED_IN
from dashboards.content.selectors import dashboard_for, document_of, version_for
from dashboards.reading import services
from dashboards.reading.models import LONGEST_ADDRESS, SavedView
from dashboards.reading.selectors import gone_of, view_of, views_of


class SavedViewOutput(serializers.ModelSerializer[SavedView]):
    gone = serializers.SerializerMethodField(
        help_text="What it filters by and the present version has no longer, in a sentence."
    )

    class Meta:
        model = SavedView
        fields = ["id", "name", "filters", "opens", "gone", "created_at"]

    def get_gone(self, view: SavedView) -> str:
        user = person_of(self.context["request"])
        return gone_of(view, document_of(version_for(user, view.dashboard)))


class SavedViewChange(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=60)
    opens = serializers.BooleanField(
        default=False, help_text="Whether the dashboard opens with it, for its owner alone."
    )


class SavedViewInput(SavedViewChange):
    filters = serializers.CharField(
        default="", allow_blank=True, max_length=LONGEST_ADDRESS,
        help_text="The state as the address of the page has it, such as `period=last_6&team=A`.",
    )  # fmt: skip
    version = serializers.IntegerField(
        default=None, allow_null=True, min_value=1, max_value=2**31 - 1,
        help_text="Of which the filters are; without one the one that is open to you.",
    )  # fmt: skip


class SavedViews(generics.ListAPIView[SavedView]):
    """One's own, by name. ``?view=`` with its number is a view's state wherever filters are."""

    door = SIGNED_IN
    serializer_class = SavedViewOutput
    queryset = SavedView.objects.none()

    def get_queryset(self) -> Any:
        user = person_of(self.request)
        dashboard = dashboard_for(user, self.kwargs["slug"])
        return views_of(user, dashboard).select_related("dashboard")

    @answers(SavedViewOutput, takes=SavedViewInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> SavedView:
        dashboard = dashboard_for(actor, slug)
        fields = given()
        version = version_for(actor, dashboard, fields.pop("version"))
        return services.save_view(actor=actor, dashboard=dashboard, version=version, **fields)


class SavedViewDetail(APIView):
    door = SIGNED_IN

    @answers(SavedViewOutput)
    def get(self, actor: User, slug: str, pk: int) -> SavedView:
        return view_of(actor, dashboard_for(actor, slug), pk)

    @answers(SavedViewOutput, takes=SavedViewChange)
    def put(self, actor: User, given: Given, slug: str, pk: int) -> SavedView:
        dashboard = dashboard_for(actor, slug)
        view_of(actor, dashboard, pk)
        return services.change_view(actor=actor, dashboard=dashboard, pk=pk, **given())

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, pk: int) -> Response:
        user = person_of(request)
        services.delete_view(actor=user, dashboard=dashboard_for(user, slug), pk=pk)
        return Response(status=204)
