"""What Celery calls."""

from __future__ import annotations

from celery import shared_task

from ace_portal.jobs import services


@shared_task(name=services.TASK, ignore_result=True)
def run_job(job_id: int) -> str:
    return services.run(job_id)


@shared_task(name="jobs.sweep", ignore_result=True)
def sweep() -> int:
    return services.sweep()
