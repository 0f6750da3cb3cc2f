"""The questions of a session: asking, voting, and moderating them."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.errors import Conflict, NotVisible
from ace_portal.lib.forms import attempt, form_page, submit
from ace_portal.lib.permissions import ACE, SIGNED_IN, access
from office_hours.forms.ama import (
    AnswerForm,
    AskForm,
    DeferForm,
    HideQuestionForm,
    QuestionTextForm,
    WrittenAnswerForm,
)
from office_hours.models import AMAQuestion
from office_hours.permissions.ama import may_change_question, require_question_hand
from office_hours.selectors import ama as selectors
from office_hours.services import questions as services
from office_hours.views.ama_frame import list_context, opened, session_context, trail

FORM = ["GET", "HEAD", "POST"]
State = AMAQuestion.State
PARTS = {"list": "office_hours/_ama_questions.html", "stage": "office_hours/_ama_stage.html"}
UNCHANGED = 204

BY_BUTTON: dict[str, Callable[..., AMAQuestion]] = {
    "approve": services.approve,
    "stage": services.put_on_stage,
    "undo": services.undo,
}


@access(SIGNED_IN)
@require_http_methods(FORM)
def questions(request: HttpRequest, pk: int) -> HttpResponse:
    """The list alone, for the page that asks for it every few seconds; POST adds a question.

    Who names the ``version`` that they have gets nothing as long as it is the present one.
    """
    user, session = opened(request, pk)
    if request.method == "POST":
        form = AskForm(request.POST)
        question = submit(form, lambda **given: services.ask(actor=user, session=session, **given))
        if question is None:
            context = session_context(request, user, session, form)
            return render(request, "office_hours/ama_detail.html", context, status=422)
        if question.state == State.PENDING:
            messages.success(request, _("Sent. It appears as soon as a moderator has read it."))
        return redirect(question)
    if request.GET.get("version") == selectors.fingerprint(user, session):
        return HttpResponse(status=UNCHANGED)
    # Links to other pages of the list lead to the page, which knows no version.
    query = request.GET.copy()
    part = PARTS.get(str(query.get("part")), PARTS["list"])
    for name in ("version", "part"):
        query.pop(name, None)
    request.GET = query  # type: ignore[assignment]
    return render(request, part, list_context(request, user, session))


@access(SIGNED_IN)
@require_POST
def vote(request: HttpRequest, pk: int) -> HttpResponse:
    """With script the list comes back, without it the page."""
    user, question = found(request, pk)
    on = request.POST.get("on") == "1"
    attempt(request, lambda: services.vote(actor=user, question=question, on=on))
    if getattr(request, "htmx", None):
        context = list_context(request, user, question.session)
        return render(request, PARTS["list"], context)
    return redirect(question)


@access(SIGNED_IN)
@require_http_methods(FORM)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user, question = found(request, pk)
    require_question_hand(user, question)
    if not may_change_question(user, question):
        raise Conflict(_("It is not changed any more: people have read it."))
    return form_page(
        request,
        QuestionTextForm(request.POST or None, initial={"text": question.text}),
        lambda **given: services.change_question(actor=user, question=question, **given),
        done=AMAQuestion.get_absolute_url,
        said=_("Saved."),
        title=_("Change the question"),
        crumbs=trail(question.session, _("Change the question")),
        cancel_url=question.get_absolute_url(),
    )


@access(ACE)
@require_POST
def move(request: HttpRequest, pk: int, how: str) -> HttpResponse:
    """The moves that need no words: approve, stage, undo."""
    user, question = found(request, pk)
    if how not in BY_BUTTON:
        raise NotVisible("")
    attempt(request, lambda: BY_BUTTON[how](actor=user, question=question))
    return redirect(question)


@access(ACE)
@require_http_methods(FORM)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    user, question = found(request, pk)
    later = question.state == State.DEFERRED
    given = request.POST if request.method == "POST" else None
    return form_page(
        request,
        WrittenAnswerForm(given) if later else AnswerForm(given, initial={"live": True}),
        lambda **words: services.answer(actor=user, question=question, **words),
        done=AMAQuestion.get_absolute_url,
        said=_("Answered. Who asked is told."),
        title=_("Answer the question"),
        intro=question.text,
        crumbs=trail(question.session, _("Answer")),
        cancel_url=question.get_absolute_url(),
    )


@access(ACE)
@require_http_methods(FORM)
def defer(request: HttpRequest, pk: int) -> HttpResponse:
    user, question = found(request, pk)
    return form_page(
        request,
        DeferForm(request.POST or None, initial={"owner": user.pk}),
        lambda **given: services.defer(actor=user, question=question, **given),
        done=AMAQuestion.get_absolute_url,
        said=_("Put off. Who asked is told who answers it, and until when."),
        title=_("Answer it later"),
        intro=question.text,
        crumbs=trail(question.session, _("Answer it later")),
        cancel_url=question.get_absolute_url(),
    )


@access(ACE)
@require_http_methods(FORM)
def hide(request: HttpRequest, pk: int) -> HttpResponse:
    user, question = found(request, pk)
    return form_page(
        request,
        HideQuestionForm(request.POST or None),
        lambda **given: services.hide(actor=user, question=question, **given),
        done=AMAQuestion.get_absolute_url,
        said=_("Hidden. Who asked is told why."),
        title=_("Hide the question"),
        submit=_("Hide it"),
        intro=question.text,
        crumbs=trail(question.session, _("Hide the question")),
        cancel_url=question.get_absolute_url(),
    )


def found(request: HttpRequest, pk: int) -> tuple[User, AMAQuestion]:
    user = person_of(request)
    return user, selectors.question_for(user, pk)
