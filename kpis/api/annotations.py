"""What happened to the data."""

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
from ace_portal.lib.permissions import ACE
from kpis.models import Annotation, Dataset
from kpis.selectors.annotations import annotation_for, annotations_for
from kpis.services import annotations as services


class HappenedOutput(serializers.ModelSerializer[Annotation]):
    dataset = serializers.CharField(source="dataset.slug", default=None, allow_null=True)
    by = serializers.EmailField(source="by.email")

    class Meta:
        model = Annotation
        fields = ["id", "at", "until", "title", "text", "dataset", "by"]


class HappenedInput(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    until = serializers.DateTimeField(
        default=None, allow_null=True, help_text="Where it lasted; charts shade the stretch."
    )
    title = serializers.CharField(max_length=60)
    text = serializers.CharField(max_length=1000, default="", allow_blank=True)
    dataset = serializers.SlugRelatedField(
        slug_field="slug", queryset=Dataset.objects.all(), default=None, allow_null=True,
        help_text="Whose charts show it; without one all.",
    )  # fmt: skip


class Annotations(generics.ListAPIView[Annotation]):
    """The newest first."""

    door = ACE
    serializer_class = HappenedOutput
    queryset = Annotation.objects.none()

    def get_queryset(self) -> Any:
        return annotations_for(person_of(self.request))

    @answers(HappenedOutput, takes=HappenedInput, status=201)
    def post(self, actor: User, given: Given) -> Annotation:
        return services.annotate(actor=actor, **given())


class AnnotationDetail(APIView):
    door = ACE

    @answers(HappenedOutput)
    def get(self, actor: User, pk: int) -> Annotation:
        return annotation_for(actor, pk)

    @answers(HappenedOutput, takes=HappenedInput)
    def put(self, actor: User, given: Given, pk: int) -> Annotation:
        annotation = annotation_for(actor, pk)
        return services.change_annotation(actor=actor, annotation=annotation, **given())

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        user = person_of(request)
        services.remove_annotation(actor=user, annotation=annotation_for(user, pk))
        return Response(status=204)
