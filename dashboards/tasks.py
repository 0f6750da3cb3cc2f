"""What Celery calls."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from dashboards.embedding.counting import forget_days
from dashboards.reports.services import runs
from dashboards.usage.services.views import sweep_views as forget_old_views


@shared_task(name="dashboards.send_due_reports", ignore_result=True)
def send_due_reports() -> int:
    return runs.send_due(now=timezone.now())


@shared_task(name="dashboards.sweep_views", ignore_result=True)
def sweep_views() -> int:
    now = timezone.now()
    forget_days(now=now)
    return forget_old_views(now=now)
