"""Room beneath a call."""

from __future__ import annotations

import resource
import threading
from collections.abc import Callable

from ace_portal.lib.calls import roomy


def down(depth: int) -> None:
    """Calls and returns many times over from ``depth`` frames down: somewhere lies an edge."""
    if depth:
        down(depth - 1)
        return
    for _turn in range(30):
        answer()


def answer() -> int:
    return 1


def at_every_depth() -> None:
    for depth in range(300):
        down(depth)


def pages_taken(call: Callable[[], None]) -> int:
    """How often ``call`` made the system hand out a page, in a thread that has none yet."""
    taken = []

    def watched() -> None:
        before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
        call()
        taken.append(resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before)

    thread = threading.Thread(target=watched)
    thread.start()
    thread.join()
    return taken[0]


def test_deep_calls_take_their_memory_once() -> None:
    assert pages_taken(roomy(at_every_depth)) < 60


def test_call_keeps_its_name_its_answer_and_its_error() -> None:
    assert roomy(answer)() == 1
    assert roomy(answer).__name__ == "answer"
    assert roomy(int)("7", base=8) == 7
