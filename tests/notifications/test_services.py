"""Who is told, by which way, when; and nobody twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.jobs.models import Job
from ace_portal.lib.errors import Temporary
from ace_portal.lib.registries import notification_kinds
from ace_portal.notifications import selectors, services
from ace_portal.notifications.models import Delivery, Event, Mail, Preference
from tests.fixtures.mailbox import mails_at_once
from tests.fixtures.people import make_person

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
    before = mails_of(member)
    done = mails_at_once()

    assert (before, done, mails_of(member)) == ([], ["done"], ["About one"])
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


def crowd(many: int, mail: str = "") -> list[User]:
    """So many people in one zone; with ``mail`` they have all said how they want it."""
    first = User.objects.count()
    people = User.objects.bulk_create(
        User(email=f"one{first + n}@example.org", name=f"One {n}") for n in range(many)
    )
    if mail:
        Preference.objects.bulk_create(
            Preference(person=person, mail=mail, next_digest_at=timezone.now()) for person in people
        )
    return people


@pytest.mark.parametrize("mail", ["", "digest", "immediate", "none"])
def test_more_people_are_no_more_statements(owner: User, mail: str) -> None:
    counts = []
    for many in (3, 90):
        people = crowd(many, mail)
        with CaptureQueriesContext(connection) as captured:
            tell(owner, *people, key=f"to {many}")
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_telling_five_thousand_is_one_short_transaction(owner: User) -> None:
    """Rows go in by the hundred, and no mail is composed meanwhile."""
    people = [*crowd(2_000), *crowd(2_000, "digest"), *crowd(1_000, "immediate")]

    with CaptureQueriesContext(connection) as captured:
        tell(owner, *people)

    counts = dict(Delivery.objects.values_list("channel").annotate(Count("pk")))
    assert counts == {"inbox": 5_000, "mail": 5_000}
    assert len(captured) < 5_000 / 20
    assert (Mail.objects.count(), Job.objects.count()) == (0, 1)
    assert not Preference.objects.filter(mail="digest", next_digest_at__lte=timezone.now()).exists()


def test_mails_at_once_go_on_where_they_were_cut_off(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two at a time, and the fourth fails: two are written, the others at the next attempt."""
    people = crowd(5, "immediate")
    tell(owner, *people)
    monkeypatch.setattr(services, "AT_A_TIME", 2)
    write, written = services.send_together, []

    def fails_once(person: User, deliveries: list[Delivery]) -> None:
        written.append(person)
        if len(written) == 4:
            raise Temporary("Not now.")
        write(person, deliveries)

    monkeypatch.setattr(services, "send_together", fails_once)
    first = mails_at_once()
    kept = Mail.objects.count()
    Job.objects.filter(kind=services.AT_ONCE).update(run_after=timezone.now())

    assert (first, kept, mails_at_once()) == (["queued"], 2, ["done"])
    assert [mails_of(person) for person in people] == [["About one"]] * 5


def test_wish_that_changed_before_the_mails_are_written_holds(owner: User, member: User) -> None:
    services.set_preference(actor=member, mail="immediate", hour=7)
    tell(owner, member)
    services.set_preference(actor=member, mail="digest", hour=7)

    done = mails_at_once()
    services.send_digests(now=due(member))

    assert (done, mails_of(member)) == (["done"], ["About one"])


def test_hour_that_is_over_moves_on_for_each_by_their_own_clock(owner: User) -> None:
    zones = ("Europe/Berlin", "Asia/Tokyo", "Europe/Berlin")
    people = [make_person(f"in{n}", time_zone=zone) for n, zone in enumerate(zones)]
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC), tick=False):
        for hour, person in zip((7, 7, 18), people, strict=True):
            services.set_preference(actor=person, mail="digest", hour=hour)
        Preference.objects.update(next_digest_at=timezone.now())

        tell(owner, *people)

        assert [due(person) for person in people] == [
            datetime(2026, 3, 3, 6, tzinfo=UTC), datetime(2026, 3, 2, 22, tzinfo=UTC),
            datetime(2026, 3, 2, 17, tzinfo=UTC),
        ]  # fmt: skip
