"""The last part of the demo's story: a session to come with its questions, and what was learned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.lib.days import site_today
from dashboards.content.models import Dashboard
from office_hours.models import AMASession
from office_hours.services import ama, lessons, questions

ASKED = (
    ("member", "Why did March break the target, with fewer tickets than in February?", False),
    ("colleague", "Does “waiting for the supplier” stop the clock of the SLA?", False),
    ("outsider", "Are the figures used to compare people with each other?", True),
)  # fmt: skip
WANTED = {0: ("colleague", "outsider", "ace"), 1: ("member",), 2: ("member", "colleague")}


def tell(people: Mapping[str, User], dashboard: Dashboard) -> None:
    """An announced session about the dashboard, and a lesson that helped somebody."""
    session = announce(people["owner"], dashboard)
    for number, (name, text, without_name) in enumerate(ASKED):
        question = questions.ask(
            actor=people[name], session=session, text=text, without_name=without_name
        )
        for voter in WANTED[number]:
            questions.vote(actor=people[voter], question=question, on=True)
    lesson = lessons.write_lesson(
        actor=people["member"],
        title="Show the network queue apart before asking why the SLA breaks",
        expected="More agents in the early shift would bring the SLA back.",
        actual="It moved by half a point. Tickets waited in the network queue, not with us.",
        why="The total hides that one queue holds most of the breaches.",
        keep="Looking at the figures each morning, together.",
        change="Split by category first, then decide on people.",
        applied_to="The early-shift plan of this quarter.",
        dashboards=[dashboard],
        owner=people["owner"],
        due=site_today() + timedelta(days=14),
    )
    lessons.say_it_helped(actor=people["ace"], lesson=lesson, on=True)


def announce(owner: User, dashboard: Dashboard) -> AMASession:
    """In two days, at ten where the host lives."""
    begins = at_ten(timezone.localtime() + timedelta(days=2))
    session = ama.announce_session(
        actor=owner, title="Ask us anything about the incident figures",
        text="Marit and Jonas answer: what the figures mean, what comes next, what went wrong.\n\n"
        "Write your question **beforehand**; what most people want to hear comes first.",
        starts_at=begins, ends_at=begins + timedelta(minutes=45), everybody=True,
        dashboard=dashboard,
    )  # fmt: skip
    return ama.publish_session(actor=owner, session=session)


def at_ten(moment: datetime) -> datetime:
    return moment.replace(hour=10, minute=0, second=0, microsecond=0)
