"""The rows of a load, from wherever its dataset takes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from ace_portal.jobs.services import Run
from ace_portal.lib.errors import Conflict, Invalid
from kpis.models import Dataset, Load, Upload
from kpis.sandbox.limits import Limits
from kpis.sandbox.run import load_file, materialise
from kpis.selectors.data import inputs_of
from kpis.services import extracting
from kpis.services.uploads import caps
from kpis.sources.base import LoadReport
from kpis.sources.marks import After

READ = 0.55  # of the way is reading, the rest is writing


def make(
    run: Run, load: Load, target: Path, after: After | None = None
) -> tuple[LoadReport, dict[str, int]]:
    """Write the file in a child; the report, and which loads it was made from."""
    dataset = load.dataset
    if dataset.kind == Dataset.Kind.SOURCE:
        return extracting.make(run, load, target, after), {}
    if dataset.kind == Dataset.Kind.FILE:
        if load.upload is None:
            raise Invalid(_("This load has no file."), field="file")
        return _from_file(run, load.upload, load.options, target), {}
    run.report(0.0, _("Running the query"))
    inputs = {source.table_name: live_of(source) for source in inputs_of(dataset)}
    limits = Limits(seconds=settings.SQL_SECONDS, memory_mb=settings.SQL_MEMORY_MB)
    files = {name: source.file for name, source in inputs.items()}
    report = materialise(dataset.sql, files, target, limits)
    return report, {name: source.pk for name, source in inputs.items()}


def _from_file(run: Run, upload: Upload, options: Mapping[str, Any], target: Path) -> LoadReport:
    def tell(done: float, total: float) -> None:
        share = done / total if total else 0.0
        doing = _("Reading") if share < READ else _("Writing")
        run.report(share, f"{doing}, {share:.0%}")

    return load_file(upload.kind, upload.file, options, target, tell, caps=caps())


def live_of(dataset: Dataset) -> Load:
    """The load that everybody sees; Conflict while there is none."""
    if dataset.live is None:
        raise Conflict(
            _("“%(name)s” has not been loaded yet. Wait until its load is done.")
            % {"name": dataset.table_name},
            field="sql",
        )
    if dataset.is_live:
        raise Conflict(
            _("Nothing of “%(name)s” is copied, so no query can read it here; extract it instead.")
            % {"name": dataset.table_name},
            field="sql",
        )
    return dataset.live
