"""Python's garbage collector, while a process loads and after."""

from __future__ import annotations

import atexit
import gc


def keep_loaded(threshold: int = 20_000) -> None:
    """What is loaded now stays, and is not looked through for garbage again.

    That took a tenth of the time of a page; and what is not looked through stays shared between a
    process and those that it forks. A process that only loads may switch the collector off before.
    ``threshold`` is how many new objects there may be until they are looked through.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(threshold, 20, 20)
    gc.enable()
    atexit.register(gc.unfreeze)
