"""Schedulers at once: one run for a due time; clicks at once: one report."""

from __future__ import annotations

import pytest
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.jobs.models import Job
from dashboards.reports.models import ReportRun, Subscription
from dashboards.reports.services import runs
from tests.dashboards.reports.conftest import come
from tests.feedback.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_many_schedulers_and_clicks_give_one_run_each(member: User, report: Subscription) -> None:
    come(report)
    now = timezone.now()
    clicks = [lambda: runs.send_now(actor=member, subscription=report)] * 6
    at_once([lambda: runs.send_due(now=now)] * 8 + clicks)  # type: ignore[operator]

    assert ReportRun.objects.filter(asked_by=None).count() == 1
    assert ReportRun.objects.filter(asked_by=member).count() == 1
    assert Job.objects.filter(kind=runs.KIND).count() == 2
