from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard
from dashboards.reports.models import ReportRun, Subscription
from dashboards.reports.services import runs, subscriptions
from tests.fixtures.kpis import run_jobs

Deliver = Callable[..., ReportRun]


@pytest.fixture
def report(member: User, live: Dashboard) -> Subscription:
    """The member's, every Monday at eight."""
    return subscriptions.subscribe(actor=member, dashboard=live, every="weekly", hour=8)


@pytest.fixture
def deliver(report: Subscription) -> Deliver:
    """Let the time come and do all work that waits, as the worker does."""

    def bring() -> ReportRun:
        come(report)
        runs.send_due(now=timezone.now())
        run_jobs()  # the report
        run_jobs()  # its mail
        return report.runs.get()

    return bring


def come(report: Subscription) -> None:
    """The next time is now, and a minute ago."""
    due = timezone.now() - timedelta(minutes=1)
    Subscription.objects.filter(pk=report.pk).update(next_due=due)
