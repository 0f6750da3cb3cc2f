"""From the command to the first answer: in an empty data directory, and the day after."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.rows import Row, at_most
from tests.fixtures.stack import Stack, running_stack
from tests.waiting import wait_until


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="ace-bench-") as folder:
        static = str(Path(folder) / "static")
        with running_stack(Path(folder), ACE_STATIC_ROOT=static) as stack:
            yield Row("first start, with the demo", started(stack), "s")
            stack.stop()
            yield at_most("second start", started(stack), "s", 5)


def started(stack: Stack) -> float:
    began = time.perf_counter()
    stack.start(wait=False)
    wait_until(stack.answers, "the start", 300, every=0.02)
    return time.perf_counter() - began
