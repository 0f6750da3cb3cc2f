"""A run from its beginning to the signature, and the tasks in it."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict
from dashboards.content.models import Dashboard, Version
from dashboards.content.services.drafts import locked_work_of
from dashboards.content.services.locking import locked_under_way
from dashboards.validation.models import (
    Reconciliation,
    SusAnswer,
    Task,
    TaskResult,
    ValidationRun,
)
from dashboards.validation.permissions import require_signer
from personas.permissions import require_ace

MOST_TASKS = 20
State = ValidationRun.State


def begin_run(*, actor: User, dashboard: Dashboard) -> ValidationRun:
    """Over the frozen version, as it is."""
    require_ace(actor)
    with transaction.atomic():
        locked_under_way(dashboard)
        version = locked_work_of(dashboard)
        if version is None or version.state != Version.State.FROZEN:
            raise Conflict(_("Only a frozen version is validated: freeze one first."))
        runs = ValidationRun.objects.filter(version=version, sha256=version.sha256)
        if runs.filter(state=State.OPEN).exists():
            raise Conflict(_("A run of this version is open already."))
        run = ValidationRun(
            dashboard=dashboard, version=version, sha256=version.sha256, begun_by=actor
        )
        run.full_clean()
        run.save()
        record(actor=actor, action="validation.begin", target=run)
    return run


def change_run(
    *,
    actor: User,
    run: ValidationRun,
    note: str = "",
    keyboard: str = ValidationRun.Access.UNKNOWN,
    contrast: str = ValidationRun.Access.UNKNOWN,
    access_note: str = "",
) -> ValidationRun:
    """What was seen of keyboard and contrast, and what else to know."""
    require_ace(actor)
    with transaction.atomic():
        row = held_open(run)
        row.note, row.access_note = note.strip(), access_note.strip()
        row.keyboard, row.contrast = keyboard, contrast
        row.full_clean()
        row.save()
        record(
            actor=actor, action="validation.change", target=row, keyboard=keyboard,
            contrast=contrast,
        )  # fmt: skip
    return row


def sign_run(*, actor: User, run: ValidationRun) -> ValidationRun:
    """Somebody of the ACE who does not own the dashboard vouches for it; from then on it stays."""
    with transaction.atomic():
        row = held_open(run)
        dashboard = row.dashboard
        require_signer(actor, dashboard)
        tried = TaskResult.objects.filter(task__run=row).exists()
        if not tried and not SusAnswer.objects.filter(run=row).exists():
            raise Conflict(_("Nobody has answered yet: there is nothing to sign."))
        if not Reconciliation.objects.filter(run=row).exists():
            raise Conflict(_("No figure was compared with the source yet."))
        row.state, row.signed_by, row.owner_then = State.SIGNED, actor, dashboard.owner
        row.signed_at = timezone.now()
        row.full_clean()
        row.save()
        record(actor=actor, action="validation.sign", target=row, sha256=row.sha256)
    return row


def held_open(run: ValidationRun) -> ValidationRun:
    """The run, locked after its dashboard, if something may still be written into it."""
    locked_under_way(run.dashboard)
    row: ValidationRun = (
        ValidationRun.objects.select_for_update(of=("self",))
        .select_related("version", "dashboard")
        .get(pk=run.pk)
    )
    if row.state == State.SIGNED:
        raise Conflict(_("This run is signed: nothing in it changes."))
    if row.version.state != Version.State.FROZEN or not row.is_current:
        raise Conflict(
            _("Version %(n)d is not frozen as it was: begin another run once it is.")
            % {"n": row.version.number}
        )
    return row


# Tasks -------------------------------------------------------------------------------------------


def add_task(*, actor: User, run: ValidationRun, text: str, expected: str = "") -> Task:
    """What a pilot should find out, after the others."""
    require_ace(actor)
    with transaction.atomic():
        row = held_open(run)
        if row.tasks.count() >= MOST_TASKS:
            raise Conflict(_("That is enough to ask: %(n)d tasks.") % {"n": MOST_TASKS})
        last = row.tasks.aggregate(last=Max("order"))["last"] or 0
        task = Task(run=row, order=last + 1, text=text.strip(), expected=expected.strip())
        task.full_clean()
        task.save()
        record(actor=actor, action="validation.task", target=row, task=task.pk)
    return task


def change_task(*, actor: User, task: Task, text: str, expected: str = "") -> Task:
    """As long as nobody has answered it."""
    require_ace(actor)
    with transaction.atomic():
        row = _untried(task)
        row.text, row.expected = text.strip(), expected.strip()
        row.full_clean()
        row.save()
        record(actor=actor, action="validation.task_change", target=row.run, task=row.pk)
    return row


def remove_task(*, actor: User, task: Task) -> None:
    require_ace(actor)
    with transaction.atomic():
        row = _untried(task)
        record(actor=actor, action="validation.task_remove", target=row.run, task=row.pk)
        row.delete()


def _untried(task: Task) -> Task:
    run = held_open(task.run)
    row: Task | None = run.tasks.select_related("run").filter(pk=task.pk).first()
    if row is None:
        raise Conflict(_("This task is gone."))
    if row.results.exists():
        raise Conflict(_("Somebody has answered this task: it stays as it was asked."))
    return row
