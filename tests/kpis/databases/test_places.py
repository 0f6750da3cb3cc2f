"""What people type of a way in says nothing but what it was typed for."""

from __future__ import annotations

from urllib.parse import unquote

from kpis.sources.databases.base import Place
from kpis.sources.databases.spark import url_of


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
