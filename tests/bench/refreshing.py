"""A thousand KPIs over one load of a million rows, refreshed in one pass.

Run as a process of its own, ``python -m tests.bench.refreshing DATA_DIR [KPIS]``, on a portal of
its own. What the queries themselves take is measured where they are sent, and taken off: by the
clock, and by the processor's time of the thread that works, which a busy machine changes less.
"""

from __future__ import annotations

import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ace_portal.launch import keep_secrets, prepare, set_environment
from tests.bench.million import KPIS, TICKETS
from tests.bench.rows import Row, against, at_most
from tests.fixtures.stack import ROOT

MANY, FEW = 1_000, 100
LIMIT_MS = 5.0


def rows() -> Iterator[Row]:
    found = {}
    for kpis in (FEW, MANY):
        with tempfile.TemporaryDirectory(prefix="ace-bench-") as folder:
            command = [sys.executable, "-m", "tests.bench.refreshing", folder, str(kpis)]
            answer = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
            found[kpis] = json.loads(answer.stdout.splitlines()[-1])
    few, many = found[FEW], found[MANY]
    yield at_most(f"{MANY:,} KPIs refreshed, each beyond its query", many["own"], "ms", LIMIT_MS)
    yield at_most(
        f"{MANY:,} KPIs refreshed, each beyond its query, processor", many["busy"], "ms", LIMIT_MS
    )
    yield Row(f"{MANY:,} KPIs refreshed, each with its query", many["whole"], "ms")
    yield against(
        "of ten times the KPIs, each beyond its query, processor", many["busy"], "ms", few["busy"],
        times=1.5,
    )  # fmt: skip
    yield against("of ten times the KPIs, memory", many["memory"], "MB", few["memory"], times=1.5)


def refresh(data_dir: Path, kpis: int) -> dict[str, float]:
    """Milliseconds for each KPI, with and without what its queries take; memory at its most."""
    data_dir.mkdir(parents=True, exist_ok=True)
    set_environment(data_dir, keep_secrets(data_dir / "secrets.env"), demo=False)
    prepare(demo=False)
    import sqlalchemy as sa

    from ace_portal.jobs import services as jobs
    from ace_portal.jobs.models import Job
    from kpis.models import Measurement
    from kpis.services.passes import KIND, refresh_after_load

    load = _published(kpis)
    spent, began = [0.0, 0.0], [0.0, 0.0]

    def begins(*_told: Any) -> None:
        began[:] = _now()

    def ends(*_told: Any) -> None:
        spent[:] = [s + now - then for s, now, then in zip(spent, _now(), began, strict=True)]

    sa.event.listen(sa.Engine, "before_cursor_execute", begins)
    sa.event.listen(sa.Engine, "after_cursor_execute", ends)
    before = _now()
    refresh_after_load(load)
    if jobs.run(Job.objects.get(kind=KIND).pk) != "done":
        raise RuntimeError("the pass did not end well")
    whole, busy = (now - then for now, then in zip(_now(), before, strict=True))
    measured = Measurement.objects.values("version").distinct().count()
    if measured != kpis:
        raise RuntimeError(f"{measured} of {kpis} KPIs were measured")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "whole": whole / kpis * 1000, "own": (whole - spent[0]) / kpis * 1000,
        "busy": (busy - spent[1]) / kpis * 1000, "memory": memory,
    }  # fmt: skip


def _now() -> tuple[float, float]:
    """The clock, and the processor's time of this thread, in seconds."""
    return time.perf_counter(), time.thread_time()


def _published(kpis: int) -> Any:
    """The live load; ``kpis`` published KPIs over it, no two alike."""
    from kpis.models import KPI, KPIVersion
    from tests.fixtures.loads import make_dataset
    from tests.fixtures.people import make_cast
    from tests.fixtures.world import build_world

    cast = make_cast()
    world = build_world(cast["owner"], cast["member"], cast["colleague"])
    dataset = make_dataset(cast["owner"], "Tickets", TICKETS)
    patterns = list(KPIS.items())
    for number in range(kpis):
        name, (definition, shown) = patterns[number % len(patterns)]
        other = {"column": "hops", "op": "!=", "value": number + 5}  # true of every row
        said = {**definition, "exclusions": {"not": other}}
        kpi = KPI.objects.create(
            slug=f"kpi-{number}", name=f"{name} {number}", question=world.question,
            category="quality", owner=cast["owner"],
        )  # fmt: skip
        KPIVersion.objects.create(
            kpi=kpi, number=1, dataset=dataset, definition=said, author=cast["owner"],
            state=KPIVersion.State.PUBLISHED, sha256=_sha256(said), **shown,
        )  # fmt: skip
    return dataset.live


def _sha256(definition: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(definition).encode()).hexdigest()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(refresh(Path(sys.argv[1]).resolve(), int(sys.argv[2]))) + "\n")
