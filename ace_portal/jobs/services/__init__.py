"""The legal moves of a job. Nothing here knows what a job is about."""

from ace_portal.jobs.services.queue import TASK, enqueue, sweep, wake
from ace_portal.jobs.services.running import (
    Cancelled,
    LeaseLost,
    NoPlace,
    Run,
    claim,
    register_handler,
    run,
)
from ace_portal.jobs.services.steering import cancel, retry

__all__ = [
    "TASK",
    "Cancelled",
    "LeaseLost",
    "NoPlace",
    "Run",
    "cancel",
    "claim",
    "enqueue",
    "register_handler",
    "retry",
    "run",
    "sweep",
    "wake",
]
