"""The one place where something waits by sleeping: for what other processes do."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_until(
    condition: Callable[[], object], what: str, seconds: float = 60, *, every: float = 0.1
) -> None:
    """Look again and again; raises TimeoutError, which says ``what`` did not happen."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(every)
