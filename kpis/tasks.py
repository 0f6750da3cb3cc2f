"""What Celery calls."""

from __future__ import annotations

from celery import shared_task

from kpis.services import collecting


@shared_task(name="kpis.collect", ignore_result=True)
def collect() -> int:
    return collecting.collect()
