"""How much a child may take, and how it is held to it."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from dataclasses import dataclass

MB = 1 << 20
OWN_MB = 1_024  # address space of the interpreter, DuckDB's code and the threads' stacks
OPEN_FILES = 128
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run in the child may use. ``rows`` caps the rows that a query may give."""

    seconds: float = 60
    memory_mb: int = 1_024
    output_mb: int = 2_000
    rows: int = 10_000_000
    threads: int = 2


def hold_to(limits: Limits) -> None:
    """Let the operating system enforce the limits on this process from now on."""
    space = (limits.memory_mb + OWN_MB) * MB
    cpu = int(limits.seconds * limits.threads) + 2
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.output_mb * MB, limits.output_mb * MB))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def die_with(parent: int) -> None:
    """End this process when its parent ends, however that happens."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)
