"""What the pages of a session have in common, and the part of them that asks for itself."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.markdown import to_html
from ace_portal.lib.pages import page_of
from dashboards.content.selectors import dashboards_for
from feedback.selectors import threads_for
from office_hours.forms.ama import AskForm
from office_hours.models import AMAQuestion, AMASession
from office_hours.permissions.ama import (
    is_host,
    knows_author,
    may_change_question,
    may_close,
    may_moderate,
)
from office_hours.selectors import ama as selectors
from personas.selectors import groups_for

PER_PAGE = 50
State = AMAQuestion.State


def opened(request: HttpRequest, pk: int) -> tuple[User, AMASession]:
    user = person_of(request)
    return user, selectors.session_for(user, pk)


def trail(session: AMASession | None, here: str) -> list[dict[str, Any]]:
    crumbs = [{"label": _("Ask me anything"), "url": reverse("office_hours:ama-list")}]
    if session is not None:
        crumbs.append({"label": session.title, "url": session.get_absolute_url()})
    return [*crumbs, {"label": here}]


def list_context(request: HttpRequest, user: User, session: AMASession) -> dict[str, Any]:
    """The questions under their headings; ``version`` tells two states of the list apart."""
    version = selectors.fingerprint(user, session)
    page = page_of(request, selectors.questions_of(user, session), size=PER_PAGE)
    threads = [q.thread_id for q in page.object_list if q.thread_id is not None]
    readable = set(threads_for(user).filter(pk__in=threads).values_list("pk", flat=True))
    by_state: dict[str, list[dict[str, Any]]] = {str(state): [] for state in State}
    for question in page.object_list:
        by_state[question.state].append(_line(user, question, question.thread_id in readable))
    return {
        "session": session,
        "user": user,
        "page": page,
        "version": version,
        "asked": next(iter(by_state[State.ASKED]), None),
        "pending": by_state[State.PENDING],
        "open": by_state[State.PUBLISHED],
        "answered": by_state[State.ANSWERED],
        "deferred": by_state[State.DEFERRED],
        "hidden": by_state[State.HIDDEN],
        "moderates": may_moderate(user),
    }


def session_context(
    request: HttpRequest, user: User, session: AMASession, form: AskForm | None = None
) -> dict[str, Any]:
    """A session's page: its words, who leads it, the questions, what one may do."""
    dashboard = session.dashboard
    known = dashboard is not None and dashboards_for(user).filter(pk=dashboard.pk).exists()
    return {
        **list_context(request, user, session),
        "text": to_html(session.text),
        "groups": [] if session.everybody else list(groups_for(user).filter(ama_sessions=session)),
        "dashboard": dashboard if known else None,
        "hosts": is_host(user, session),
        "closes": session.state == AMASession.State.LIVE and may_close(user, session),
        "figures": selectors.figures_of(session),
        "form": form,
        "crumbs": trail(None, session.title),
    }


def _line(user: User, question: AMAQuestion, thread_opens: bool) -> dict[str, Any]:
    """A question as this reader sees it."""
    mine = question.author_id == user.pk
    known = knows_author(user, question)
    return {
        "q": question,
        "who": question.author.name if known else "",
        "mine": mine,
        "answer": to_html(question.answer) if question.answer else "",
        "thread": question.thread if thread_opens else None,
        "votes": not mine and question.state in selectors.UNANSWERED,
        "changes": may_change_question(user, question),
    }
