"""Asking, wanting the same, and what the moderators make of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.days import is_over
from ace_portal.lib.errors import Conflict, Invalid, NotVisible
from ace_portal.lib.markdown import to_line
from ace_portal.notifications.services import notify
from dashboards.content.selectors import launches_of, released_of
from feedback.models import Thread
from feedback.services.threads import open_from_question
from office_hours.models import QUESTION_MOVES, AMAQuestion, AMASession, AMAVote
from office_hours.permissions.ama import (
    may_change_question,
    may_moderate,
    require_question_hand,
)
from office_hours.selectors.ama import UNANSWERED, questions_for, sessions_for
from office_hours.services.holding import locked, locked_question
from personas.permissions import require_ace

KIND = "ama.question"
State = AMAQuestion.State


def ask(*, actor: User, session: AMASession, text: str, without_name: bool = False) -> AMAQuestion:
    """Before and during a session; where questions wait for approval, only moderators' do not."""
    if not sessions_for(actor).filter(pk=session.pk).exists():
        raise NotVisible("")
    with transaction.atomic():
        row = locked(session)
        _require_taking(row)
        waits = row.approval and not may_moderate(actor)
        question = AMAQuestion(
            session=row, author=actor, text=text.strip(), without_name=without_name,
            state=State.PENDING if waits else State.PUBLISHED,
        )  # fmt: skip
        question.full_clean()
        question.save()
        record(actor=actor, action="ama_question.ask", target=question)
    return question


def change_question(*, actor: User, question: AMAQuestion, text: str) -> AMAQuestion:
    """Its author until it is published, the moderators until it is answered."""
    _require_reader(actor, question)
    require_question_hand(actor, question)
    with transaction.atomic():
        row = locked_question(question)
        if not may_change_question(actor, row):
            raise Conflict(_("It is not changed any more: people have read it."))
        row.text = text.strip()
        _save(row)
        record(actor=actor, action="ama_question.change", target=row)
    return row


def vote(*, actor: User, question: AMAQuestion, on: bool) -> bool:
    """“I want to hear this”, or not any more; answers whether it counts now."""
    _require_reader(actor, question)
    if on and question.author_id == actor.pk:
        raise Conflict(_("It is yours already: it counts without your vote."))
    with transaction.atomic():
        now = AMAQuestion.objects.select_related("session").get(pk=question.pk)
        if now.state not in UNANSWERED or not now.session.takes_questions:
            raise Conflict(_("Only a question that waits for its answer is voted for."))
        if on:
            AMAVote.objects.get_or_create(question=now, person=actor)
        else:
            AMAVote.objects.filter(question=now, person=actor).delete()
        record(actor=actor, action="ama_question.vote", target=now, on=on)
    return on


# Moderation --------------------------------------------------------------------------------------


def approve(*, actor: User, question: AMAQuestion) -> AMAQuestion:
    """What waited is read by everybody."""
    require_ace(actor)
    with transaction.atomic():
        row = locked_question(question)
        _require_from(row, State.PENDING)
        _require_taking(row.session)
        _move(row, actor, State.PUBLISHED)
    return row


def hide(*, actor: User, question: AMAQuestion, reason: str) -> AMAQuestion:
    """Nobody but its author and the moderators reads it; its author is told why."""
    require_ace(actor)
    if not reason.strip():
        raise Invalid(_("Say why; who asked is told."), field="reason")
    with transaction.atomic():
        row = locked_question(question)
        row.reason = reason.strip()
        _move(row, actor, State.HIDDEN, _("Your question is not shown"), row.reason)
    return row


def put_on_stage(*, actor: User, question: AMAQuestion) -> AMAQuestion:
    """It is being answered now: one at a time, in a session that is live."""
    require_ace(actor)
    with transaction.atomic():
        row = locked_question(question)
        _require_from(row, State.PUBLISHED)
        _put_on_stage(row, actor)
    return row


def undo(*, actor: User, question: AMAQuestion) -> AMAQuestion:
    """It was not answered after all, and is being answered again."""
    require_ace(actor)
    with transaction.atomic():
        row = locked_question(question)
        _require_from(row, State.ANSWERED)
        row.answer, row.answered_live, row.answered_at = "", False, None
        _put_on_stage(row, actor)
    return row


def answer(
    *, actor: User, question: AMAQuestion, text: str = "", live: bool = False
) -> AMAQuestion:
    """In writing, or live with a note that may be empty; what was deferred, in writing."""
    require_ace(actor)
    with transaction.atomic():
        row = locked_question(question)
        deferred = row.state == State.DEFERRED
        if deferred and row.thread_id is not None:
            raise Conflict(_("It is feedback now: answer it in its thread."))
        if (deferred or not live) and not text.strip():
            words = _("Write the answer, or say that it was given live.")
            raise Invalid(_("Write the answer.") if deferred else words, field="text")
        if not deferred:
            _require_live(row.session)
        row.answer, row.answered_live = text.strip(), live and not deferred
        row.answered_at = timezone.now()
        told = to_line(text) or _("It was answered live.")
        _move(row, actor, State.ANSWERED, _("Your question is answered"), told)
    return row


def defer(*, actor: User, question: AMAQuestion, owner: User, due: date) -> AMAQuestion:
    """Not now: somebody answers it until a day."""
    require_ace(actor)
    with transaction.atomic():
        row = locked_question(question)
        _require_from(row, State.ASKED)
        _require_live(row.session)
        defer_held(actor, row, owner, due)
    return row


def defer_held(actor: User, question: AMAQuestion, owner: User, due: date) -> None:
    """The same for a question that is held, with its session; it becomes feedback where it can."""
    if not (owner.is_ace and owner.is_active):
        raise Invalid(_("Only somebody of the ACE answers it."), field="owner")
    if is_over(due):
        raise Invalid(_("That day is over; choose one to come."), field="due")
    question.owner, question.due = owner, due
    question.thread = _thread_of(actor, question, owner)
    words = _("%(who)s answers it by %(day)s.") % {
        "who": owner.name, "day": date_format(due, "j M Y"),
    }  # fmt: skip
    _move(question, actor, State.DEFERRED, _("Your question is answered later"), words)
    if question.thread is None:
        _tell(
            question, actor, [owner], f"owner-{owner.pk}", _("You answer: %(text)s"),
            _("By %(day)s") % {"day": date_format(due, "j M Y")},
        )  # fmt: skip


def _thread_of(actor: User, question: AMAQuestion, owner: User) -> Thread | None:
    """Feedback on the session's dashboard, where one is released.

    It is private where the asker left the name out, and where more people may open the dashboard
    than were in the session: they have not read the question.
    """
    session = question.session
    dashboard = session.dashboard
    if dashboard is None or released_of(dashboard) is None:
        return None
    wider = not session.everybody and (
        launches_of(dashboard).exclude(group__in=session.groups.all()).exists()
    )
    return open_from_question(
        actor=actor, author=question.author, dashboard=dashboard, owner=owner,
        text=question.text, private=question.without_name or wider,
    )  # fmt: skip


def _put_on_stage(question: AMAQuestion, actor: User) -> None:
    _require_live(question.session)
    if question.session.questions.filter(state=State.ASKED).exclude(pk=question.pk).exists():
        raise Conflict(_("Another question is being answered: answer it or put it off first."))
    _move(question, actor, State.ASKED)


def _move(
    question: AMAQuestion, actor: User, to: AMAQuestion.State, title: str = "", text: str = ""
) -> None:
    """One legal step of a question that is held; with ``title`` its author is told."""
    before = State(question.state)
    if to not in QUESTION_MOVES[before]:
        raise Conflict(
            _("%(before)s does not become %(after)s.")
            % {"before": before.label, "after": str(to.label).lower()}
        )
    question.state = to
    _save(question)
    entry = record(
        actor=actor, action="ama_question.move", target=question, before=before, after=to
    )
    if title:
        _tell(question, actor, [question.author], f"move-{entry.pk}", f"{title}: %(text)s", text)


def _tell(
    question: AMAQuestion, actor: User, people: list[User], what: str, title: str, text: str
) -> None:
    notify(
        kind=KIND, key=f"ama_question.{question.pk}.{what}", actor=actor, people=people,
        title=title % {"text": to_line(question.text)}, text=text[:500],
        url=question.get_absolute_url(), about={"question": question.pk},
    )  # fmt: skip


def _save(question: AMAQuestion) -> None:
    question.full_clean()
    question.save()


def _require_reader(actor: User, question: AMAQuestion) -> None:
    if not questions_for(actor).filter(pk=question.pk).exists():
        raise NotVisible("")


def _require_from(question: AMAQuestion, state: Any) -> None:
    if question.state != state:
        raise Conflict(
            _("Somebody was quicker: it is “%(state)s” now.")
            % {"state": State(question.state).label}
        )


def _require_taking(session: AMASession) -> None:
    if not session.takes_questions:
        raise Conflict(_("No questions are taken here: %(state)s.")
                       % {"state": AMASession.State(session.state).label.lower()})  # fmt: skip


def _require_live(session: AMASession) -> None:
    if session.state != AMASession.State.LIVE:
        raise Conflict(_("This is done while the session is live."))
