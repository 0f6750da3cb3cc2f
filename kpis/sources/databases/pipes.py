"""What a database sends, through one pipe after another, each as much as memory holds.

DuckDB keeps all that it reads from a pipe, as it cannot go back there: so a pipe ends after some
megabytes, and the next goes on where it ended. Each becomes a piece of Parquet.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Any

from kpis.sources.base import Progress

AT_ONCE = 64 << 20
TICK = 0.3
PATIENCE = 60


@dataclass(slots=True)
class Writer:
    """A stream of whole rows that counts and hashes what goes through, and its thread.

    ``pipes`` tells the reader of each pipe when it begins, and None when there is no further one.
    """

    send: Callable[[Writer], None]
    beside: Path
    at_once: int = field(default_factory=lambda: AT_ONCE)
    pipes: SimpleQueue[Path | None] = field(default_factory=SimpleQueue)
    size: int = 0
    lines: int = 0
    digest: Any = field(default_factory=hashlib.sha256)
    error: BaseException | None = None
    unread: bool = False
    _out: IO[bytes] | None = None
    _left: int = 0

    def run(self) -> None:
        """Ask the database; a result without rows has one pipe, too."""
        try:
            self._next()
            self.send(self)
        except BrokenPipeError:
            pass  # the reader has its own reason
        except BaseException as error:  # noqa: BLE001  it is raised where the rows are awaited
            self.error = error
        finally:
            with suppress(BrokenPipeError):
                self._close()
            self.pipes.put(None)

    def write(self, data: bytes) -> int:
        """Some rows, none of them in parts."""
        if self._left <= 0:
            self._next()
        assert self._out is not None
        self.size += len(data)
        self.lines += data.count(b"\n")
        self.digest.update(data)
        self._left -= len(data)
        self._out.write(data)
        return len(data)

    def _next(self) -> None:
        self._close()
        if self.unread:
            raise BrokenPipeError
        path = self.beside.with_name(f".{self.beside.name}.{uuid.uuid4().hex}.pipe")
        os.mkfifo(path, 0o600)
        self.pipes.put(path)
        self._out = path.open("wb", buffering=1 << 20)  # waits for the reader
        self._left = self.at_once

    def _close(self) -> None:
        out, self._out = self._out, None
        if out is not None:
            out.close()


@dataclass(slots=True)
class Pieces:
    """Files beside another one, in the order of their rows."""

    beside: Path
    paths: list[Path] = field(default_factory=list)
    rows: int = 0

    def new(self) -> Path:
        name = f".{self.beside.name}.{uuid.uuid4().hex}.piece"
        self.paths.append(self.beside.with_name(name))
        return self.paths[-1]


@contextmanager
def pieces_beside(path: Path) -> Iterator[Pieces]:
    """Pieces that are gone at the end, whatever happens."""
    pieces = Pieces(path.absolute())
    try:
        yield pieces
    finally:
        for piece in pieces.paths:
            piece.unlink(missing_ok=True)


@contextmanager
def started(writer: Writer, progress: Progress) -> Iterator[Iterator[Path]]:
    """The pipes, one after the other, while the writer's thread fills them."""
    sending = threading.Thread(target=writer.run, daemon=True)
    telling = threading.Thread(target=_tell, args=(writer, sending, progress), daemon=True)
    sending.start()
    telling.start()
    pipes = _pipes(writer)
    try:
        yield pipes
    finally:
        writer.unread = True
        pipes.close()
        _let_go(writer, sending)


def _pipes(writer: Writer) -> Generator[Path]:
    while (path := writer.pipes.get()) is not None:
        try:
            yield path
        finally:
            _release(path)


def _release(path: Path) -> None:
    """Who waits for a reader of this pipe has had one."""
    os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
    path.unlink()


def _let_go(writer: Writer, sending: threading.Thread) -> None:
    """Nobody reads any more: who waits for a reader meets a broken pipe."""
    deadline = time.monotonic() + PATIENCE
    while sending.is_alive() and time.monotonic() < deadline:
        with suppress(Empty):
            path = writer.pipes.get(timeout=TICK)
            if path is not None:
                _release(path)


def _tell(writer: Writer, sending: threading.Thread, progress: Progress) -> None:
    """Say how many rows came, until all did."""
    while sending.is_alive():
        progress(writer.lines, 0)
        sending.join(TICK)
