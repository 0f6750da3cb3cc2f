"""What Celery calls."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from dashboards.reports.services import runs


@shared_task(name="dashboards.send_due_reports", ignore_result=True)
def send_due_reports() -> int:
    return runs.send_due(now=timezone.now())
