"""The Celery application, and the one table of everything that runs by the clock."""

from __future__ import annotations

import ctypes
import os
import signal
import warnings
from pathlib import Path
from typing import Any

from celery import Celery
from celery.platforms import SecurityWarning
from celery.signals import worker_init, worker_process_init, worker_ready
from django.conf import settings

from ace_portal.lib import filebroker
from ace_portal.lib.loading import keep_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ace_portal.settings")
filebroker.register()
# On one machine the portal runs as whoever starts it; the image of docker-compose.yml is no root.
warnings.filterwarnings("ignore", category=SecurityWarning)

HEARTBEAT_SECONDS = 5.0
HARD_LIMIT_SECONDS = 3600
VISIBILITY_SECONDS = 2 * HARD_LIMIT_SECONDS

#: name → (task, every so many seconds)
SCHEDULE = {
    "sweep jobs": ("jobs.sweep", settings.JOB_SWEEP_SECONDS),
    "load what is due": ("kpis.load_due", 30),
    "refresh what is due": ("kpis.refresh_due", 30),
    "settle loads and refreshes that were given up": ("kpis.settle", 60),
    "look at new figures": ("kpis.look_due", 60),
    "send daily mails": ("notifications.send_digests", 60),
    "settle mails that were given up": ("notifications.settle_mails", 60),
    "send reports that are due": ("dashboards.send_due_reports", 30),
    "ask what a release gave": ("feedback.ask_pulses", 300),
    "remind of sessions": ("office_hours.remind", 300),
    "remind of lessons": ("office_hours.remind_of_lessons", 900),
    "begin sessions": ("office_hours.begin_sessions", 15),
    "collect old files": ("kpis.collect", 3600),
    "forget old views": ("dashboards.sweep_views", 3600),
}


def transport_options() -> dict[str, Any]:
    """How the broker is spoken to: folders for the embedded one, redelivery times for Redis."""
    if settings.CELERY_BROKER_URL.startswith(filebroker.SCHEME):
        folder = Path(settings.DATA_DIR) / "queue"
        folders = {
            "data_folder_in": folder / "messages",
            "data_folder_out": folder / "messages",
            "control_folder": folder / "control",
        }
        for path in folders.values():
            path.mkdir(parents=True, exist_ok=True)
        return {**{k: str(v) for k, v in folders.items()}, "polling_interval": 0.1}
    return {"visibility_timeout": VISIBILITY_SECONDS, "unacked_restore_interval": 10}


app = Celery("ace_portal")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    broker_transport_options=transport_options(),
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=2,
    result_backend=None,
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=HARD_LIMIT_SECONDS,
    task_default_queue="default",
    task_create_missing_queues=True,
    worker_prefetch_multiplier=4 if not settings.REDIS_URL else 1,
    worker_concurrency=settings.WORKER_PROCESSES,
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    timezone="UTC",
    beat_schedule={
        name: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
        for name, (task, seconds) in SCHEDULE.items()
    },
)
app.autodiscover_tasks()


@worker_ready.connect
def _beat_heart(sender: Any, **kwargs: Any) -> None:
    """Touch a file as long as the worker's main process lives; the supervisor looks at it."""
    heartbeat = Path(settings.DATA_DIR) / "run" / "worker.heartbeat"
    heartbeat.parent.mkdir(parents=True, exist_ok=True)
    heartbeat.touch()
    sender.timer.call_repeatedly(HEARTBEAT_SECONDS, heartbeat.touch)


@worker_init.connect
def _know_parent(**kwargs: Any) -> None:
    """Before the pool is there: its processes have to know whose they are, and share much."""
    app.main_process = os.getpid()
    keep_loaded()


@worker_process_init.connect
def _die_with_parent(**kwargs: Any) -> None:
    """A pool process never outlives its worker."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    if os.getppid() != app.main_process:  # it ended before we asked
        os._exit(1)
