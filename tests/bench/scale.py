"""Pages over years of use, against the same pages over a hundredth of it.

Each of the two portals is a process of its own on its own database, ``python -m
tests.bench.scale DATA_DIR WHAT MANY``; they are asked in turns, so that a noisy machine is noisy
for both.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ace_portal.launch import keep_secrets, prepare, set_environment
from tests.bench.rows import Row, against
from tests.fixtures.stack import ROOT

#: few and many of what: threads, with ten comments and ten views each; dashboards, with fifty
#: versions each
SIZES = {"threads": (100, 10_000), "dashboards": (20, 200)}
#: of two dashboards that differ in nothing else
TILES = (10, 100)
TURNS, REQUESTS = 4, 15
LIMIT = 2.0


def rows(what: str) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="ace-bench-") as folder, ExitStack() as stack:
        portals = [
            stack.enter_context(started(Path(folder) / str(many), what, many))
            for many in SIZES[what]
        ]
        found: list[dict[str, Any]] = [{}, {}]
        for _turn in range(TURNS):
            for place, portal in enumerate(portals):
                for name, (queries, taken) in asked(portal).items():
                    found[place].setdefault(name, (queries, []))[1].extend(taken)
        yield from compared(what, *found)
        if what == "dashboards":
            yield from by_tile(found[1])


def compared(what: str, few: dict[str, Any], many: dict[str, Any]) -> Iterator[Row]:
    """Of each page the 95th percentile, and whether it asks the database as often as before."""
    for name, (queries, taken) in many.items():
        before, floor = few[name][0], p95(few[name][1])
        yield against(f"{name}, many {what}, p95", p95(taken), "ms", floor, times=LIMIT)
        yield Row(
            f"{name}, many {what}, queries", queries, "queries", before,
            queries / before, "= floor", queries == before,
        )  # fmt: skip


def by_tile(found: dict[str, Any]) -> Iterator[Row]:
    """What a tile costs on a dashboard of very many, against one on a dashboard of some."""
    small, large = TILES
    before, few = found[f"a dashboard of {small} tiles"]
    queries, many = found[f"a dashboard of {large} tiles"]
    yield against(f"a tile of {large}, p95", p95(many) / large, "ms", p95(few) / small, times=1)
    yield Row(
        f"a page of {large} tiles, queries", queries, "queries", before, queries / before,
        "= floor", queries == before,
    )  # fmt: skip


def p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]


def started(data_dir: Path, what: str, many: int) -> subprocess.Popen[str]:
    portal = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.scale", str(data_dir), what, str(many)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    answer(portal)
    return portal


def asked(portal: subprocess.Popen[str]) -> dict[str, Any]:
    assert portal.stdin is not None
    portal.stdin.write("\n")
    portal.stdin.flush()
    return dict(answer(portal))


def answer(portal: subprocess.Popen[str]) -> Any:
    assert portal.stdout is not None
    for line in portal.stdout:
        if line.startswith("{"):
            return json.loads(line)
    raise RuntimeError(f"a portal of the comparison ended with {portal.wait()}")


def serve(data_dir: Path, what: str, many: int) -> None:
    """Build the portal, then measure all pages for each line of input."""
    data_dir.mkdir(parents=True)
    set_environment(data_dir, keep_secrets(data_dir / "secrets.env"), demo=True)
    prepare(demo=True)
    from django.test.utils import setup_test_environment

    from dashboards.content.models import Dashboard
    from personas.models import UserGroup
    from tests.bench import crowd, shelf

    setup_test_environment()
    dashboard = Dashboard.objects.get(slug="incident-service")
    group = UserGroup.objects.get(name="Service desk leads")
    filled = {"threads": crowd.filled, "dashboards": shelf.filled}[what]
    places = filled(dashboard, group, many)
    sys.stdout.write("{}\n")
    sys.stdout.flush()
    for _line in sys.stdin:
        sys.stdout.write(json.dumps(measured(places)) + "\n")
        sys.stdout.flush()


def measured(places: dict[str, tuple[str, str]]) -> dict[str, tuple[int, list[float]]]:
    """How many queries each page takes when it is warm, and the milliseconds of its requests."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from ace_portal.accounts.models import User
    from tests.fixtures.people import browser_of

    clients = {
        name: browser_of(User.objects.get(email=f"{name}@demo.example"))
        for name in ("owner", "member")
    }
    found = {}
    for name, (who, url) in places.items():
        client = clients[who]
        for _warm in range(2):
            if client.get(url).status_code != 200:
                raise RuntimeError(f"{url} does not answer")
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        queries = len(captured)  # the next request begins to count anew
        taken = []
        for _request in range(REQUESTS):
            began = time.perf_counter()
            client.get(url)
            taken.append((time.perf_counter() - began) * 1000)
        found[name] = (queries, taken)
    return found


if __name__ == "__main__":
    serve(Path(sys.argv[1]).resolve(), sys.argv[2], int(sys.argv[3]))
