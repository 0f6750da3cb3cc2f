"""Pages and API: from a tile to an invitation, by links and forms alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from ace_portal.accounts.models import User
from ace_portal.notifications.models import Mail
from dashboards.content.models import Dashboard
from office_hours.models import Booking, Host, Rule
from office_hours.services import booking as services
from tests.fixtures.people import make_person
from tests.office_hours.conftest import HALF_PAST, NINE, make_rule

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]
Queries = Callable[..., Any]


@pytest.fixture
def key(live: Dashboard) -> str:
    tiles = live.versions.get(state="released").document["tiles"]
    return str(next(tile["key"] for tile in tiles if tile["type"] in {"line", "bar"}))


def test_three_clicks_lead_from_a_tile_to_an_invitation(
    client_of: ClientOf, host: Host, live: Dashboard, key: str, member: User
) -> None:
    client = client_of(member)
    board = client.get(f"{live.get_absolute_url()}?period=last_12").content.decode()
    item = re.search(rf'class="menu__item" href="([^"]*/{key}/book/[^"]*)"', board)
    assert item is not None

    page = client.get(item.group(1).replace("&amp;", "&"), follow=True)  # one: the menu's item
    kept = parse_qs(urlsplit(page.redirect_chain[-1][0]).query)
    form = page.context["form"]
    slot = page.context["slots"][0]["value"]  # two: a time, the first one is chosen already
    body = {name: form[name].value() or "" for name in form.fields} | {"starts_at": slot}
    done = client.post(f"/sessions/hosts/{host.pk}/", body, follow=True)  # three

    booking = Booking.objects.get()
    assert (kept["tile"], kept["filters"]) == ([key], ["period=last_12"])
    assert done.redirect_chain == [(booking.get_absolute_url(), 302)]
    assert (booking.dashboard, booking.tile_key, booking.topic) == (
        live, key, booking.seen["title"],
    )  # fmt: skip
    assert Mail.objects.count() == 2


def test_month_shows_the_visitors_clock_and_the_hosts_beside(
    client_of: ClientOf, host: Host, member: User
) -> None:
    User.objects.filter(pk=member.pk).update(time_zone="Asia/Kolkata")
    member.refresh_from_db()
    page = client_of(member).get(f"/sessions/hosts/{host.pk}/?day=2026-11-03")
    found = page.content.decode()

    first = page.context["slots"][0]
    assert (first["time"], first["there"]) == ("13:30", "09:00")
    assert "Owner is in Europe/Berlin, 4 h 30 min behind you." in found
    assert f'href="/sessions/hosts/{host.pk}/?month=2026-12"' in found
    empty = client_of(member).get(f"/sessions/hosts/{host.pk}/?month=2026-10&day=x")
    assert empty.context["slots"] == []


def test_fold_of_the_visitor_is_told_apart(
    client_of: ClientOf, clock: Any, owner: User, member: User
) -> None:
    clock.move_to(NINE - timedelta(days=11))
    make_rule(owner, weekday=6, starts="00:00", ends="06:00", minutes=60)
    Host.objects.update(time_zone="UTC")

    page = client_of(member).get(f"/sessions/hosts/{Host.objects.get().pk}/?day=2026-10-25")

    times = [slot["time"] for slot in page.context["slots"]]
    assert times == ["02:00 CEST", "02:00 CET", "03:00", "04:00", "05:00", "06:00"]


def test_late_one_keeps_the_words_and_reads_what_is_free(
    client_of: ClientOf, host: Host, booking: Booking, colleague: User
) -> None:
    body = {"starts_at": NINE.isoformat(), "topic": "My own words"}
    page = client_of(colleague).post(f"/sessions/hosts/{host.pk}/?day=2026-11-03", body)
    told = client_of(colleague).post(
        "/api/v1/bookings/", {**body, "host": host.pk}, "application/json"
    )

    assert (page.status_code, page.context["slots"][0]["time"]) == (422, "09:30")
    assert "My own words" in page.content.decode()
    assert "Tue 3 Nov 2026, 09:30 to 10:00, Europe/Berlin" in page.content.decode()
    assert (told.status_code, told.json()["field"]) == (409, "starts_at")
    assert told.json()["details"]["alternatives"][0]["starts_at"] == HALF_PAST.isoformat()
    assert Booking.objects.count() == 1


@pytest.mark.parametrize("at", ["", "soon", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"])
def test_time_that_is_none_is_refused_beside_it(
    client_of: ClientOf, host: Host, member: User, at: str
) -> None:
    page = client_of(member).post(f"/sessions/hosts/{host.pk}/", {"starts_at": at, "topic": "x"})
    told = client_of(member).post(
        "/api/v1/bookings/", {"host": host.pk, "starts_at": at, "topic": "x"}, "application/json"
    )

    assert (page.status_code, "starts_at" in page.context["form"].errors) == (422, True)
    assert told.status_code in {400, 409}


def test_booking_is_moved_and_cancelled_on_its_pages(
    client_of: ClientOf, booking: Booking, member: User, owner: User
) -> None:
    one = f"/sessions/{booking.pk}/"
    client_of(member).post(f"{one}move/", {"starts_at": HALF_PAST.isoformat()})
    moved = client_of(owner).get(one).content.decode()
    client_of(owner).post(f"{one}cancel/", {"reason": "Ill <b>today</b>"})
    page = client_of(member).get(one).content.decode()

    assert "Confirmed, moved" in moved
    assert ("Cancelled" in page, "Ill &lt;b&gt;today&lt;/b&gt;" in page) == (True, True)


def test_host_says_how_it_went_and_both_read_it(
    client_of: ClientOf, clock: Any, booking: Booking, member: User, owner: User
) -> None:
    clock.move_to(HALF_PAST)
    one, host = f"/sessions/{booking.pk}/", client_of(owner)
    body = {"outcome": "no_show", "reason": "", "notes": "Kept"}
    refused = host.post(f"{one}outcome/", body)
    asked = host.get("/sessions/").content.decode()
    host.post(f"{one}outcome/", {"outcome": "attended", "notes": "We **agreed**."})
    host.post(f"{one}outcome/", {"notes": "We **all** agreed."})

    assert (refused.status_code, "Kept" in refused.content.decode()) == (422, True)
    assert "How did it go?" in asked
    assert "We <strong>all</strong> agreed." in client_of(member).get(one).content.decode()
    assert client_of(member).get(f"{one}outcome/").status_code == 403


def test_host_keeps_hours_on_the_pages_and_in_the_api(
    client_of: ClientOf, clock: Any, ace: User
) -> None:
    client = client_of(ace)
    rule = {"weekday": 1, "starts": "09:00", "ends": "12:00", "minutes": 30, "buffer": 0,
            "seats": 1, "way": "video", "place": ""}  # fmt: skip
    bad = client.post("/sessions/hours/rules/new/", {**rule, "ends": "08:00", "topic": "Kept"})
    client.post("/sessions/hours/rules/new/", rule)
    pk = Rule.objects.get().pk
    client.post("/sessions/hours/days/new/", {"day": "2026-11-10"})
    made = client.post("/api/v1/hours/rules/", {**rule, "weekday": 2}, "application/json")
    changed = client.put(f"/api/v1/hours/rules/{pk}/", {**rule, "seats": 4}, "application/json")
    days = client.get("/api/v1/hours/days/").json()["results"]
    page = client.get("/sessions/hours/").content.decode()
    client.post(f"/sessions/hours/rules/{made.json()['id']}/remove/")

    assert (bad.status_code, "Kept" in bad.content.decode()) == (422, True)
    assert (changed.json()["seats"], days[0]["day"], days[0]["starts"]) == (4, "2026-11-10", None)
    assert ("Tuesday, 09:00 to 12:00" in page, "4 seats" in page) == (True, True)
    assert Rule.objects.count() == 1


def test_api_books_as_the_pages_do(
    client_of: ClientOf, host: Host, live: Dashboard, key: str, member: User, owner: User
) -> None:
    client = client_of(member)
    [found] = client.get("/api/v1/hosts/").json()["results"]
    slots = client.get(f"/api/v1/hosts/{found['id']}/slots/?first=2026-11-03&last=2026-11-03")
    long = client.get(f"/api/v1/hosts/{found['id']}/slots/?first=2026-11-03&last=2027-11-03")
    body = {"host": found["id"], "starts_at": slots.json()[0]["starts_at"], "topic": "P1?",
            "dashboard": live.slug, "tile_key": key, "filters": "priority=P1"}  # fmt: skip
    made = client.post("/api/v1/bookings/", body, "application/json")
    one = f"/api/v1/bookings/{made.json()['id']}/"
    moved = client.post(f"{one}move/", {"starts_at": HALF_PAST.isoformat()}, "application/json")
    off = client_of(owner).post(f"{one}cancel/", {"reason": "Ill"}, "application/json")

    assert (len(slots.json()), slots.json()[0]["there"]) == (6, "2026-11-03T09:00:00+01:00")
    assert (long.status_code, long.json()["field"]) == (400, "last")
    assert (made.status_code, "P1" in made.json()["about"]["filters"]) == (201, True)
    assert (moved.json()["sequence"], off.json()["state"]) == (1, "cancelled")


def test_address_of_a_feed_is_shown_once(client_of: ClientOf, member: User) -> None:
    client = client_of(member)
    made = client.post("/sessions/feed/new/").content.decode()
    address = re.search(r"http://[^<]*?(/sessions/feed/\S+?\.ics)", made)
    assert address is not None

    assert client_of(None).get(address.group(1)).status_code == 200
    assert address.group(1) not in client.get("/sessions/").content.decode()
    told = client.post("/api/v1/feeds/").json()
    client.delete(f"/api/v1/feeds/{told['id']}/")
    assert client_of(None).get(urlsplit(told["url"]).path).status_code == 404


@pytest.mark.parametrize("n", [1, 3, 30])
def test_lists_cost_the_same(
    client_of: ClientOf, host: Host, member: User, n: int, django_assert_max_num_queries: Queries
) -> None:
    for number in range(n):
        other = make_person(f"host{number}", is_ace=True)
        make_rule(other)
        row = Host.objects.get(person=other)
        services.book(actor=member, host=row, starts_at=NINE, topic=f"T{number}")
    client = client_of(member)

    with django_assert_max_num_queries(16):
        client.get("/sessions/")
    with django_assert_max_num_queries(8):
        client.get("/api/v1/bookings/")
    with django_assert_max_num_queries(14):
        client.get(f"/sessions/hosts/{host.pk}/")
