"""The parent's side: start a child for what people bring, and kill it when its time is up."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from ace_portal.lib.errors import Invalid, PortalError, Temporary
from ace_portal.lib.words import sentence as _
from ace_portal.lib.words import unpacked
from kpis.sandbox.limits import Limits
from kpis.sources.base import Caps, LoadReport, Progress, Value, ignore
from kpis.sources.parquet import beside, put_in_place
from kpis.sources.registry import file_source

GRACE = 2.0  # seconds past the time limit
ROOT = Path(__file__).resolve().parents[2]
BOOT = """\
import sys
sys.path.insert(0, sys.argv[1])
from kpis.sandbox.limits import die_with
die_with(int(sys.argv[2]))
from kpis.sandbox.child import main
main()
"""
ENVIRONMENT = {"LANG": "C.UTF-8", "HOME": "/nonexistent", "MALLOC_ARENA_MAX": "2"}
KINDS = {"Invalid": Invalid, "Temporary": Temporary}
LONGEST_ANSWER = 64 << 20
#: so many children of a process at once, whatever is asked of it: each may take its whole memory
AT_ONCE = 4
WAIT = 60.0  # seconds for a place among them
PLACES = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column that a query gives."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a result; timestamps in ISO form, UTC."""

    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[Value, ...], ...]


def materialise(
    sql: str, inputs: Mapping[str, Path], target: Path, limits: Limits | None = None
) -> LoadReport:
    """Write what the query gives over its inputs to ``target`` as Parquet, or nothing."""
    with beside(target) as part:
        task = {"do": "materialise", "sql": sql, "inputs": _paths(inputs), "part": str(part)}
        report = LoadReport.from_json(in_child(task, limits or Limits(), field="sql"))
        put_in_place(part, target)
        return report


def preview(
    sql: str, inputs: Mapping[str, Path], limit: int = 50, limits: Limits | None = None
) -> Preview:
    """The first rows, at most 200, of what the query gives."""
    task = {"do": "preview", "sql": sql, "inputs": _paths(inputs), "limit": limit}
    answer = in_child(task, limits or Limits(seconds=20), field="sql")
    return Preview(_columns(answer), tuple(tuple(row) for row in answer["rows"]))


def describe(
    sql: str, inputs: Mapping[str, Path], limits: Limits | None = None
) -> tuple[ResultColumn, ...]:
    """The columns that the query would give, without running it."""
    task = {"do": "describe", "sql": sql, "inputs": _paths(inputs)}
    return _columns(in_child(task, limits or Limits(seconds=10), field="sql"))


def profile_file(
    kind: str,
    path: Path,
    options: Mapping[str, Any] | None = None,
    *,
    caps: Caps | None = None,
    limits: Limits | None = None,
) -> Any:
    """The source's profile of a file, made in the child."""
    task = _file_task("profile", kind, path, options, caps)
    return file_source(kind).profile_from_json(in_child(task, limits or Limits(), field="file"))


def check_file(
    kind: str, path: Path, options: Mapping[str, Any], *, caps: Caps | None = None
) -> None:
    """Raise the refusal that a load of the file would; nothing is written."""
    in_child(_file_task("check", kind, path, options, caps), Limits(), field="file")


def load_file(
    kind: str,
    path: Path,
    options: Mapping[str, Any],
    target: Path,
    progress: Progress = ignore,
    *,
    caps: Caps | None = None,
    limits: Limits | None = None,
) -> LoadReport:
    """Load a file through its source in the child; nothing partial stays at ``target``."""
    with swept(target):
        task = _file_task("load", kind, path, options, caps)
        task["target"] = str(target.absolute())
        answer = in_child(task, limits or Limits(seconds=600), field="file", progress=progress)
        return LoadReport.from_json(answer)


def _file_task(
    do: str, kind: str, path: Path, options: Mapping[str, Any] | None, caps: Caps | None
) -> dict[str, Any]:
    return {
        "do": do,
        "kind": kind,
        "path": str(path.absolute()),
        "options": None if options is None else dict(options),
        "caps": asdict(caps or Caps()),
    }


@contextmanager
def swept(target: Path) -> Iterator[None]:
    """Remove what a killed child left beside the target, and beside what was beside it."""
    try:
        yield
    finally:
        for left in target.absolute().parent.glob(f".*{target.name}.*"):
            left.unlink(missing_ok=True)


def _paths(inputs: Mapping[str, Path]) -> dict[str, str]:
    return {slug: str(path.absolute()) for slug, path in inputs.items()}


def _columns(answer: Mapping[str, Any]) -> tuple[ResultColumn, ...]:
    return tuple(ResultColumn(column["name"], column["type"]) for column in answer["columns"])


def in_child(
    task: Mapping[str, Any], limits: Limits, *, field: str, progress: Progress = ignore
) -> dict[str, Any]:
    """Run one task in a child of its own and return its answer."""
    order = json.dumps({**task, "limits": asdict(limits)})
    if not PLACES.acquire(timeout=WAIT):
        raise Temporary(_("Too much is looked at just now. Try again in a minute."), field=field)
    try:
        with start() as child:
            try:
                answer = _converse(child, order, limits, progress)
            finally:
                _kill(child)
    finally:
        PLACES.release()
    if answer is None:
        raise _ended(child.returncode, limits, field)
    if "error" in answer:
        raise _refusal(answer, field)
    result: dict[str, Any] = answer["result"]
    return result


def start() -> subprocess.Popen[bytes]:
    """A child that waits for its order: no secrets in its environment, a session of its own."""
    return subprocess.Popen(
        [sys.executable, "-I", "-X", "utf8", "-c", BOOT, str(ROOT), str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=ENVIRONMENT,
        cwd="/",
        start_new_session=True,
    )


def _converse(
    child: subprocess.Popen[bytes], order: str, limits: Limits, progress: Progress
) -> dict[str, Any] | None:
    """Send the order, follow the progress; None when the child ended or ran out of time.

    The answer's sentences are Words again, so that they are translated for who reads them here.
    """
    deadline = time.monotonic() + limits.seconds + GRACE
    if child.stdin is None or child.stdout is None:
        raise RuntimeError("the child was started with pipes")
    try:
        child.stdin.write(order.encode())
        child.stdin.close()
    except BrokenPipeError:
        return None
    for line in _lines(child.stdout, deadline):
        message: dict[str, Any] = json.loads(line)
        if "progress" not in message:
            return dict(unpacked(message))
        progress(*message["progress"])
    return None


def _lines(pipe: IO[bytes], deadline: float) -> Iterator[bytes]:
    """Complete lines until the pipe closes or the deadline passes."""
    buffer = b""
    while (left := deadline - time.monotonic()) > 0 and len(buffer) < LONGEST_ANSWER:
        ready, *_others = select.select([pipe], [], [], left)
        if not ready:
            return
        chunk = os.read(pipe.fileno(), 1 << 16)
        if not chunk:
            return
        *lines, buffer = (buffer + chunk).split(b"\n")
        yield from lines


def _kill(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        child.wait()


def _ended(code: int, limits: Limits, field: str) -> PortalError:
    """Why a child gave no answer."""
    if code in (-signal.SIGKILL, -signal.SIGXCPU):
        return Invalid(
            _(
                "This took longer than %(n)s seconds and was stopped. Ask for less at a time.",
                n=f"{limits.seconds:g}",
            ),
            field=field,
        )
    return Invalid(
        _(
            "This needs more than the %(n)s MB of memory it may use, or broke the program that "
            "ran it. It was stopped and nothing was changed.",
            n=f"{limits.memory_mb:,}",
        ),
        field=field,
    )


def _refusal(answer: Mapping[str, Any], field: str) -> PortalError:
    if answer["error"] == "MemoryError":
        return Invalid(
            _("The memory was not enough. Use a smaller file or ask for fewer rows."), field=field
        )
    kind = KINDS.get(answer["error"], PortalError)
    details = {str(key): value for key, value in answer["details"].items()}
    return kind(answer["message"], field=answer["field"], **details)
