"""What Celery calls."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from office_hours.services import ama, reminders


@shared_task(name="office_hours.remind", ignore_result=True)
def remind() -> int:
    return reminders.remind_due(now=timezone.now())


@shared_task(name="office_hours.remind_of_lessons", ignore_result=True)
def remind_of_lessons() -> int:
    return reminders.remind_of_lessons(now=timezone.now())


@shared_task(name="office_hours.begin_sessions", ignore_result=True)
def begin_sessions() -> int:
    return ama.start_due(now=timezone.now())
