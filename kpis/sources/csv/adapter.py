"""The seam through which the portal uses delimited text, and what it shares with all kinds that
become text first."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from ace_portal.lib.words import sentence as _
from kpis.sources.base import Caps, LoadReport, Progress, ignore
from kpis.sources.csv.checking import check
from kpis.sources.csv.loading import load
from kpis.sources.csv.options import Options
from kpis.sources.csv.profiling import profile
from kpis.sources.csv.stage import Stager
from kpis.sources.csv.staging import staged
from kpis.sources.kinds import FileSource
from kpis.sources.reading import Profile, Reading


class TextSource(FileSource):
    """A kind of file whose rows become text columns; types are found in the text."""

    reads_as: ClassVar[type[Reading]]
    stager: ClassVar[Stager[Any]]

    def options(self, data: Mapping[str, Any]) -> Reading:
        return self.reads_as.from_json(data)

    def profile(
        self, path: Path, options: Reading | None = None, *, caps: Caps | None = None
    ) -> Profile:
        return profile(path, options, caps=caps, stager=self.stager, plain=self.reads_as())

    def profile_from_json(self, data: Mapping[str, Any]) -> Profile:
        return Profile.from_json(data, self.reads_as)

    def check(self, path: Path, options: Reading, *, caps: Caps | None = None) -> None:
        check(path, options, caps=caps, stager=self.stager)

    def load(
        self,
        path: Path,
        options: Reading,
        target: Path,
        progress: Progress = ignore,
        *,
        caps: Caps | None = None,
        memory_mb: int = 512,
    ) -> LoadReport:
        return load(
            path, options, target, progress, caps=caps, memory_mb=memory_mb, stager=self.stager
        )


class CsvSource(TextSource):
    kind = "csv"
    label = _("CSV or other delimited text")
    suffixes = (".csv", ".txt")
    answers = (
        "types", "null_tokens", "date_order", "decimal", "time_zone", "bad_rows", "encoding",
        "delimiter", "quote",
    )  # fmt: skip
    cutting = ("encoding", "delimiter", "quote")
    sensed = ("encoding", "delimiter")
    reads_as = Options
    stager = staticmethod(staged)

    def kind_of(self, profile: Profile) -> str:
        return "tsv" if getattr(profile.options, "delimiter", None) == "\t" else "csv"


class TsvSource(CsvSource):
    kind = "tsv"
    label = _("Tab-separated text")
    suffixes = (".tsv", ".tab")
