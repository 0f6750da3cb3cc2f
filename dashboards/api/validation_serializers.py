"""What the API takes and gives of validation runs."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Invalid
from dashboards.prototypes.selectors import pilot_people
from dashboards.validation.figures import sus_score
from dashboards.validation.models import (
    LONGEST_SECONDS,
    STATEMENTS,
    Reconciliation,
    SusAnswer,
    Task,
    TaskResult,
    ValidationRun,
)
from dashboards.validation.selectors import findings_of
from kpis.models import KPIVersion

Access = ValidationRun.Access


def person_named(actor: User, run: ValidationRun, email: str) -> User:
    """Oneself, or for the ACE a pilot; everybody else is as if unknown."""
    if not email or email.casefold() == actor.email.casefold():
        return actor
    people = pilot_people(run.dashboard) if actor.is_ace else User.objects.none()
    person = people.filter(email__iexact=email).first()
    if person is None:
        raise Invalid(_("No such person is a pilot of this dashboard."), field="person")
    return person


class ValidationRunOutput(serializers.ModelSerializer[ValidationRun]):
    version = serializers.IntegerField(source="version.number")
    begun_by = serializers.EmailField(source="begun_by.email")
    signed_by = serializers.EmailField(source="signed_by.email", default=None)

    class Meta:
        model = ValidationRun
        fields = ["id", "version", "state", "begun_by", "created_at", "signed_by", "signed_at"]


class ValidationRunInput(serializers.Serializer[Any]):
    keyboard = serializers.ChoiceField(Access.choices, default=Access.UNKNOWN)
    contrast = serializers.ChoiceField(Access.choices, default=Access.UNKNOWN)
    access_note = serializers.CharField(default="", allow_blank=True)
    note = serializers.CharField(default="", allow_blank=True)


class ValidationFindingsOutput(serializers.Serializer[Any]):
    """``task_success`` is a fraction of one, ``sus`` 0 to 100 with its 95 % interval."""

    run = ValidationRunOutput()
    current = serializers.BooleanField(help_text="Whether the version is still as it was.")
    keyboard = serializers.ChoiceField(Access.choices)
    contrast = serializers.ChoiceField(Access.choices)
    access_note = serializers.CharField()
    note = serializers.CharField()
    people = serializers.IntegerField()
    task_success = serializers.FloatField(allow_null=True)
    task_n = serializers.IntegerField()
    sus = serializers.FloatField(allow_null=True)
    sus_low = serializers.FloatField(allow_null=True)
    sus_high = serializers.FloatField(allow_null=True)
    sus_n = serializers.IntegerField()
    reconciled = serializers.IntegerField()
    differing = serializers.IntegerField()
    periods = serializers.IntegerField()
    filtered = serializers.IntegerField()


def findings_json(run: ValidationRun) -> dict[str, Any]:
    found = findings_of(run)
    e, mean = found.evidence, found.sus
    return {
        "run": run,
        "current": run.is_current,
        "keyboard": run.keyboard,
        "contrast": run.contrast,
        "access_note": run.access_note,
        "note": run.note,
        "people": e.people,
        "task_success": float(e.task_success) if e.task_success is not None else None,
        "task_n": e.task_n,
        "sus": e.sus,
        "sus_low": mean.low if mean is not None else None,
        "sus_high": mean.high if mean is not None else None,
        "sus_n": e.sus_n,
        "reconciled": e.reconciled,
        "differing": e.differing,
        "periods": e.periods,
        "filtered": e.filtered,
    }


class ValidationTaskOutput(serializers.ModelSerializer[Task]):
    expected = serializers.SerializerMethodField(help_text="Empty but for the ACE.")

    class Meta:
        model = Task
        fields = ["id", "order", "text", "expected"]

    def get_expected(self, task: Task) -> str:
        reader = self.context["request"].user
        return str(task.expected) if reader.is_ace else ""


class ValidationTaskInput(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=300)
    expected = serializers.CharField(max_length=200, default="", allow_blank=True)


class TaskResultOutput(serializers.ModelSerializer[TaskResult]):
    person = serializers.EmailField(source="person.email")
    by = serializers.EmailField(source="by.email")

    class Meta:
        model = TaskResult
        fields = ["id", "task", "person", "success", "answer", "seconds", "comment", "by"]


class TaskResultInput(serializers.Serializer[Any]):
    task = serializers.IntegerField(min_value=1)
    success = serializers.BooleanField()
    person = serializers.EmailField(
        default="", allow_blank=True, max_length=254, help_text="The ACE alone: for a pilot."
    )
    answer = serializers.CharField(max_length=200, default="", allow_blank=True)
    seconds = serializers.IntegerField(
        min_value=0, max_value=LONGEST_SECONDS, default=None, allow_null=True
    )
    comment = serializers.CharField(default="", allow_blank=True)


class SusAnswerOutput(serializers.ModelSerializer[SusAnswer]):
    person = serializers.EmailField(source="person.email")
    answers = serializers.ListField(child=serializers.IntegerField())
    score = serializers.SerializerMethodField(help_text="0 to 100.")

    class Meta:
        model = SusAnswer
        fields = ["id", "person", "answers", "score"]

    def get_score(self, row: SusAnswer) -> float:
        return sus_score(row.answers)


class SusAnswerInput(serializers.Serializer[Any]):
    answers = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=5),
        min_length=STATEMENTS, max_length=STATEMENTS,
        help_text="1 disagree to 5 agree, in the order in which the scale was published.",
    )  # fmt: skip
    person = serializers.EmailField(
        default="", allow_blank=True, max_length=254, help_text="The ACE alone: for a pilot."
    )


class ReconciliationOutput(serializers.ModelSerializer[Reconciliation]):
    kpi = serializers.SlugField(source="kpi_version.kpi.slug")
    filter = serializers.CharField(source="column")
    by = serializers.EmailField(source="by.email")

    class Meta:
        model = Reconciliation
        fields = [
            "id", "kpi", "kpi_version", "start", "end", "filter", "value", "expected", "actual",
            "difference", "met", "as_of", "source", "by",
        ]  # fmt: skip


class ReconciliationInput(serializers.Serializer[Any]):
    kpi_version = serializers.PrimaryKeyRelatedField(queryset=KPIVersion.objects.all())
    start = serializers.DateField()
    end = serializers.DateField(help_text="Included.")
    filter = serializers.CharField(
        max_length=40, default="", allow_blank=True, help_text="The key of a dropdown."
    )
    value = serializers.CharField(max_length=200, default="", allow_blank=True)
    expected = serializers.DecimalField(
        max_digits=20, decimal_places=6, help_text="As the page has it: 94.2 for 94.2 %."
    )
    source = serializers.CharField()  # type: ignore[assignment]
