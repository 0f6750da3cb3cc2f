"""A dashboard as a text: to take along, and to come back with."""

from __future__ import annotations

import hashlib
from dataclasses import asdict

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ace_portal.lib.forms import submit
from ace_portal.lib.permissions import ACE, SIGNED_IN, access
from dashboards.content.code import code_of
from dashboards.content.models import Version
from dashboards.content.selectors import version_for
from dashboards.content.services import coding
from dashboards.forms.coding import CodeForm
from dashboards.frame import opened, trail
from dashboards.permissions import require_editor
from dashboards.views.builder import builder_url


@access(SIGNED_IN)
@require_GET
def version_code(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A version in YAML, for a repository."""
    user, dashboard = opened(request, slug)
    return as_file(version_for(user, dashboard, number))


def as_file(version: Version) -> HttpResponse:
    name = f"{version.dashboard.slug}-v{version.number}.yaml"
    answer = HttpResponse(code_of(version), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@access(ACE)
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, slug: str) -> HttpResponse:
    """What a text would change is shown first; the same text sent again is applied."""
    user, dashboard = opened(request, slug, require_editor)
    version = coding.version_to_keep(dashboard)
    form = CodeForm(request.POST or None, initial={"text": code_of(version)})
    changes, mark = None, ""
    if request.method == "POST":
        mark = _mark(request.POST.get("text", ""))
        if request.POST.get("seen") == mark:
            done = submit(form, coding.apply_code, actor=user, dashboard=dashboard)
            if done is not None:
                messages.success(request, _("The draft says what the text says."))
                return redirect(builder_url(dashboard))
        else:
            changes = submit(form, coding.changes_in, dashboard=dashboard)
    context = {
        "form": form, "dashboard": dashboard, "version": version, "seen": mark,
        "changes": None if changes is None else [asdict(change) for change in changes],
        "title": _("%(name)s as code") % {"name": dashboard.name},
        "submit": _("Apply") if changes else _("Show what it changes"),
        "crumbs": trail(dashboard, _("Code")),
        "cancel_url": reverse("dashboards:versions", args=[dashboard.slug]),
    }  # fmt: skip
    return render(request, "dashboards/code.html", context, status=422 if form.errors else 200)


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
