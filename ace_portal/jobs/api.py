"""Background work, through the API."""

from __future__ import annotations

from typing import Any

from rest_framework import generics, serializers
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.jobs import selectors, services
from ace_portal.jobs.kinds import told
from ace_portal.jobs.models import Job
from ace_portal.lib.api import answers
from ace_portal.lib.permissions import OPERATIONS, SIGNED_IN


class JobOutput(serializers.ModelSerializer[Job]):
    """``about`` names what the work is about, for who may open that; so does ``error``."""

    about = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()

    def get_about(self, job: Job) -> str:
        return str(self._told(job).subject)  # type: ignore[attr-defined]

    def get_error(self, job: Job) -> str:
        return str(self._told(job).why)  # type: ignore[attr-defined]

    def _told(self, job: Job) -> Job:
        if not hasattr(job, "subject"):
            told(person_of(self.context["request"]), [job])
        return job

    class Meta:
        model = Job
        fields = [
            "id", "kind", "about", "state", "attempts", "progress", "note", "error",
            "created_at", "started_at", "finished_at",
        ]  # fmt: skip
        read_only_fields = fields


class Jobs(generics.ListAPIView[Job]):
    """Newest first; ``?show=`` narrows it to ``open``, ``failed`` or ``over``."""

    door = OPERATIONS
    serializer_class = JobOutput
    queryset = Job.objects.all()

    def filter_queryset(self, queryset: Any) -> Any:
        return selectors.section_of(queryset, self.request.query_params.get("show", ""))

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        return None if page is None else told(person_of(self.request), page)


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
