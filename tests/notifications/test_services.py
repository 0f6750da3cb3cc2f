"""Who is told, by which way, when; and nobody twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.jobs.models import Job
from ace_portal.lib.registries import notification_kinds
from ace_portal.notifications import selectors, services
from ace_portal.notifications.models import Delivery, Event, Mail, Preference

pytestmark = pytest.mark.django_db

CLOSED: set[str] = set()


def may_read(person: User, abouts: Sequence[dict[str, Any]]) -> list[bool]:
    return [about.get("what") not in CLOSED for about in abouts]


notification_kinds.register("test.told", may_read)


def tell(actor: User | None, *people: User, key: str = "one", **about: Any) -> Event:
    return services.notify(
        kind="test.told", key=key, actor=actor, people=people, title=f"About {key}", url="/",
        about=about,
    )  # fmt: skip


def mails_of(person: User) -> list[str]:
    return list(Mail.objects.filter(person=person).values_list("subject", flat=True))


def due(person: User) -> datetime:
    return Preference.objects.get(person=person).next_digest_at


def test_actor_is_never_told_and_nobody_twice(owner: User, member: User, colleague: User) -> None:
    tell(owner, member, owner, member, colleague)
    tell(owner, member, colleague)

    told = Delivery.objects.filter(channel="inbox").values_list("person__name", flat=True)
    assert sorted(told) == ["Colleague", "Member"]


def test_nobody_without_an_account_is_told(owner: User, member: User) -> None:
    member.is_active = False
    member.save()

    tell(owner, member)

    assert Delivery.objects.count() == 0


def test_a_day_is_one_mail(owner: User, member: User) -> None:
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC), tick=False):
        tell(owner, member, key="first")
        tell(owner, member, key="second")
        early = services.send_digests(now=timezone.now())
    with time_machine.travel(datetime(2026, 3, 3, 6, 0, tzinfo=UTC), tick=False):  # 07:00 in Berlin
        sent = services.send_digests(now=timezone.now())
        again = services.send_digests(now=timezone.now())

    assert (early, sent, again) == (0, 1, 0)
    assert mails_of(member) == ["2 things happened"]
    text = Mail.objects.get().text
    assert text.index("About first") < text.index("About second")


def test_wish_for_each_at_once(owner: User, member: User) -> None:
    services.set_preference(actor=member, mail="immediate", hour=7)

    tell(owner, member)

    assert mails_of(member) == ["About one"]
    assert Job.objects.get(kind="mail.send").payload == {"mail": Mail.objects.get().pk}


def test_wish_for_no_mail(owner: User, member: User) -> None:
    services.set_preference(actor=member, mail="none", hour=7)

    tell(owner, member)

    assert list(Delivery.objects.values_list("channel", flat=True)) == ["inbox"]


def test_digest_leaves_out_what_was_closed_meanwhile(owner: User, member: User) -> None:
    tell(owner, member, key="open", what="open")
    tell(owner, member, key="closed", what="closed")
    CLOSED.add("closed")
    try:
        services.send_digests(now=due(member))
        seen = selectors.readable(member, selectors.inbox_for(member))
    finally:
        CLOSED.clear()

    assert mails_of(member) == ["About open"]
    assert [delivery.event.title for delivery in seen] == ["About open"]
    left_out = Delivery.objects.get(event__key="closed", channel="mail")
    assert left_out.state == Delivery.State.SKIPPED


def test_two_schedulers_send_one_mail(owner: User, member: User) -> None:
    tell(owner, member)
    stale = Preference.objects.get(person=member)
    now = due(member)

    first = services._take_turn(stale, now)
    second = services._take_turn(stale, now)

    assert (first, second) == (True, False)


@pytest.mark.parametrize(
    ("hour", "begin", "changed"),
    [(2, datetime(2026, 3, 27, 12, tzinfo=UTC), "spring"),
     (2, datetime(2026, 10, 23, 12, tzinfo=UTC), "autumn")],
)  # fmt: skip
def test_every_local_day_has_one_digest(
    member: User, hour: int, begin: datetime, changed: str
) -> None:
    """Both changes of the clock: at 02:00 in Berlin an hour is left out or occurs twice."""
    at, days = begin, []
    for _day in range(5):
        at = services.next_digest(member, hour, at)
        days.append(at)
    local = [moment.astimezone(ZoneInfo("Europe/Berlin")) for moment in days]

    assert [moment.date() for moment in local] == [
        begin.date() + timedelta(days=n) for n in range(1, 6)
    ]
    expected = {"spring": [2, 3, 2, 2, 2], "autumn": [2, 2, 2, 2, 2]}[changed]
    assert [moment.hour for moment in local] == expected


def test_reading_one_and_all(owner: User, member: User) -> None:
    tell(owner, member, key="first")
    tell(owner, member, key="second")
    before = selectors.new_count(member)

    services.mark_read(actor=member, delivery=selectors.inbox_for(member).first())
    one = selectors.new_count(member)
    services.mark_read(actor=member)

    assert (before, one, selectors.new_count(member)) == (2, 1, 0)
