"""What Celery calls."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from ace_portal.notifications import mail, services


@shared_task(name="notifications.send_digests", ignore_result=True)
def send_digests() -> int:
    return services.send_digests(now=timezone.now())


@shared_task(name="notifications.settle_mails", ignore_result=True)
def settle_mails() -> int:
    return mail.settle_given_up()
