"""What Celery calls."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from feedback.services import pulses


@shared_task(name="feedback.ask_pulses", ignore_result=True)
def ask_pulses() -> int:
    return pulses.ask_due(now=timezone.now())
