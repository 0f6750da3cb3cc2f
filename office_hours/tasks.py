"""What Celery calls."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from office_hours.services import reminders


@shared_task(name="office_hours.remind", ignore_result=True)
def remind() -> int:
    return reminders.remind_due(now=timezone.now())
