"""A dashboard as a text: out and in again, in every portal, at every door."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from jsonschema import Draft202012Validator

from ace_portal.accounts.models import User
from ace_portal.lib import yaml
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed
from dashboards.content.code import code_of, code_schema, document_in
from dashboards.content.document import parse, sha256, to_json
from dashboards.content.models import Dashboard, Version
from dashboards.content.services import coding, drafts
from kpis.models import KPIVersion

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]


@pytest.fixture
def every(owner: User, dashboard: Dashboard, draft: Version, sla: KPIVersion) -> Version:
    """A draft with a tile of every type and every filter."""
    pk = sla.pk
    tiles = [
        {"type": "number", "title": "SLA: no", "width": 3, "kpi_version": pk, "compare": "year"},
        {"type": "line", "title": "", "width": 12, "kpi_version": pk, "grain": "month",
         "by": "team"},
        {"type": "bar", "title": "By team", "width": 6, "kpi_version": pk, "by": "team"},
        {"type": "table", "title": "1e3", "width": 6, "kpi_versions": [pk], "by": "team"},
        {"type": "text", "title": "", "width": 12, "text": "# Read me\n\n- *one*: two\n"},
    ]  # fmt: skip
    document = {
        "schema": 1,
        "tiles": [{"key": f"t{n}", **tile} for n, tile in enumerate(tiles)],
        "filters": {
            "period": {"preset": "own", "from": "2026-01-01", "to": "2026-01-31"},
            "choices": [{"key": "team", "column": "team", "label": "Team"}],
        },
    }
    draft.refresh_from_db()
    return drafts.put_document(
        actor=owner, dashboard=dashboard, revision=draft.revision, document=document
    )


def test_text_of_a_version_gives_its_document_back(every: Version) -> None:
    slug, document = document_in(code_of(every))

    assert slug == every.dashboard.slug
    assert sha256(document) == every.sha256
    assert to_json(document) == every.document


def test_text_names_kpis_by_name_and_fits_the_schema(every: Version, sla: KPIVersion) -> None:
    read = yaml.load(code_of(every))

    assert read["tiles"][0]["kpi_version"] == f"{sla.kpi.slug}@1"
    assert read["tiles"][3]["kpi_versions"] == [f"{sla.kpi.slug}@1"]
    assert list(Draft202012Validator(code_schema()).iter_errors(read)) == []
    read["tiles"][0]["kpi_version"] = 7
    assert list(Draft202012Validator(code_schema()).iter_errors(read)) != []


def changed(every: Version) -> str:
    return code_of(every).replace("By team", "By queue")


def test_change_is_told_before_it_is_applied(owner: User, every: Version) -> None:
    told = coding.changes_in(every.dashboard, changed(every))

    assert [change.sentence() for change in told] == [
        "Bars “By queue”, title: By queue instead of By team"
    ]
    every.refresh_from_db()
    assert parse(every.document).tiles[2].title == "By team"


def test_applying_is_one_save_of_the_draft(owner: User, every: Version) -> None:
    before = every.revision
    done = coding.apply_code(actor=owner, dashboard=every.dashboard, text=changed(every))

    assert (done.pk, done.revision) == (every.pk, before + 1)
    assert parse(done.document).tiles[2].title == "By queue"
    again = coding.apply_code(actor=owner, dashboard=every.dashboard, text=changed(every))
    assert again.revision == before + 1


def test_text_begins_a_draft_where_there_is_none(owner: User, live: Dashboard) -> None:
    released = live.versions.get()
    same = coding.apply_code(actor=owner, dashboard=live, text=code_of(released))
    assert (same, live.versions.count()) == (released, 1)

    text = re.sub("width: [0-9]+", "width: 5", code_of(released), count=1)
    draft = coding.apply_code(actor=owner, dashboard=live, text=text)

    assert (draft.number, draft.state) == (2, Version.State.DRAFT)
    released.refresh_from_db()
    widths = [v.document["tiles"][0]["width"] for v in (released, draft)]
    assert (widths[0] != 5, widths[1]) == (True, 5)


def test_draft_that_was_not_seen_is_not_replaced(owner: User, every: Version) -> None:
    with pytest.raises(Conflict):
        coding.apply_code(
            actor=owner, dashboard=every.dashboard, text=changed(every), revision=every.revision - 1
        )


def test_who_may_not_edit_may_not_apply(ace: User, every: Version) -> None:
    with pytest.raises(NotAllowed):
        coding.apply_code(actor=ace, dashboard=every.dashboard, text=changed(every))


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("dashboard: ", "dashboard: other-", "is for “other-"),
        ("@1", "@9", "There is no KPI"),
        ("@1", "", "named like"),
        ("schema: 1", "schema: 2", "schema does not fit"),
        ("type: bar", "type: ring", "no tile of the type"),
        ("- key: t2", "- key: t1", "the same key"),
        ("title: By team", "title: By team\n  colour: red", "something unknown"),
        ("tiles:", "tiles: [", "Line "),
    ],
)
def test_wrong_text_is_refused_in_words(every: Version, old: str, new: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        coding.changes_in(every.dashboard, code_of(every).replace(old, new, 1))


@pytest.mark.parametrize("text", ["", "7", "- a", "dashboard: [a]", "tiles: 3", "tiles: [3]"])
def test_what_is_no_dashboard_is_refused(every: Version, text: str) -> None:
    with pytest.raises(Invalid):
        coding.changes_in(every.dashboard, text)


def test_page_shows_what_changes_and_applies_what_was_seen(
    owner: User, every: Version, client_of: ClientOf
) -> None:
    url, client = f"/dashboards/{every.dashboard.slug}/code/", client_of(owner)
    assert "kpi_version: " in client.get(url).text

    seen = client.post(url, {"text": changed(every)})
    assert "By queue" in seen.text
    every.refresh_from_db()
    assert parse(every.document).tiles[2].title == "By team"

    other = client.post(url, {"text": changed(every) + "\n", "seen": seen.context["seen"]})
    assert other.status_code == 200  # another text than the one that was looked at
    done = client.post(url, {"text": changed(every), "seen": seen.context["seen"]})
    assert done.status_code == 302
    every.refresh_from_db()
    assert parse(every.document).tiles[2].title == "By queue"


def test_page_keeps_what_was_typed_beside_its_fault(
    owner: User, every: Version, client_of: ClientOf
) -> None:
    url = f"/dashboards/{every.dashboard.slug}/code/"
    refused = client_of(owner).post(url, {"text": "a: 1\na: 2"})

    assert refused.status_code == 422
    assert refused.context["form"].errors["text"] == ["Line 2: “a” stands here twice."]
    assert "a: 1\na: 2" in refused.text


def test_api_gives_tells_and_takes_a_text(owner: User, every: Version, client_of: ClientOf) -> None:
    client, place = client_of(owner), f"/api/v1/dashboards/{every.dashboard.slug}/"
    given = client.get(f"{place}versions/{every.number}/code/")
    assert (given["Content-Type"], given.text) == (
        "application/yaml; charset=utf-8",
        code_of(every),
    )

    text = {"text": changed(every)}
    told = client.post(f"{place}draft/code/", text, "application/json").json()
    assert [change["after"] for change in told] == ["By queue"]
    stale = {**text, "revision": every.revision - 1}
    assert client.put(f"{place}draft/code/", stale, "application/json").status_code == 409
    done = client.put(f"{place}draft/code/", text, "application/json")
    assert done.json()["document"]["tiles"][2]["title"] == "By queue"
    refused = client.put(f"{place}draft/code/", {"text": "a: ["}, "application/json")
    assert (refused.status_code, refused.json()["field"]) == (400, "text")


def said(*args: str) -> str:
    out = io.StringIO()
    call_command("dashboard", *args, stdout=out)
    return out.getvalue()


def test_command_takes_out_compares_and_applies(
    owner: User, every: Version, tmp_path: Path, monkeypatch: Any
) -> None:
    path = tmp_path / "board.yaml"
    assert said("export", every.dashboard.slug) == code_of(every)
    said("export", every.dashboard.slug, "--out", str(path))
    assert said("diff", str(path)) == ""

    path.write_text(changed(every), encoding="utf-8")
    with pytest.raises(SystemExit) as differs:
        said("diff", str(path))
    assert differs.value.code == 1
    assert "version 1, Draft" in said("apply", str(path), "--as", owner.email)
    assert said("diff", str(path)) == ""
    monkeypatch.setattr("sys.stdin", io.StringIO(code_of(every)))
    assert "version 1" in said("apply", "-", "--as", owner.email)
    assert said("export", every.dashboard.slug, "--number", "1") == code_of(every)


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (["export", "nothing-here"], "There is no dashboard"),
        (["export", "{slug}", "--number", "9"], "has no version 9"),
        (["apply", "{file}", "--as", "nobody@example.org"], "There is nobody"),
        (["apply", "{file}", "--as", "ace@example.org"], "who owns this"),
        (["diff", "{file}.gone"], "cannot be read"),
    ],
)
def test_command_says_what_is_wrong(
    ace: User, every: Version, tmp_path: Path, args: list[str], why: str
) -> None:
    path = tmp_path / "board.yaml"
    path.write_text(changed(every), encoding="utf-8")
    User.objects.filter(pk=ace.pk).update(email="ace@example.org")
    with pytest.raises(CommandError, match=why):
        said(*(arg.format(slug=every.dashboard.slug, file=path) for arg in args))
