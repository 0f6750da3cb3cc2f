"""What a child does with an address, and how the parent asks for it.

The token travels through the child's standard input; it stands in no environment and no file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kpis.sandbox.limits import Limits
from kpis.sandbox.run import in_child, swept
from kpis.sources.base import Caps, LoadReport, Progress, ignore
from kpis.sources.http.asking import Asked, Site
from kpis.sources.http.loading import Sample
from kpis.sources.marks import After

KNOCK = Limits(seconds=30, memory_mb=512)
SAMPLE = Limits(seconds=60, memory_mb=1_024)


def knock_at_site(site: Site) -> None:
    """Raises in words where nobody answers, or where the token opens nothing."""
    in_child({"do": "http.knock", "site": site.to_json()}, KNOCK, field="url")


def sample_of(site: Site, asked: Asked, target: Path, *, caps: Caps) -> Sample:
    """The first rows, as lines of JSON at ``target``."""
    task = _task("sample", site, asked, target, caps)
    return Sample(**in_child(task, SAMPLE, field="path"))


def load_from(
    site: Site,
    asked: Asked,
    options: Mapping[str, Any],
    target: Path,
    progress: Progress = ignore,
    *,
    caps: Caps,
    limits: Limits,
    after: After | None = None,
) -> LoadReport:
    """All rows, or those after a mark, as Parquet at ``target``, or nothing there."""
    with swept(target):
        task = _task("load", site, asked, target, caps)
        task |= {"options": dict(options), "after": after.to_json() if after is not None else None}
        return LoadReport.from_json(in_child(task, limits, field="path", progress=progress))


def _task(do: str, site: Site, asked: Asked, target: Path, caps: Caps) -> dict[str, Any]:
    return {
        "do": f"http.{do}", "site": site.to_json(), "asked": asked.to_json(),
        "target": str(target.absolute()), "caps": asdict(caps),
    }  # fmt: skip
