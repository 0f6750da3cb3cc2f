"""The catalogue of templates, and a KPI made of one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.errors import NotVisible
from ace_portal.lib.forms import form_page
from ace_portal.lib.permissions import ACE, access
from ace_portal.lib.saying import said
from kpis.catalogue.filling import fitting
from kpis.catalogue.templates import TEMPLATES, Template
from kpis.forms.kpis import StartForm
from kpis.forms.templates import TemplateForm
from kpis.models import KPI
from kpis.selectors import datasets_for
from kpis.services.templates import create_from_template


def _crumbs(*here: tuple[str, str]) -> list[dict[str, str]]:
    steps = [(_("KPIs"), reverse("kpis:kpis")), (_("Templates"), reverse("kpis:templates")), *here]
    last = len(steps) - 1
    return [
        {"label": label, "url": url if i < last else ""} for i, (label, url) in enumerate(steps)
    ]


@access(ACE)
@require_GET
def templates(request: HttpRequest) -> HttpResponse:
    """All forty by category; ``?dataset=`` says which of them its columns fit."""
    user = person_of(request)
    slug = request.GET.get("dataset", "")
    dataset = datasets_for(user).filter(slug=slug, live__isnull=False).first() if slug else None
    fits = {t.code for t in fitting(dataset.live.types)} if dataset and dataset.live else set()
    groups = [
        (word, [_told(t) for t in TEMPLATES.values() if t.category == category])
        for category, word in KPI.Category.choices
    ]
    context = {"groups": groups, "dataset": dataset, "fits": fits, "crumbs": _crumbs(),
               "count": len(TEMPLATES)}  # fmt: skip
    return render(request, "kpis/templates.html", context)


def _told(template: Template) -> dict[str, Any]:
    return {
        "code": template.code, "name": said(template.name), "formula": said(template.formula),
        "label": template.label, "direction": template.direction,
    }  # fmt: skip


@access(ACE)
@require_http_methods(["GET", "HEAD", "POST"])
def template_use(request: HttpRequest, code: str) -> HttpResponse:
    """Question and data by GET, the roles by POST."""
    user = person_of(request)
    template = TEMPLATES.get(code)
    if template is None:
        raise NotVisible("")
    asked = {name: request.GET.get(name) for name in ("question", "dataset")}
    both = all(name in request.GET for name in asked)
    start = StartForm(request.GET if both else None, user=user, initial=asked)
    crumbs = _crumbs((str(said(template.name)), ""))
    if not start.is_valid():
        context: dict[str, Any] = {"form": start, "crumbs": crumbs, "template": _told(template)}
        return render(request, "kpis/start.html", context, status=422 if start.errors else 200)
    given = start.cleaned_data
    form = TemplateForm(
        request.POST or None, template=template, dataset=given["dataset"],
        live=given["dataset"].live,
    )  # fmt: skip
    formula = said(template.formula)
    return form_page(
        request,
        form,
        lambda **typed: create_from_template(
            actor=user, template=code, **given, **form.given(**typed)
        ),
        done=KPI.get_absolute_url,
        said=_("Saved as a draft. Publish it when it says what you mean."),
        title=said(template.name),
        intro=_("%(formula)s, from “%(dataset)s”. Say which column is what.")
        % {"formula": formula[:1].upper() + formula[1:], "dataset": given["dataset"]},
        submit=_("Save the draft"),
        cancel_url=reverse("kpis:templates"),
        crumbs=crumbs,
    )
