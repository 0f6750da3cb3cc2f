"""Lessons: the same rules and words as on the pages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import Given, answers, taken
from ace_portal.lib.permissions import SIGNED_IN
from dashboards.content.models import Dashboard
from kpis.models import KPI
from office_hours.models import AMASession, Lesson
from office_hours.permissions.lessons import require_lesson_hand
from office_hours.selectors import lessons as selectors
from office_hours.services import lessons as services
from personas.models import UserGroup

FILTERS = [
    OpenApiParameter("q", str, description="Words of the title, the why or the change."),
    OpenApiParameter("dashboard", str, description="The slug of one that it is about."),
    OpenApiParameter("kpi", str, description="The slug of one that it is about."),
]


class LessonOutput(serializers.ModelSerializer[Lesson]):
    author = serializers.CharField(source="author.name")
    owner = serializers.CharField(source="owner.name", default=None)
    helped_count = serializers.IntegerField(source="helped_n")
    helped = serializers.BooleanField()

    class Meta:
        model = Lesson
        fields = [
            "id", "title", "expected", "actual", "why", "keep", "change", "applied_to", "author",
            "owner", "due", "everybody", "archived_at", "helped_count", "helped", "created_at",
        ]  # fmt: skip


class LessonDetailOutput(LessonOutput):
    """``closed`` counts the things that it is about and that the reader may not open."""

    about = serializers.SerializerMethodField()

    class Meta(LessonOutput.Meta):
        fields = [*LessonOutput.Meta.fields, "about"]

    @extend_schema_field(serializers.DictField())
    def get_about(self, lesson: Lesson) -> dict[str, Any]:
        found = selectors.subjects_of(person_of(self.context["request"]), lesson)
        return {
            "dashboards": [dashboard.slug for dashboard in found.dashboards],
            "kpis": [kpi.slug for kpi in found.kpis],
            "sessions": [session.pk for session in found.sessions],
            "closed": found.closed,
        }


class LessonInput(serializers.Serializer[Any]):
    """About at least one dashboard, KPI or session that one may open."""

    title = serializers.CharField(max_length=120)
    expected = serializers.CharField(max_length=4000)
    actual = serializers.CharField(max_length=4000)
    why = serializers.CharField(max_length=4000)
    keep = serializers.CharField(max_length=4000, default="", allow_blank=True)
    change = serializers.CharField(max_length=4000)
    applied_to = serializers.CharField(max_length=2000, default="", allow_blank=True)
    owner = serializers.EmailField(
        default=None, allow_null=True, help_text="Oneself or somebody of the ACE."
    )
    due = serializers.DateField(default=None, allow_null=True)
    dashboards = serializers.ListField(child=serializers.SlugField(), default=list)
    kpis = serializers.ListField(child=serializers.SlugField(), default=list)
    sessions = serializers.ListField(child=serializers.IntegerField(min_value=1), default=list)
    everybody = serializers.BooleanField(default=True)
    groups = serializers.ListField(child=serializers.SlugField(), default=list)


class Lessons(generics.ListAPIView[Lesson]):
    """The most helpful first; POST writes one down."""

    door = SIGNED_IN
    serializer_class = LessonOutput
    queryset = Lesson.objects.none()

    def get_queryset(self) -> Any:
        asked = self.request.query_params
        return selectors.lessons_found(
            person_of(self.request), search=asked.get("q", "")[:200],
            dashboard=asked.get("dashboard", "")[:200], kpi=asked.get("kpi", "")[:200],
        )  # fmt: skip

    @extend_schema(parameters=FILTERS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(request=LessonInput, responses={201: LessonDetailOutput})
    def post(self, request: Request) -> Response:
        user = person_of(request)
        lesson = services.write_lesson(actor=user, **_chosen(user, taken(LessonInput, request)))
        found = selectors.lesson_for(user, lesson.pk)
        return Response(LessonDetailOutput(found, context={"request": request}).data, status=201)


class LessonDetail(APIView):
    """PUT changes it; DELETE archives it."""

    door = SIGNED_IN

    @answers(LessonDetailOutput)
    def get(self, user: User, *, pk: int) -> Lesson:
        return selectors.lesson_for(user, pk)

    @answers(LessonDetailOutput, takes=LessonInput)
    def put(self, user: User, *, pk: int, given: Given) -> Lesson:
        lesson = selectors.lesson_for(user, pk)
        require_lesson_hand(user, lesson)
        services.change_lesson(actor=user, lesson=lesson, **_chosen(user, given(), lesson))
        return selectors.lesson_for(user, pk)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        user = person_of(request)
        services.archive_lesson(actor=user, lesson=selectors.lesson_for(user, pk))
        return Response(status=204)


class LessonRestore(APIView):
    door = SIGNED_IN

    @answers(LessonDetailOutput)
    def post(self, user: User, *, pk: int) -> Lesson:
        services.restore_lesson(actor=user, lesson=selectors.lesson_for(user, pk))
        return selectors.lesson_for(user, pk)


class LessonHelped(APIView):
    """PUT: it helped me. DELETE: not after all."""

    door = SIGNED_IN

    @answers(LessonDetailOutput)
    def put(self, user: User, *, pk: int) -> Lesson:
        services.say_it_helped(actor=user, lesson=selectors.lesson_for(user, pk), on=True)
        return selectors.lesson_for(user, pk)

    @answers(LessonDetailOutput)
    def delete(self, user: User, *, pk: int) -> Lesson:
        services.say_it_helped(actor=user, lesson=selectors.lesson_for(user, pk), on=False)
        return selectors.lesson_for(user, pk)


def _chosen(user: User, given: dict[str, Any], lesson: Lesson | None = None) -> dict[str, Any]:
    """Names as rows; which of them the person may open, the service asks."""
    owner = None
    if given["owner"] is not None:
        owner = selectors.owners_for(user, lesson).filter(email__iexact=given["owner"]).first()
        if owner is None:
            raise services.no_owner()
    return {
        **given,
        "owner": owner,
        "dashboards": _named(Dashboard, "slug", given["dashboards"], "dashboards"),
        "kpis": _named(KPI, "slug", given["kpis"], "kpis"),
        "sessions": _named(AMASession, "pk", given["sessions"], "sessions"),
        "groups": _named(UserGroup, "slug", given["groups"], "groups"),
    }


def _named(model: type[Any], key: str, names: list[Any], field: str) -> list[Any]:
    rows = list(model.objects.filter(**{f"{key}__in": names}))
    if len(rows) < len(set(names)):
        raise services.not_open(field)
    return rows
