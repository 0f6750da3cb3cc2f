"""A tile and a page as pictures: what they are of stands on them, and they are as the page is."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from django.test import Client
from PIL import Image

from ace_portal.accounts.models import User
from ace_portal.lib.errors import TooOften
from ace_portal.lib.pace import keep_pace
from dashboards.content.document import parse
from dashboards.content.models import Dashboard, Version
from dashboards.files import PICTURES
from dashboards.rendering import Cell, Head, Table
from dashboards.rendering.sheet import HEIGHT, INNER, WIDTH, Fact, Sheet, SheetTile, draw, wrapped
from dashboards.usage.models import ViewEvent

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]
QUERY = "?period=all&priority=P1"


def taken(client: Client, url: str) -> bytes:
    answer = client.get(url)
    kind = url.partition("?")[0].rstrip("/").rpartition("/")[2]
    assert (answer.status_code, answer["Content-Type"]) == (200, PICTURES[kind])
    assert answer["Content-Disposition"].endswith(f'.{kind}"')
    return answer.content


def texts(svg: bytes) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]+)</text>", svg.decode())


def test_tile_is_drawn_with_what_it_is_of(
    member: User, live: Dashboard, released: Version, client_of: ClientOf
) -> None:
    client, url = client_of(member), live.get_absolute_url()
    document = parse(released.document)
    shown = {t.key: t for t in client.get(f"{url}{QUERY}").context["board"].tiles}

    for spec in document.tiles:
        told = " ".join(texts(taken(client, f"{url}tiles/{spec.key}/export/svg/{QUERY}")))
        assert live.name in told
        assert "Period and filters: all data; Priority: P1" in told
        assert "Figures to " in told
        assert shown[spec.key].title.split()[0] in told
        if shown[spec.key].number is not None:
            assert shown[spec.key].number.value.number in told


def test_page_is_drawn_whole_in_each_format(
    member: User, live: Dashboard, client_of: ClientOf
) -> None:
    client, url = client_of(member), live.get_absolute_url()
    shown = client.get(f"{url}{QUERY}").context["board"].tiles

    told = " ".join(texts(taken(client, f"{url}export/svg/{QUERY}")))
    image = Image.open(io.BytesIO(taken(client, f"{url}export/png/{QUERY}")))
    pdf = taken(client, f"{url}export/pdf/{QUERY}")

    assert [t.title for t in shown if t.title.split()[0] not in told] == []
    assert image.width == 2 * WIDTH
    assert pdf.startswith(b"%PDF-")
    assert live.name.encode("utf-16-be") in pdf or live.name.encode() in pdf


def test_api_draws_the_same_and_a_picture_counts_as_use(
    member: User, live: Dashboard, released: Version, client_of: ClientOf
) -> None:
    client = client_of(member)
    key = released.document["tiles"][0]["key"]
    own = taken(client, f"{live.get_absolute_url()}tiles/{key}/export/png/{QUERY}")
    event = ViewEvent.objects.get()

    by_api = taken(client, f"/api/v1/dashboards/{live.slug}/export/png/{QUERY}&only={key}")

    assert event.interacted
    assert Image.open(io.BytesIO(own)).size == Image.open(io.BytesIO(by_api)).size


def test_who_may_not_see_the_page_gets_no_picture(
    outsider: User, live: Dashboard, released: Version, client_of: ClientOf
) -> None:
    client, key = client_of(outsider), released.document["tiles"][0]["key"]
    for what in ("export/pdf/", f"tiles/{key}/export/png/"):
        assert client.get(f"{live.get_absolute_url()}{what}").status_code == 404


def test_number_of_pictures_in_a_minute_is_bounded(member: User, ace: User) -> None:
    for _n in range(3):
        keep_pace("tests", member.pk, most=3)
    with pytest.raises(TooOften, match="Wait a moment"):
        keep_pace("tests", member.pk, most=3)
    keep_pace("tests", ace.pk, most=3)


def test_no_tile_is_cut_across_pages() -> None:
    rows = tuple((Cell(f"Row {n}"), Cell(str(n), numeric=True)) for n in range(60))
    table = Table((Head("Name"), Head("Value", numeric=True)), rows)
    tiles = tuple(SheetTile(f"Table {n}", table=table) for n in range(3))
    pdf = draw(Sheet("Pages", ("About",), tiles), "pdf")

    assert len(re.findall(rb"/Type /Page\b", pdf)) == 3
    assert f"/MediaBox [ 0 0 {WIDTH} {HEIGHT} ]".encode() in pdf


def test_rows_that_do_not_fit_are_counted() -> None:
    rows = tuple((Cell(f"Row {n}"),) for n in range(60))
    sheet = Sheet("T", (), (SheetTile("Long", table=Table((Head("Name"),), rows, 5)),))

    told = texts(draw(sheet, "svg"))

    assert "37 more" in told
    assert len([text for text in told if text.startswith("Row ")]) == 28


def test_what_somebody_wrote_is_text_and_no_mark_up() -> None:
    nasty = '<script>alert("$x^2$")</script>'
    svg = draw(Sheet(nasty, (nasty,), (SheetTile(nasty, facts=(Fact("3"),)),)), "svg").decode()

    assert "<script" not in svg
    assert "&lt;script&gt;" in svg


def test_long_texts_stay_inside() -> None:
    lines = wrapped("word " * 60 + "x" * 400, INNER, 11)

    assert max(map(len, lines)) * 11 * 0.56 <= INNER
    assert " ".join(lines[:-1]) == " ".join(["word"] * 60)
