"""Where a pilot does the tasks and says what they think of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ace_portal.accounts.models import User
from ace_portal.lib.forms import submit
from ace_portal.lib.permissions import SIGNED_IN, access
from dashboards.content.models import Dashboard, Version
from dashboards.forms.validation import AnswerForm, SusForm
from dashboards.frame import frame, opened
from dashboards.prototypes.permissions import is_pilot
from dashboards.validation import selectors
from dashboards.validation.models import Task, TaskResult, ValidationRun
from dashboards.validation.permissions import require_answerer
from dashboards.validation.services import answers
from dashboards.validation.stamps import seconds_since, stamp


@access(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One task after the other, then the ten statements; the ACE looks at it as pilots see it."""
    user, dashboard = opened(request, slug)
    run = selectors.run_for(user, dashboard, pk)
    if request.method != "POST":
        return answer_page(request, user, dashboard, run)
    require_answerer(user, dashboard, user)
    form = AnswerForm(request.POST, run=run)

    def write(task: Task, start: str, **given: Any) -> TaskResult:
        seconds = seconds_since(start, task.pk, user.pk)
        return answers.record_result(actor=user, run=run, task=task, seconds=seconds, **given)

    if submit(form, write) is None:
        return answer_page(request, user, dashboard, run, form=form)
    messages.success(request, _("Thank you."))
    return redirect("dashboards:validation-answer", slug, pk)


@access(SIGNED_IN)
@require_POST
def sus(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The System Usability Scale."""
    user, dashboard = opened(request, slug)
    run = selectors.run_for(user, dashboard, pk)
    require_answerer(user, dashboard, user)
    form = SusForm(request.POST)
    if submit(form, lambda **given: answers.answer_sus(actor=user, run=run, **given)) is None:
        return answer_page(request, user, dashboard, run, scale=form)
    messages.success(request, _("Thank you, that is all."))
    return redirect("dashboards:validation-answer", slug, pk)


def answer_page(
    request: HttpRequest,
    user: User,
    dashboard: Dashboard,
    run: ValidationRun,
    *,
    form: AnswerForm | None = None,
    scale: SusForm | None = None,
) -> HttpResponse:
    """What is done, the task that is next with its form, and the scale once all are done."""
    own = {row.task_id: row for row in selectors.results_for(user, run).filter(person=user)}
    tasks = list(selectors.tasks_of(run))
    current = next((task for task in tasks if task.pk not in own), None)
    rated = selectors.sus_for(user, run).filter(person=user).exists()
    open_ = run.is_open and run.is_current and run.version.state == Version.State.FROZEN
    if form is None and current is not None:
        started = {"task": current.pk, "start": stamp(current.pk, user.pk)}
        form = AnswerForm(run=run, initial=started)
    asks_scale = current is None and not rated
    context = {
        "run": run,
        "version": run.version,
        "steps": [{"task": task, "own": own.get(task.pk)} for task in tasks],
        "done_n": len(own),
        "current": current,
        "form": form if open_ and current is not None else None,
        "scale": (scale or SusForm()) if open_ and asks_scale else None,
        "rated": rated,
        "open": open_,
        "answers_count": is_pilot(user, dashboard),
    }
    errors = bool((form is not None and form.errors) or (scale is not None and scale.errors))
    page = frame(user, dashboard, **context)
    return render(request, "dashboards/answer.html", page, status=422 if errors else 200)
