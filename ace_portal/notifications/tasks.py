"""What Celery calls."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from ace_portal.notifications import services


@shared_task(name="notifications.send_digests", ignore_result=True)
def send_digests() -> int:
    return services.send_digests(now=timezone.now())
