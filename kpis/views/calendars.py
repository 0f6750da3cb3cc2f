"""Calendars of working hours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.errors import Invalid
from ace_portal.lib.forms import form_page
from ace_portal.lib.pages import page_of
from ace_portal.lib.permissions import DATA, access
from ace_portal.lib.saying import said
from kpis.engine.calendars import parse_hours
from kpis.engine.weeks import week_words
from kpis.forms.calendars import CalendarForm
from kpis.models import WorkCalendar
from kpis.selectors.calendars import calendar_for, calendars_for
from kpis.services import calendars as services

FORM = ["GET", "HEAD", "POST"]


@access(DATA)
@require_GET
def calendars(request: HttpRequest) -> HttpResponse:
    page = page_of(request, calendars_for(person_of(request)))
    rows = [(row, said(week_words(parse_hours(row.content, "")))) for row in page]
    context = {"page": page, "rows": rows, "crumbs": _crumbs(_("Working hours"))}
    return render(request, "kpis/calendars.html", context)


@access(DATA)
@require_http_methods(FORM)
def calendar_new(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    form = CalendarForm(
        request.POST or None, initial={"time_zone": settings.DEFAULT_USER_TIME_ZONE}
    )
    return form_page(
        request,
        form,
        guarded(form, lambda **given: services.create_calendar(actor=user, **given)),
        done=lambda calendar: reverse("kpis:calendars"),
        said=_("Saved. Durations can count by it now."),
        template="kpis/calendar_form.html",
        title=_("New calendar"),
        cancel_url=reverse("kpis:calendars"),
        crumbs=_crumbs(_("New calendar")),
    )


@access(DATA)
@require_http_methods(FORM)
def calendar_edit(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    calendar = calendar_for(user, slug)
    form = CalendarForm(request.POST or None, initial=CalendarForm.initial_of(calendar))
    return form_page(
        request,
        form,
        guarded(
            form,
            lambda **given: services.change_calendar(actor=user, calendar=calendar, **given),
        ),
        done=lambda calendar: reverse("kpis:calendars"),
        said=_("Saved. Published KPIs keep the hours that they were published with."),
        template="kpis/calendar_form.html",
        title=_("Change %(name)s") % {"name": calendar.name},
        calendar=calendar,
        cancel_url=reverse("kpis:calendars"),
        crumbs=_crumbs(calendar.name),
    )


@access(DATA)
@require_POST
def calendar_delete(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    calendar = calendar_for(user, slug)
    services.delete_calendar(actor=user, calendar=calendar)
    messages.success(
        request, _("“%(name)s” is deleted. KPIs keep their copy.") % {"name": calendar.name}
    )
    return redirect("kpis:calendars")


def guarded(form: CalendarForm, call: Callable[..., WorkCalendar]) -> Callable[..., WorkCalendar]:
    """The service's call; what it refuses in a day of the week finds the day's field."""

    def guard(**given: Any) -> WorkCalendar:
        try:
            return call(**given)
        except Invalid as error:
            first, _dot, rest = error.field.partition(".")
            field = f"day_{rest}" if first == "week" and rest else first
            field = "day_0" if field == "week" else field
            raise Invalid(error.message, field=field) from error

    return guard


def _crumbs(here: str) -> list[dict[str, str]]:
    steps = [{"label": _("Data"), "url": reverse("kpis:datasets")}]
    if here != _("Working hours"):
        steps.append({"label": _("Working hours"), "url": reverse("kpis:calendars")})
    return [*steps, {"label": here, "url": ""}]
