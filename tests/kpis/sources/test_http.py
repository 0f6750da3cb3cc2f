"""Addresses: page after page becomes rows, one origin alone is asked, and each trouble is said."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from ace_portal.lib.errors import Invalid, PortalError, Temporary
from kpis.sources.base import Caps
from kpis.sources.http import client as clients
from kpis.sources.http import loading
from kpis.sources.http.asking import Asked, Site, check_header, check_token, check_url
from kpis.sources.http.body import at, flat, rows_of
from kpis.sources.http.client import Client
from kpis.sources.http.fetching import fetch, next_link
from kpis.sources.jsonl import JsonOptions
from kpis.sources.marks import After
from tests.fixtures.addresses import TOKEN, Address, Reply, Seen, answering, tickets
from tests.kpis.sources.conftest import rows_of as rows_in

ROWS = tickets(1, 25)


@pytest.fixture(scope="module")
def server() -> Iterator[Address]:
    with answering() as address:
        yield address


@pytest.fixture
def address(server: Address) -> Address:
    server.seen.clear()
    server.says([])
    return server


def site(address: Address, path: str = "/api", **more: Any) -> Site:
    return Site(address.url + path, "127.0.0.1", token=TOKEN, **more)


def client_of(address: Address, **more: Any) -> Client:
    given = {"seconds": 20.0, "page_bytes": 1_000_000, "patience": 5.0, **more}
    return Client(given.pop("site", site(address)), **given)


def fetched(address: Address, *, client: Client | None = None, **asked: Any) -> list[Any]:
    out = io.StringIO()
    caps = asked.pop("caps", Caps())
    with client or client_of(address) as client:
        fetch(client, Asked(**asked), out, caps=caps)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def by_page(seen: Seen) -> Reply:
    page = int(seen.query.get("page", "1"))
    return Reply(ROWS[(page - 1) * 10 : page * 10])


def by_page_until_404(seen: Seen) -> Reply:
    reply = by_page(seen)
    return reply if reply.body else Reply({"detail": "no such page"}, status=404)


def by_offset(seen: Seen) -> Reply:
    """Gives seven rows, however many are asked for."""
    first = int(seen.query["offset"])
    return Reply({"data": {"items": ROWS[first : first + 7]}})


def by_next(seen: Seen) -> Reply:
    first = int(seen.query.get("after", "0"))
    there = f"/api/tickets?after={first + 10}" if first < 20 else None
    return Reply({"items": ROWS[first : first + 10], "links": {"next": there}})


def by_link(seen: Seen) -> Reply:
    first = int(seen.query.get("after", "0"))
    more = f'<?after={first + 10}>; rel="next", ' if first < 20 else ""
    return Reply(ROWS[first : first + 10], headers={"Link": f'{more}</api/tickets>; rel="first"'})


def by_cursor(seen: Seen) -> Reply:
    first = int(seen.query.get("cursor", "0"))
    cursor = str(first + 10) if first < 20 else ""
    return Reply({"items": ROWS[first : first + 10], "meta": {"cursor": cursor}})


@pytest.mark.parametrize(
    ("answer", "asked", "requests"),
    [
        (lambda _seen: Reply(ROWS), {}, 1),
        (by_page, {"paging": "page"}, 4),
        (by_page_until_404, {"paging": "page"}, 4),
        (by_offset, {"paging": "offset", "rows_at": "data.items", "size": 20,
                     "size_parameter": "limit"}, 5),
        (by_next, {"paging": "next", "rows_at": "/items", "next_at": "links.next"}, 3),
        (by_link, {"paging": "link"}, 3),
        (by_cursor, {"paging": "cursor", "rows_at": "items", "next_at": "/meta/cursor"}, 3),
    ],
    ids=["one", "page", "page until 404", "offset", "next", "link", "cursor"],
)  # fmt: skip
def test_every_row_of_every_page_comes_once(
    address: Address, answer: Any, asked: dict[str, Any], requests: int
) -> None:
    address.answer = answer

    found = fetched(address, path="/tickets", parameters=(("state", "open"),), depth=0, **asked)

    assert found == ROWS
    assert len(address.seen) == requests
    assert {seen.path for seen in address.seen} == {"/api/tickets"}
    assert address.seen[0].query["state"] == "open"
    assert {seen.headers["Authorization"] for seen in address.seen} == {f"Bearer {TOKEN}"}


def test_token_goes_in_the_header_that_is_named(address: Address) -> None:
    fetched(address, client=client_of(address, site=site(address, header="X-Api-Key")))

    assert address.seen[0].headers["X-Api-Key"] == TOKEN
    assert "Authorization" not in address.seen[0].headers


def test_pages_without_end_are_noticed(address: Address) -> None:
    for body, asked in (
        (ROWS, {"paging": "page"}),
        ({"items": ROWS, "next": "/api/tickets?a=1"}, {"paging": "next", "next_at": "next"}),
        ({"items": ROWS, "next": 7}, {"paging": "cursor", "next_at": "next"}),
    ):
        address.says(body)
        with pytest.raises(Invalid, match="same page came twice") as refused:
            fetched(address, rows_at="" if body is ROWS else "items", **asked)
        assert refused.value.field == "paging"


@pytest.mark.parametrize(
    ("reply", "kind", "field", "why"),
    [
        (Reply(status=401), Invalid, "password", "lets nobody in"),
        (Reply(status=403), Invalid, "password", "may not read this"),
        (Reply(status=404), Invalid, "path", "nothing at this path"),
        (Reply(status=418), Invalid, "path", "refuses what was asked .418."),
        (Reply(status=429, headers={"Retry-After": "600"}), Temporary, "path", "too often"),
        (Reply(status=500), Temporary, "path", "trouble of its own .500."),
        (Reply(status=503, headers={"Retry-After": "600"}), Temporary, "path", ".503."),
        (Reply(b"<html>", headers={"Content-Type": "text/html"}), Invalid, "path", "text/html"),
        (Reply(b"[NaN]"), Invalid, "path", "no JSON"),
        (Reply(b"[" * 100_000), Invalid, "path", "no JSON"),
        (Reply({"data": {"items": []}}), Invalid, "rows_at", "lists at “data.items”"),
        (Reply(b"x", headers={"Content-Encoding": "br"}), Invalid, "path", "was not asked for"),
        (Reply(b"no gzip", headers={"Content-Encoding": "gzip"}), Invalid, "path", "is packed"),
        (Reply(b"[1", length=10), Temporary, "url", "broke off"),
    ],
)  # fmt: skip
def test_trouble_is_a_sentence(
    address: Address, reply: Reply, kind: type[PortalError], field: str, why: str
) -> None:
    address.answer = lambda _seen: reply

    with pytest.raises(kind, match=why) as refused:
        fetched(address, path="/tickets")

    assert (type(refused.value), refused.value.field) == (kind, field)
    assert TOKEN not in f"{refused.value} {refused.value.details}"


def test_silence_and_a_closed_port_are_temporary(address: Address) -> None:
    over = threading.Event()
    address.says([], wait=over)
    with pytest.raises(Temporary, match="takes too long"):
        fetched(address, client=client_of(address, patience=0.2))
    over.set()
    gone = Site("http://127.0.0.1:1/api", "127.0.0.1", token=TOKEN)
    with pytest.raises(Temporary, match="does not answer: Connection refused"):
        fetched(address, client=client_of(address, site=gone))


def test_time_of_all_pages_together_is_limited(address: Address) -> None:
    address.answer = by_page
    with pytest.raises(Invalid, match="longer than 0 seconds"):
        fetched(address, client=client_of(address, seconds=0), paging="page")


def test_short_wait_is_waited_for_and_a_long_one_is_another_attempt(address: Address) -> None:
    turns = iter([Reply(status=429, headers={"Retry-After": "2"}), Reply(status=503), Reply(ROWS)])
    address.answer = lambda _seen: next(turns)
    slept: list[float] = []
    with pytest.raises(Temporary):  # 503 says nothing of waiting
        fetched(address, client=client_of(address, sleep=slept.append))
    assert slept == [2.0]

    soon = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    address.says([], status=429, headers={"Retry-After": format_datetime(soon, usegmt=True)})
    with pytest.raises(Temporary) as refused:
        fetched(address, client=client_of(address, sleep=slept.append))
    assert refused.value.details["wait"] == pytest.approx(3_600, abs=5)
    assert len(slept) == 1


def test_waits_come_to_an_end(address: Address) -> None:
    address.says([], status=429, headers={"Retry-After": "1"})
    slept: list[float] = []
    with pytest.raises(Temporary):
        fetched(address, client=client_of(address, sleep=slept.append))
    assert slept == [1.0] * clients.MOST_WAITS


@pytest.mark.parametrize("where", ["redirect", "next", "link"])
@pytest.mark.parametrize("there", ["http://127.0.0.2:{port}/x", "https://127.0.0.1:{port}/x",
                                   "http://169.254.169.254/latest", "//127.0.0.1:1/x",
                                   "file:///etc/passwd", "http://127.0.0.1@10.0.0.1/"])  # fmt: skip
def test_nothing_is_sent_to_another_origin(address: Address, where: str, there: str) -> None:
    link = there.format(port=address.port)
    asked: dict[str, Any] = {"paging": "link" if where == "link" else "none"}
    match where:
        case "redirect":
            address.says(b"", status=302, headers={"Location": link})
        case "next":
            address.says({"rows": [{"a": 1}], "next": link})
            asked = {"paging": "next", "next_at": "next", "rows_at": "rows"}
        case _:
            address.says([{"a": 1}], headers={"Link": f'<{link}>; rel="next"'})

    with pytest.raises(Invalid, match="sends on to"):
        fetched(address, **asked)

    assert len(address.seen) == 1


def test_redirect_on_the_same_origin_is_followed_but_not_in_circles(address: Address) -> None:
    def moved(seen: Seen) -> Reply:
        if seen.path == "/api/old":
            return Reply(status=301, headers={"Location": "new?x=ä b"})
        return Reply(ROWS)

    address.answer = moved
    assert len(fetched(address, path="/old")) == len(ROWS)
    assert (address.seen[1].path, address.seen[1].query) == ("/api/new", {"x": "ä b"})
    address.says(b"", status=302, headers={"Location": "/api/old"})
    with pytest.raises(Invalid, match="in circles"):
        fetched(address, path="/old")


def test_name_that_answers_otherwise_later_gains_nothing(
    address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address that was judged is connected to; the name is not looked up again."""
    asked: list[Any] = []

    def rebound(*args: Any) -> Any:
        asked.append(args)
        return [(2, 1, 6, "", ("10.0.0.7", args[1]))]

    real = clients.socket.getaddrinfo

    def lookup(host: str, *rest: Any, **more: Any) -> Any:
        return real(host, *rest, **more) if host == "127.0.0.1" else rebound(host, *rest)

    monkeypatch.setattr(clients.socket, "getaddrinfo", lookup)
    address.says(ROWS)
    place = Site(f"http://desk.example:{address.port}", "127.0.0.1")

    assert len(fetched(address, client=client_of(address, site=place))) == len(ROWS)
    assert asked == []
    assert address.seen[0].headers["Host"] == f"desk.example:{address.port}"


def test_gzip_is_unpacked_and_a_bomb_is_not(address: Address) -> None:
    address.says(gzip.compress(json.dumps(ROWS).encode()), headers={"Content-Encoding": "gzip"})
    assert len(fetched(address)) == len(ROWS)
    bomb = gzip.compress(b"[" + b" " * 50_000_000 + b"]", compresslevel=1)
    address.says(bomb, headers={"Content-Encoding": "gzip"})
    with pytest.raises(Invalid, match="more than 1 MB") as refused:
        fetched(address)
    assert refused.value.field == "size"
    address.says(b" " * 1_000_001)
    with pytest.raises(Invalid, match="more than 1 MB"):
        fetched(address)


@pytest.mark.parametrize(
    ("caps", "why"), [(Caps(rows=20), "more than 20 rows"), (Caps(bytes=2_000), "more than 0 MB")]
)
def test_all_pages_together_are_limited(address: Address, caps: Caps, why: str) -> None:
    address.answer = by_page
    with pytest.raises(Invalid, match=why):
        fetched(address, paging="page", caps=caps)


def test_connection_is_kept_and_made_anew_where_it_was_dropped(address: Address) -> None:
    address.answer = by_page
    with client_of(address) as client:
        client.get("/api?page=1")
        kept = client._line
        assert kept is not None
        client.get("/api?page=2")
        assert client._line is kept
        kept.sock.shutdown(socket.SHUT_WR)  # the other side lets go of what is idle
        assert client.get("/api?page=3").status == 200


def test_certificate_is_checked(address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    class Untrusted:
        def wrap_socket(self, line: Any, server_hostname: str) -> Any:
            error = ssl.SSLCertVerificationError(1, "no")
            error.verify_message = f"self-signed certificate of {server_hostname}"
            raise error

    monkeypatch.setattr(clients.ssl, "create_default_context", Untrusted)
    place = Site(f"https://desk.example:{address.port}", "127.0.0.1", token=TOKEN)
    with pytest.raises(Invalid, match="to be trusted: self-signed certificate of desk"):
        fetched(address, client=client_of(address, site=place))
    assert address.seen == []


def test_objects_become_columns_as_deep_as_asked() -> None:
    row = {"a": {"b": {"c": 1}, "d": []}, "e": {}, "f": [{"g": 1}]}
    assert flat(row, 0) == row
    assert flat(row, 1) == {"a.b": {"c": 1}, "a.d": [], "e": {}, "f": [{"g": 1}]}
    assert flat(row, 2) == {"a.b.c": 1, "a.d": [], "e": {}, "f": [{"g": 1}]}
    assert flat({"a.b": 1, "a": {"b": 2}}, 1) == {"a.b": 1, "a": {"b": 2}}
    assert flat(7, 1) == 7


@pytest.mark.parametrize(
    ("path", "found"),
    [("", "all"), ("a.b", [1, 2]), ("/a/b", [1, 2]), ("$.a.b.1", 2), ("/x~1y/~0", 3)],
)
def test_places_in_a_body(path: str, found: Any) -> None:
    body = {"a": {"b": [1, 2]}, "x/y": {"~": 3}}
    assert at(body, path) == (body if found == "all" else found)


def test_what_lies_elsewhere_is_named() -> None:
    body = {"meta": 1, "data": {"rows": [], "more": {"list": []}}}
    with pytest.raises(Invalid, match=r"at “items”\. There are lists at “data\.rows”, “data\.m"):
        rows_of(body, "items")
    with pytest.raises(Invalid, match="At “data” there is no list"):
        rows_of(body, "data")
    with pytest.raises(Invalid, match=r"^The body is no list of rows\.$"):
        rows_of({"a": 1}, "")


def test_link_header_as_it_is_written_in_the_wild() -> None:
    assert next_link(['<a>; rel="prev", <b?x=1,2>; title="n, m"; rel=next']) == "b?x=1,2"
    assert next_link(['<a>; rel="last next"']) == "a"
    assert next_link(['<a>; rel="nextish"', "nonsense"]) is None


def asked_with(name: str) -> Callable[[Any], Asked]:
    return lambda value: Asked(**{name: value})


@pytest.mark.parametrize(
    ("call", "given", "field"),
    [
        (check_url, "ftp://x", "url"),
        (check_url, "https://", "url"),
        (check_url, "desk.example", "url"),
        (check_url, "https://a:b@x", "url"),
        (check_url, "https://x/?a=1", "url"),
        (check_url, "https://x:99999", "url"),
        (check_url, "https://x/a\nb", "url"),
        (check_header, "Host", "header"),
        (check_header, "X Y", "header"),
        (check_token, "a\r\nX: y", "password"),
        (check_token, "tökén", "password"),
        (asked_with("path"), "https://other/", "path"),
        (asked_with("path"), "/a?b=1", "path"),
        (asked_with("paging"), "back", "paging"),
        (asked_with("paging"), "next", "next_at"),
        (asked_with("depth"), 3, "depth"),
        (asked_with("parameters"), (("", "a"),), "parameters"),
        (lambda size: Asked(paging="page", size=size), 5, "size_parameter"),
        (Asked.from_json, {"owner": 1}, "owner"),
    ],
)
def test_what_makes_no_sense_is_refused(call: Callable[[Any], Any], given: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        call(given)
    assert refused.value.field == field


def loaded(address: Address, target: Path, after: After | None = None, **types: str) -> Any:
    types = types or {
        "id": "integer", "at": "timestamp", "hours": "number", "requester.name": "text",
        "requester.team": "text", "tags": "text",
    }  # fmt: skip
    asked = Asked(path="/tickets", mark_parameter="since")
    return loading.load(
        site(address), asked, JsonOptions(types=types), target, caps=Caps(), seconds=20, after=after
    )


def test_rows_become_a_snapshot(address: Address, target: Path) -> None:
    address.says(ROWS)

    report = loaded(address, target)

    assert (report.rows, report.as_of) == (25, "2026-03-01 08:00:25.000025")
    assert report.notes[0] == "25 rows came on 1 page."
    assert rows_in(target)[0] == (
        1, dt.datetime(2026, 3, 1, 8, 0, 1, 1), 0.5, "P1", '{"name": "ä"}', '["a", 1]', 1,
    )  # fmt: skip
    assert [path.name for path in target.parent.iterdir()] == ["load.parquet"]


def test_no_rows_and_a_column_that_no_row_has(address: Address, target: Path) -> None:
    address.says([])
    report = loaded(address, target)
    assert (report.rows, len(report.columns), rows_in(target)) == (0, 7, [])
    other = target.with_name("other.parquet")
    address.says([{"id": 1}])
    loaded(address, other)
    assert rows_in(other) == [(1, None, None, None, None, None, 1)]


def test_value_of_another_type_names_its_row(address: Address, target: Path) -> None:
    address.says([{"id": 1}, {"id": "two"}])
    with pytest.raises(Invalid) as refused:
        loaded(address, target, id="integer")
    assert refused.value.details["bad_rows"][0]["line"] == 2
    assert not target.exists()


def test_newer_rows_are_asked_for_by_a_parameter(address: Address, target: Path) -> None:
    columns = {"id": "integer", "at": "timestamp"}
    after = After("at", "timestamp", "2026-03-01 08:00:00.5", columns)
    address.says([{"id": 1, "at": "2026-03-01T09:00:00Z"}])

    report = loaded(address, target, after, **columns)

    assert address.seen[-1].query == {"since": "2026-03-01T08:00:00.500000Z"}
    assert (report.read_after, report.read_all_for) == (after.bound, "")


def test_new_columns_have_all_rows_read(address: Address, target: Path) -> None:
    columns = {"id": "integer"}
    after = After("id", "integer", 7, columns)
    address.answer = lambda seen: Reply(
        [{"id": 8, "team": "A"}] if "since" in seen.query else [{"id": 7, "team": "B"}] * 3
    )

    report = loaded(address, target, after, **columns)

    assert (report.rows, report.read_after) == (3, None)
    assert report.read_all_for == "the columns are not those of the live load"
