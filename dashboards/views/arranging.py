"""Changes of a draft that need no page of their own: told to a script, or on the builder's page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qs, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ace_portal.lib.errors import Invalid, PortalError
from ace_portal.lib.forms import attempt
from ace_portal.lib.permissions import ACE, access
from dashboards.content.document.schema import TAB
from dashboards.content.models import Dashboard, Version
from dashboards.content.services import drafts, history, layout
from dashboards.forms.drafts import ArrangeForm, RevisionForm
from dashboards.frame import opened
from dashboards.permissions import require_editor
from dashboards.views import telling
from dashboards.views.builder import builder_url


@access(ACE)
@require_POST
def tile_move(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Another place, another size, or both."""
    user, dashboard = opened(request, slug, require_editor)
    form = ArrangeForm(request.POST)

    def act() -> Version:
        if not form.is_valid():
            raise Invalid(_("Say where the tile goes."))
        given = form.cleaned_data
        return layout.arrange_tile(actor=user, dashboard=dashboard, key=key, **given)

    return saved(request, dashboard, act)


@access(ACE)
@require_POST
def tile_copy(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    user, dashboard = opened(request, slug, require_editor)
    return step(request, dashboard, partial(layout.copy_tile, actor=user, key=key))


@access(ACE)
@require_POST
def tile_remove(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    user, dashboard = opened(request, slug, require_editor)
    return step(
        request, dashboard, partial(drafts.remove_tile, actor=user, key=key),
        done=_("The tile is gone from the draft."),
    )  # fmt: skip


@access(ACE)
@require_POST
def undo(request: HttpRequest, slug: str) -> HttpResponse:
    user, dashboard = opened(request, slug, require_editor)
    return step(request, dashboard, partial(history.undo, actor=user))


@access(ACE)
@require_POST
def redo(request: HttpRequest, slug: str) -> HttpResponse:
    user, dashboard = opened(request, slug, require_editor)
    return step(request, dashboard, partial(history.redo, actor=user))


def step(
    request: HttpRequest, dashboard: Dashboard, call: Callable[..., Version], done: str = ""
) -> HttpResponse:
    """A change that takes the revision that was seen, and nothing else."""

    def act() -> Version:
        return call(dashboard=dashboard, revision=revision_of(request))

    return saved(request, dashboard, act, done)


def saved(
    request: HttpRequest,
    dashboard: Dashboard,
    act: Callable[[], Version],
    done: str = "",
    *,
    opens: Callable[[Version], str] | None = None,
) -> HttpResponse:
    """A script is told the new revision, or what stands in the way and what others saved.

    ``done`` is said on the next page where no script shows what became of it; ``opens`` says which
    tab is open then, where it is not the one of before.
    """
    if not telling.wants_json(request):
        version = attempt(request, act)
        if version is not None and done:
            messages.success(request, done)
        tab = opens(version) if version is not None and opens else open_tab_of(request)
        return redirect(builder_url(dashboard, tab))
    try:
        version = act()
    except PortalError as error:
        return telling.refused(refusal_of(error))
    return telling.saved(version, **({"tab": opens(version)} if opens else {}))


def refusal_of(error: PortalError) -> PortalError:
    """What a script can be told; who may not be here gets the page that says so."""
    if error.status in {403, 404}:
        raise error
    return error


def open_tab_of(request: HttpRequest) -> str:
    """The tab of the builder from which a form was sent."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    return parse_qs(came_from.query).get(TAB, [""])[-1][:12]


def revision_of(request: HttpRequest) -> int:
    form = RevisionForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Say which revision of the draft you have seen."), field="revision")
    return int(form.cleaned_data["revision"])
