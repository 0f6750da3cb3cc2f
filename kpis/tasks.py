"""What Celery calls."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from kpis.services import refresh


@shared_task(name="kpis.refresh_due", ignore_result=True)
def refresh_due() -> int:
    return refresh.refresh_due(now=timezone.now())
