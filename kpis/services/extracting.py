"""The rows of a source, copied at a load; or, of a live dataset, what is known of them."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.jobs.services import Run
from ace_portal.lib.errors import Invalid, PortalError
from ace_portal.lib.saying import kept
from kpis.models import Dataset, DataSource, Load
from kpis.places import place_of, site_of
from kpis.sandbox.addresses import load_from
from kpis.sandbox.databases import extract_from, survey_of
from kpis.sandbox.limits import Limits
from kpis.services.uploads import caps
from kpis.sources.base import Caps, LoadReport
from kpis.sources.http.asking import KIND as HTTP
from kpis.sources.http.asking import Asked
from kpis.sources.marks import After


def take_place(run: Run, source: DataSource) -> None:
    """Be one of so many loads that a source bears at once; ``NoPlace`` while others are."""
    with transaction.atomic():
        source = DataSource.objects.select_for_update().get(pk=source.pk)
        most = source.most_at_once

        def note(busy: int) -> str:
            return _("Waits for its source: %(n)d of %(most)d busy") % {"n": busy, "most": most}

        run.take_place(f"source-{source.pk}", most=most, note=note)


def make(run: Run, load: Load, target: Path, after: After | None = None) -> LoadReport:
    """The rows at ``target``; of a live dataset nothing but what is known of them now.

    ``after`` asks for newer rows alone.
    """
    dataset = load.dataset
    if dataset.source is None:
        raise Invalid(_("This dataset has no source any more."))
    try:
        if dataset.is_live:
            run.report(0.1, _("Looking at the source"))
            return _survey(place_of(dataset.source), dataset)
        run.report(0.0, _("Asking the source"))
        report = _extract(run, dataset, dataset.source, target, after)
    except PortalError as error:
        _trouble(dataset.source, kept(error.message))
        raise
    _trouble(dataset.source, "")
    return report


def _extract(
    run: Run, dataset: Dataset, source: DataSource, target: Path, after: After | None
) -> LoadReport:
    limits = Limits(
        seconds=settings.EXTRACT_SECONDS, memory_mb=settings.SQL_MEMORY_MB,
        output_mb=settings.EXTRACT_MB,
    )  # fmt: skip
    if source.kind == HTTP:
        return load_from(
            site_of(source), Asked.from_json(dataset.asked), dataset.options, target,
            _telling(run), caps=caps(), limits=limits, after=after,
        )  # fmt: skip
    return extract_from(
        place_of(source), dataset.asked, target, _telling(run), caps=Caps(), limits=limits,
        time_zone=dataset.time_zone, after=after,
    )  # fmt: skip


def _telling(run: Run) -> Any:
    def tell(done: float, total: float) -> None:
        if total:
            run.report(0.95, _("Writing"))
        else:
            # How many there will be nobody knows: the bar goes on, and never arrives.
            share = done / (done + 500_000)
            run.report(0.9 * share, _("About %(n)s rows read") % {"n": f"{int(done):,}"})

    return tell


def _survey(place: Any, dataset: Dataset) -> LoadReport:
    began, now = time.monotonic(), datetime.now(UTC)
    limits = Limits(seconds=settings.LIVE_SECONDS * 4)
    found = survey_of(place, dataset.asked, limits)
    told = json.dumps([asdict(column) for column in found.columns], sort_keys=True)
    return LoadReport(
        rows=found.rows,
        bytes=0,
        source_bytes=0,
        source_sha256="",
        sha256=hashlib.sha256(f"{now.isoformat()} {told}".encode()).hexdigest(),
        columns=found.columns,
        as_of=now.replace(tzinfo=None).isoformat(sep=" "),
        seconds=round(time.monotonic() - began, 3),
        sql=found.sql,
    )


def _trouble(source: DataSource, text: str) -> None:
    """What the source's page says of the last time that somebody came."""
    if source.trouble != text:
        DataSource.objects.filter(pk=source.pk).update(trouble=text)
