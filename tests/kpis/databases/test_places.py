"""Where a source is: what was judged, and what was typed for it, and nothing else."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import unquote

import pytest

from ace_portal.lib.errors import Invalid, PortalError, Temporary
from ace_portal.lib.outgoing import address_of
from ace_portal.lib.words import sentence
from kpis.live import for_everybody
from kpis.sandbox.databases import knock_at
from kpis.sources.databases.base import Place
from kpis.sources.databases.mysql import exact_collation
from kpis.sources.databases.spark import url_of
from tests.fixtures.databases import Server


def test_user_and_token_of_spark_are_no_settings_of_their_own() -> None:
    place = Place(
        "spark", "lake.example", 15002, "203.0.113.7", user="me;use_ssl=false", password="a=;b/c",
    )  # fmt: skip

    where, _slash, settings = url_of(place).partition("/;")
    told = dict(setting.split("=", 1) for setting in settings.split(";"))

    assert where == "sc://203.0.113.7:15002"
    assert {name: unquote(value) for name, value in told.items()} == {
        "user_id": "me;use_ssl=false", "use_ssl": "true", "token": "a=;b/c",
    }  # fmt: skip
    assert "=" not in "".join(told.values())


def test_name_with_one_closed_address_among_others_is_refused(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """Which of them is taken in the end nobody who judges knows."""
    settings.OPEN_NETWORKS = []
    stream = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    found = [(*stream, (address, 5432)) for address in ("93.184.216.34", "10.0.0.7")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_asked, **_how: found)

    with pytest.raises(Invalid, match="ACE_OPEN_NETWORKS"):
        address_of("two.example", 5432)


def test_server_is_connected_to_at_the_address_that_was_judged(server: Server) -> None:
    """Its name is not looked up again: nobody answers to this one."""
    assert [row.name for row in knock_at(server.outside.to(host="gone.invalid"))] == ["orders"]


@pytest.mark.parametrize(
    ("server", "collation"),
    [("5.5.5-10.11.6-MariaDB-0+deb12u1", "utf8mb4_nopad_bin"), ("8.4.3", "utf8mb4_0900_bin"),
     ("8.0.17", "utf8mb4_0900_bin"), ("8.0.11-TiDB-v7.5.1", "utf8mb4_bin"),
     ("5.7.44-48-log", "utf8mb4_bin")],
)  # fmt: skip
def test_every_server_knows_the_collation_that_it_is_told(server: str, collation: str) -> None:
    assert exact_collation(server) == collation


CANARY = sentence("It says: %(what)s", what="canary")


@pytest.mark.parametrize(
    ("told", "words"),
    [(Invalid(CANARY, field="sql"), "The database could not compute this figure."),
     (Invalid(CANARY, field="password"), "lets nobody in with the password that is kept."),
     (Temporary(CANARY, field="host"), "The database does not answer."),
     (Invalid(sentence("It took too long."), field="sql"), "It took too long.")],
)  # fmt: skip
def test_who_looks_at_figures_reads_our_words_alone(told: PortalError, words: str) -> None:
    said = for_everybody(told)

    assert type(said) is type(told)
    assert str(said.message).endswith(words)
    assert "canary" not in said.message
