"""How lessons and coming sessions show themselves on other pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone

from dashboards.content.models import Dashboard
from kpis.models import KPI
from office_hours.models import AMASession
from office_hours.selectors import ama, booking
from office_hours.selectors.lessons import lessons_about, lessons_for, most_helpful, with_help

register = template.Library()
SHOWN = 5


@register.inclusion_tag("office_hours/_lessons_about.html", takes_context=True)
def lessons_learned(context: Context, thing: Dashboard | KPI) -> dict[str, Any]:
    """What was learned about a dashboard or a KPI, as far as the reader may read it."""
    rows = list(lessons_about(context["user"], thing)[: SHOWN + 1])
    kind = "dashboard" if isinstance(thing, Dashboard) else "kpi"
    return {"lessons": rows[:SHOWN], "more": len(rows) > SHOWN, "query": f"{kind}={thing.slug}"}


@register.inclusion_tag("office_hours/_ama_coming.html", takes_context=True)
def sessions_coming(context: Context) -> dict[str, Any]:
    """The next sessions in which the reader may ask."""
    return {"sessions": ama.coming(ama.sessions_for(context["user"]))[:3]}


@register.inclusion_tag("office_hours/_next.html", takes_context=True)
def next_session(context: Context) -> dict[str, Any]:
    """The reader's next booking, and the next session to ask in, with its top question."""
    user = context["user"]
    announced = ama.sessions_for(user).exclude(state=AMASession.State.DRAFT)
    session = ama.coming(announced).first()
    top = None
    if session is not None:
        top = ama.questions_of(user, session).filter(state__in=ama.UNANSWERED).first()
    return {"booking": booking.ahead_of(user).first(), "session": session, "top": top, "user": user}


@register.inclusion_tag("office_hours/_today.html", takes_context=True)
def today(context: Context) -> dict[str, Any]:
    """Whom the reader meets today, and which sessions there are, by the clock of their zone."""
    user = context["user"]
    begin = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    day = {"starts_at__gte": begin, "starts_at__lt": begin + timedelta(days=1)}
    open_states = [AMASession.State.PUBLISHED, AMASession.State.LIVE]
    meetings = booking.bookings_for(user).filter(state=booking.State.CONFIRMED, **day)
    sessions = ama.sessions_for(user).filter(state__in=open_states, **day).order_by("starts_at")
    items = [
        *({"booking": row, "starts_at": row.starts_at} for row in meetings[:SHOWN]),
        *({"session": row, "starts_at": row.starts_at} for row in sessions[:SHOWN]),
    ]
    return {
        "items": sorted(items, key=lambda item: item["starts_at"]),
        "user": user,
        "zone": timezone.get_current_timezone_name().replace("_", " "),
    }


@register.inclusion_tag("office_hours/_lesson_of_another.html", takes_context=True)
def lesson_of_another(context: Context) -> dict[str, Any]:
    """The lesson of somebody else that helped most people."""
    user = context["user"]
    others = lessons_for(user).filter(archived_at=None).exclude(author=user)
    return {"lesson": most_helpful(with_help(others, user)).first()}
