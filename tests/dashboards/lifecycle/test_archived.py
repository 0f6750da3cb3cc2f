"""What is archived is read, and changed by nobody until it is brought back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, NotAllowed
from dashboards.content.models import Dashboard, Version
from dashboards.content.services.drafts import put_document, start_version
from dashboards.content.services.releases import release_version
from dashboards.lifecycle.services.features import (
    add_feature,
    change_feature,
    remove_feature,
    try_feature,
)
from dashboards.lifecycle.services.gates import ask_for_gate, restore_dashboard
from dashboards.prototypes.models import Walkthrough
from dashboards.prototypes.services import (
    change_walkthrough,
    end_pilot,
    invite_pilot,
    record_walkthrough,
    withdraw_prototype,
)
from dashboards.usage.services.decisions import conclude_decision, log_decision
from dashboards.usage.services.reviews import hold_review
from dashboards.validation.models import Task, ValidationRun
from dashboards.validation.services import answers, runs
from feedback.models import Thread
from feedback.services.roadmap import add_item, change_item, drop_item, plan_thread
from feedback.services.talk import reply, vote
from feedback.services.threads import open_thread
from kpis.models import KPIVersion
from tests.fixtures.trials import compare
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db


def test_archived_dashboard_is_changed_by_nobody(
    owner: User, member: User, live: Dashboard, released: Version
) -> None:
    key = str(released.document["tiles"][0]["key"])
    decision = log_decision(actor=member, dashboard=live, text="Two more on the early shift.")
    said = open_thread(actor=member, dashboard=live, tile_key=key, kind="idea", text="Split it.")
    item = add_item(actor=owner, dashboard=live, title="A filter by shift")
    Dashboard.objects.update(status="archived")
    for thing in (live, decision, said, item):
        thing.refresh_from_db()
    acts: list[Callable[[], object]] = [
        lambda: conclude_decision(actor=member, decision=decision, outcome="It helped."),
        lambda: open_thread(actor=member, dashboard=live, tile_key=key, kind="idea", text="Split."),
        lambda: reply(actor=member, thread=said, text="By team, too."),
        lambda: vote(actor=owner, thread=said, on=True),
        lambda: plan_thread(actor=owner, thread=said, item=item),
        lambda: add_item(actor=owner, dashboard=live, title="Another"),
        lambda: change_item(actor=owner, item=item, title="Another", text="", state="now"),
        lambda: drop_item(actor=owner, item=item, reason="It is over."),
        lambda: hold_review(actor=owner, dashboard=live, verdict="pivot"),
        lambda: ask_for_gate(actor=owner, dashboard=live),
        lambda: start_version(actor=owner, dashboard=live),
        lambda: add_feature(
            actor=owner, dashboard=live, name="By shift", priority="must", criterion="Two clicks"
        ),
        lambda: invite_pilot(actor=owner, dashboard=live, person=member),
    ]

    for act in acts:
        with pytest.raises(Conflict, match="archived and only read"):
            act()

    assert Thread.objects.get().comments.count() == 0
    assert live.versions.count() == 1
    assert not live.features.exists()


def test_version_in_work_of_an_archived_dashboard_stays_as_it_is(
    owner: User, ace: User, on_trial: Dashboard, run: ValidationRun, task: Task, pilot: User,
    volume: KPIVersion,
) -> None:  # fmt: skip
    answers.record_result(actor=pilot, run=run, task=task, success=True)
    compare(ace, run, volume)
    walk = Walkthrough(version=run.version, person=pilot, by=ace)
    feature = add_feature(actor=owner, dashboard=on_trial, name="By shift", criterion="Two clicks")
    today = timezone.localdate()
    walk.held_on, walk.notes = today, "Looked for the filter."
    walk.save()
    Dashboard.objects.update(status="archived")
    acts: list[Callable[[], object]] = [
        lambda: release_version(actor=owner, dashboard=on_trial, notes="Out."),
        lambda: try_feature(actor=ace, feature=feature, result="passed"),
        lambda: record_walkthrough(
            actor=ace, dashboard=on_trial, person=pilot, held_on=today, notes="Again."
        ),
        lambda: change_walkthrough(
            actor=ace, walkthrough=walk, person=pilot, held_on=today, notes="Again."
        ),
        lambda: runs.change_run(actor=ace, run=run, note="Late."),
        lambda: runs.add_task(actor=ace, run=run, text="How many?"),
        lambda: runs.change_task(actor=ace, task=task, text="How many?"),
        lambda: runs.remove_task(actor=ace, task=task),
        lambda: answers.answer_sus(actor=pilot, run=run, answers=[3] * 10),
        lambda: compare(ace, run, volume),
        lambda: runs.sign_run(actor=ace, run=run),
    ]

    for act in acts:  # none of these has read the row again
        with pytest.raises(Conflict, match="archived and only read"):
            act()

    assert [version.state for version in on_trial.versions.all()] == ["frozen"]
    assert not ValidationRun.objects.filter(state="signed").exists()


def test_rights_are_those_of_the_row_and_not_of_what_was_read_before(
    owner: User, ace: User, on_trial: Dashboard, prototype: Version, member: User
) -> None:
    feature = add_feature(actor=owner, dashboard=on_trial, name="By shift")
    pilot = on_trial.pilots.get()
    Dashboard.objects.update(owner=ace)
    acts: list[Callable[[], object]] = [
        lambda: put_document(
            actor=owner, dashboard=on_trial, revision=prototype.revision,
            document=prototype.document,
        ),
        lambda: start_version(actor=owner, dashboard=on_trial),
        lambda: add_feature(actor=owner, dashboard=on_trial, name="By team"),
        lambda: change_feature(actor=owner, feature=feature, name="By team"),
        lambda: remove_feature(actor=owner, feature=feature),
        lambda: ask_for_gate(actor=owner, dashboard=on_trial),
        lambda: invite_pilot(actor=owner, dashboard=on_trial, person=member),
        lambda: end_pilot(actor=owner, pilot=pilot),
        lambda: withdraw_prototype(actor=owner, dashboard=on_trial),
        lambda: release_version(actor=owner, dashboard=on_trial),
        lambda: restore_dashboard(actor=owner, dashboard=on_trial, reason="It is mine."),
    ]  # fmt: skip

    for act in acts:
        with pytest.raises(NotAllowed):
            act()

    assert [row.name for row in on_trial.features.all()] == ["By shift"]


def test_pages_of_an_archived_dashboard_offer_no_change(
    owner: User, member: User, live: Dashboard, released: Version,
    client_of: Callable[[User | None], Client],
) -> None:  # fmt: skip
    key = released.document["tiles"][0]["key"]
    Dashboard.objects.update(status="archived")

    tile = reverse("feedback:tile-threads", args=[live.slug, key])
    shown = client_of(member).get(tile).content.decode()
    own = client_of(owner).get(live.get_absolute_url()).content.decode()
    reviews = client_of(owner).get(f"{live.get_absolute_url()}reviews/").content.decode()

    assert "it is only read" in shown
    assert "<textarea" not in shown + reviews
    assert "New version" not in own


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("draft", ["Share it with its pilots", "Name a pilot"]),
        ("prototype", ["Freeze it", "Take it back"]),
        ("frozen", ["Thaw it", "Release it", "Begin a run"]),
    ],
)
def test_owner_is_offered_no_move_of_an_archived_dashboard(
    owner: User, on_trial: Dashboard, prototype: Version, state: str, offered: list[str],
    client_of: Callable[[User | None], Client],
) -> None:  # fmt: skip
    Version.objects.filter(pk=prototype.pk).update(state=state)
    where = reverse("dashboards:prototype", args=[on_trial.slug])

    before = client_of(owner).get(where).content.decode()
    Dashboard.objects.update(status="archived")
    after = client_of(owner).get(where).content.decode()

    assert [f">{words}<" in before for words in offered] == [True] * len(offered)
    assert [f">{words}<" in after for words in offered] == [False] * len(offered)


def test_nothing_is_tried_decided_or_opened_on_the_pages_of_an_archived_dashboard(
    owner: User, dashboard: Dashboard, released: Version, world: World,
    client_of: Callable[[User | None], Client],
) -> None:  # fmt: skip
    add_feature(actor=owner, dashboard=dashboard, name="By shift", criterion="Two clicks")
    offers = {
        "dashboards:features": "It passes",
        "dashboards:decisions": "Write it down",
        "dashboards:dashboard-about": "Open it to a group",
    }

    def offered() -> list[bool]:
        pages = [reverse(name, args=[dashboard.slug]) for name in offers]
        texts = [client_of(owner).get(page).content.decode() for page in pages]
        return [words in text for words, text in zip(offers.values(), texts, strict=True)]

    before = offered()
    Dashboard.objects.update(status="archived")

    assert (before, offered()) == ([True] * 3, [False] * 3)


def test_owner_and_administrator_alone_are_offered_to_bring_it_back(
    owner: User, ace: User, dashboard: Dashboard, client_of: Callable[[User | None], Client]
) -> None:
    Dashboard.objects.update(status="archived")
    admin = User.objects.create(email="both@example.org", name="Bo", is_ace=True, is_admin=True)
    where = reverse("dashboards:gates", args=[dashboard.slug])

    pages = [client_of(person).get(where).content.decode() for person in (owner, admin, ace)]

    assert ["Bring it back" in page for page in pages] == [True, True, False]


def test_administrator_brings_back_what_they_do_not_read(
    admin: User, member: User, dashboard: Dashboard, client_of: Callable[[User | None], Client]
) -> None:
    restore = reverse("dashboards:dashboard-restore", args=[dashboard.slug])
    client, lists = client_of(admin), reverse("dashboards:dashboards")
    while_active = client.get(restore).status_code
    Dashboard.objects.update(status="archived")

    listed = [client_of(who).get(lists).content.decode() for who in (admin, member)]
    form = client.get(restore)
    done = client.post(restore, {"reason": "A new sponsor."})
    read = client.get(dashboard.get_absolute_url())

    dashboard.refresh_from_db()
    assert [restore in page for page in listed] == [True, False]
    assert (while_active, form.status_code, read.status_code) == (404, 200, 404)
    assert (done.status_code, done.headers["Location"]) == (302, lists)
    assert dashboard.status == "active"


def test_api_tells_an_administrator_no_more_than_the_name(
    admin: User, dashboard: Dashboard, client_of: Callable[[User | None], Client]
) -> None:
    Dashboard.objects.update(status="archived")

    answer = client_of(admin).post(
        f"/api/v1/dashboards/{dashboard.slug}/restore/", {"reason": "Back."}, "application/json"
    )

    assert answer.json() == {
        "slug": dashboard.slug, "name": dashboard.name, "status": "active",
    }  # fmt: skip
