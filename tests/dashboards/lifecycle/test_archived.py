"""What is archived is read, and changed by nobody until it is brought back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict
from dashboards.content.models import Dashboard, Version
from dashboards.content.services.drafts import start_version
from dashboards.lifecycle.services.features import add_feature
from dashboards.lifecycle.services.gates import ask_for_gate
from dashboards.prototypes.services import invite_pilot
from dashboards.usage.services.decisions import conclude_decision, log_decision
from dashboards.usage.services.reviews import hold_review
from feedback.models import Thread
from feedback.services.roadmap import add_item, change_item, drop_item, plan_thread
from feedback.services.talk import reply, vote
from feedback.services.threads import open_thread

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
        lambda: add_feature(actor=owner, dashboard=live, name="By shift", moscow="must"),
        lambda: invite_pilot(actor=owner, dashboard=live, person=member),
    ]

    for act in acts:
        with pytest.raises(Conflict, match="archived and only read"):
            act()

    assert Thread.objects.get().comments.count() == 0
    assert live.versions.count() == 1


def test_pages_of_an_archived_dashboard_offer_no_change(
    owner: User, member: User, live: Dashboard, released: Version,
    client_of: Callable[[User | None], Client],
) -> None:  # fmt: skip
    key = released.document["tiles"][0]["key"]
    Dashboard.objects.update(status="archived")

    tile = reverse("feedback:tile-threads", args=[live.slug, key])
    shown = client_of(member).get(tile).content.decode()
    own = client_of(owner).get(live.get_absolute_url()).content.decode()

    assert "it is only read" in shown
    assert "<textarea" not in shown
    assert "New version" not in own
