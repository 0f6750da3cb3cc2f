"""Lessons: found, read, written down, and whether they helped."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.forms import attempt, form_page
from ace_portal.lib.markdown import to_html
from ace_portal.lib.pages import page_of
from ace_portal.lib.permissions import SIGNED_IN, access
from dashboards.content.selectors import dashboards_for
from kpis.selectors import kpis_for
from office_hours.forms.lessons import LessonForm
from office_hours.models import Lesson
from office_hours.permissions.lessons import may_change_lesson, require_lesson_hand
from office_hours.selectors import lessons as selectors
from office_hours.selectors.ama import sessions_for
from office_hours.services import lessons as services
from personas.selectors import groups_for

FORM = ["GET", "HEAD", "POST"]
PER_PAGE = 20


@access(SIGNED_IN)
@require_GET
def lessons(request: HttpRequest) -> HttpResponse:
    """By words, dashboard or KPI; the most helpful first."""
    user = person_of(request)
    asked = {name: request.GET.get(name, "").strip()[:200] for name in ("q", "dashboard", "kpi")}
    archived = request.GET.get("archived") == "1"
    rows = selectors.lessons_found(
        user, search=asked["q"], dashboard=asked["dashboard"], kpi=asked["kpi"], archived=archived
    )
    context = {
        **asked,
        "archived": archived,
        "filtered": any(asked.values()),
        "page": page_of(request, rows, size=PER_PAGE),
        "dashboards": selectors.dashboards_with_lessons(user),
        "kpis": selectors.kpis_with_lessons(user),
    }
    return render(request, "office_hours/lessons.html", context)


@access(SIGNED_IN)
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    user, lesson = found(request, pk)
    parts = [
        (_("What we expected"), lesson.expected),
        (_("What happened"), lesson.actual),
        (_("Why"), lesson.why),
        (_("What to keep"), lesson.keep),
        (_("What to change"), lesson.change),
        (_("Where it was applied"), lesson.applied_to),
    ]
    context = {
        "lesson": lesson,
        "parts": [(title, to_html(text)) for title, text in parts if text],
        "subjects": selectors.subjects_of(user, lesson),
        "groups": [] if lesson.everybody else list(groups_for(user).filter(lessons=lesson)),
        "may_change": may_change_lesson(user, lesson),
        "mine": lesson.author_id == user.pk,
        "crumbs": trail(lesson.title),
    }
    return render(request, "office_hours/lesson_detail.html", context)


@access(SIGNED_IN)
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """``?dashboard=``, ``?kpi=`` and ``?session=`` say what it is about."""
    user = person_of(request)
    session = request.GET.get("session", "")
    initial: dict[str, Any] = {
        "dashboards": list(dashboards_for(user).filter(slug=request.GET.get("dashboard", ""))),
        "kpis": list(kpis_for(user).filter(slug=request.GET.get("kpi", ""))),
        "sessions": list(sessions_for(user).filter(pk=session[:18])) if session.isdecimal() else [],
    }
    return form_page(
        request,
        LessonForm(request.POST or None, initial=initial, user=user),
        lambda **given: services.write_lesson(actor=user, **given),
        done=Lesson.get_absolute_url,
        said=_("Written down. Others find it where it is about."),
        template="office_hours/lesson_form.html",
        title=_("Write down a lesson"),
        crumbs=trail(_("New")),
        cancel_url=reverse("office_hours:lessons"),
    )


@access(SIGNED_IN)
@require_http_methods(FORM)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user, lesson = found(request, pk)
    require_lesson_hand(user, lesson)
    names = ("title", "expected", "actual", "why", "keep", "change", "applied_to", "owner", "due",
             "everybody")  # fmt: skip
    initial: dict[str, Any] = {name: getattr(lesson, name) for name in names}
    initial |= {
        name: list(getattr(lesson, name).all())
        for name in ("dashboards", "kpis", "sessions", "groups")
    }
    return form_page(
        request,
        LessonForm(request.POST or None, initial=initial, user=user, lesson=lesson),
        lambda **given: services.change_lesson(actor=user, lesson=lesson, **given),
        done=Lesson.get_absolute_url,
        said=_("Saved."),
        template="office_hours/lesson_form.html",
        title=_("Change the lesson"),
        crumbs=trail(_("Change")),
        cancel_url=lesson.get_absolute_url(),
    )


@access(SIGNED_IN)
@require_POST
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    user, lesson = found(request, pk)
    if attempt(request, lambda: services.archive_lesson(actor=user, lesson=lesson)):
        messages.success(request, _("Archived. It can be brought back."))
    return redirect(lesson)


@access(SIGNED_IN)
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    user, lesson = found(request, pk)
    attempt(request, lambda: services.restore_lesson(actor=user, lesson=lesson))
    return redirect(lesson)


@access(SIGNED_IN)
@require_POST
def helped(request: HttpRequest, pk: int) -> HttpResponse:
    user, lesson = found(request, pk)
    on = request.POST.get("on") == "1"
    attempt(request, lambda: services.say_it_helped(actor=user, lesson=lesson, on=on))
    return redirect(lesson)


def found(request: HttpRequest, pk: int) -> tuple[User, Lesson]:
    user = person_of(request)
    return user, selectors.lesson_for(user, pk)


def trail(here: str) -> list[dict[str, Any]]:
    return [{"label": _("Lessons"), "url": reverse("office_hours:lessons")}, {"label": here}]
