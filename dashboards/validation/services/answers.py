"""What pilots find out and what they say of it: by themselves, or with the ACE beside them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid
from dashboards.prototypes.permissions import require_pilot_named
from dashboards.validation.models import LONGEST_SECONDS, SusAnswer, Task, TaskResult, ValidationRun
from dashboards.validation.permissions import require_answerer
from dashboards.validation.services.runs import held_open


def record_result(
    *,
    actor: User,
    run: ValidationRun,
    task: Task,
    success: bool,
    person: User | None = None,
    answer: str = "",
    seconds: int | None = None,
    comment: str = "",
) -> TaskResult:
    """How a task went for the actor, or for a pilot whom the ACE sits beside; once for each."""
    who = person or actor
    require_answerer(actor, run.dashboard, who)
    with transaction.atomic():
        row = held_open(run)
        require_pilot_named(who, row.dashboard)
        if task.run_id != row.pk:
            raise Invalid(_("This is no task of the run."), field="task")
        if TaskResult.objects.filter(task=task, person=who).exists():
            raise Conflict(_("This task was answered already."), field="task")
        if seconds is not None and not 0 <= seconds <= LONGEST_SECONDS:
            raise Invalid(_("Say it in seconds, at most four hours."), field="seconds")
        result = TaskResult(
            task=task, person=who, success=success, answer=answer.strip(), seconds=seconds,
            comment=comment.strip(), by=actor,
        )  # fmt: skip
        result.full_clean()
        result.save()
        record(
            actor=actor, action="validation.answer", target=row, task=task.pk, person=who.pk,
            success=success,
        )  # fmt: skip
    return result


def answer_sus(
    *, actor: User, run: ValidationRun, answers: Sequence[int], person: User | None = None
) -> SusAnswer:
    """The ten statements of the scale, once a person and run."""
    who = person or actor
    require_answerer(actor, run.dashboard, who)
    with transaction.atomic():
        row = held_open(run)
        require_pilot_named(who, row.dashboard)
        if SusAnswer.objects.filter(run=row, person=who).exists():
            raise Conflict(_("These statements were answered already."), field="answers")
        given = SusAnswer(run=row, person=who, answers=list(answers), by=actor)
        given.full_clean()
        given.save()
        record(actor=actor, action="validation.sus", target=row, person=who.pk)
    return given
