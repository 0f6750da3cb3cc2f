"""What was changed in a draft can be undone and redone, and nobody goes unseen over others."""

from __future__ import annotations

import json as json_of
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict
from dashboards.content.document import parse, to_json
from dashboards.content.models import Dashboard, Save, Version
from dashboards.content.services import drafts, history, layout, releases

pytestmark = pytest.mark.django_db

Act = Callable[..., Version]


@pytest.fixture
def act(owner: User, dashboard: Dashboard) -> Act:
    """A change by the owner, made from the revision that is there."""

    def run(service: Act, **given: Any) -> Version:
        revision = dashboard.versions.get().revision
        return service(actor=owner, dashboard=dashboard, revision=revision, **given)

    return run


def keys(version: Version) -> list[str]:
    return [tile["key"] for tile in version.document["tiles"]]


def test_every_kind_of_change_is_undone_and_redone(act: Act, draft: Version) -> None:
    first, second, *_rest = keys(draft)
    documents = [draft.document]
    for service, given in (
        (layout.arrange_tile, {"key": second, "to": 0, "width": 7, "height": 5}),
        (layout.copy_tile, {"key": first}),
        (drafts.remove_tile, {"key": first}),
        (drafts.change_filters, {"period": {"preset": "all"}, "choices": []}),
        (drafts.put_document, {"document": to_json(parse(draft.document).with_tiles([]))}),
    ):
        documents.append(act(service, **given).document)

    back = [act(history.undo).document for _change in documents[1:]]
    assert act(history.undo).document["tiles"] == []  # what was assembled is a change, too
    with pytest.raises(Conflict, match="nothing to undo"):
        act(history.undo)
    act(history.redo)
    forward = [act(history.redo).document for _change in documents[1:]]
    with pytest.raises(Conflict, match="nothing to redo"):
        act(history.redo)

    assert back == documents[-2::-1]
    assert forward == documents[1:]
    assert len({str(document) for document in documents}) == 6


def test_a_change_after_undoing_ends_what_could_be_redone(act: Act, draft: Version) -> None:
    key = keys(draft)[0]
    act(drafts.remove_tile, key=key)
    act(history.undo)
    copied = act(layout.copy_tile, key=key)

    with pytest.raises(Conflict, match="nothing to redo"):
        act(history.redo)
    assert act(history.undo).document == draft.document
    assert act(history.redo).document == copied.document


def test_history_is_bounded_and_ends_with_the_release(
    act: Act, owner: User, dashboard: Dashboard, draft: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "KEPT", 4)
    key = keys(draft)[0]
    for to in (1, 0, 1, 0, 1):
        act(layout.arrange_tile, key=key, to=to)

    assert Save.objects.count() == 4
    for _step in range(2):
        act(history.undo)
    with pytest.raises(Conflict, match="nothing to undo"):
        act(history.undo)

    releases.release_version(actor=owner, dashboard=dashboard)
    assert not Save.objects.exists()


def test_stale_save_says_who_saved_what_and_whether_it_can_be_made_again(
    act: Act, owner: User, ace: User, dashboard: Dashboard, draft: Version
) -> None:
    services = {"actor": ace, "dashboard": dashboard, "revision": draft.revision}
    first, second, *_rest = keys(draft)
    dashboard.editors.add(ace)
    act(layout.arrange_tile, key=first, width=9)
    before = dashboard.versions.get().document

    def details(service: Act, **given: Any) -> dict[str, Any]:
        with pytest.raises(Conflict, match=f"^{owner.name} saved this draft") as refused:
            service(**services, **given)
        return refused.value.details

    same = details(layout.arrange_tile, key=first, width=3)
    other = details(layout.arrange_tile, key=second, width=3)

    assert same["since"] == ["Number “SLA attainment, v1”, width: 9 instead of 4"]
    assert (same["again"], other["again"]) == (False, True)
    assert details(drafts.change_filters, period={"preset": "all"}, choices=[])["again"] is True
    assert details(drafts.put_document, document=before)["again"] is False
    assert dashboard.versions.get().document == before
    again = services | {"revision": other["revision"]}
    widths = [t["width"] for t in
              layout.arrange_tile(**again, key=second, width=3).document["tiles"]]  # fmt: skip
    assert widths[:2] == [9, 3]


def test_settings_keep_what_was_typed_and_can_be_put_over_what_others_saved(
    act: Act, client_of: Callable[[User], Client], owner: User, draft: Version
) -> None:
    first, second, *_rest = keys(draft)
    tile = draft.document["tiles"][1]
    where = reverse("dashboards:tile-edit", args=[draft.dashboard.slug, second])
    typed = {"kpi_version": tile["kpi_version"], "title": "Mine", "width": 4, "compare": "none"}
    act(layout.arrange_tile, key=second, height=6)
    act(drafts.remove_tile, key=first)

    stale = client_of(owner).post(where, typed | {"revision": draft.revision})
    page = stale.text
    assert "height: 6 instead of –" in page
    assert 'value="Mine"' in page
    revision = draft.revision + 2
    assert f'name="revision" value="{revision}">Put mine over theirs' in page

    both = {**typed, "revision": [draft.revision, revision]}
    assert client_of(owner).post(where, both).status_code == 302
    saved = draft.dashboard.versions.get().document["tiles"][0]
    assert (saved["title"], saved["height"]) == ("Mine", 6)


def test_a_script_is_told_the_revision_and_what_stands_in_the_way(
    client_of: Callable[[User], Client], owner: User, draft: Version
) -> None:
    key, slug = keys(draft)[0], draft.dashboard.slug
    where = reverse("dashboards:tile-move", args=[slug, key])

    def post(url: str, **given: Any) -> tuple[int, dict[str, Any]]:
        answer = client_of(owner).post(url, given, headers={"Accept": "application/json"})
        return answer.status_code, answer.json()

    seen = draft.revision
    assert post(where, revision=seen, width=12, height=3) == (
        200, {"said": "Saved", "revision": seen + 1, "undo": True, "redo": False},
    )  # fmt: skip
    status, told = post(where, revision=seen, width=2)
    assert (status, told["revision"], told["again"]) == (409, seen + 1, False)
    assert post(where, revision=seen + 1, width=13)[0] == 400
    assert post(where, revision=seen + 1) == (400, {"said": "Say where the tile goes."})
    undo = reverse("dashboards:draft-undo", args=[slug])
    assert post(undo, revision=seen + 1)[1]["redo"] is True
    assert draft.dashboard.versions.get().document == draft.document


def test_api_arranges_copies_undoes_and_redoes(
    client_of: Callable[[User], Client], owner: User, draft: Version
) -> None:
    key, slug = keys(draft)[0], draft.dashboard.slug
    tile = reverse("api:draft-tile", args=[slug, key])
    client = client_of(owner)

    def call(method: str, where: str, **given: Any) -> Any:
        revision = draft.dashboard.versions.get().revision
        answer = client.generic(
            method, where, json_of.dumps(given | {"revision": revision}), "application/json"
        )
        assert answer.status_code in {200, 201}
        return answer.json()["document"]["tiles"]

    assert [(t["key"], t["width"], t.get("height")) for t in
            call("PATCH", tile, to=1, width=5, height=4)][1] == (key, 5, 4)  # fmt: skip
    assert "height" not in call("PATCH", tile, height=0)[1]
    assert len(call("POST", reverse("api:draft-tile-copy", args=[slug, key]))) == 9
    assert len(call("POST", reverse("api:draft-undo", args=[slug]))) == 8
    assert len(call("POST", reverse("api:draft-redo", args=[slug]))) == 9
