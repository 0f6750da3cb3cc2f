"""Measure everything, or one part of it."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from tests.bench.rows import Row, table, write
from tests.fixtures.stack import ROOT

TARGET = ROOT / "build" / "bench.json"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bin/bench", description="Measure the portal.")
    parser.add_argument("--only", metavar="NAME", help="one part alone")
    with ExitStack() as stack, tempfile.TemporaryDirectory(prefix="ace-bench-") as folder:
        os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(64))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ace_portal.settings")
        os.environ["ACE_ENV"] = "test"
        os.environ["ACE_DATA_DIR"] = str(Path(folder) / "own")
        known = parts(stack)
        only = parser.parse_args(arguments).only
        if only is not None and only not in known:
            parser.error(f"there is no part “{only}”, only {', '.join(known)}")
        rows: list[Row] = []
        for name, measure in known.items():
            if only in {None, name}:
                sys.stderr.write(f"{name}…\n")
                rows += measure()
    sys.stdout.write(table(rows))
    write(rows, TARGET)
    sys.stdout.write(f"\n{TARGET}\n")
    return 0


def parts(stack: ExitStack) -> Mapping[str, Callable[[], Iterator[Row]]]:
    """What can be measured, by name; those that need a filled portal share one."""
    from tests.bench import (
        busy,
        importing,
        installing,
        judging,
        outside,
        painting,
        portal,
        querying,
        refreshing,
        scale,
        serving,
        starting,
    )
    from tests.harness import chromium

    @cache
    def filled() -> portal.Portal:
        return stack.enter_context(portal.filled_portal())

    def page() -> Iterator[Row]:
        with chromium():
            yield from painting.rows(filled())

    def judged() -> Iterator[Row]:
        with chromium():
            yield from judging.rows(filled())

    return {
        "queries": querying.rows,
        "import": importing.rows,
        "outside": outside.rows,
        "refresh": refreshing.rows,
        "page": page,
        "lighthouse": judged,
        "server": lambda: serving.rows(filled()),
        "busy": lambda: busy.rows(filled()),
        "scale": lambda: scale.rows("threads"),
        "shelf": lambda: scale.rows("dashboards"),
        "start": starting.rows,
        "install": installing.rows,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
