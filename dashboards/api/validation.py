"""Validation runs: tasks, answers, the scale, figures beside the source, the signature."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import Given, answers
from ace_portal.lib.permissions import ACE, SIGNED_IN
from dashboards.api import validation_serializers as s
from dashboards.content.selectors import dashboard_for
from dashboards.validation import selectors
from dashboards.validation.models import (
    Reconciliation,
    SusAnswer,
    Task,
    TaskResult,
    ValidationRun,
)
from dashboards.validation.permissions import require_answerer, require_signer
from dashboards.validation.services import answers as answering
from dashboards.validation.services import reconciling, runs


def run_of(user: User, slug: str, pk: int) -> ValidationRun:
    return selectors.run_for(user, dashboard_for(user, slug), pk)


class ValidationRuns(generics.ListAPIView[ValidationRun]):
    """The latest first; a pilot sees those that are theirs to answer."""

    door = SIGNED_IN
    doors = {"POST": ACE}
    serializer_class = s.ValidationRunOutput
    queryset = ValidationRun.objects.none()

    def get_queryset(self) -> Any:
        user = person_of(self.request)
        return selectors.runs_for(user, dashboard_for(user, self.kwargs["slug"]))

    @answers(s.ValidationRunOutput, status=201)
    def post(self, actor: User, slug: str) -> ValidationRun:
        return runs.begin_run(actor=actor, dashboard=dashboard_for(actor, slug))


class ValidationRunDetail(APIView):
    """A run with what was found in it."""

    door = ACE

    @answers(s.ValidationFindingsOutput)
    def get(self, user: User, slug: str, pk: int) -> dict[str, Any]:
        return s.findings_json(run_of(user, slug, pk))

    @answers(s.ValidationFindingsOutput, takes=s.ValidationRunInput)
    def put(self, actor: User, given: Given, slug: str, pk: int) -> dict[str, Any]:
        run = run_of(actor, slug, pk)
        runs.change_run(actor=actor, run=run, **given())
        return s.findings_json(run_of(actor, slug, pk))


class ValidationSign(APIView):
    """Somebody of the ACE who does not own the dashboard."""

    door = ACE

    @answers(s.ValidationRunOutput)
    def post(self, actor: User, slug: str, pk: int) -> ValidationRun:
        run = run_of(actor, slug, pk)
        require_signer(actor, run.dashboard)
        return runs.sign_run(actor=actor, run=run)


class ValidationTasks(generics.ListAPIView[Task]):
    """What to find out; the right answer is for the ACE alone."""

    door = SIGNED_IN
    doors = {"POST": ACE}
    serializer_class = s.ValidationTaskOutput
    queryset = Task.objects.none()

    def get_queryset(self) -> Any:
        user = person_of(self.request)
        return selectors.tasks_of(run_of(user, self.kwargs["slug"], self.kwargs["pk"]))

    @answers(s.ValidationTaskOutput, takes=s.ValidationTaskInput, status=201)
    def post(self, actor: User, given: Given, slug: str, pk: int) -> Task:
        return runs.add_task(actor=actor, run=run_of(actor, slug, pk), **given())


class ValidationTaskDetail(APIView):
    door = ACE

    @answers(s.ValidationTaskOutput, takes=s.ValidationTaskInput)
    def put(self, actor: User, given: Given, slug: str, pk: int, task: int) -> Task:
        row = selectors.task_of(run_of(actor, slug, pk), task)
        return runs.change_task(actor=actor, task=row, **given())

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, pk: int, task: int) -> Response:
        actor = person_of(request)
        runs.remove_task(actor=actor, task=selectors.task_of(run_of(actor, slug, pk), task))
        return Response(status=204)


class ValidationResults(generics.ListAPIView[TaskResult]):
    """All for the ACE, else one's own. The ACE names the pilot whom they sat beside."""

    door = SIGNED_IN
    serializer_class = s.TaskResultOutput
    queryset = TaskResult.objects.none()

    def get_queryset(self) -> Any:
        user = person_of(self.request)
        return selectors.results_for(user, run_of(user, self.kwargs["slug"], self.kwargs["pk"]))

    @answers(s.TaskResultOutput, takes=s.TaskResultInput, status=201)
    def post(self, actor: User, given: Given, slug: str, pk: int) -> TaskResult:
        run = run_of(actor, slug, pk)
        asked = given()
        task = selectors.task_of(run, asked.pop("task"))
        person = s.person_named(actor, run, asked.pop("person"))
        require_answerer(actor, run.dashboard, person)
        return answering.record_result(actor=actor, run=run, task=task, person=person, **asked)


class ValidationSus(generics.ListAPIView[SusAnswer]):
    """The System Usability Scale: all for the ACE, else one's own."""

    door = SIGNED_IN
    serializer_class = s.SusAnswerOutput
    queryset = SusAnswer.objects.none()

    def get_queryset(self) -> Any:
        user = person_of(self.request)
        return selectors.sus_for(user, run_of(user, self.kwargs["slug"], self.kwargs["pk"]))

    @answers(s.SusAnswerOutput, takes=s.SusAnswerInput, status=201)
    def post(self, actor: User, given: Given, slug: str, pk: int) -> SusAnswer:
        run = run_of(actor, slug, pk)
        asked = given()
        person = s.person_named(actor, run, asked["person"])
        return answering.answer_sus(actor=actor, run=run, answers=asked["answers"], person=person)


class ValidationReconciliations(generics.ListAPIView[Reconciliation]):
    """Figures of the source beside the portal's own."""

    door = ACE
    serializer_class = s.ReconciliationOutput
    queryset = Reconciliation.objects.none()

    def get_queryset(self) -> Any:
        user = person_of(self.request)
        return selectors.reconciliations_for(
            user, run_of(user, self.kwargs["slug"], self.kwargs["pk"])
        )

    @answers(s.ReconciliationOutput, takes=s.ReconciliationInput, status=201)
    def post(self, actor: User, given: Given, slug: str, pk: int) -> Reconciliation:
        return reconciling.reconcile(actor=actor, run=run_of(actor, slug, pk), **given())


class ValidationReconciliation(APIView):
    door = ACE

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, pk: int, row: int) -> Response:
        actor = person_of(request)
        found = selectors.reconciliation_for(actor, run_of(actor, slug, pk), row)
        reconciling.remove_reconciliation(actor=actor, reconciliation=found)
        return Response(status=204)
