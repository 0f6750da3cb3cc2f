"""A version on trial: who tries it, where it stands, what was learned beside them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.lib.forms import attempt, form_page
from ace_portal.lib.pages import page_of
from ace_portal.lib.permissions import ACE, access
from dashboards.content.models import Dashboard, Version
from dashboards.content.selectors import document_of, work_of
from dashboards.forms.prototypes import PilotForm, ThawForm, WalkthroughForm
from dashboards.frame import frame, opened, trail
from dashboards.people import choice_for
from dashboards.permissions import require_owner
from dashboards.prototypes import selectors, services
from dashboards.validation.selectors import may_begin, runs_for

FORM = ["GET", "HEAD", "POST"]
PER_PAGE = 20
RUNS = 5
State = Version.State

#: move of the address → the service, and what is said on the next page
MOVES: dict[str, tuple[Callable[..., Version], Callable[[], str]]] = {
    "share": (services.share_prototype, lambda: _("Its pilots see it now, and are told.")),
    "withdraw": (services.withdraw_prototype, lambda: _("Taken back: it is a draft again.")),
    "freeze": (services.freeze_version, lambda: _("Frozen: what is validated is what goes out.")),
}


def prototype_url(dashboard: Dashboard) -> str:
    return reverse("dashboards:prototype", args=[dashboard.slug])


@access(ACE)
@require_GET
def prototype(request: HttpRequest, slug: str) -> HttpResponse:
    """The version in work with its moves, its pilots, the walkthroughs, the latest runs."""
    user, dashboard = opened(request, slug)
    work = work_of(dashboard)
    context = {
        "version": work,
        "way": way(work) if work is not None else [],
        "has_tiles": work is not None and bool(document_of(work).tiles),
        "pilots": list(selectors.pilots_of(dashboard)[:200]),
        "page": page_of(request, selectors.walkthroughs_of(dashboard), size=PER_PAGE),
        "may_begin": may_begin(work),
        "runs": list(runs_for(user, dashboard)[:RUNS]),
    }
    return render(
        request, "dashboards/prototype.html", frame(user, dashboard, "prototype", **context)
    )


def way(version: Version) -> list[dict[str, Any]]:
    """From draft to release, and where the version is."""
    states = [State.DRAFT, State.PROTOTYPE, State.FROZEN, State.RELEASED]
    here = states.index(State(version.state))
    notes = {
        State.PROTOTYPE: since(_("first shown %(day)s"), version.prototype_at),
        State.FROZEN: since(_("frozen %(day)s"), version.frozen_at),
    }
    return [
        {
            "number": place + 1,
            "name": state.label,
            "note": notes.get(state, ""),
            "done": place < here,
            "here": place == here,
            "part": 100 if place == here else 0,
            "url": "",
        }
        for place, state in enumerate(states)
    ]


def since(words: str, moment: datetime | None) -> str:
    if moment is None:
        return ""
    return words % {"day": formats.date_format(timezone.localtime(moment), "j M")}


@access(ACE)
@require_POST
def move(request: HttpRequest, slug: str, to: str) -> HttpResponse:
    user, dashboard = opened(request, slug, require_owner)
    act, said = MOVES[to]
    if attempt(request, lambda: act(actor=user, dashboard=dashboard)) is not None:
        messages.success(request, said())
    return redirect(prototype_url(dashboard))


@access(ACE)
@require_http_methods(FORM)
def thaw(request: HttpRequest, slug: str) -> HttpResponse:
    user, dashboard = opened(request, slug, require_owner)
    return form_page(
        request,
        ThawForm(request.POST or None),
        lambda **given: services.thaw_version(actor=user, dashboard=dashboard, **given),
        done=lambda version: prototype_url(dashboard),
        said=_("Thawed: it is a draft again."),
        title=_("Change it after all"),
        intro=_(
            "The version becomes a draft, and its pilots see it no longer. What was found about it "
            "stays, but does not count for what you change."
        ),
        submit=_("Thaw it"),
        crumbs=trail(dashboard, _("Thaw")),
        cancel_url=prototype_url(dashboard),
    )


@access(ACE)
@require_http_methods(FORM)
def pilot_new(request: HttpRequest, slug: str) -> HttpResponse:
    user, dashboard = opened(request, slug, require_owner)
    choice = choice_for(user, dashboard, "pilot", request.GET.get("find", ""))
    form = PilotForm(request.POST or None, choice=choice)
    return form_page(
        request,
        form,
        lambda **given: services.invite_pilot(actor=user, dashboard=dashboard, **given),
        done=lambda pilot: prototype_url(dashboard),
        said=_("They are told."),
        template="dashboards/person_form.html",
        choice=choice,
        picked=form["person"],
        title=_("Who tries %(name)s?") % {"name": dashboard.name},
        intro=_("Pilots see a version before anybody else does. Nobody else can tell."),
        submit=_("Ask them"),
        crumbs=trail(dashboard, _("Pilot")),
        cancel_url=prototype_url(dashboard),
    )


@access(ACE)
@require_POST
def pilot_end(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, dashboard = opened(request, slug, require_owner)
    pilot = selectors.pilot_of(dashboard, pk)
    if attempt(request, lambda: services.end_pilot(actor=user, pilot=pilot)) is not None:
        messages.success(request, _("%(name)s is done.") % {"name": pilot.user.name})
    return redirect(prototype_url(dashboard))


@access(ACE)
@require_http_methods(FORM)
def walkthrough_new(request: HttpRequest, slug: str) -> HttpResponse:
    user, dashboard = opened(request, slug)
    initial = {"held_on": timezone.localdate()}
    return form_page(
        request,
        WalkthroughForm(request.POST or None, initial=initial, dashboard=dashboard),
        lambda **given: services.record_walkthrough(actor=user, dashboard=dashboard, **given),
        done=lambda row: prototype_url(dashboard),
        said=_("Written down."),
        title=_("A walkthrough"),
        intro=_("Let them do what they came for, and say little."),
        crumbs=trail(dashboard, _("Walkthrough")),
        cancel_url=prototype_url(dashboard),
    )


@access(ACE)
@require_http_methods(FORM)
def walkthrough_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, dashboard = opened(request, slug)
    row = selectors.walkthrough_of(dashboard, pk)
    form = WalkthroughForm(
        request.POST or None, initial=WalkthroughForm.initial_of(row), dashboard=dashboard,
        walkthrough=row,
    )  # fmt: skip
    return form_page(
        request,
        form,
        lambda **given: services.change_walkthrough(actor=user, walkthrough=row, **given),
        done=lambda changed: prototype_url(dashboard),
        said=_("Saved."),
        title=_("Walkthrough with %(name)s") % {"name": row.person.name},
        crumbs=trail(dashboard, _("Walkthrough")),
        cancel_url=prototype_url(dashboard),
    )
