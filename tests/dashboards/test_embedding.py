"""A dashboard in somebody else's page: for whom, how long, and in which pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed, NotVisible
from dashboards.content.models import Dashboard
from dashboards.embedding.counting import forget_days
from dashboards.embedding.links import opened_by, token_of
from dashboards.embedding.models import Embed
from dashboards.embedding.services import MOST, make_embed, origins_of, revoke_embed
from dashboards.usage.models import ViewEvent
from kpis.engine.query import Query
from kpis.figures import Ask, answers
from kpis.models import Dataset, KPIVersion
from kpis.scopes import NOBODY
from tests.fixtures.loads import write_rows
from tests.fixtures.tickets import AS_OF, TICKETS, ticket_rows

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]
INTRANET = "https://intranet.example.org"


@pytest.fixture
def embed(owner: User, live: Dashboard) -> Embed:
    return make_embed(actor=owner, dashboard=live, days=30, origins=[INTRANET])


def address(embed: Embed) -> str:
    return reverse("dashboards:embedded", args=[token_of(embed)])


def test_link_shows_the_released_figures_and_no_way_further(
    embed: Embed, live: Dashboard, member: User, client_of: ClientOf
) -> None:
    shown = Client().get(address(embed), {"period": "all"})
    known = client_of(member).get(f"/api/v1/dashboards/{live.slug}/figures/?period=all").json()

    assert shown.status_code == 200
    assert "sessionid" not in shown.cookies
    assert "csrftoken" not in shown.cookies
    told = [tile.answers["now"].result.total.value for tile in shown.context["board"].tiles
            if tile.type == "number"]  # fmt: skip
    assert told == [tile["series"][0]["points"][0]["value"] for tile in known["tiles"]
                    if tile["type"] == "number"]  # fmt: skip
    for way in (f"/dashboards/{live.slug}/", "/feedback/", "/export/", "/explain/", "<form method"):
        assert way not in shown.text


def test_link_is_for_the_pages_of_its_origins_alone(embed: Embed) -> None:
    shown = Client().get(address(embed))

    policy = shown["Content-Security-Policy"]
    assert f"frame-ancestors {INTRANET}" in policy
    assert "'none' https" not in policy
    assert "script-src 'self'" in policy
    assert "X-Frame-Options" not in shown


def test_link_without_origins_is_in_no_page(owner: User, live: Dashboard) -> None:
    shown = Client().get(address(make_embed(actor=owner, dashboard=live, days=1)))

    assert "frame-ancestors 'none'" in shown["Content-Security-Policy"]
    assert shown["X-Frame-Options"] == "DENY"


def test_filters_change_the_tiles_alone(embed: Embed) -> None:
    shown = Client().get(address(embed), {"period": "last_12"},
                         headers={"HX-Request": "true", "HX-Target": "board"})  # fmt: skip

    assert shown.text.lstrip().startswith('<div class="board" id="board">')
    assert "<html" not in shown.text


def over(embed: Embed) -> None:
    Embed.objects.filter(pk=embed.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


def longer(embed: Embed) -> None:
    Embed.objects.filter(pk=embed.pk).update(expires_at=timezone.now() + timedelta(days=900))


def revoked(embed: Embed) -> None:
    revoke_embed(actor=embed.by, dashboard=embed.dashboard, pk=embed.pk)


def archived(embed: Embed) -> None:
    Dashboard.objects.filter(pk=embed.dashboard_id).update(status=Dashboard.Status.ARCHIVED)


def left(embed: Embed) -> None:
    User.objects.filter(pk=embed.by_id).update(is_active=False)


def moved(embed: Embed) -> None:
    User.objects.filter(pk=embed.by_id).update(is_ace=False)


@pytest.mark.parametrize("end", [over, longer, revoked, archived, left, moved])
def test_link_shows_nothing_once_it_is_over(embed: Embed, end: Callable[[Embed], None]) -> None:
    url = address(embed)
    assert Client().get(url).status_code == 200
    end(embed)

    refused = Client().get(url)

    assert refused.status_code == 404
    assert refused["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: "A" + t, lambda t: "x", str.upper])
def test_forged_link_is_not_found(embed: Embed, change: Callable[[str], str]) -> None:
    with pytest.raises(NotVisible):
        opened_by(change(token_of(embed)))


def test_rows_of_each_person_are_shown_to_nobody(
    owner: User, embed: Embed, live: Dashboard, sla: KPIVersion
) -> None:
    """At making, at every look, and in the figures themselves."""
    Dataset.objects.filter(pk=sla.dataset_id).update(limited_by=sla.dataset_id)
    with pytest.raises(Conflict, match="their own rows"):
        make_embed(actor=owner, dashboard=live, days=1)
    assert Client().get(address(embed)).status_code == 409

    version = KPIVersion.objects.select_related("kpi", "dataset__live").get(pk=sla.pk)
    (answer,) = answers([Ask(version, Query())], reader=NOBODY)
    assert answer.cut
    assert answer.result is None or answer.result.total.rows == 0


def test_owner_alone_makes_and_revokes(
    ace: User, owner: User, live: Dashboard, embed: Embed
) -> None:
    with pytest.raises(NotAllowed):
        make_embed(actor=ace, dashboard=live, days=1)
    with pytest.raises(NotAllowed):
        revoke_embed(actor=ace, dashboard=live, pk=embed.pk)
    for _turn in range(MOST - 1):
        make_embed(actor=owner, dashboard=live, days=1)
    with pytest.raises(Conflict, match="revoke one first"):
        make_embed(actor=owner, dashboard=live, days=1)


def test_nothing_released_is_nothing_to_show(owner: User, dashboard: Dashboard) -> None:
    with pytest.raises(Conflict, match="Nothing is released"):
        make_embed(actor=owner, dashboard=dashboard, days=1)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (["https://a.example.org/"], ["https://a.example.org"]),
        ([" https://A.example.org ", "https://a.example.org", ""], ["https://a.example.org"]),
        (["https://a.example.org:8443"], ["https://a.example.org:8443"]),
        (["http://localhost:3000"], ["http://localhost:3000"]),
    ],
)
def test_origin_is_spelled_as_browsers_do(given: list[str], found: list[str]) -> None:
    assert origins_of(given) == found


@pytest.mark.parametrize(
    "text",
    ["*", "https://*", "https://*.example.org", "http://a.example.org", "a.example.org", "https://",
     "https://a.example.org/path", "https://a@b.example.org", "https://a.org; script-src *",
     "https://a.org 'unsafe-inline'", "https://a.org:x", "https://a.org\nhttps://b.org",
     "javascript:alert(1)", "data:text/html,x", "https://ä.example.org", "https://[::1]"],
)  # fmt: skip
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        origins_of([text])
    assert refused.value.field == "origins"


def test_page_and_api_make_show_and_revoke(
    owner: User, live: Dashboard, client_of: ClientOf
) -> None:
    client, page = client_of(owner), f"/dashboards/{live.slug}/embed/"
    refused = client.post(page, {"days": "30", "origins": "ftp://x"})
    assert refused.status_code == 422
    assert "ftp://x" in refused.text
    assert client.post(page, {"days": "30", "origins": INTRANET}).status_code == 302
    embed = Embed.objects.get()
    assert token_of(embed) in client.get(page).text

    api = f"/api/v1/dashboards/{live.slug}/embeds/"
    told: Any = client.get(api).json()["results"][0]
    assert (told["origins"], told["url"]) == ([INTRANET], address(embed))
    made = client.post(api, {"days": 7, "origins": ["http://x"]}, "application/json")
    assert (made.status_code, made.json()["field"]) == (400, "origins")
    assert client.post(f"{api}{embed.pk}/revoke/").json()["url"] == ""
    assert client.get(api).json()["results"] == []
    assert client.post(f"{page}{embed.pk}/revoke/").status_code == 302


def test_dropdown_of_many_values_is_searched_under_the_same_token(
    embed: Embed, tickets: Dataset
) -> None:
    (row,) = ticket_rows(1)[:1]
    rows = [{**row, "team": f"Team {n:04}"} for n in range(300)]
    write_rows(tickets, TICKETS, rows, as_of=AS_OF)
    here = address(embed)  # a token says when it was signed, so the next one may be another
    where = f"{here}filters/team/values/"

    page = Client().get(here)
    part = Client().get(where, {"find-value": "team 029"}, headers={"hx-request": "true"})
    plain = Client().get(where, {"find-value": "team 029", "priority": "P1"})

    assert where in page.text
    assert part.text.count('name="team"') == 10
    assert "<html" not in part.text
    assert f'action="{here}"' in plain.text
    assert '<input type="hidden" name="priority" value="P1">' in plain.text
    for answer in (part, plain):
        assert f"frame-ancestors {INTRANET}" in answer["Content-Security-Policy"]
        assert "X-Frame-Options" not in answer


def test_values_end_with_the_link_and_are_nobodys_where_rows_are(
    embed: Embed, owner: User, live: Dashboard
) -> None:
    where = reverse("dashboards:embedded-values", args=[token_of(embed), "team"])
    assert Client().get(where).status_code == 200
    assert Client().get(where.replace("/team/", "/nothing/")).status_code == 404
    revoke_embed(actor=owner, dashboard=live, pk=embed.pk)

    assert Client().get(where).status_code == 404


def test_openings_are_counted_apart_from_people(
    embed: Embed, owner: User, live: Dashboard, client_of: ClientOf
) -> None:
    for _n in range(3):
        Client().get(address(embed))
    Client().get(address(embed), headers={"hx-request": "true", "hx-target": "board"})
    Client().get(address(embed), headers={"sec-purpose": "prefetch"})

    told = client_of(owner).get(f"/api/v1/dashboards/{live.slug}/embeds/").json()["results"]
    assert [one["views"] for one in told] == [3]
    assert (
        "opened 3 times in thirty days"
        in client_of(owner).get(reverse("dashboards:embeds", args=[live.slug])).text
    )
    assert not ViewEvent.objects.exists()
    assert forget_days(now=timezone.now() + timedelta(days=3650)) == 1
