"""Calendars of working hours: pages, API and what definitions take from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ace_portal.accounts.models import User
from ace_portal.audit.models import AuditEntry
from ace_portal.lib.errors import Invalid, NotAllowed
from kpis.models import WorkCalendar
from kpis.services import calendars as services
from tests.fixtures.kpis import OFFICE_WEEK

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]


def typed(**fields: Any) -> dict[str, Any]:
    days = {f"day_{n}": "09:00–17:00" if n < 5 else "" for n in range(7)}
    return {"name": "Desk", "time_zone": "Europe/Berlin", "holidays": ""} | days | fields


def test_calendar_is_kept_as_the_engine_spells_it(desk: WorkCalendar) -> None:
    assert desk.slug == "service-desk"
    assert desk.holidays == ["2026-12-25", "2026-12-26"]


def test_person_without_the_right_to_data_makes_none(outsider: User) -> None:
    with pytest.raises(NotAllowed):
        services.create_calendar(actor=outsider, name="Mine", time_zone="UTC", week=OFFICE_WEEK)
    assert not WorkCalendar.objects.exists()


def test_unknown_time_zone_names_its_field(owner: User) -> None:
    with pytest.raises(Invalid) as refusal:
        services.create_calendar(actor=owner, name="Desk", time_zone="Mars", week=OFFICE_WEEK)
    assert refusal.value.field == "time_zone"


def test_form_makes_a_calendar(owner: User, client_of: ClientOf) -> None:
    data = typed(day_4="9:00-12:30, 13:00 – 16:00", holidays="2026-12-25\r\n2027-01-01")

    answer = client_of(owner).post("/kpis/calendars/new/", data, follow=True)

    assert answer.redirect_chain == [("/kpis/calendars/", 302)]
    made = WorkCalendar.objects.get()
    assert made.week[4] == [["09:00", "12:30"], ["13:00", "16:00"]]
    assert made.week[5:] == [[], []]
    assert made.holidays == ["2026-12-25", "2027-01-01"]
    assert "Mon–Thu 09:00–17:00; Fri 09:00–12:30, 13:00–16:00" in answer.content.decode()


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"day_1": "nine to five"}, "day_1", "A time of day is written as 09:00"),
        ({"day_1": "09:00"}, "day_1", "Write hours as 09:00–17:00."),
        ({"day_2": "17:00–09:00"}, "day_2", "Working hours end after they begin."),
        ({"holidays": "25.12.2026"}, "holidays", "A holiday is written as 2026-12-25."),
        ({f"day_{n}": "" for n in range(5)}, "day_0", "Working hours need one stretch at least."),
    ],
)
def test_form_says_what_is_wrong_beside_it(
    owner: User, client_of: ClientOf, fields: dict[str, str], field: str, sentence: str
) -> None:
    answer = client_of(owner).post("/kpis/calendars/new/", typed(**fields))

    assert answer.status_code == 422
    assert sentence in str(answer.context["form"].errors[field])


def test_form_shows_what_was_saved_and_changes_it(
    owner: User, desk: WorkCalendar, client_of: ClientOf
) -> None:
    client = client_of(owner)
    form = client.get(desk.get_absolute_url()).context["form"]
    kept = {name: form[name].value() for name in form.fields}

    client.post(desk.get_absolute_url(), kept | {"name": "Front desk"})

    before = desk.content
    desk.refresh_from_db()
    assert desk.content == before | {"name": "Front desk"}


def test_deleted_calendar_is_gone_and_audited(
    owner: User, desk: WorkCalendar, client_of: ClientOf
) -> None:
    client_of(owner).post("/kpis/calendars/service-desk/delete/")

    assert not WorkCalendar.objects.exists()
    assert AuditEntry.objects.filter(action="calendar.delete").count() == 1


def test_api_makes_reads_changes_and_deletes(owner: User, client_of: ClientOf) -> None:
    client = client_of(owner)
    given = {"name": "Desk", "time_zone": "UTC", "week": OFFICE_WEEK, "holidays": ["2026-12-25"]}

    made = client.post("/api/v1/calendars/", given, content_type="application/json")
    url = "/api/v1/calendars/desk/"
    changed = client.put(url, given | {"holidays": []}, content_type="application/json")

    assert (made.status_code, made.json()) == (201, given | {"slug": "desk"})
    assert changed.json()["holidays"] == []
    assert client.get(url).json() == changed.json()
    assert client.get("/api/v1/calendars/").json()["results"] == [changed.json()]
    assert client.delete(url).status_code == 204
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("path", ["/kpis/calendars/", "/api/v1/calendars/"])
def test_list_asks_as_often_for_many_as_for_one(
    owner: User, client_of: ClientOf, path: str
) -> None:
    client = client_of(owner)
    counts = []
    for number in (1, 3, 30):
        for n in range(WorkCalendar.objects.count(), number):
            services.create_calendar(
                actor=owner, name=f"Desk {n}", time_zone="UTC", week=OFFICE_WEEK
            )
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        counts.append(len(asked))

    assert counts == [counts[0]] * 3
