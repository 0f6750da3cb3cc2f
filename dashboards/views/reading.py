"""A reader's own views of a dashboard: saved, renamed, deleted."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.lib.forms import form_page
from ace_portal.lib.pages import number_in
from ace_portal.lib.permissions import SIGNED_IN, access
from dashboards.content import selectors
from dashboards.content.filters import query_string, read_state, span_of, state_words
from dashboards.content.models import Dashboard, Version
from dashboards.content.sources import calendar_for, sources_of, today_of
from dashboards.forms.reading import NewViewForm, SavedViewForm
from dashboards.frame import frame, opened, trail
from dashboards.reading import services
from dashboards.reading.models import SavedView
from dashboards.reading.selectors import lines_of, state_of, view_of, views_of
from dashboards.views.links import back_url

FORM = ["GET", "HEAD", "POST"]


@access(SIGNED_IN)
@require_GET
def saved_views(request: HttpRequest, slug: str) -> HttpResponse:
    """Their own, to rename and delete."""
    user, dashboard = opened(request, slug)
    version = selectors.version_for(user, dashboard)
    lines = lines_of(list(views_of(user, dashboard)), selectors.document_of(version))
    context: dict[str, Any] = {"lines": lines, "most": services.MOST}
    context |= {"title": _("Your views"), "crumbs": trail(dashboard, _("Your views"))}
    return render(request, "dashboards/saved.html", {**frame(user, dashboard), **context})


@access(SIGNED_IN)
@require_http_methods(FORM)
def saved_view_new(request: HttpRequest, slug: str) -> HttpResponse:
    """The state of the address, under a name."""
    user, dashboard = opened(request, slug)
    version = selectors.version_for(user, dashboard, number_in(request, "version"))
    given = request.GET.copy()
    given.pop("version", None)
    form = NewViewForm(request.POST or None, initial={"filters": given.urlencode()})
    return form_page(
        request,
        form,
        lambda **fields: services.save_view(
            actor=user, dashboard=dashboard, version=version, **fields
        ),
        done=lambda view: _address_of(view, dashboard, version),
        said=_("Saved. You find it under “Views”."),
        title=_("Save this view"),
        intro=_words(version, str(form["filters"].value() or "")),
        cancel_url=back_url(dashboard, version, given.urlencode()),
        crumbs=trail(dashboard, _("Save this view")),
    )


@access(SIGNED_IN)
@require_http_methods(FORM)
def saved_view_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, dashboard = opened(request, slug)
    view = view_of(user, dashboard, pk)
    version = selectors.version_for(user, dashboard)
    form = SavedViewForm(request.POST or None, initial={"name": view.name, "opens": view.opens})
    return form_page(
        request,
        form,
        lambda **fields: services.change_view(actor=user, dashboard=dashboard, pk=pk, **fields),
        done=lambda changed: reverse("dashboards:saved-views", args=[slug]),
        said=_("Saved."),
        title=_("Change “%(name)s”") % {"name": view.name},
        intro=_words(version, view.filters),
        cancel_url=reverse("dashboards:saved-views", args=[slug]),
        crumbs=trail(dashboard, _("Change")),
    )


@access(SIGNED_IN)
@require_POST
def saved_view_delete(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, dashboard = opened(request, slug)
    view = services.delete_view(actor=user, dashboard=dashboard, pk=pk)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": view.name})
    return redirect("dashboards:saved-views", slug)


def _address_of(view: SavedView, dashboard: Dashboard, version: Version) -> str:
    document = selectors.document_of(version)
    return back_url(dashboard, version, query_string(document, state_of(view, document)))


def _words(version: Version, filters: str) -> str:
    """What a view chooses, in words."""
    document = selectors.document_of(version)
    state = read_state(document, QueryDict(filters))
    own = sources_of(document.kpi_versions).values()
    return state_words(document, state, span_of(state, today_of(own), calendar_for(own)))
