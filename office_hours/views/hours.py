"""A host's own hours."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.forms import attempt, form_page
from ace_portal.lib.permissions import ACE, access
from office_hours.forms.hours import HoursForm, OtherDayForm, RuleForm
from office_hours.models import Host
from office_hours.selectors.availability import hours_of, other_day_of, rule_of
from office_hours.services import availability as services
from office_hours.views.booking import trail

FORM = ["GET", "HEAD", "POST"]
SETTINGS = tuple(HoursForm.base_fields)
RULE = tuple(RuleForm.base_fields)


def home() -> str:
    return reverse("office_hours:hours")


@access(ACE)
@require_GET
def hours(request: HttpRequest) -> HttpResponse:
    """The week as it is offered, and the days that are different."""
    host = hours_of(person_of(request))
    context = {
        "host": host,
        "rules": host.rules.all() if host else [],
        "days": host.other_days.select_related("like").filter(day__gte=timezone.localdate())
        if host
        else [],
        "crumbs": trail(_("My hours")),
    }
    return render(request, "office_hours/hours.html", context)


@access(ACE)
@require_http_methods(FORM)
def settings(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    host = hours_of(user) or Host(person=user, time_zone=user.time_zone)
    initial = {name: getattr(host, name) for name in SETTINGS}
    return form_page(
        request,
        HoursForm(request.POST or None, initial=initial),
        lambda **given: services.change_hours(actor=user, **given),
        done=lambda saved: home(),
        said=_("Saved."),
        title=_("How you can be booked"),
        cancel_url=home(),
        crumbs=trail(_("My hours")),
    )


@access(ACE)
@require_http_methods(FORM)
def rule_new(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    return form_page(
        request,
        RuleForm(request.POST or None),
        lambda **given: services.add_rule(actor=user, **given),
        done=lambda saved: home(),
        said=_("These hours can be booked now."),
        title=_("Hours on a weekday"),
        intro=_("In the time zone of your hours; the visitors see their own."),
        cancel_url=home(),
        crumbs=trail(_("My hours")),
    )


@access(ACE)
@require_http_methods(FORM)
def rule_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = person_of(request)
    rule = rule_of(user, pk)
    initial = {name: getattr(rule, name) for name in RULE}
    return form_page(
        request,
        RuleForm(request.POST or None, initial=initial),
        lambda **given: services.change_rule(actor=user, rule=rule, **given),
        done=lambda saved: home(),
        said=_("Saved. What is booked already stays as it is."),
        title=str(rule),
        cancel_url=home(),
        crumbs=trail(_("My hours")),
    )


@access(ACE)
@require_POST
def rule_remove(request: HttpRequest, pk: int) -> HttpResponse:
    user = person_of(request)
    rule = rule_of(user, pk)
    if attempt(request, lambda: services.remove_rule(actor=user, rule=rule)):
        messages.success(request, _("Nothing new is booked then. What is booked stays."))
    return redirect(home())


@access(ACE)
@require_http_methods(FORM)
def day_new(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    return form_page(
        request,
        OtherDayForm(request.POST or None, host=hours_of(user)),
        lambda **given: services.set_other_day(actor=user, **given),
        done=lambda saved: home(),
        said=_("Saved."),
        title=_("A day that is different"),
        intro=_("Off, or with other hours than its weekday. What is booked already stays."),
        cancel_url=home(),
        crumbs=trail(_("My hours")),
    )


@access(ACE)
@require_POST
def day_remove(request: HttpRequest, pk: int) -> HttpResponse:
    user = person_of(request)
    services.remove_other_day(actor=user, other=other_day_of(user, pk))
    messages.success(request, _("The day is like its weekday again."))
    return redirect(home())
