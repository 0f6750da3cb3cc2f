"""One thread: reading it, answering, wanting the same, deciding."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.errors import NotVisible
from ace_portal.lib.forms import attempt, form_page, submit
from ace_portal.lib.markdown import to_html
from ace_portal.lib.pages import page_of
from ace_portal.lib.permissions import ACE, SIGNED_IN, access
from dashboards.content.seen import shown
from feedback import selectors
from feedback.forms import AssignForm, DecideForm, HideForm, TextForm, WordsForm
from feedback.models import MOVES, Thread
from feedback.permissions import (
    is_author,
    may_change_text,
    may_reopen,
    require_author,
    require_unanswered,
)
from feedback.services import moves, talk
from feedback.services import threads as services
from feedback.views.frame import inbox_frame

FORM = ["GET", "HEAD", "POST"]
WORDS = 100
State = Thread.State


def opened(request: HttpRequest, pk: int) -> tuple[User, Thread]:
    user = person_of(request)
    return user, selectors.thread_for(user, pk)


@access(SIGNED_IN)
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    user, thread = opened(request, pk)
    return thread_page(request, user, thread, WordsForm())


def thread_page(request: HttpRequest, user: User, thread: Thread, form: WordsForm) -> HttpResponse:
    """The thread with the tile as its author saw it, beside the list that it was opened from."""
    latest = selectors.comments_for(user, thread).order_by("-created_at", "-pk")
    words = page_of(request, latest, size=WORDS, name="talk")
    context: dict[str, Any] = {
        "title": thread.title,
        "text": to_html(thread.text),
        "words": words,
        "talk": [
            {"comment": comment, "text": to_html(comment.text)} for comment in reversed(list(words))
        ],
        "moves": thread.moves.select_related("by"),
        "seen": shown(selectors.seen_by(user, thread)),
        "form": form,
        "can": {
            "edit": may_change_text(user, thread),
            "withdraw": is_author(user, thread),
            "reopen": may_reopen(user, thread),
            "vote": not is_author(user, thread) and not thread.dashboard.is_over,
            "reply": not thread.dashboard.is_over,
            **{str(to): user.is_ace and to in MOVES[State(thread.state)] for to in State},
        },
    }
    status = 422 if form.errors else 200
    return render(
        request,
        "feedback/thread.html",
        inbox_frame(request, user, thread, **context),
        status=status,
    )


@access(SIGNED_IN)
@require_POST
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """A public reply, or a note for the ACE where its box is ticked."""
    user, thread = opened(request, pk)
    form = WordsForm(request.POST)
    write = talk.add_note if request.POST.get("internal") and user.is_ace else talk.reply
    done = submit(form, lambda **given: write(actor=user, thread=thread, **given))
    if done is None:
        return thread_page(request, user, thread, form)
    return redirect(f"{thread.get_absolute_url()}#comment-{done.pk}")


@access(SIGNED_IN)
@require_POST
def vote(request: HttpRequest, pk: int) -> HttpResponse:
    user, thread = opened(request, pk)
    on = request.POST.get("on") == "1"
    attempt(request, lambda: talk.vote(actor=user, thread=thread, on=on))
    return redirect(thread)


@access(SIGNED_IN)
@require_POST
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    user, thread = opened(request, pk)
    talk.follow(actor=user, thread=thread, on=request.POST.get("on") == "1")
    return redirect(thread)


@access(SIGNED_IN)
@require_http_methods(FORM)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user, thread = opened(request, pk)
    require_author(user, thread)
    require_unanswered(thread)
    return form_page(
        request,
        TextForm(request.POST or None, initial={"kind": thread.kind, "text": thread.text}),
        lambda **given: services.change_text(actor=user, thread=thread, **given),
        done=Thread.get_absolute_url,
        said=_("Saved."),
        title=_("Change what you said"),
        cancel_url=thread.get_absolute_url(),
    )


@access(SIGNED_IN)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    user, thread = opened(request, pk)
    services.withdraw(actor=user, thread=thread)
    messages.success(request, _("Taken back. Nobody reads it any more."))
    return redirect("feedback:inbox")


@access(ACE)
@require_http_methods(FORM)
def hide(request: HttpRequest, pk: int) -> HttpResponse:
    user, thread = opened(request, pk)
    return form_page(
        request,
        HideForm(request.POST or None),
        lambda **given: services.hide(actor=user, thread=thread, **given),
        done=lambda hidden: reverse("feedback:inbox"),
        said=_("Hidden. Its author is told."),
        title=_("Hide “%(title)s”") % {"title": thread.title},
        submit=_("Hide it"),
        cancel_url=thread.get_absolute_url(),
    )


@access(ACE)
@require_http_methods(FORM)
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    user, thread = opened(request, pk)
    return form_page(
        request,
        AssignForm(request.POST or None, initial={"owner": thread.owner_id or user.pk}),
        lambda **given: moves.assign(actor=user, thread=thread, **given),
        done=Thread.get_absolute_url,
        title=_("Who takes care of “%(title)s”?") % {"title": thread.title},
        cancel_url=thread.get_absolute_url(),
    )


TITLES = {
    State.ACKNOWLEDGED: gettext_lazy("Acknowledge “%(title)s”"),
    State.ANSWERED: gettext_lazy("Answer “%(title)s”"),
    State.DECLINED: gettext_lazy("Decline “%(title)s”"),
    State.DUPLICATE: gettext_lazy("Merge “%(title)s” with another"),
    State.OPEN: gettext_lazy("Open “%(title)s” again"),
}


@access(SIGNED_IN)
@require_http_methods(FORM)
def decide(request: HttpRequest, pk: int, to: str) -> HttpResponse:
    """One move with the words that go with it."""
    user, thread = opened(request, pk)
    if to not in TITLES:
        raise NotVisible("")
    moves.require_decider(user, thread, to)
    return form_page(
        request,
        DecideForm(request.POST if request.method == "POST" else None,
                   thread=thread, to=to, user=user),
        lambda **given: moves.decide(actor=user, thread=thread, to=to, **given),
        done=Thread.get_absolute_url,
        title=str(TITLES[State(to)]) % {"title": thread.title},
        cancel_url=thread.get_absolute_url(),
    )  # fmt: skip
