"""A draft from one of the written beginnings: which there are, and who plays in it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ace_portal.lib.forms import form_page
from ace_portal.lib.permissions import ACE, access
from dashboards.content.beginnings import BEGINNINGS, NEEDS
from dashboards.content.models import Dashboard, Version
from dashboards.content.selectors import usable_versions, work_of
from dashboards.content.services import beginning as services
from dashboards.content.services import drafts
from dashboards.content.services.assembly import Assembled
from dashboards.content.sources import sources_of
from dashboards.forms.beginning import BeginForm
from dashboards.frame import frame, opened, trail
from dashboards.permissions import require_editor
from dashboards.views.builder import FORM, builder_url


@access(ACE)
@require_GET
def beginnings(request: HttpRequest, slug: str) -> HttpResponse:
    """Each as a small drawing, with what it is for and what it needs."""
    user, dashboard = opened(request, slug, require_editor)
    draft = changeable(dashboard)
    items = [
        {"plan": plan, "needs": [(role, NEEDS[role.needs]) for role in plan.roles]}
        for plan in BEGINNINGS.values()
    ]
    context = {"items": items, "replaces": draft is not None and bool(draft.document["tiles"])}
    page = frame(user, dashboard, crumbs=trail(dashboard, _("Begin from")), **context)
    return render(request, "dashboards/beginnings.html", page)


@access(ACE)
@require_http_methods(FORM)
def begin(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The KPIs for its roles; what the draft showed gives way, and Undo brings it back."""
    user, dashboard = opened(request, slug, require_editor)
    draft, plan = changeable(dashboard), services.beginning_of(key)
    versions = [version.pk for version in usable_versions(dashboard)]
    known = sources_of(versions)

    def done(made: Assembled) -> str:
        for line in made.said:
            messages.info(request, line)
        return builder_url(dashboard)

    return form_page(
        request,
        BeginForm(
            request.POST or None,
            beginning=plan,
            sources=[known[pk] for pk in versions],
            initial={"revision": draft.revision if draft is not None else None},
        ),
        lambda **given: services.begin_from(
            actor=user, dashboard=dashboard, beginning=key, **given
        ),
        done=done,
        template="dashboards/begin_form.html",
        title=plan.name,
        plan=plan,
        intro=plan.purpose,
        submit=_("Fill the draft"),
        crumbs=trail(dashboard, _("Begin from")),
        cancel_url=reverse("dashboards:beginnings", args=[slug]),
        dashboard=dashboard,
    )


def changeable(dashboard: Dashboard) -> Version | None:
    """What is in work, if it can be changed; None where a new version would be begun."""
    work = work_of(dashboard)
    return drafts.require_draft(work) if work is not None else None
