"""Starting, ending, being killed: what ``bin/run`` promises."""

from __future__ import annotations

import os
import signal
import stat
from pathlib import Path

import pytest

from ace_portal.launch import offer_files
from tests.fixtures.stack import Stack
from tests.waiting import wait_until

pytestmark = pytest.mark.xdist_group("launches")

WORKER = "ace_portal.celery worker"
SCHEDULER = "ace_portal.celery beat"


def test_second_start_is_quick_and_keeps_data_and_secrets(own_stack: Stack) -> None:
    own_stack.run()
    secrets = own_stack.data_dir / "secrets.env"
    before = secrets.read_bytes()
    own_stack.stop()

    own_stack.start()

    assert secrets.read_bytes() == before
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert stat.S_IMODE(own_stack.data_dir.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("demo", "chosen", "offered"),
    [
        (True, None, "data-sources"),
        (False, None, None),
        (True, "elsewhere", "elsewhere"),
    ],
)
def test_files_are_offered_beside_the_data_directory_for_the_demo_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, demo: bool, chosen: str | None,
    offered: str | None,
) -> None:  # fmt: skip
    named = {"ACE_SOURCE_FILES_DIR": str(tmp_path / chosen)} if chosen is not None else {}
    monkeypatch.setattr(os, "environ", named)

    offer_files(tmp_path / "data", demo=demo)

    assert named.get("ACE_SOURCE_FILES_DIR") == (
        str(tmp_path / offered) if offered is not None else None
    )
    assert (tmp_path / "data-sources").is_dir() == (offered == "data-sources")


@pytest.mark.parametrize("words", ["gunicorn", WORKER, SCHEDULER])
def test_killed_part_comes_back(own_stack: Stack, words: str) -> None:
    own_stack.run()
    wait_until(lambda: own_stack.processes(words), words)
    before = own_stack.processes(words)

    for process in before:
        os.kill(process, signal.SIGKILL)

    wait_until(
        lambda: len(set(own_stack.processes(words)) - set(before)) >= len(before),
        f"the return of {words}",
    )
    wait_until(own_stack.answers, "an answer")


def test_interrupt_ends_everything(own_stack: Stack) -> None:
    own_stack.run()
    wait_until(lambda: len(own_stack.processes("celery")) >= 3, "worker and scheduler")

    own_stack.stop(signal.SIGINT)

    assert own_stack.processes() == []


def test_killed_supervisor_leaves_nothing_behind(own_stack: Stack) -> None:
    own_stack.run()
    wait_until(lambda: len(own_stack.processes("celery")) >= 3, "worker and scheduler")
    assert own_stack.process is not None

    own_stack.process.kill()

    wait_until(lambda: own_stack.processes() == [], "the end of all processes")


def test_stalled_worker_is_started_again(own_stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    own_stack.stop()
    monkeypatch.setitem(own_stack.environment, "ACE_STALLED_AFTER", "8")
    own_stack.start()
    wait_until(lambda: own_stack.processes(WORKER), "the worker")
    before = own_stack.processes(WORKER)
    for process in before:
        os.kill(process, signal.SIGSTOP)

    wait_until(
        lambda: (now := own_stack.processes(WORKER)) and not set(now) & set(before),
        "a new worker",
    )
    wait_until((own_stack.data_dir / "run" / "worker.heartbeat").exists, "its heartbeat")
