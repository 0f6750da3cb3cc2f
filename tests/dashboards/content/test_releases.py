"""Released is released: what goes live, what stays as it was, what comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed
from dashboards.content.document import parse, sha256
from dashboards.content.models import Dashboard, Version
from dashboards.content.services import drafts, layout, releases
from kpis.models import KPIVersion

pytestmark = pytest.mark.django_db


def states(dashboard: Dashboard) -> list[tuple[int, str]]:
    return [(version.number, version.state) for version in dashboard.versions.all()]


def next_version(owner: User, dashboard: Dashboard) -> Version:
    draft = drafts.start_version(actor=owner, dashboard=dashboard)
    key = draft.document["tiles"][0]["key"]
    return drafts.remove_tile(actor=owner, dashboard=dashboard, revision=draft.revision, key=key)


def test_release_supersedes_the_one_before(
    owner: User, dashboard: Dashboard, released: Version
) -> None:
    draft = next_version(owner, dashboard)
    notes = releases.proposed_notes(dashboard, draft)
    releases.release_version(actor=owner, dashboard=dashboard, notes=notes)

    assert states(dashboard) == [(2, "released"), (1, "superseded")]
    assert notes == "- Removed: Number “SLA attainment, v1”"


def test_second_release_needs_notes_and_an_empty_one_is_refused(
    owner: User, dashboard: Dashboard, released: Version
) -> None:
    next_version(owner, dashboard)

    with pytest.raises(Invalid) as refused:
        releases.release_version(actor=owner, dashboard=dashboard, notes="  ")

    assert refused.value.field == "notes"
    assert states(dashboard) == [(2, "draft"), (1, "released")]


def test_draft_in_which_nothing_differs_is_not_released(
    owner: User, dashboard: Dashboard, released: Version
) -> None:
    drafts.start_version(actor=owner, dashboard=dashboard)

    with pytest.raises(Conflict, match="Nothing differs from version 1"):
        releases.release_version(actor=owner, dashboard=dashboard, notes="Better than ever.")

    assert states(dashboard) == [(2, "draft"), (1, "released")]


def test_draft_without_tiles_is_not_released(owner: User, dashboard: Dashboard) -> None:
    drafts.start_version(actor=owner, dashboard=dashboard)

    with pytest.raises(Conflict, match="no tiles"):
        releases.release_version(actor=owner, dashboard=dashboard)


def test_draft_whose_kpi_was_withdrawn_is_not_released(
    owner: User, dashboard: Dashboard, draft: Version, sla: KPIVersion
) -> None:
    KPIVersion.objects.filter(pk=sla.pk).update(state="retired")

    with pytest.raises(Invalid, match="is not published"):
        releases.release_version(actor=owner, dashboard=dashboard)


def test_only_the_owner_releases(
    ace: User, member: User, dashboard: Dashboard, draft: Version
) -> None:
    dashboard.editors.add(ace)

    for person in (ace, member):
        with pytest.raises(NotAllowed):
            releases.release_version(actor=person, dashboard=dashboard)


def test_released_version_never_changes(
    owner: User, dashboard: Dashboard, released: Version
) -> None:
    key, sha = released.document["tiles"][0]["key"], released.sha256
    given: dict[str, Any] = {
        "actor": owner, "dashboard": dashboard, "revision": released.revision,
    }  # fmt: skip
    acts: list[Callable[[], Any]] = [
        lambda: drafts.remove_tile(**given, key=key),
        lambda: layout.arrange_tile(**given, key=key, to=3),
        lambda: drafts.put_document(**given, document=released.document),
        lambda: drafts.change_filters(**given, period={"preset": "all"}, choices=[]),
        lambda: releases.release_version(actor=owner, dashboard=dashboard, notes="Again"),
    ]

    for act in acts:
        with pytest.raises(Conflict, match="does not change"):
            act()

    kept = dashboard.versions.get()
    assert (kept.sha256, sha256(parse(kept.document)), kept.state) == (sha, sha, "released")


def put(version: Version, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(version, name, value)
    version.save()


@pytest.mark.parametrize(
    "change",
    [
        lambda version: put(version, document={"schema": 1}),
        lambda version: put(version, state="draft"),
        lambda version: put(version, notes="Better"),
        lambda version: put(version, state="superseded", sha256="0" * 64),
        lambda version: Version.objects.update(notes="Better"),
        lambda version: version.dashboard.versions.filter(number=1).update(document={}),
        lambda version: Version.objects.bulk_update([version], ["notes"]),
        lambda version: version.delete(),
        lambda version: version.dashboard.versions.all().delete(),
    ],
)
@pytest.mark.parametrize("state", ["released", "superseded"])
def test_no_code_changes_a_released_version(
    state: str, released: Version, change: Callable[[Version], Any]
) -> None:
    if state == "superseded":
        put(released, state="superseded")
    before = Version.objects.values().get()

    with pytest.raises(TypeError, match="never changes"):
        change(Version.objects.get())

    assert Version.objects.values().get() == before


def test_release_keeps_the_keys_of_the_tiles(
    owner: User, dashboard: Dashboard, released: Version
) -> None:
    draft = drafts.start_version(actor=owner, dashboard=dashboard)

    assert draft.sha256 == released.sha256
    assert draft.based_on == released
    with pytest.raises(Conflict, match="draft already"):
        drafts.start_version(actor=owner, dashboard=dashboard)


def test_restored_version_is_a_draft_with_the_old_tiles(
    owner: User, ace: User, dashboard: Dashboard, released: Version
) -> None:
    next_version(owner, dashboard)
    releases.release_version(actor=owner, dashboard=dashboard, notes="Less")
    first = dashboard.versions.get(number=1)
    with pytest.raises(NotAllowed):
        releases.restore_version(actor=ace, dashboard=dashboard, version=first)

    draft = releases.restore_version(actor=owner, dashboard=dashboard, version=first)

    assert (draft.number, draft.state, draft.sha256) == (3, "draft", first.sha256)
    assert releases.proposed_notes(dashboard, draft) == "Back to version 1."


def test_only_what_was_superseded_is_restored(
    owner: User, dashboard: Dashboard, released: Version
) -> None:
    with pytest.raises(Conflict, match="superseded"):
        releases.restore_version(actor=owner, dashboard=dashboard, version=released)
