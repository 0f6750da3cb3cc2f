"""What Celery calls."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from kpis.services import collecting, looking, refresh, schedules


@shared_task(name="kpis.collect", ignore_result=True)
def collect() -> int:
    return collecting.collect()


@shared_task(name="kpis.refresh_due", ignore_result=True)
def refresh_due() -> int:
    return refresh.refresh_due(now=timezone.now())


@shared_task(name="kpis.settle", ignore_result=True)
def settle() -> int:
    return refresh.settle_given_up() + collecting.reject_stuck()


@shared_task(name="kpis.load_due", ignore_result=True)
def load_due() -> int:
    return schedules.load_due(now=timezone.now())


@shared_task(name="kpis.look_due", ignore_result=True)
def look_due() -> int:
    return looking.look_due()
