"""Sessions: the list, one of them with its questions, the stage, and what its host does."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.forms import attempt, form_page
from ace_portal.lib.pages import page_of
from ace_portal.lib.permissions import ACE, SIGNED_IN, access
from office_hours.forms.ama import AskForm, CancelForm, CloseForm, SessionForm
from office_hours.models import AMASession
from office_hours.permissions.ama import require_closer, require_host
from office_hours.selectors import ama as selectors
from office_hours.services import ama as services
from office_hours.views.ama_frame import PER_PAGE, opened, session_context, trail

FORM = ["GET", "HEAD", "POST"]


@access(SIGNED_IN)
@require_GET
def sessions(request: HttpRequest) -> HttpResponse:
    """What comes, the next one first; below it what is over."""
    user = person_of(request)
    rows = selectors.with_question_counts(selectors.sessions_for(user))
    context = {
        "coming": selectors.coming(rows)[:PER_PAGE],
        "page": page_of(request, selectors.past(rows), size=PER_PAGE),
    }
    return render(request, "office_hours/ama_list.html", context)


@access(SIGNED_IN)
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    user, session = opened(request, pk)
    context = session_context(request, user, session, AskForm())
    return render(request, "office_hours/ama_detail.html", context)


@access(SIGNED_IN)
@require_GET
def stage(request: HttpRequest, pk: int) -> HttpResponse:
    """For the screen of the room: big, and without a hand on it."""
    user, session = opened(request, pk)
    return render(request, "office_hours/ama_stage.html", session_context(request, user, session))


@access(ACE)
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    return form_page(
        request,
        SessionForm(request.POST or None, user=user),
        lambda **given: services.announce_session(actor=user, **given),
        done=AMASession.get_absolute_url,
        said=_("Saved as a draft. Nobody outside the ACE sees it until you publish it."),
        title=_("Announce a session"),
        crumbs=trail(None, _("New")),
        cancel_url=reverse("office_hours:ama-list"),
    )


@access(ACE)
@require_http_methods(FORM)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user, session = led(request, pk)
    names = ("title", "text", "starts_at", "ends_at", "everybody", "dashboard", "approval")
    initial: dict[str, Any] = {name: getattr(session, name) for name in names}
    initial["groups"] = list(session.groups.all())
    return form_page(
        request,
        SessionForm(request.POST or None, initial=initial, user=user),
        lambda **given: services.change_session(actor=user, session=session, **given),
        done=AMASession.get_absolute_url,
        said=_("Saved."),
        title=_("Change “%(title)s”") % {"title": session.title},
        crumbs=trail(session, _("Change")),
        cancel_url=session.get_absolute_url(),
    )


@access(ACE)
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    user, session = led(request, pk)
    if attempt(request, lambda: services.publish_session(actor=user, session=session)):
        messages.success(request, _("Published. The audience is told."))
    return redirect(session)


@access(ACE)
@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    user, session = led(request, pk)
    attempt(request, lambda: services.start_session(actor=user, session=session))
    return redirect(session)


@access(ACE)
@require_http_methods(FORM)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    user, session = led(request, pk)
    return form_page(
        request,
        CancelForm(request.POST or None),
        lambda **given: services.cancel_session(actor=user, session=session, **given),
        done=AMASession.get_absolute_url,
        said=_("Cancelled. The audience is told."),
        title=_("Cancel “%(title)s”") % {"title": session.title},
        submit=_("Cancel the session"),
        stay=_("Keep it"),
        crumbs=trail(session, _("Cancel the session")),
        cancel_url=session.get_absolute_url(),
    )


@access(ACE)
@require_http_methods(FORM)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing is left behind: each open question gets somebody and a day."""
    user, session = opened(request, pk)
    require_closer(user, session)
    left = selectors.questions_of(user, session).filter(state__in=selectors.UNANSWERED)
    form = CloseForm(
        request.POST if request.method == "POST" else None, questions=list(left), user=user
    )
    return form_page(
        request,
        form,
        lambda **_given: services.close_session(
            actor=user, session=session, outcomes=form.outcomes()
        ),
        done=AMASession.get_absolute_url,
        said=_("Closed. Who asked is told what becomes of it."),
        template="office_hours/ama_close.html",
        title=_("Close “%(title)s”") % {"title": session.title},
        submit=_("Close the session"),
        crumbs=trail(session, _("Close")),
        cancel_url=session.get_absolute_url(),
    )


def led(request: HttpRequest, pk: int) -> tuple[User, AMASession]:
    """The session, if the person leads it."""
    user, session = opened(request, pk)
    require_host(user, session)
    return user, session
