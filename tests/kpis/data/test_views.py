"""The pages: from a file to a dataset, every refusal beside its field, every door."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ace_portal.accounts.models import User
from ace_portal.jobs.models import Job
from kpis.models import Dataset, Load, Upload
from tests.fixtures.eventlog import event_log
from tests.fixtures.workbooks import inflating
from tests.kpis.data.conftest import csv_file, prepared, replaced, sent, work

pytestmark = pytest.mark.django_db(transaction=True)

ClientOf = Callable[[User | None], Client]
NEW = "/kpis/datasets/new/"
SQL = "/kpis/datasets/new/sql/"
AMBIGUOUS = "number,opened_at,hours\nINC1,3/4/2024 10:15,1.5\nINC2,5/4/2024 09:00,2.5\n"


def error_of(page: Any, field: str) -> str:
    """What stands beside a field."""
    html = page.content.decode()
    found = re.search(rf'id="id_{field}_error">.*?<div>(.*?)</div>', html, re.S)
    return unescape(re.sub(r"<[^>]+>", "", found[1])).strip() if found else ""


def answers_of(page: Any) -> dict[str, Any]:
    """What a person sends who changes nothing on a form."""
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields if form[name].value()}
    if "null_tokens" in values:
        offered = {token for token, _label in form.fields["null_tokens"].choices}
        values["null_tokens"] = [token for token in values["null_tokens"] if token in offered]
    return values


def send(client: Client, text: str | bytes, name: str = "incidents.csv", to: str = NEW) -> Any:
    return client.post(to, {"file": csv_file(text, name)})


def test_file_becomes_a_dataset_step_by_step(owner: User, client_of: ClientOf) -> None:
    client = client_of(owner)
    sent_page = send(client, event_log(), "incident_event-log.csv")
    preview = client.get(sent_page.url)
    made = client.post(sent_page.url, {**answers_of(preview), "description": "One event"})
    waiting = client.get(made.url)
    ended = work()
    done = client.get(made.url)

    assert (preview.status_code, made.url) == (200, "/kpis/datasets/incident-event-log/")
    assert "Waiting for a worker" in waiting.content.decode()
    assert (ended, Dataset.objects.get().live.rows) == (["done"], event_log().count("\n") - 1)
    for words in ("One event", "Resolver 90", "Yes or no", "11 Mar 2016, 19:43"):
        assert words in done.content.decode()


def test_preview_says_what_it_found_and_why(owner: User, client_of: ClientOf) -> None:
    upload = sent(owner, event_log())

    html = unescape(client_of(owner).get(f"/kpis/uploads/{upload.pk}/").content.decode())

    assert "values look like day/month/year hour:minute" in html
    assert re.search(r"“\?”, \d+ times", html)
    assert "A comma cuts" in html


BAD_FILES = [
    (b"", "The file is empty."),
    (
        b"%PDF-1.7",
        "This is a PDF, not a CSV file. Export the table as CSV and upload that.",
    ),
    (b"a,a\n1,2\n", "Columns 1 and 2 are both called “a”. Rename one of them"),
    (b"a,,c\n1,2,3\n", "Column 2 has no name. Give each column a name in the first line."),
    (b"a,b\n", "The file has column names and no rows."),
    (b"a,b\n1,\x00\x01\x02\n", "The file holds zero bytes, so it is not text."),
    (b'a,b\n1,"2\n3,4\n', "The quote that opens on line 2 is never closed."),
]


@pytest.mark.parametrize(("content", "message"), BAD_FILES)
def test_bad_file_is_told_beside_its_field_and_nothing_stays(
    owner: User, client_of: ClientOf, settings: Any, content: bytes, message: str
) -> None:
    page = send(client_of(owner), content)

    assert (page.status_code, error_of(page, "file")[: len(message)]) == (422, message)
    assert (Upload.objects.count(), list(settings.UPLOADS_DIR.iterdir())) == (0, [])


def test_file_over_the_cap_is_refused(owner: User, client_of: ClientOf, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 1024

    page = send(client_of(owner), "a\n" + "1\n" * 1024)

    assert error_of(page, "file") == (
        "The file is larger than 1.0\xa0KB. Leave out columns or split it by time."
    )
    assert list(settings.UPLOADS_DIR.iterdir()) == []


def test_no_file_is_told(owner: User, client_of: ClientOf) -> None:
    page = client_of(owner).post(NEW, {})

    assert error_of(page, "file") == "Choose a file first."


def test_upload_is_kept_for_its_owner_alone(owner: User) -> None:
    upload = sent(owner, event_log())

    assert oct(upload.file.stat().st_mode & 0o777) == "0o600"
    assert "incidents" not in upload.path


def test_ambiguous_dates_are_asked_with_both_readings(owner: User, client_of: ClientOf) -> None:
    client = client_of(owner)
    url = send(client, AMBIGUOUS).url
    page = client.get(url)
    refused = client.post(url, {**answers_of(page), "name": "My name", "type_0": "text"})
    chosen = client.post(url, {**answers_of(page), "date_order": "month_first"})

    html = unescape(page.content.decode())
    assert "Day first: 3/4/2024 is 3 April 2024" in html
    assert "Month first: 3/4/2024 is 4 March 2024" in html
    assert error_of(refused, "date_order") == "Choose one: the file does not say."
    assert 'value="My name"' in refused.content.decode()
    assert (chosen.status_code, work()) == (302, ["done"])
    assert Dataset.objects.get().live.columns[1]["min"] == "2024-03-04 09:15:00"


def test_ragged_rows_stop_or_are_skipped(owner: User, client_of: ClientOf) -> None:
    client = client_of(owner)
    url = send(client, "a,b\n1,2\n3\n4,5\n").url
    page = client.get(url)
    refused = client.post(url, {**answers_of(page), "name": "Kept"})
    skipped = client.post(url, {**answers_of(page), "bad_rows": "skip"})

    assert "2 cells expected, 1 found" in page.content.decode()
    assert error_of(refused, "bad_rows") == (
        "1 row does not fit. Mend the file, or choose to skip it."
    )
    assert 'value="Kept"' in refused.content.decode()
    assert (Dataset.objects.count(), work()) == (1, ["done"])
    dataset = Dataset.objects.get()
    assert (dataset.live.rows, dataset.live.report["bad_rows_total"]) == (2, 1)
    assert "1 row left out of load 1" in client.get(skipped.url).content.decode()


SOON = "n,at\n1,2024-01-01\n2,soon\n3,later\n"
SOON_SAYS = (
    "Line 3, column “at”: “soon” is not a date. 1 more row does not fit. Choose another type, add "
    "a spelling of “nothing”, or skip bad rows."
)


@pytest.mark.parametrize("look_first", [False, True])
def test_type_that_does_not_fit_is_refused_beside_its_column(
    owner: User, client_of: ClientOf, *, look_first: bool
) -> None:
    client = client_of(owner)
    url = send(client, SOON).url
    typed = {**answers_of(client.get(url)), "name": "My name", "type_1": "date"}
    if look_first:
        client.post(url, {**typed, "look": "1"})
    refused = client.post(url, typed)
    left = (Dataset.objects.count(), Job.objects.count())
    taken = client.post(url, {**typed, "type_1": "text"})

    assert (refused.status_code, refused.context["form"].errors["type_1"]) == (422, [SOON_SAYS])
    assert refused.context["form"]["name"].value() == "My name"
    assert refused.context["form"]["type_1"].value() == "date"
    assert unescape(refused.content.decode()).count(SOON_SAYS) == 2  # beside it, and above the form
    assert left == (0, 0)
    assert (taken.status_code, work()) == (302, ["done"])


def test_api_refuses_a_type_that_does_not_fit_in_the_same_words(
    owner: User, client_of: ClientOf
) -> None:
    upload = sent(owner, SOON)
    data = {"upload": upload.pk, "name": "Soon", "types": {"at": "date"}}

    answer = client_of(owner).post("/api/v1/datasets/", data, "application/json")

    assert answer.status_code == 400
    assert (answer.json()["detail"], answer.json()["field"]) == (SOON_SAYS, "types")
    assert Dataset.objects.count() == 0


def test_next_file_that_does_not_fit_is_refused_before_a_load_is_made(
    owner: User, client_of: ClientOf, incidents: Dataset
) -> None:
    broken = event_log(cases=60).replace("29/2/2016 01:16", "some time", 1)
    client = client_of(owner)
    url = send(client, broken, to=f"/kpis/datasets/{incidents.slug}/load/").url
    refused = client.post(url, answers_of(client.get(url)))

    assert refused.status_code == 422
    assert (
        refused.context["form"]
        .errors["type_6"][0]
        .startswith("Line 2, column “opened_at”: “some time” is not a date with a time, day first.")
    )
    assert incidents.loads.count() == 1


def test_delimiter_and_quote_are_shown_and_another_one_is_looked_at_first(
    owner: User, client_of: ClientOf
) -> None:
    client = client_of(owner)
    url = send(client, "a|b;c\n1|'2;3'\n4|'5;6'\n").url
    page = client.get(url)
    form = page.context["form"]
    other = {**answers_of(page), "delimiter": "|", "quote": "'", "name": "Cut"}
    again = client.post(url, other)
    made = client.post(url, {**answers_of(again), "name": "Cut"})

    assert (form["delimiter"].value(), form["quote"].value()) == (";", '"')
    assert [column.name for column, _bound in again.context["form"].columns] == ["a", "b;c"]
    assert "The file was read again with your answers." in again.content.decode()
    assert (again.status_code, again.context["form"]["name"].value()) == (200, "Cut")
    assert (made.status_code, work()) == (302, ["done"])
    assert list(Dataset.objects.get().live.types)[:2] == ["a", "b;c"]


def test_api_cuts_a_file_as_it_is_told(owner: User, client_of: ClientOf) -> None:
    upload = sent(owner, "a|b;c\n1|2;3\n4|5;6\n")
    data = {"upload": upload.pk, "name": "Cut", "delimiter": ";"}
    client = client_of(owner)
    made = client.post("/api/v1/datasets/", data, "application/json")
    wrong = {**data, "upload": sent(owner, "a,b\n1,2\n").pk, "delimiter": '"'}
    refused = client.post("/api/v1/datasets/", wrong, "application/json")

    assert (made.status_code, work()) == (201, ["done"])
    assert list(Dataset.objects.get().live.types)[:2] == ["a|b", "c"]
    assert (refused.status_code, refused.json()["field"]) == (400, "delimiter")


def test_look_again_takes_the_answers_so_far(owner: User, client_of: ClientOf) -> None:
    client = client_of(owner)
    url = send(client, "n;price\n1;1,5\n2;2,5\n").url
    page = client.get(url)

    again = client.post(url, {**answers_of(page), "name": "Prices", "decimal": ",", "look": "1"})

    form = again.context["form"]
    assert (form["type_1"].value(), form["name"].value()) == ("number", "Prices")
    assert Dataset.objects.count() == 0


def test_guessed_encoding_is_told_and_can_be_changed(owner: User, client_of: ClientOf) -> None:
    client = client_of(owner)
    url = send(client, "name\nCôté\nNuñez\n".encode("mac-roman")).url
    page = client.get(url)
    again = client.post(url, {**answers_of(page), "encoding": "mac-roman", "look": "1"})
    made = client.post(url, answers_of(again))

    assert "Not UTF-8. Our guess is" in page.content.decode()
    assert "Nuñez" in again.content.decode()
    assert (made.status_code, work()) == (302, ["done"])
    assert Dataset.objects.get().live.columns[0]["max"] == "Nuñez"


def test_file_whose_mark_lies_about_its_encoding_is_refused(
    owner: User, client_of: ClientOf
) -> None:
    page = send(client_of(owner), b"\xef\xbb\xbfa,b\n\xff,2\n")

    assert error_of(page, "file").startswith(
        "The file is not utf-8-sig: line 2 holds bytes that it does not have."
    )


def test_running_load_shows_how_far_it_is(owner: User, client_of: ClientOf) -> None:
    client = client_of(owner)
    upload = sent(owner, event_log())
    url = f"/kpis/uploads/{upload.pk}/"
    made = client.post(url, answers_of(client.get(url)))
    Job.objects.update(state="running", progress=0.42, note="Reading, 42%")

    html = client.get(made.url).content.decode()

    assert re.search(r'<progress[^>]* value="42" max="100"', html)
    assert 'hx-trigger="every 1s"' in html


def test_next_file_through_the_page(owner: User, client_of: ClientOf, incidents: Dataset) -> None:
    client = client_of(owner)
    url = send(client, event_log(cases=60), to=f"/kpis/datasets/{incidents.slug}/load/").url
    page = client.get(url)
    client.post(url, answers_of(page))

    assert (url.endswith("?dataset=incidents"), "name" in page.context["form"].fields) == (
        True,
        False,
    )
    assert work() == ["done"]
    incidents.refresh_from_db()
    assert incidents.live.number == 2


def test_roll_back_through_the_page(owner: User, client_of: ClientOf, incidents: Dataset) -> None:
    replaced(owner, incidents, event_log(cases=60))
    client = client_of(owner)
    page = client.post(f"/kpis/datasets/{incidents.slug}/loads/1/rollback/", follow=True)
    twice = client.post(f"/kpis/datasets/{incidents.slug}/loads/1/rollback/")

    incidents.refresh_from_db()
    assert ("Load 1 is live again." in page.content.decode(), incidents.live.number) == (True, 1)
    assert twice.status_code == 422


@pytest.mark.parametrize(("says", "why"), [
    (None, "Unpacked, the workbook has more than the 524 MB that are allowed."),
    (1_000, "in the workbook is larger than the 1,000 bytes that the file says"),
])  # fmt: skip
def test_workbook_that_would_fill_memory_is_refused_beside_its_field(
    owner: User, client_of: ClientOf, tmp_path: Path, says: int | None, why: str
) -> None:
    bomb = inflating(tmp_path / "bomb.xlsx", 2, says=says).read_bytes()
    page = send(client_of(owner), bomb, "bomb.xlsx")

    assert page.status_code == 422
    assert why in error_of(page, "file")
    assert not Upload.objects.exists()
    assert list(Path(settings.UPLOADS_DIR).rglob("*.upload")) == []


def test_sql_is_previewed_without_saving(
    owner: User, client_of: ClientOf, incidents: Dataset
) -> None:
    page = client_of(owner).post(SQL, {"sql": "SELECT number FROM incidents LIMIT 3", "look": "1"})

    html = page.content.decode()
    assert (page.status_code, "INC0000000" in html, "SELECT number" in html) == (200, True, True)
    assert Dataset.objects.count() == 1


def test_preview_of_a_query_says_yes_and_no(
    owner: User, client_of: ClientOf, incidents: Dataset
) -> None:
    sql = "SELECT number, number = 'x' AS odd FROM incidents LIMIT 1"
    html = client_of(owner).post(SQL, {"sql": sql, "look": "1"}).content.decode()

    assert ("<td>no</td>" in html, "False" in html) == (True, False)


def test_sql_error_is_beside_its_field_and_the_text_stays(
    owner: User, client_of: ClientOf, incidents: Dataset
) -> None:
    typed = {"name": "Teams", "sql": "SELECT number,\n  team\nFROM incidents"}
    pages = [client_of(owner).post(SQL, {**typed, **extra}) for extra in ({}, {"look": "1"})]

    for page in pages:
        assert error_of(page, "sql").startswith("Line 2, column 3: there is no column “team”")
        assert "SELECT number,\n  team\nFROM incidents</textarea>" in page.content.decode()
        assert (page.status_code, 'value="Teams"' in page.content.decode()) == (422, True)
    assert Dataset.objects.count() == 1


def test_sql_is_saved_changed_and_rebuilt(
    owner: User, client_of: ClientOf, incidents: Dataset
) -> None:
    client = client_of(owner)
    made = client.post(SQL, {"name": "Numbers", "sql": "SELECT number FROM incidents"})
    client.post(f"{made.url}sql/", {"sql": "SELECT DISTINCT number FROM incidents"})
    ended = work()
    client.post(f"{made.url}rebuild/")

    assert (ended, work()) == (["done"], ["done"])
    assert Dataset.objects.get(slug="numbers").live.rows == 40
    assert "SELECT DISTINCT" in client.get(made.url).content.decode()


def test_name_is_changed_and_the_address_stays(
    owner: User, client_of: ClientOf, incidents: Dataset
) -> None:
    page = client_of(owner).post(
        f"/kpis/datasets/{incidents.slug}/edit/", {"name": "Event log", "owner": "1", "slug": "x"}
    )

    incidents.refresh_from_db()
    assert (page.url, incidents.name, incidents.owner) == (
        "/kpis/datasets/incidents/",
        "Event log",
        owner,
    )


# Doors


def paths(dataset: Dataset, upload: Upload) -> list[tuple[str, str]]:
    one = f"/kpis/datasets/{dataset.slug}/"
    return [
        ("get", "/kpis/datasets/"),
        ("get", NEW),
        ("get", SQL),
        ("get", one),
        ("get", f"/kpis/uploads/{upload.pk}/"),
        ("get", f"{one}edit/"),
        ("get", f"{one}sql/"),
        ("get", f"{one}load/"),
        ("post", f"{one}rebuild/"),
        ("post", f"{one}loads/1/rollback/"),
    ]


def test_doors_of_the_pages(
    owner: User, ace: User, member: User, outsider: User, client_of: ClientOf, incidents: Dataset
) -> None:
    last = prepared(owner)
    upload = sent(owner, event_log(cases=2))
    plain = User.objects.create_user("plain@example.org", name="Plain", is_ace=True)

    def codes(user: User | None) -> set[int]:
        client = client_of(user)
        return {getattr(client, how)(path).status_code for how, path in paths(last, upload)}

    assert [codes(user) for user in (member, outsider, plain)] == [{403}, {403}, {403}]
    assert codes(None) == {302}
    own = [client_of(owner).get(path).status_code for how, path in paths(last, upload)[:8]]
    assert own == [200] * 8
    assert client_of(ace).get(f"/kpis/uploads/{upload.pk}/").status_code == 404
    assert client_of(ace).post(f"/kpis/datasets/{last.slug}/loads/1/rollback/").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/kpis/datasets/nothing/", "/kpis/datasets/nothing/sql/", "/kpis/datasets/nothing/load/",
        "/kpis/uploads/999999/", "/kpis/datasets/nothing/edit/",
    ],
)  # fmt: skip
def test_forged_address_is_not_there(owner: User, client_of: ClientOf, path: str) -> None:
    assert client_of(owner).get(path).status_code == 404


def test_foreign_dataset_in_the_query_is_not_there(owner: User, client_of: ClientOf) -> None:
    upload = sent(owner, event_log())

    assert client_of(owner).get(f"/kpis/uploads/{upload.pk}/?dataset=x").status_code == 404


def test_rail_shows_data_to_those_who_manage_it(
    owner: User, member: User, client_of: ClientOf
) -> None:
    shown = [
        'href="/kpis/datasets/"' in client_of(user).get("/discover/").content.decode()
        for user in (owner, member)
    ]

    assert shown == [True, False]


@pytest.mark.parametrize(
    "path", ["/kpis/datasets/", "/kpis/datasets/new/sql/", "/api/v1/datasets/"]
)
def test_list_asks_as_often_for_many_as_for_one(
    owner: User, client_of: ClientOf, path: str
) -> None:
    client = client_of(owner)
    counts = []
    for number in (1, 3, 30):
        for n in range(Dataset.objects.count(), number):
            dataset = Dataset.objects.create(slug=f"d{n}", name=f"D{n}", kind="file", owner=owner)
            load = Load.objects.create(dataset=dataset, number=1, rows=5, state="live")
            Dataset.objects.filter(pk=dataset.pk).update(live=load)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        counts.append(len(asked))

    assert counts == [counts[0]] * 3


def test_empty_list_offers_the_first_step(owner: User, client_of: ClientOf) -> None:
    assert "No data yet" in client_of(owner).get("/kpis/datasets/").content.decode()
