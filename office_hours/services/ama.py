"""A session from its announcement to its end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid
from ace_portal.lib.markdown import to_line
from ace_portal.notifications.services import notify
from dashboards.content.models import Dashboard
from dashboards.content.selectors import dashboards_for
from office_hours.models import SESSION_MOVES, AMAQuestion, AMASession
from office_hours.permissions.ama import require_closer, require_host
from office_hours.selectors.ama import UNANSWERED, audience_of
from office_hours.services.holding import locked
from office_hours.services.questions import defer_held
from personas.models import UserGroup
from personas.permissions import require_ace

KIND, LIVE_KIND = "ama.session", "ama.live"
FARTHEST, LONGEST = timedelta(days=3653), timedelta(days=1)
AT_A_TIME = 100
State = AMASession.State


@dataclass(frozen=True)
class Outcome:
    """Who answers a question that the session left open, and until when."""

    question: int
    owner: User
    due: date


def announce_session(*, actor: User, groups: Iterable[UserGroup] = (), **fields: Any) -> AMASession:
    """A draft of the actor's, who leads it; ``publish_session`` tells people."""
    require_ace(actor)
    session = AMASession(host=actor)
    with transaction.atomic():
        _write(actor, session, list(groups), fields)
        record(actor=actor, action="ama.announce", target=session)
    return session


def change_session(
    *, actor: User, session: AMASession, groups: Iterable[UserGroup] | None = None, **fields: Any
) -> AMASession:
    """Until it begins; where it is announced, a new time is told."""
    require_host(actor, session)
    with transaction.atomic():
        row = locked(session)
        if row.state not in {State.DRAFT, State.PUBLISHED}:
            raise Conflict(_("It has begun or is over; it is not changed any more."))
        before = (row.starts_at, row.ends_at)
        _write(actor, row, list(row.groups.all() if groups is None else groups), fields)
        entry = record(actor=actor, action="ama.change", target=row)
        if row.state == State.PUBLISHED and before != (row.starts_at, row.ends_at):
            _require_ahead(row)
            tell_audience(row, actor, f"moved-{entry.pk}", _("New time: %(title)s"), _when(row))
    return row


def publish_session(*, actor: User, session: AMASession) -> AMASession:
    """The audience is told; questions may come."""
    require_host(actor, session)
    with transaction.atomic():
        row = locked(session)
        _require_move(row, State.PUBLISHED)
        _require_ahead(row)
        _move(row, actor, State.PUBLISHED)
        text = f"{_when(row)}. {to_line(row.text)}"
        tell_audience(row, actor, "published", _("Ask me anything: %(title)s"), text)
    return row


def start_session(*, actor: User, session: AMASession) -> AMASession:
    """By hand, before or after the announced time."""
    require_host(actor, session)
    with transaction.atomic():
        row = locked(session)
        _go_live(row, actor)
    return row


def start_due(*, now: datetime) -> int:
    """By the clock; answers how many began. What is over already stays: it was missed."""
    begun = 0
    due = AMASession.objects.filter(
        state=State.PUBLISHED, starts_at__lte=now, ends_at__gt=now
    ).order_by("starts_at", "pk")
    for session in due[:AT_A_TIME]:
        with transaction.atomic():
            row = locked(session)
            if row.state == State.PUBLISHED and row.starts_at <= now < row.ends_at:
                _go_live(row, None)
                begun += 1
    return begun


def cancel_session(*, actor: User, session: AMASession, reason: str) -> AMASession:
    """It does not take place; the audience is told why."""
    require_host(actor, session)
    if not reason.strip():
        raise Invalid(_("Say why; everybody who was invited is told."), field="reason")
    with transaction.atomic():
        row = locked(session)
        cancel_announced(actor, row, reason.strip())
    return row


def cancel_announced(actor: User, session: AMASession, reason: str) -> None:
    """The same for a session that is held: by its host, or because the host has left."""
    session.reason = reason
    _move(session, actor, State.CANCELLED, reason=reason)
    tell_audience(session, actor, "cancelled", _("Cancelled: %(title)s"), reason)


def close_session(
    *, actor: User, session: AMASession, outcomes: Sequence[Outcome] = ()
) -> AMASession:
    """It is over: what was not answered has somebody who answers it, and a day."""
    with transaction.atomic():
        row = locked(session)
        require_closer(actor, row)
        _require_move(row, State.CLOSED)
        questions = list(row.questions.select_for_update().exclude(state=AMAQuestion.State.HIDDEN))
        waiting = sum(question.state == AMAQuestion.State.PENDING for question in questions)
        if waiting:
            raise Conflict(
                ngettext(
                    "%(n)d question waits for approval: publish or hide it first.",
                    "%(n)d questions wait for approval: publish or hide them first.",
                    waiting,
                )
                % {"n": waiting}
            )
        planned = {outcome.question: outcome for outcome in outcomes}
        left = [question for question in questions if question.state in UNANSWERED]
        for question in left:
            outcome = planned.get(question.pk)
            if outcome is None:
                raise Invalid(
                    _("Every question that is open needs somebody who answers it: “%(text)s”")
                    % {"text": str(question)}
                )
            question.session = row
            defer_held(actor, question, outcome.owner, outcome.due)
        _move(row, actor, State.CLOSED, left=len(left))
    return row


def tell_audience(
    session: AMASession, actor: User | None, what: str, title: str, text: str, *, kind: str = KIND
) -> None:
    """Everybody for whom it is today; ``title`` has a place for the session's."""
    notify(
        kind=kind, key=f"ama.{session.pk}.{what}", actor=actor, people=audience_of(session),
        title=title % {"title": session.title}, text=text[:500], url=session.get_absolute_url(),
        about={"session": session.pk},
    )  # fmt: skip


def _go_live(session: AMASession, actor: User | None) -> None:
    """Who was invited, who asked and who voted among them, can join now."""
    _move(session, actor, State.LIVE)
    told = _("Until %(time)s. Ask, vote, and follow the answers.")
    text = told % {"time": _at_host(session, session.ends_at, "H:i")}
    tell_audience(session, actor, "live", _("Live now: %(title)s"), text, kind=LIVE_KIND)


def _write(
    actor: User, session: AMASession, groups: list[UserGroup], fields: dict[str, Any]
) -> None:
    for name, value in fields.items():
        setattr(session, name, value)
    dashboard: Dashboard | None = session.dashboard
    if dashboard is not None and not dashboards_for(actor).filter(pk=dashboard.pk).exists():
        raise Invalid(_("Choose a dashboard that you may open."), field="dashboard")
    if not session.everybody and not groups:
        raise Invalid(_("Say for which groups, or make it for everybody."), field="groups")
    now = timezone.now()
    if not now - FARTHEST < session.starts_at < now + FARTHEST:
        raise Invalid(_("Choose a day within the next ten years."), field="starts_at")
    if session.ends_at <= session.starts_at:
        raise Invalid(_("It ends before it begins."), field="ends_at")
    if session.ends_at - session.starts_at > LONGEST:
        raise Invalid(_("A session ends on the day that it begins."), field="ends_at")
    session.full_clean()
    session.save()
    session.groups.set([] if session.everybody else groups)


def _move(session: AMASession, actor: User | None, to: AMASession.State, **details: Any) -> None:
    """One legal step of a session that is held."""
    _require_move(session, to)
    before, session.state = session.state, to
    session.full_clean()
    session.save()
    record(actor=actor, action="ama.move", target=session, before=before, after=to, **details)


def _require_move(session: AMASession, to: AMASession.State) -> None:
    before = AMASession.State(session.state)
    if to not in SESSION_MOVES[before]:
        raise Conflict(
            _("%(before)s does not become %(after)s.")
            % {"before": before.label, "after": str(to.label).lower()}
        )


def _require_ahead(session: AMASession) -> None:
    if session.ends_at <= timezone.now():
        raise Invalid(_("It would be over already; choose another time."), field="ends_at")


def _when(session: AMASession) -> str:
    return _at_host(session, session.starts_at, "D j M Y, H:i")


def _at_host(session: AMASession, moment: datetime, words: str) -> str:
    """A time where the host is, with its zone: the reader may live in another one."""
    zone = session.host.time_zone
    return f"{date_format(moment.astimezone(ZoneInfo(zone)), words)} {zone}"
