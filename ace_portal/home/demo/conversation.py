"""The demo's second half: what people say about the dashboard, and what the ACE makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.home.demo.discovery import Discovery
from dashboards.content.document import parse
from dashboards.content.models import Dashboard, Version
from dashboards.content.sources import sources_of
from dashboards.content.titles import title_of
from feedback.models import Thread
from feedback.services import moves, roadmap, talk
from feedback.services.threads import open_thread
from personas.services.people import add_member


@dataclass(frozen=True)
class Crowd:
    """Who talks: the owner, another of the ACE, and three of the group."""

    owner: User
    ace: User
    lead: User
    agent: User
    manager: User


def tell(people: dict[str, User], found: Discovery, dashboard: Dashboard, today: date) -> None:
    """Four threads: one in the draft, one waiting, one answered, one planned."""
    crowd = Crowd(people["owner"], people["ace"], people["member"], people["sam"], people["ines"])
    for person in (crowd.agent, crowd.manager):
        add_member(
            actor=crowd.owner, group=found.group, email=person.email,
            valid_from=today - timedelta(days=200),
        )  # fmt: skip
    tiles = tiles_by_title(dashboard)
    split_by_shift(crowd, dashboard, tiles["How long does somebody wait until it works again?"])
    ask_about_june(crowd, dashboard, tiles["Do we keep the service target?"])
    find_a_colour(crowd, dashboard, tiles["SLA attainment by priority"])
    count_merged_once(crowd, dashboard, tiles["Backlog"])


def tiles_by_title(dashboard: Dashboard) -> dict[str, str]:
    """The keys of the released version's tiles, by what stands over them."""
    version = Version.objects.get(dashboard=dashboard, state=Version.State.RELEASED)
    document = parse(version.document)
    known = sources_of(document.kpi_versions)
    return {
        title_of(tile, [known[pk] for pk in tile.kpi_versions], document): tile.key
        for tile in document.tiles
    }


def split_by_shift(crowd: Crowd, dashboard: Dashboard, key: str) -> None:
    """Asked, wanted by another, and in the draft of the next version."""
    thread = said(
        crowd.lead, dashboard, key, "idea", 6,
        "Can we split this by shift? The bump in August is all night shift. With a split I could "
        "move two people on Mondays instead of asking everybody.",
    )  # fmt: skip
    talk.reply(
        actor=crowd.owner, thread=thread,
        text="That fits a filter that we have the data for. Is 22:00 to 06:00 right for your "
        "nights?",
    )  # fmt: skip
    talk.reply(
        actor=crowd.agent, thread=thread,
        text="For us, too. Weekends run 20:00 to 08:00, please keep those apart.",
    )  # fmt: skip
    talk.vote(actor=crowd.agent, thread=thread, on=True)
    talk.vote(actor=crowd.manager, thread=thread, on=True)
    moves.assign(actor=crowd.owner, thread=thread, owner=crowd.owner)
    item = roadmap.plan_thread(
        actor=crowd.owner, thread=thread, title="Filter by shift", state="now"
    )
    roadmap.change_item(
        actor=crowd.owner, item=item, title=item.title, state="now",
        text="A filter by shift: early, late, night and weekend.",
    )  # fmt: skip
    roadmap.put_in_draft(actor=crowd.owner, item=item)


def ask_about_june(crowd: Crowd, dashboard: Dashboard, key: str) -> None:
    """Waits for a first answer, longer than it should."""
    thread = said(
        crowd.manager, dashboard, key, "question", 8,
        "What happened in July? Holiday cover, I think. Could the chart show how many people were "
        "on duty?",
    )  # fmt: skip
    talk.vote(actor=crowd.lead, thread=thread, on=True)


def find_a_colour(crowd: Crowd, dashboard: Dashboard, key: str) -> None:
    """Asked and answered."""
    thread = said(
        crowd.agent, dashboard, key, "chart", 3,
        "Why is one bar grey and the others blue? I took it for missing data.",
    )  # fmt: skip
    moves.decide(
        actor=crowd.ace, thread=thread, to="answered",
        reply="Grey has reached the target, blue has not: the eye goes where work is left. The "
        "mark of the target says so now.",
    )  # fmt: skip


def count_merged_once(crowd: Crowd, dashboard: Dashboard, key: str) -> None:
    """On the roadmap for later."""
    thread = said(
        crowd.lead, dashboard, key, "data", 4,
        "The backlog counts merged tickets. We close duplicates by merging, and they stay in.",
    )  # fmt: skip
    talk.reply(actor=crowd.ace, thread=thread, text="You are right; the log says so. Thank you.")
    roadmap.plan_thread(
        actor=crowd.ace, thread=thread, title="Count merged tickets once", state="next"
    )
    roadmap.add_item(
        actor=crowd.owner, dashboard=dashboard, title="People on duty beside the waits",
        text="How many agents were on shift, under the time to resolve.",
    )  # fmt: skip


def said(person: User, dashboard: Dashboard, key: str, kind: str, days: int, text: str) -> Thread:
    """A thread that is some days old."""
    thread = open_thread(actor=person, dashboard=dashboard, tile_key=key, kind=kind, text=text)
    Thread.objects.filter(pk=thread.pk).update(created_at=timezone.now() - timedelta(days=days))
    return thread
