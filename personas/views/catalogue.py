"""Discover: where the ACE begins. Services and their pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.forms import form_page
from ace_portal.lib.pages import page_of
from ace_portal.lib.permissions import ACE, SIGNED_IN, access
from personas import selectors
from personas.forms import ServiceForm
from personas.models import Service
from personas.services import catalogue
from personas.views.trail import trail

FORM = ["GET", "HEAD", "POST"]


@access(SIGNED_IN)
@require_GET
def discover(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    context = {
        "services": selectors.services_for(user).filter(archived_at__isnull=True)[:50],
        "blueprints": selectors.blueprints_for(user).filter(archived_at__isnull=True)[:50],
        "personas": selectors.personas_for(user)[:50],
        "groups": selectors.groups_for(user)[:50],
    }
    return render(request, "personas/discover.html", context)


@access(SIGNED_IN)
@require_GET
def services(request: HttpRequest) -> HttpResponse:
    rows = selectors.services_for(person_of(request))
    context = {"page": page_of(request, rows), "crumbs": trail(_("Services"))}
    return render(request, "personas/services.html", context)


@access(SIGNED_IN)
@require_GET
def service_detail(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    service = selectors.service_for(user, slug)
    blueprints = selectors.blueprints_for(user).filter(service=service)
    known = selectors.personas_for(user).in_bulk({row.persona_id for row in blueprints})
    rows = [(row, known.get(row.persona_id)) for row in blueprints]
    context = {"service": service, "blueprints": rows, "crumbs": trail(service.name)}
    return render(request, "personas/service.html", context)


@access(ACE)
@require_http_methods(FORM)
def service_new(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    return form_page(
        request,
        ServiceForm(request.POST or None, initial={"owner": user}),
        lambda **given: catalogue.create_service(actor=user, **given),
        done=Service.get_absolute_url,
        title=_("New service"),
        crumbs=trail(_("New service")),
        cancel_url=reverse("personas:discover"),
    )


@access(ACE)
@require_http_methods(FORM)
def service_edit(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    service = selectors.service_for(user, slug)
    return form_page(
        request,
        ServiceForm(request.POST or None, initial=ServiceForm.initial_of(service)),
        lambda **given: catalogue.change_service(actor=user, service=service, **given),
        done=Service.get_absolute_url,
        said=_("Saved."),
        title=_("Change %(name)s") % {"name": service.name},
        crumbs=trail(_("Change"), service),
        cancel_url=service.get_absolute_url(),
    )


@access(ACE)
@require_POST
def service_archive(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    catalogue.archive_service(actor=user, service=selectors.service_for(user, slug))
    return redirect("personas:discover")
