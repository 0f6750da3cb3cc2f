"""A dashboard is copied with what it shows, and without what was decided and granted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from ace_portal.accounts.models import User
from ace_portal.audit.models import AuditEntry
from ace_portal.lib.errors import Conflict
from dashboards.content.models import Dashboard, Version
from dashboards.content.services import copies, drafts

pytestmark = pytest.mark.django_db


def test_a_copy_begins_at_stage_one_with_a_draft_that_shows_the_same(
    client_of: Callable[[User], Client], owner: User, ace: User, draft: Version
) -> None:
    source = draft.dashboard
    source.editors.add(ace)
    Dashboard.objects.filter(pk=source.pk).update(stage=8, shows_rows=True)

    answer = client_of(ace).post(
        reverse("dashboards:dashboard-copy", args=[source.slug]), {"name": "Second"}
    )

    made = Dashboard.objects.get(name="Second")
    copied = made.versions.get()
    assert answer.headers["location"] == reverse("dashboards:builder", args=[made.slug])
    assert (made.owner, made.stage, made.shows_rows) == (ace, 1, False)
    assert (list(made.editors.all()), list(made.groups.all())) == ([], [])
    assert (copied.state, copied.based_on, copied.sha256) == ("draft", None, draft.sha256)
    assert AuditEntry.objects.filter(action="dashboard.copy").count() == 1

    drafts.remove_tile(
        actor=ace, dashboard=made, revision=copied.revision, key=copied.document["tiles"][0]["key"]
    )
    assert source.versions.get().document == draft.document


def test_what_shows_nothing_is_not_copied(owner: User, dashboard: Dashboard) -> None:
    with pytest.raises(Conflict, match="nothing to copy"):
        copies.copy_dashboard(actor=owner, dashboard=dashboard, name="Second")

    assert Dashboard.objects.count() == 1
