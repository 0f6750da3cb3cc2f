"""The end of what takes too long in DuckDB."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def stopped_after(connection: Any, seconds: float) -> Iterator[None]:
    """What runs on a DuckDB connection or cursor ends with ``duckdb.InterruptException`` after so
    many seconds. The connection serves on."""
    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
