"""The same words and rules as the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from ace_portal.accounts.models import User
from kpis.models import Dataset, Upload
from tests.fixtures.eventlog import event_log
from tests.kpis.data.conftest import csv_file, prepared, replaced, sent, work

pytestmark = pytest.mark.django_db(transaction=True)

ClientOf = Callable[[User | None], Client]
Speak = Callable[[dict[str, str]], None]
API = "/api/v1/"


def post(client: Client, path: str, data: Any = None) -> Any:
    return client.post(API + path, data or {}, content_type="application/json")


def test_file_becomes_a_dataset(owner: User, client_of: ClientOf) -> None:
    client = client_of(owner)
    upload = client.post(f"{API}uploads/", {"file": csv_file(event_log())})
    given = {"upload": upload.json()["id"], "name": "Incidents", "time_zone": "Europe/Berlin"}
    made = post(client, "datasets/", given)
    ended = work()
    loads = client.get(f"{API}datasets/incidents/loads/").json()["results"]

    assert (upload.status_code, made.status_code, ended) == (201, 201, ["done"])
    profile = upload.json()["profile"]
    assert (profile["rows"], profile["needs"]) == (event_log().count("\n") - 1, [])
    assert [(load["number"], load["state"], load["error"]) for load in loads] == [(1, "live", "")]
    assert client.get(f"{API}datasets/incidents/").json()["live"] == 1


def test_next_load_and_roll_back(owner: User, client_of: ClientOf, incidents: Dataset) -> None:
    client = client_of(owner)
    upload = sent(owner, event_log(cases=60))
    added = post(client, "datasets/incidents/loads/", {"upload": upload.pk})
    work()
    back = post(client, "datasets/incidents/loads/1/rollback/")

    assert (added.status_code, added.json()["number"]) == (201, 2)
    assert (back.status_code, back.json()["state"]) == (200, "live")


def test_prepared_dataset_is_made_changed_previewed(
    owner: User, client_of: ClientOf, incidents: Dataset
) -> None:
    client = client_of(owner)
    sql = "SELECT number, made_sla FROM incidents"
    shown = post(client, "datasets/new/sql/preview/", {"sql": sql}).json()
    made = post(client, "datasets/new/sql/", {"name": "Numbers", "sql": sql})
    changed = client.put(
        f"{API}datasets/numbers/sql/", {"sql": sql + " LIMIT 2"}, content_type="application/json"
    )
    ended = work()
    built = post(client, "datasets/numbers/rebuild/")

    assert shown["columns"][1] == {"name": "made_sla", "type": "boolean"}
    assert (made.status_code, changed.status_code, built.status_code) == (201, 200, 201)
    assert (ended, Dataset.objects.get(slug="numbers").live.rows) == (["done"], 2)


def test_refusals_name_their_field(owner: User, client_of: ClientOf, incidents: Dataset) -> None:
    client = client_of(owner)
    ambiguous = sent(owner, "n,at\n1,3/4/2024\n2,5/4/2024\n")
    asked: list[tuple[str, dict[str, Any], str]] = [
        ("datasets/", {"upload": ambiguous.pk, "name": "A"}, "date_order"),
        ("datasets/", {"upload": ambiguous.pk, "name": "A", "date_order": "day_first",
                       "types": {"zzz": "text"}}, "types"),
        ("datasets/", {"upload": ambiguous.pk, "name": "A", "date_order": "day_first",
                       "time_zone": "Mars/Base"}, "time_zone"),
        ("datasets/new/sql/", {"name": "A", "sql": "SELECT x FROM incidents"}, "sql"),
        ("datasets/new/sql/preview/", {"sql": "DROP TABLE incidents"}, "sql"),
    ]  # fmt: skip
    said = [post(client, path, data) for path, data, _field in asked]
    empty = client.post(f"{API}uploads/", {"file": csv_file(b"")})

    assert [answer.json().get("field") for answer in said] == [field for *_, field in asked]
    assert {answer.status_code for answer in said} == {400}
    assert empty.json() == {"detail": "The file is empty.", "field": "file"}
    assert Dataset.objects.count() == 1


def test_refusals_are_told_in_the_language_of_the_reader(
    owner: User, client_of: ClientOf, incidents: Dataset, german: Speak
) -> None:
    german(
        {
            "Line %(line)s, column %(column)s: %(why)s": "Zeile %(line)s, %(column)s: %(why)s",
            "the function “%(name)s” cannot be used: %(why)s": "„%(name)s“ geht nicht: %(why)s",
            "the same data must give the same figures every time": "jedes Mal dieselben Zahlen",
            "The file is empty.": "Die Datei ist leer.",
        }
    )
    client = client_of(owner)
    sql = {"sql": "SELECT random() FROM incidents"}
    told = {}
    for language in ("de", "en"):
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
        query = post(client, "datasets/new/sql/preview/", sql)
        empty = client.post(f"{API}uploads/", {"file": csv_file(b"")})
        told[language] = (query.json()["detail"], empty.json()["detail"])

    assert told == {
        "de": (
            "Zeile 1, 8: „random“ geht nicht: jedes Mal dieselben Zahlen.",
            "Die Datei ist leer.",
        ),
        "en": (
            "Line 1, column 8: the function “random” cannot be used: "
            "the same data must give the same figures every time.",
            "The file is empty.",
        ),
    }


def test_details_of_a_refusal_are_told_in_the_language_of_the_reader(
    owner: User, client_of: ClientOf, german: Speak
) -> None:
    german({"not %(type)s": "nicht %(type)s", "a whole number": "eine ganze Zahl"})
    client = client_of(owner)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
    upload = sent(owner, "n\n1\nx\n")
    refused = post(
        client, "datasets/", {"upload": upload.pk, "name": "A", "types": {"n": "integer"}}
    )

    reasons = [row["reason"] for row in refused.json()["details"]["bad_rows"]]
    assert (refused.status_code, reasons) == (400, ["nicht eine ganze Zahl"])


def test_findings_are_kept_in_the_language_of_the_portal(owner: User, german: Speak) -> None:
    german({"All %(n)s values are %(type)s.": "Alle %(n)s sind %(type)s.",
            "whole numbers": "ganze Zahlen"})  # fmt: skip
    with override("de"):
        upload = sent(owner, "n\n1\n2\n")

    assert upload.profile["columns"][0]["reason"] == "All 2 values are whole numbers."


def test_extra_fields_never_bind(owner: User, ace: User, client_of: ClientOf) -> None:
    upload = sent(owner, event_log(cases=2))
    post(
        client_of(owner),
        "datasets/",
        {"upload": upload.pk, "name": "Mine", "owner": ace.email, "kind": "prepared", "live": 5},
    )

    dataset = Dataset.objects.get()
    assert (dataset.owner, dataset.kind, dataset.live) == (owner, "file", None)


def test_doors_of_the_api(
    owner: User, ace: User, member: User, client_of: ClientOf, incidents: Dataset
) -> None:
    prepared(owner)
    replaced(owner, incidents, event_log(cases=3))
    upload = Upload.objects.order_by("pk").last()
    plain = User.objects.create_user("plain@example.org", name="Plain", is_ace=True)
    reads = [
        "datasets/", "datasets/incidents/", "datasets/incidents/loads/", f"uploads/{upload.pk}/",
    ]  # fmt: skip
    writes = [
        "uploads/", "datasets/", "datasets/new/sql/", "datasets/new/sql/preview/",
        "datasets/incidents/loads/", "datasets/incidents/loads/1/rollback/",
        "datasets/last-events/rebuild/",
    ]  # fmt: skip

    def codes(user: User | None) -> set[int]:
        client = client_of(user)
        read = {client.get(API + path).status_code for path in reads}
        return read | {post(client, path).status_code for path in writes}

    assert [codes(member), codes(plain), codes(None)] == [{403}, {403}, {401}]
    assert client_of(ace).get(f"{API}uploads/{upload.pk}/").status_code == 404
    assert post(client_of(ace), "datasets/incidents/loads/1/rollback/").status_code == 403
    foreign = post(client_of(ace), "datasets/", {"upload": upload.pk, "name": "X"})
    assert foreign.status_code == 404
