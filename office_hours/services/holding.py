"""Rows as they are now, held until the transaction ends: always the session before its question."""

from __future__ import annotations

from office_hours.models import AMAQuestion, AMASession


def locked(session: AMASession) -> AMASession:
    rows = AMASession.objects.select_for_update(of=("self",)).select_related("host", "dashboard")
    return rows.get(pk=session.pk)


def locked_question(question: AMAQuestion) -> AMAQuestion:
    session = locked(question.session)
    rows = AMAQuestion.objects.select_for_update(of=("self",)).select_related("author")
    row = rows.get(pk=question.pk)
    row.session = session
    return row
