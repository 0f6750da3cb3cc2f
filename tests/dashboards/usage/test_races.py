"""Tabs at once are one view; reviews at once are one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard, Version
from dashboards.usage.models import Review, ViewEvent
from dashboards.usage.services.reviews import hold_review
from dashboards.usage.services.views import record_view
from tests.feedback.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_tabs_at_once_are_one_view(member: User, released: Version) -> None:
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    calls = [
        lambda: record_view(
            actor=member, dashboard=released.dashboard, version=released, at=noon,
            interacted=True,
        )
    ] * 12  # fmt: skip

    assert at_once(calls) == 12  # type: ignore[arg-type]
    event = ViewEvent.objects.get()
    assert event.qualified_at == noon


def test_reviews_at_once_are_one(owner: User, ace: User, live: Dashboard) -> None:
    calls = [
        lambda who=who: hold_review(actor=who, dashboard=live, verdict="pivot")
        for who in (owner, ace) * 3
    ]

    assert at_once(calls) == 1
    assert Review.objects.count() == 1
