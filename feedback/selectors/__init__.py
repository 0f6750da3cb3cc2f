"""What a person may read of feedback and of what comes of it."""

from feedback.selectors.pulses import (
    KPIChange,
    PulseResult,
    asked_of,
    pulse_results,
    readable_pulses,
)
from feedback.selectors.roadmap import (
    asked_in,
    item_for,
    open_items,
    roadmap_of,
)
from feedback.selectors.threads import (
    TABS,
    UNDER_WAY,
    WAITING,
    comments_for,
    open_by_tile,
    readable,
    readable_always,
    readable_inside,
    tab_counts,
    tab_of,
    thread_for,
    threads_for,
    told_of,
    waiting_first,
    with_counts,
)

__all__ = [
    "TABS",
    "UNDER_WAY",
    "WAITING",
    "KPIChange",
    "PulseResult",
    "asked_in",
    "asked_of",
    "comments_for",
    "item_for",
    "open_by_tile",
    "open_items",
    "pulse_results",
    "readable",
    "readable_always",
    "readable_inside",
    "readable_pulses",
    "roadmap_of",
    "tab_counts",
    "tab_of",
    "thread_for",
    "threads_for",
    "told_of",
    "waiting_first",
    "with_counts",
]
