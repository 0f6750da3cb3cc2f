"""Background work, through the API."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ace_portal.accounts.selectors import person_of
from ace_portal.jobs import selectors, services
from ace_portal.jobs.models import Job
from ace_portal.lib.permissions import ACE, SIGNED_IN


class JobOutput(serializers.ModelSerializer[Job]):
    class Meta:
        model = Job
        fields = [
            "id", "kind", "state", "attempts", "progress", "note", "error",
            "created_at", "started_at", "finished_at",
        ]  # fmt: skip
        read_only_fields = fields


class Jobs(generics.ListAPIView[Job]):
    door = ACE
    serializer_class = JobOutput
    queryset = Job.objects.all()


class JobDetail(APIView):
    door = SIGNED_IN

    @extend_schema(responses=JobOutput)
    def get(self, request: Request, pk: int) -> Response:
        return Response(JobOutput(selectors.job_for(person_of(request), pk)).data)


class JobRetry(APIView):
    door = ACE

    @extend_schema(request=None, responses=JobOutput)
    def post(self, request: Request, pk: int) -> Response:
        job = services.retry(
            actor=person_of(request), job=selectors.job_for(person_of(request), pk)
        )
        return Response(JobOutput(job).data)


class JobCancel(APIView):
    door = ACE

    @extend_schema(request=None, responses=JobOutput)
    def post(self, request: Request, pk: int) -> Response:
        job = services.cancel(
            actor=person_of(request), job=selectors.job_for(person_of(request), pk)
        )
        return Response(JobOutput(job).data)
