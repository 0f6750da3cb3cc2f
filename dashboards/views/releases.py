"""Versions: what was released, what differs, what goes live, and who may see it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.lib.forms import attempt, form_page
from ace_portal.lib.markdown import to_html
from ace_portal.lib.pages import number_in, page_of
from ace_portal.lib.permissions import ACE, SIGNED_IN, access
from ace_portal.lib.selectors import first_or_404
from dashboards.content import selectors
from dashboards.content.document import parse
from dashboards.content.models import Version
from dashboards.content.saves import changes_between
from dashboards.content.services import releases
from dashboards.forms.releases import LaunchForm, ReleaseForm
from dashboards.frame import frame, opened, trail
from dashboards.lifecycle.selectors import gate_url
from dashboards.lifecycle.services import launches as lifecycle
from dashboards.permissions import require_editor, require_owner
from dashboards.views.builder import builder_url
from dashboards.views.pages import board_page

FORM = ["GET", "HEAD", "POST"]
PER_PAGE = 30


@access(SIGNED_IN)
@require_GET
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    """Every version with its notes; members read those that were released."""
    user, dashboard = opened(request, slug)
    rows = selectors.versions_for(user, dashboard)
    page = page_of(request, rows.defer("document", "based_on__document"), size=PER_PAGE)
    items = [{"version": version, "notes": to_html(version.notes)} for version in page.object_list]
    numbers = list(rows.values_list("number", flat=True))
    context = {"items": items, "numbers": numbers, "page": page}
    return render(
        request, "dashboards/versions.html", frame(user, dashboard, "versions", **context)
    )


@access(SIGNED_IN)
@require_GET
def version_detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A version as it looks, with the figures of today's data; a pilot's way to what is to try."""
    user, dashboard = opened(request, slug)
    version = selectors.version_for(user, dashboard, number)
    return board_page(request, dashboard, version, "dashboards/version.html", "versions")


@access(ACE)
@require_GET
def version_compare(request: HttpRequest, slug: str) -> HttpResponse:
    """What ``to`` does differently from ``from``, in words; the last two unless said."""
    user, dashboard = opened(request, slug)
    rows = selectors.versions_for(user, dashboard)
    new = _numbered(request, "to", rows) or rows.first()
    old = _numbered(request, "from", rows)
    if old is None and new is not None:
        old = rows.filter(number__lt=new.number).first()
    changes = []
    if old is not None and new is not None:
        changes = changes_between(parse(old.document), parse(new.document))
    context: dict[str, Any] = {
        "old": old,
        "new": new,
        "numbers": list(rows.values_list("number", flat=True)),
        "changes": [
            {"kind": c.kind, "what": c.what, "before": c.before, "after": c.after} for c in changes
        ],
    }
    return render(request, "dashboards/compare.html", frame(user, dashboard, "versions", **context))


def _numbered(request: HttpRequest, name: str, rows: Any) -> Version | None:
    number = number_in(request, name)
    if number is None:
        return None
    version: Version = first_or_404(rows.filter(number=number))
    return version


@access(ACE)
@require_http_methods(FORM)
def version_release(request: HttpRequest, slug: str) -> HttpResponse:
    user, dashboard = opened(request, slug, require_owner)
    draft = releases.require_releasable(selectors.work_of(dashboard))
    intro = _("People see version %(n)d at once. It never changes again.") % {"n": draft.number}
    if not selectors.launches_of(dashboard).exists():
        intro = _("Version %(n)d never changes again. It is open to nobody until you launch it.")
        intro %= {"n": draft.number}
    return form_page(
        request,
        ReleaseForm(
            request.POST or None,
            initial={"notes": releases.proposed_notes(dashboard, draft)},
            again=selectors.released_of(dashboard) is not None,
        ),
        lambda **given: releases.release_version(actor=user, dashboard=dashboard, **given),
        done=lambda version: dashboard.get_absolute_url(),
        said=_("Version %(n)d is released.") % {"n": draft.number},
        title=_("Release version %(n)d") % {"n": draft.number},
        intro=intro,
        submit=_("Release"),
        cancel_url=builder_url(dashboard),
        crumbs=trail(dashboard, _("Release")),
    )


@access(ACE)
@require_POST
def version_restore(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    user, dashboard = opened(request, slug, require_editor)
    version = selectors.version_for(user, dashboard, number)

    def restore() -> Version:
        return releases.restore_version(actor=user, dashboard=dashboard, version=version)

    if attempt(request, restore) is None:
        return redirect("dashboards:versions", slug)
    messages.success(request, _("Version %(n)d is in a new draft. Release it.") % {"n": number})
    return redirect(builder_url(dashboard))


@access(ACE)
@require_http_methods(FORM)
def launch(request: HttpRequest, slug: str) -> HttpResponse:
    user, dashboard = opened(request, slug, require_owner)
    planned = dashboard.groups.first()
    return form_page(
        request,
        LaunchForm(request.POST or None, initial={"group": planned}, dashboard=dashboard),
        lambda **given: lifecycle.launch(actor=user, dashboard=dashboard, **given),
        done=lambda opened: reverse("dashboards:dashboard-about", args=[slug]),
        said=_("It is open. Its people see it from now on."),
        template="dashboards/launch.html",
        title=_("Open %(name)s to a group") % {"name": dashboard.name},
        intro=_("Everybody who is in the group today sees the released version."),
        submit=_("Open"),
        cancel_url=reverse("dashboards:dashboard-about", args=[slug]),
        dashboard=dashboard,
        crumbs=trail(dashboard, _("Launch")),
        launches=selectors.launches_of(dashboard),
        closed=lifecycle.what_closes(dashboard),
        gates_url=gate_url(dashboard),
    )


@access(ACE)
@require_POST
def launch_end(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, dashboard = opened(request, slug, require_owner)
    row = selectors.launch_of(dashboard, pk)
    if attempt(request, lambda: lifecycle.end_launch(actor=user, launch=row)):
        messages.success(request, _("It is closed to %(group)s.") % {"group": row.group})
    return redirect("dashboards:launch", slug)
