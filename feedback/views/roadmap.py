"""What comes: later, next, now, shipped, and why each is there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.errors import NotVisible
from ace_portal.lib.forms import attempt, form_page
from ace_portal.lib.permissions import ACE, SIGNED_IN, access
from dashboards.frame import frame, opened
from feedback import selectors
from feedback.forms import HideForm, ItemForm, PlanForm
from feedback.models import RoadmapItem
from feedback.services import roadmap as services

FORM = ["GET", "HEAD", "POST"]


@access(SIGNED_IN)
@require_GET
def roadmap(request: HttpRequest, slug: str) -> HttpResponse:
    user, dashboard = opened(request, slug)
    readable = selectors.planned_for(user, dashboard)
    columns = [
        {
            "label": RoadmapItem.State(state).label,
            "items": [
                {
                    "item": item,
                    "wanted": selectors.wanted_by(selectors.asked_in(item, readable)),
                    "threads": selectors.asked_in(item, readable),
                }
                for item in items
            ],
        }
        for state, items in selectors.roadmap_of(dashboard).items()
    ]
    results = selectors.pulse_results(user, dashboard) if user.is_ace else []
    context = frame(user, dashboard, "roadmap", columns=columns, results=results)
    return render(request, "feedback/roadmap.html", context)


@access(ACE)
@require_http_methods(FORM)
def new(request: HttpRequest, slug: str) -> HttpResponse:
    user, dashboard = opened(request, slug)
    return form_page(
        request,
        ItemForm(request.POST or None),
        lambda **given: services.add_item(actor=user, dashboard=dashboard, **given),
        done=RoadmapItem.get_absolute_url,
        title=_("What comes"),
        cancel_url=reverse("feedback:roadmap", args=[slug]),
    )


def chosen(request: HttpRequest, slug: str, pk: int) -> tuple[User, RoadmapItem]:
    """The item, if it belongs to the dashboard of the address."""
    user = person_of(request)
    item = selectors.item_for(user, pk)
    if item.dashboard.slug != slug:
        raise NotVisible("")
    return user, item


@access(ACE)
@require_http_methods(FORM)
def edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, item = chosen(request, slug, pk)
    initial = {"title": item.title, "text": item.text, "state": item.state}
    return form_page(
        request,
        ItemForm(request.POST or None, initial=initial),
        lambda **given: services.change_item(actor=user, item=item, **given),
        done=RoadmapItem.get_absolute_url,
        said=_("Saved."),
        title=_("Change “%(title)s”") % {"title": item.title},
        cancel_url=item.get_absolute_url(),
    )


@access(ACE)
@require_POST
def draft(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Into the draft in work, or out of it."""
    user, item = chosen(request, slug, pk)
    act = services.put_in_draft if request.POST.get("on") == "1" else services.take_out
    attempt(request, lambda: act(actor=user, item=item))
    return redirect(item)


@access(ACE)
@require_http_methods(FORM)
def drop(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, item = chosen(request, slug, pk)
    return form_page(
        request,
        HideForm(request.POST or None),
        lambda **given: services.drop_item(actor=user, item=item, **given),
        done=lambda dropped: reverse("feedback:roadmap", args=[slug]),
        said=_("Dropped. Who asked for it is told."),
        title=_("Drop “%(title)s”") % {"title": item.title},
        intro=_("Threads that asked for it wait for a decision again."),
        cancel_url=item.get_absolute_url(),
    )


@access(ACE)
@require_http_methods(FORM)
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """A thread becomes an item, or part of one."""
    user = person_of(request)
    thread = selectors.thread_for(user, pk)
    return form_page(
        request,
        PlanForm(request.POST or None, thread=thread),
        lambda **given: services.plan_thread(actor=user, thread=thread, **given),
        done=lambda item: thread.get_absolute_url(),
        said=_("Planned. Who wants it is told."),
        title=_("Plan “%(title)s”") % {"title": thread.title},
        cancel_url=thread.get_absolute_url(),
    )
