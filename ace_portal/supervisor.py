"""Runs web, worker and scheduler as children, restarts what dies or stalls, ends all together.

No Django here: this process stays small and has nothing that can fail in it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

STALLED_AFTER = float(os.environ.get("ACE_STALLED_AFTER", "60"))
GRACE = 2.0
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


@dataclass
class Child:
    """One process group: what to run, how it is told to end when we die, when it was started."""

    name: str
    command: list[str]
    death_signal: signal.Signals
    heartbeat: Path | None = None
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    restarts: list[float] = field(default_factory=list)

    def start(self) -> None:
        if self.heartbeat is not None:
            self.heartbeat.unlink(missing_ok=True)
        supervisor = os.getpid()
        self.process = subprocess.Popen(
            self.command,
            start_new_session=True,
            preexec_fn=lambda: self._die_with(supervisor),
        )
        self.started = time.monotonic()

    def _die_with(self, supervisor: int) -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, self.death_signal)
        if os.getppid() != supervisor:  # it ended before we asked
            os._exit(1)

    def last_word(self) -> signal.Signals:
        """The signal after which the process does not finish its work first."""
        return self.death_signal

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def stalled(self) -> bool:
        """No heartbeat for too long; a process that has just started gets the same time."""
        if self.heartbeat is None or time.monotonic() - self.started < STALLED_AFTER:
            return False
        try:
            return time.time() - self.heartbeat.stat().st_mtime > STALLED_AFTER
        except FileNotFoundError:
            return True

    def tell(self, number: signal.Signals) -> None:
        """Send a signal to the whole group."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return

    def delay(self) -> float:
        """Seconds until the next start: none at first, more when it dies again and again."""
        now = time.monotonic()
        self.restarts = [moment for moment in self.restarts if now - moment < 60]
        self.restarts.append(now)
        return min(2.0 ** (len(self.restarts) - 2), 15.0) if len(self.restarts) > 1 else 0.0


class Supervisor:
    def __init__(self, children: list[Child], say: Callable[[str], None]) -> None:
        self.children = children
        self.say = say
        self.ending = False

    def run(self) -> int:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_end)
        for child in self.children:
            child.start()
        due: dict[str, float] = {}
        announced = False
        while not self.ending:
            announced = announced or self._announce()
            for child in self.children:
                self._look_after(child, due)
            time.sleep(0.1 if not announced else 0.5)
        self.end()
        return 0

    def _asked_to_end(self, number: int, frame: FrameType | None) -> None:
        self.ending = True

    def _announce(self) -> bool:
        """Say the address once the web process answers."""
        address = os.environ["BASE_URL"]
        local = f"http://127.0.0.1:{os.environ['PORT']}/healthz"
        try:
            with urllib.request.urlopen(local, timeout=1) as answer:
                up = bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False
        if up:
            started = os.environ.get("ACE_STARTED")
            after = f" (up after {time.time() - float(started):.1f} s)" if started else ""
            self.say(f"\nACE Portal is at {address}{after}. Ctrl-C ends it.")
        return up

    def _look_after(self, child: Child, due: dict[str, float]) -> None:
        if child.running and child.stalled:
            self.say(f"The {child.name} does not answer; it is started again.")
            child.tell(signal.SIGKILL)
            return
        if child.running or self.ending:
            return
        if child.name not in due:
            child.tell(signal.SIGKILL)  # what is left of its group
            due[child.name] = time.monotonic() + child.delay()
            self.say(f"The {child.name} ended; it is started again.")
        if time.monotonic() >= due[child.name]:
            del due[child.name]
            child.start()

    def end(self) -> None:
        """Ask everybody to end, ask again without patience, then insist.

        A job that is cut off here is put back at the next start, as after any other end.
        """
        for ask, patience in ((lambda child: signal.SIGTERM, 2.5), (Child.last_word, GRACE)):
            for child in self.children:
                if child.running and child.process is not None:
                    child.process.send_signal(ask(child))
            deadline = time.monotonic() + patience
            while time.monotonic() < deadline and any(child.running for child in self.children):
                time.sleep(0.05)
        for child in self.children:
            child.tell(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()


def embedded_children() -> list[Child]:
    """The three processes of one machine."""
    data = Path(os.environ["ACE_DATA_DIR"])
    celery = [sys.executable, "-m", "celery", "--quiet", "--app", "ace_portal.celery"]
    web = [
        sys.executable, "-m", "gunicorn", "ace_portal.wsgi:application",
        "--bind", f"{os.environ['HOST']}:{os.environ['PORT']}",
        "--worker-class", "gthread", "--threads", "8", "--workers", "1",
        "--timeout", "120", "--graceful-timeout", "10", "--log-level", "warning",
        "--worker-tmp-dir", str(data / "run"),
    ]  # fmt: skip
    worker = [*celery, "worker", "--loglevel", "WARNING", "--without-gossip", "--without-mingle",
              "--queues", "default,refresh,reports,mail"]  # fmt: skip
    beat = [*celery, "beat", "--loglevel", "WARNING", "--schedule", str(data / "run" / "beat"),
            "--pidfile="]  # fmt: skip
    (data / "run").mkdir(exist_ok=True)
    return [
        Child("web process", web, signal.SIGTERM),
        Child("worker", worker, signal.SIGKILL, heartbeat=data / "run" / "worker.heartbeat"),
        Child("scheduler", beat, signal.SIGTERM),
    ]


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(Supervisor(embedded_children(), say).run())
