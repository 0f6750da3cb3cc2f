"""The seam through which the portal uses delimited text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ace_portal.lib.words import sentence as _
from kpis.sources.base import Caps, FileSource, LoadReport, Progress, ignore
from kpis.sources.csv.checking import check
from kpis.sources.csv.loading import load
from kpis.sources.csv.options import Options, Profile
from kpis.sources.csv.profiling import profile


class CsvSource(FileSource[Options, Profile]):
    kind = "csv"
    label = _("CSV or other delimited text")
    suffixes = (".csv", ".tsv", ".txt")

    def options(self, data: Mapping[str, Any]) -> Options:
        return Options.from_json(data)

    def profile(
        self, path: Path, options: Options | None = None, *, caps: Caps | None = None
    ) -> Profile:
        return profile(path, options, caps=caps)

    def profile_from_json(self, data: Mapping[str, Any]) -> Profile:
        return Profile.from_json(data)

    def check(self, path: Path, options: Options, *, caps: Caps | None = None) -> None:
        check(path, options, caps=caps)

    def load(
        self,
        path: Path,
        options: Options,
        target: Path,
        progress: Progress = ignore,
        *,
        caps: Caps | None = None,
        memory_mb: int = 512,
    ) -> LoadReport:
        return load(path, options, target, progress, caps=caps, memory_mb=memory_mb)
