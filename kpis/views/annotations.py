"""What happened to the data, for the time axis of charts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.forms import form_page
from ace_portal.lib.pages import page_of
from ace_portal.lib.permissions import ACE, access
from kpis.forms.annotations import AnnotationForm
from kpis.selectors.annotations import annotation_for, annotations_for
from kpis.services import annotations as services

FORM = ["GET", "HEAD", "POST"]


@access(ACE)
@require_GET
def annotation_list(request: HttpRequest) -> HttpResponse:
    page = page_of(request, annotations_for(person_of(request)))
    context = {"page": page, "crumbs": _crumbs(_("Annotations"))}
    return render(request, "kpis/annotations.html", context)


@access(ACE)
@require_http_methods(FORM)
def annotation_new(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    return form_page(
        request,
        AnnotationForm(request.POST or None),
        lambda **given: services.annotate(actor=user, **given),
        done=lambda annotation: reverse("kpis:annotations"),
        said=_("Saved. Charts that span it show it."),
        title=_("New annotation"),
        cancel_url=reverse("kpis:annotations"),
        crumbs=_crumbs(_("New annotation")),
    )


@access(ACE)
@require_http_methods(FORM)
def annotation_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = person_of(request)
    annotation = annotation_for(user, pk)
    return form_page(
        request,
        AnnotationForm(request.POST or None, initial=AnnotationForm.initial_of(annotation)),
        lambda **given: services.change_annotation(actor=user, annotation=annotation, **given),
        done=lambda annotation: reverse("kpis:annotations"),
        said=_("Saved."),
        template="kpis/annotation_form.html",
        title=annotation.title,
        annotation=annotation,
        cancel_url=reverse("kpis:annotations"),
        crumbs=_crumbs(annotation.title),
    )


@access(ACE)
@require_POST
def annotation_remove(request: HttpRequest, pk: int) -> HttpResponse:
    user = person_of(request)
    services.remove_annotation(actor=user, annotation=annotation_for(user, pk))
    messages.success(request, _("Charts do not show it any more."))
    return redirect("kpis:annotations")


def _crumbs(here: str) -> list[dict[str, str]]:
    steps = [{"label": _("KPIs"), "url": reverse("kpis:kpis")}]
    if here != _("Annotations"):
        steps.append({"label": _("Annotations"), "url": reverse("kpis:annotations")})
    return [*steps, {"label": here, "url": ""}]
