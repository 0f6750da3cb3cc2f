"""Validation runs as the ACE sees them: what was asked, answered, compared, and who signs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.accounts.models import User
from ace_portal.lib.forms import attempt, form_page
from ace_portal.lib.pages import page_of
from ace_portal.lib.permissions import ACE, access
from dashboards.content.models import Dashboard, Version
from dashboards.content.selectors import work_of
from dashboards.forms.validation import ReconciliationForm, ResultForm, RunForm, TaskForm
from dashboards.frame import frame, opened, trail
from dashboards.permissions import may_vouch
from dashboards.validation import selectors
from dashboards.validation.figures import sus_score
from dashboards.validation.models import ValidationRun
from dashboards.validation.permissions import require_signer
from dashboards.validation.services import answers, reconciling, runs
from dashboards.validation.summary import lines_of

FORM = ["GET", "HEAD", "POST"]
PER_PAGE, ROWS = 20, 200


def chosen(request: HttpRequest, slug: str, pk: int) -> tuple[User, Dashboard, ValidationRun]:
    user, dashboard = opened(request, slug)
    return user, dashboard, selectors.run_for(user, dashboard, pk)


def way_to(run: ValidationRun, *labels: str) -> list[dict[str, str]]:
    crumbs = trail(run.dashboard)
    label = _("Validation of v%(n)d") % {"n": run.version.number}
    crumbs.append({"label": label, "url": run.get_absolute_url()})
    return [*crumbs, *({"label": text, "url": ""} for text in labels)]


@access(ACE)
@require_GET
def validation(request: HttpRequest, slug: str) -> HttpResponse:
    """All runs, the latest first."""
    user, dashboard = opened(request, slug)
    page = page_of(request, selectors.runs_for(user, dashboard), size=PER_PAGE)
    found = selectors.findings_by_run(page.object_list)
    work = work_of(dashboard)
    context = {
        "page": page,
        "items": [{"run": run, "lines": lines_of(found[run.pk])[:4]} for run in page.object_list],
        "may_begin": selectors.may_begin(work),
    }
    return render(
        request, "dashboards/validation.html", frame(user, dashboard, "prototype", **context)
    )


@access(ACE)
@require_POST
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    user, dashboard = opened(request, slug)
    run = attempt(request, lambda: runs.begin_run(actor=user, dashboard=dashboard))
    return redirect(run) if run is not None else redirect("dashboards:validation", slug)


@access(ACE)
@require_GET
def detail(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, dashboard, run = chosen(request, slug, pk)
    answered = selectors.sus_for(user, run)[:ROWS]
    writable = run.is_open and run.is_current and run.version.state == Version.State.FROZEN
    writable = writable and not dashboard.is_over
    context: dict[str, Any] = {
        "run": run,
        "version": run.version,
        "lines": lines_of(selectors.findings_of(run)),
        "tasks": list(selectors.tasks_of(run)),
        "results": page_of(request, selectors.results_for(user, run)),
        "scales": [{"row": row, "score": sus_score(row.answers)} for row in answered],
        "compared": list(selectors.reconciliations_for(user, run)[:ROWS]),
        "writable": writable,
        "signs": may_vouch(user, dashboard),
        "crumbs": way_to(run),
    }
    return render(
        request, "dashboards/validation_run.html", frame(user, dashboard, "prototype", **context)
    )


@access(ACE)
@require_http_methods(FORM)
def edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, _dashboard, run = chosen(request, slug, pk)
    return form_page(
        request,
        RunForm(request.POST or None, initial=RunForm.initial_of(run)),
        lambda **given: runs.change_run(actor=user, run=run, **given),
        done=ValidationRun.get_absolute_url,
        said=_("Saved."),
        title=_("Keyboard, contrast, notes"),
        crumbs=way_to(run, _("Change")),
        cancel_url=run.get_absolute_url(),
    )


@access(ACE)
@require_POST
def sign(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, dashboard, run = chosen(request, slug, pk)
    require_signer(user, dashboard)
    if attempt(request, lambda: runs.sign_run(actor=user, run=run)) is not None:
        messages.success(request, _("Signed. Nothing in it changes any more."))
    return redirect(run)


# Tasks -------------------------------------------------------------------------------------------


@access(ACE)
@require_http_methods(FORM)
def task_new(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, _dashboard, run = chosen(request, slug, pk)
    return form_page(
        request,
        TaskForm(request.POST or None),
        lambda **given: runs.add_task(actor=user, run=run, **given),
        done=lambda task: run.get_absolute_url(),
        title=_("What should they find out?"),
        submit=_("Add"),
        crumbs=way_to(run, _("New task")),
        cancel_url=run.get_absolute_url(),
    )


@access(ACE)
@require_http_methods(FORM)
def task_edit(request: HttpRequest, slug: str, pk: int, task: int) -> HttpResponse:
    user, _dashboard, run = chosen(request, slug, pk)
    row = selectors.task_of(run, task)
    return form_page(
        request,
        TaskForm(request.POST or None, initial={"text": row.text, "expected": row.expected}),
        lambda **given: runs.change_task(actor=user, task=row, **given),
        done=lambda changed: run.get_absolute_url(),
        title=_("Change the task"),
        crumbs=way_to(run, _("Task")),
        cancel_url=run.get_absolute_url(),
    )


@access(ACE)
@require_POST
def task_remove(request: HttpRequest, slug: str, pk: int, task: int) -> HttpResponse:
    user, _dashboard, run = chosen(request, slug, pk)
    row = selectors.task_of(run, task)
    attempt(request, lambda: runs.remove_task(actor=user, task=row))
    return redirect(run)


# Answers and figures -----------------------------------------------------------------------------


@access(ACE)
@require_http_methods(FORM)
def result_new(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What a pilot did beside somebody of the ACE."""
    user, _dashboard, run = chosen(request, slug, pk)
    return form_page(
        request,
        ResultForm(request.POST or None, run=run),
        lambda **given: answers.record_result(actor=user, run=run, **given),
        done=lambda result: run.get_absolute_url(),
        said=_("Written down."),
        title=_("What a pilot did"),
        crumbs=way_to(run, _("Result")),
        cancel_url=run.get_absolute_url(),
    )


@access(ACE)
@require_http_methods(FORM)
def reconciliation_new(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, _dashboard, run = chosen(request, slug, pk)
    return form_page(
        request,
        ReconciliationForm(request.POST or None, run=run),
        lambda **given: reconciling.reconcile(actor=user, run=run, **given),
        done=lambda row: run.get_absolute_url(),
        template="dashboards/reconciliation_form.html",
        title=_("Compare with the source"),
        intro=_("Type what the source system says. The portal computes its own and compares."),
        submit=_("Compare"),
        crumbs=way_to(run, _("Compare")),
        cancel_url=run.get_absolute_url(),
    )


@access(ACE)
@require_POST
def reconciliation_remove(request: HttpRequest, slug: str, pk: int, row: int) -> HttpResponse:
    user, _dashboard, run = chosen(request, slug, pk)
    found = selectors.reconciliation_for(user, run, row)
    attempt(request, lambda: reconciling.remove_reconciliation(actor=user, reconciliation=found))
    return redirect(run)
