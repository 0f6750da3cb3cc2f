"""Drafts are assembled, changed by those who may, and never overwritten unseen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ace_portal.accounts.models import User
from ace_portal.audit.models import AuditEntry
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed
from ace_portal.notifications.models import Delivery
from ace_portal.notifications.selectors import readable
from dashboards.content.document import parse
from dashboards.content.models import Dashboard, Version
from dashboards.content.services import assembly, drafts, layout
from dashboards.content.services import dashboards as services
from dashboards.content.services.assembly import widths
from kpis.models import Dataset, KPIVersion
from personas.models import Persona
from tests.fixtures.kpis import publish_kpi
from tests.fixtures.people import make_person
from tests.fixtures.tickets import SLA
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db


def shapes(version: Version) -> list[tuple[Any, ...]]:
    return [(t.type, t.width, t.grain, t.by) for t in parse(version.document).tiles]


def test_assembled_draft_follows_from_the_questions(draft: Version) -> None:
    document = parse(draft.document)

    assert shapes(draft) == [
        ("number", 4, None, None),
        ("number", 4, None, None),
        ("number", 4, None, None),
        ("line", 7, "month", None),
        ("bar", 5, None, "priority"),
        ("line", 7, "month", None),
        ("bar", 5, None, "priority"),
        ("table", 12, None, "team"),
    ]
    assert document.tiles[3].title == "Do we keep the SLA?"
    assert [choice.column for choice in document.choices] == ["team", "priority"]
    assert draft.tiles.count() == 10


def test_assembling_says_what_is_left_out(
    owner: User, world: World, dashboard: Dashboard, tickets: Dataset
) -> None:
    for n in range(9):
        publish_kpi(owner, world.question, tickets, SLA, name=f"KPI {n}", unit="percent")

    done = assembly.assemble_version(actor=owner, dashboard=dashboard)

    assert done.said == ["9 KPIs answer this persona's questions; the first 7 are shown."]
    assert [s[0] for s in shapes(done.version)].count("number") == 7


@pytest.mark.parametrize(
    ("count", "wanted"),
    [
        (1, [12]),
        (2, [6, 6]),
        (3, [4, 4, 4]),
        (4, [3] * 4),
        (5, [4, 4, 4, 6, 6]),
        (7, [3] * 4 + [4] * 3),
    ],
)
def test_numbers_fill_their_rows(count: int, wanted: list[int]) -> None:
    assert widths(count) == wanted


def test_nothing_is_assembled_without_kpis_or_over_tiles(
    owner: User, dashboard: Dashboard, sla: KPIVersion
) -> None:
    KPIVersion.objects.update(state="draft")
    with pytest.raises(Conflict, match="None of the persona's questions"):
        assembly.assemble_version(actor=owner, dashboard=dashboard)
    KPIVersion.objects.update(state="published")
    assembly.assemble_version(actor=owner, dashboard=dashboard)

    with pytest.raises(Conflict, match="has tiles already"):
        assembly.assemble_version(actor=owner, dashboard=dashboard)
    assert dashboard.versions.count() == 1


def test_tile_is_added_changed_moved_and_removed(
    owner: User, dashboard: Dashboard, sla: KPIVersion
) -> None:
    version = drafts.start_version(actor=owner, dashboard=dashboard)
    number = {"type": "number", "width": 3, "title": "One", "kpi_version": sla.pk}

    def act(service: Callable[..., Version], **given: Any) -> list[str]:
        revision = dashboard.versions.get().revision
        done = service(actor=owner, dashboard=dashboard, revision=revision, **given)
        return [tile.title for tile in parse(done.document).tiles]

    act(drafts.add_tile, tile=number)
    assert act(drafts.add_tile, tile={**number, "title": "Two"}) == ["One", "Two"]
    keys = [tile["key"] for tile in dashboard.versions.get().document["tiles"]]
    assert act(layout.arrange_tile, key=keys[1], to=0) == ["Two", "One"]
    assert act(layout.arrange_tile, key=keys[1], to=99) == ["One", "Two"]
    assert act(drafts.change_tile, key=keys[0], tile={**number, "title": "New"}) == ["New", "Two"]
    assert [tile["key"] for tile in dashboard.versions.get().document["tiles"]] == keys
    assert act(drafts.remove_tile, key=keys[0]) == ["Two"]
    assert dashboard.versions.get().revision == version.revision + 6


def test_stale_save_is_refused_and_overwrites_nothing(
    owner: User, dashboard: Dashboard, draft: Version
) -> None:
    key = draft.document["tiles"][0]["key"]
    layout.arrange_tile(actor=owner, dashboard=dashboard, revision=draft.revision, key=key, to=5)
    before = dashboard.versions.get()

    with pytest.raises(Conflict, match="Owner saved this draft"):
        drafts.remove_tile(actor=owner, dashboard=dashboard, revision=draft.revision, key=key)

    after = dashboard.versions.get()
    assert (after.sha256, after.revision) == (before.sha256, before.revision)


@pytest.mark.parametrize(
    ("tile", "field"),
    [
        ({"type": "line", "grain": "month", "by": "hours"}, "by"),
        ({"type": "bar", "by": "nothing"}, "by"),
        ({"type": "number", "kpi_version": 999_999}, "kpi_version"),
        ({"type": "number", "width": 99}, "width"),
        ({"type": "area", "grain": "month", "by": "team"}, "by"),
        ({"type": "bar", "grain": "month", "by": "team", "arrange": "stacked"}, "arrange"),
        ({"type": "pie", "by": "team"}, "by"),
        ({"type": "pivot", "by": "team", "across": "nothing"}, "across"),
    ],
)
def test_tile_that_its_kpi_cannot_be_is_refused(
    owner: User, dashboard: Dashboard, sla: KPIVersion, tile: dict[str, Any], field: str
) -> None:
    draft = drafts.start_version(actor=owner, dashboard=dashboard)
    given = {"kpi_version": sla.pk, "width": 6, **tile}

    with pytest.raises(Invalid) as refused:
        drafts.add_tile(actor=owner, dashboard=dashboard, revision=draft.revision, tile=given)

    assert refused.value.field == field


@pytest.mark.parametrize("shares", [True, False])
def test_funnel_is_of_counts_in_one_unit(
    owner: User, dashboard: Dashboard, volume: KPIVersion, sla: KPIVersion, hours: KPIVersion,
    *, shares: bool,
) -> None:  # fmt: skip
    draft = drafts.start_version(actor=owner, dashboard=dashboard)
    pks = [volume.pk, (sla if shares else hours).pk]
    tile = {"type": "funnel", "width": 6, "kpi_versions": pks}

    with pytest.raises(Invalid, match="is a share" if shares else "one unit") as refused:
        drafts.add_tile(actor=owner, dashboard=dashboard, revision=draft.revision, tile=tile)

    assert refused.value.field == "kpi_versions"


def test_unpublished_kpi_and_one_without_a_date_are_refused(
    owner: User, dashboard: Dashboard, world: World, tickets: Dataset, sla: KPIVersion
) -> None:
    timeless = {"measure": {"agg": "count"}, "dimensions": ["team"]}
    count = publish_kpi(owner, world.question, tickets, timeless, name="Rows")
    KPIVersion.objects.filter(pk=sla.pk).update(state="draft")
    draft = drafts.start_version(actor=owner, dashboard=dashboard)

    def add(**tile: Any) -> str:
        with pytest.raises(Invalid) as refused:
            drafts.add_tile(actor=owner, dashboard=dashboard, revision=draft.revision, tile=tile)
        return refused.value.message

    assert "is not published" in add(type="number", width=3, kpi_version=sla.pk)
    said = add(type="line", width=3, kpi_version=count.pk, grain="month")
    assert said == "Rows has no date, so it has no periods."


def test_filters_keep_their_keys_and_must_reach_a_kpi(
    owner: User, dashboard: Dashboard, draft: Version
) -> None:
    changed = drafts.change_filters(
        actor=owner, dashboard=dashboard, revision=draft.revision, period={"preset": "all"},
        choices=[{"column": "priority", "label": "Urgency"}],
    )  # fmt: skip

    assert changed.document["filters"] == {
        "period": {"preset": "all"},
        "choices": [{"key": "priority", "column": "priority", "label": "Urgency"}],
    }
    with pytest.raises(Invalid, match="No KPI on this page can be filtered by “x”"):
        drafts.change_filters(
            actor=owner, dashboard=dashboard, revision=changed.revision,
            period={"preset": "all"}, choices=[{"column": "x", "label": "X"}],
        )  # fmt: skip


def test_owner_and_editors_change_a_draft(
    owner: User, ace: User, member: User, dashboard: Dashboard, draft: Version
) -> None:
    key = draft.document["tiles"][0]["key"]

    def move(actor: User) -> Version:
        revision = dashboard.versions.get().revision
        return layout.arrange_tile(
            actor=actor, dashboard=dashboard, revision=revision, key=key, to=1
        )

    for person in (ace, member):
        with pytest.raises(NotAllowed):
            move(person)
    services.change_dashboard(actor=owner, dashboard=dashboard, editors=[ace])

    assert [move(person).revision for person in (ace, owner)] == [3, 4]


def test_only_the_ace_edits_and_only_the_owner_names_editors(
    owner: User, ace: User, member: User, dashboard: Dashboard
) -> None:
    with pytest.raises(Invalid, match="members of the ACE team"):
        services.change_dashboard(actor=owner, dashboard=dashboard, editors=[member])
    services.change_dashboard(actor=owner, dashboard=dashboard, editors=[ace])
    services.change_dashboard(actor=ace, dashboard=dashboard, name="New", editors=[ace])
    with pytest.raises(NotAllowed, match="names editors"):
        services.change_dashboard(actor=ace, dashboard=dashboard, name="Newer", editors=[])
    with pytest.raises(NotAllowed, match="hands a dashboard over"):
        services.change_dashboard(actor=ace, dashboard=dashboard, owner=ace)

    assert list(dashboard.editors.all()) == [ace]


def test_editor_is_not_asked_for_editors(
    owner: User, ace: User, dashboard: Dashboard, client_of: Callable[[User | None], Client]
) -> None:
    services.change_dashboard(actor=owner, dashboard=dashboard, editors=[ace])
    where = reverse("dashboards:dashboard-edit", args=[dashboard.slug])
    given = {
        "name": "New", "problem": "p", "hypothesis": "h", "success_measure": "s",
        "persona": dashboard.persona_id, "review_due": "2030-01-01",
    }  # fmt: skip

    asked = [
        'name="editors"' in client_of(person).get(where).content.decode() for person in (owner, ace)
    ]
    saved = client_of(ace).post(where, given)

    dashboard.refresh_from_db()
    assert asked == [True, False]
    assert (saved.status_code, dashboard.name) == (302, "New")
    assert list(dashboard.editors.all()) == [ace]


def test_retired_persona_is_chosen_for_no_mvp_and_stays_where_it_is(
    owner: User, dashboard: Dashboard, client_of: Callable[[User | None], Client]
) -> None:
    persona, client = dashboard.persona, client_of(owner)
    type(persona).objects.update(state="retired")
    given = {
        "name": "New", "problem": "p", "hypothesis": "h", "success_measure": "s",
        "review_due": "2030-01-01", "owner": owner.pk,
    }  # fmt: skip
    changed = reverse("dashboards:dashboard-edit", args=[dashboard.slug])
    api = {**given, "persona": persona.slug, "owner": owner.email}

    new = client.post(reverse("dashboards:dashboard-new"), {**given, "persona": persona.pk})
    through_api = client.post("/api/v1/dashboards/", api, "application/json")
    kept = client.post(changed, {**given, "persona": persona.pk})
    put = client.put(f"/api/v1/dashboards/{dashboard.slug}/", api, "application/json")

    assert (new.status_code, list(new.context["form"].errors)) == (422, ["persona"])
    assert (through_api.status_code, through_api.json()["field"]) == (400, "persona")
    assert (kept.status_code, put.status_code) == (302, 200)
    other = Persona.objects.create(slug="other", name="Other", owner=owner, state="retired")
    with pytest.raises(Invalid, match="Other is retired"):
        services.change_dashboard(actor=owner, dashboard=dashboard, persona=other)


def test_owner_hands_over_on_the_page(
    owner: User, ace: User, dashboard: Dashboard, client_of: Callable[[User | None], Client]
) -> None:
    where = reverse("dashboards:dashboard-owner", args=[dashboard.slug])

    assert client_of(owner).post(where, {"owner": owner.pk}).status_code == 422
    assert client_of(owner).post(where, {"owner": ace.pk}).status_code == 302

    dashboard.refresh_from_db()
    told = Delivery.objects.filter(event__kind="dashboards.owner", channel="inbox").order_by("pk")
    name = dashboard.name
    assert [(row.person, row.event.title) for row in told] == [
        (ace, f"{name} is yours now"), (owner, f"{name} is handed over"),
    ]  # fmt: skip
    assert [readable(row.person, [row]) for row in told] == [[row] for row in told]
    assert (dashboard.owner, list(dashboard.former_owners.all())) == (ace, [owner])
    entry = AuditEntry.objects.filter(action="dashboard.change").latest("pk")
    assert entry.details["owner"] == {"old": owner.pk, "new": ace.pk}
    assert client_of(owner).get(where).status_code == 403


def test_owner_hands_over_through_the_api(
    owner: User, ace: User, member: User, dashboard: Dashboard,
    client_of: Callable[[User | None], Client],
) -> None:  # fmt: skip
    url = f"/api/v1/dashboards/{dashboard.slug}/"
    given = {
        "name": "N", "problem": "p", "hypothesis": "h", "success_measure": "s",
        "persona": dashboard.persona.slug, "review_due": "2030-01-01",
    }  # fmt: skip
    services.change_dashboard(actor=owner, dashboard=dashboard, editors=[ace])

    def put(person: User, heir: User) -> int:
        body = {**given, "owner": heir.email}
        return client_of(person).put(url, body, "application/json").status_code

    def post(person: User, heir: User) -> int:
        body = {"owner": heir.email}
        return client_of(person).post(f"{url}owner/", body, "application/json").status_code

    assert [put(owner, member), put(ace, ace), put(owner, ace)] == [400, 403, 200]
    assert client_of(ace).get(url).json()["owner"] == ace.email
    assert [post(owner, ace), post(ace, ace), post(ace, member), post(ace, owner)] == [
        403, 409, 400, 200,
    ]  # fmt: skip


def test_editor_gives_an_owner_to_what_somebody_left(
    owner: User, ace: User, dashboard: Dashboard, client_of: Callable[[User | None], Client]
) -> None:
    services.change_dashboard(actor=owner, dashboard=dashboard, editors=[ace])
    where = reverse("dashboards:dashboard-owner", args=[dashboard.slug])
    before = client_of(ace).get(where).status_code
    User.objects.filter(pk=owner.pk).update(is_active=False)

    assert [before, client_of(ace).get(where).status_code] == [403, 200]
    with pytest.raises(Invalid, match="of the ACE team"):
        services.change_dashboard(actor=ace, dashboard=dashboard, owner=make_away())
    services.change_dashboard(actor=ace, dashboard=dashboard, owner=ace)
    dashboard.refresh_from_db()
    assert dashboard.owner == ace


def make_away() -> User:
    return make_person("away", is_ace=True, is_active=False)


def test_people_who_come_and_go_are_recorded(
    owner: User, ace: User, dashboard: Dashboard, world: World
) -> None:
    services.change_dashboard(
        actor=owner, dashboard=dashboard, groups=[world.other_group], editors=[ace]
    )
    services.change_dashboard(actor=owner, dashboard=dashboard, owner=ace, editors=[])
    entries = AuditEntry.objects.filter(action="dashboard.change").order_by("pk")

    assert [entry.details for entry in entries] == [
        {
            "fields": [],
            "groups": {"added": [world.other_group.pk], "removed": [world.group.pk]},
            "editors": {"added": [ace.pk], "removed": []},
        },
        {
            "fields": ["owner"],
            "editors": {"added": [], "removed": [ace.pk]},
            "owner": {"old": owner.pk, "new": ace.pk},
        },
    ]


def test_every_save_is_recorded(dashboard: Dashboard, draft: Version) -> None:
    actions = list(
        AuditEntry.objects.filter(object_type__startswith="dashboards").values_list(
            "action", flat=True
        )
    )

    assert sorted(set(actions)) == [
        "dashboard.create", "version.assemble", "version.save", "version.start",
    ]  # fmt: skip
