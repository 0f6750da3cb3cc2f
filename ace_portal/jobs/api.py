"""Background work, through the API."""

from __future__ import annotations

from rest_framework import generics, serializers
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.jobs import selectors, services
from ace_portal.jobs.models import Job
from ace_portal.lib.api import answers
from ace_portal.lib.permissions import OPERATIONS, SIGNED_IN


class JobOutput(serializers.ModelSerializer[Job]):
    class Meta:
        model = Job
        fields = [
            "id", "kind", "state", "attempts", "progress", "note", "error",
            "created_at", "started_at", "finished_at",
        ]  # fmt: skip
        read_only_fields = fields


class Jobs(generics.ListAPIView[Job]):
    door = OPERATIONS
    serializer_class = JobOutput
    queryset = Job.objects.all()


class JobDetail(APIView):
    door = SIGNED_IN

    @answers(JobOutput)
    def get(self, actor: User, pk: int) -> Job:
        return selectors.job_for(actor, pk)


class JobRetry(APIView):
    door = OPERATIONS

    @answers(JobOutput)
    def post(self, actor: User, pk: int) -> Job:
        return services.retry(actor=actor, job=selectors.job_for(actor, pk))


class JobCancel(APIView):
    door = OPERATIONS

    @answers(JobOutput)
    def post(self, actor: User, pk: int) -> Job:
        return services.cancel(actor=actor, job=selectors.job_for(actor, pk))
