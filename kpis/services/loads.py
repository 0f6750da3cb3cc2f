"""From a file or a query to figures that everybody sees, or to a sentence why not.

A load is made beside everything that is live. One transaction, which only the holder of the job
wins, moves the pointer; until then, and after any failure, nobody sees a difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.jobs.models import Job
from ace_portal.jobs.services import Run, enqueue
from ace_portal.lib.errors import Conflict, Invalid, PortalError, Temporary
from ace_portal.lib.registries import load_listeners
from ace_portal.lib.saying import kept, said
from kpis.engine.checks import check_columns
from kpis.engine.parsing import parse_definition
from kpis.models import Dataset, Load, Upload
from kpis.permissions import require_data, require_dataset_owner
from kpis.sandbox.limits import Limits
from kpis.sandbox.run import load_file, materialise
from kpis.selectors.data import inputs_of, outputs_of, published_on
from kpis.services import extracting
from kpis.services.uploads import caps
from kpis.sources.base import ROW, LoadReport

JOB = "kpis.load"
QUEUE = "refresh"
READ = 0.55  # of the way is reading, the rest is writing


def stage(
    *,
    dataset: Dataset,
    by: User | None,
    upload: Upload | None = None,
    options: Mapping[str, Any] | None = None,
) -> Load:
    """A load that a worker will make; call it inside a transaction."""
    Dataset.objects.select_for_update().get(pk=dataset.pk)
    last = dataset.loads.aggregate(last=Max("number"))["last"] or 0
    load = Load.objects.create(
        dataset=dataset, number=last + 1, upload=upload, options=dict(options or {}), by=by
    )
    load.job = enqueue(
        kind=JOB, payload={"load": load.pk}, actor=by, key=f"load-{load.pk}", queue=QUEUE
    )
    load.save(update_fields=["job", "updated_at"])
    return load


def stage_rebuild(*, dataset: Dataset, by: User | None) -> Load:
    """A new load of a prepared dataset, or the one that waits for a worker already."""
    waiting = Job.objects.select_for_update(of=("self",)).filter(
        load__dataset=dataset, load__state=Load.State.STAGED, state=Job.State.QUEUED
    )
    job = waiting.first()
    return Load.objects.get(job=job) if job is not None else stage(dataset=dataset, by=by)


def perform(run: Run) -> None:
    """staged → live, or rejected with its sentence."""
    load = Load.objects.select_related("dataset", "upload").get(pk=run.payload["load"])
    if load.state != Load.State.STAGED:
        raise Conflict(_("Load %(n)d is over. Begin a new one.") % {"n": load.number})
    _drop_earlier_attempts(load)
    path = f"{load.dataset_id}/{load.pk}-{run.token[:12]}.parquet"
    with _gone_unless_kept(path) as target:
        try:
            run.check(require_data)
            report, inputs = _make(run, load, target)
            _finish(run, load, path, report, inputs)
        except Temporary as error:
            if run.job.attempts >= run.job.max_attempts:
                _reject(run, load, error)
            raise
        except PortalError as error:
            _reject(run, load, error)
            raise


def _drop_earlier_attempts(load: Load) -> None:
    """What a worker that was killed has left; nobody but the holder of the job may finish one."""
    folder = Path(settings.LOADS_DIR) / str(load.dataset_id)
    for pattern in (f"{load.pk}-*", f".*{load.pk}-*"):
        for left in folder.glob(pattern):
            left.unlink(missing_ok=True)


@contextmanager
def _gone_unless_kept(path: str) -> Iterator[Path]:
    """The file stays only if a load has come to own it."""
    target = Path(settings.LOADS_DIR) / path
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    try:
        yield target
    finally:
        if not Load.objects.filter(path=path).exists():
            target.unlink(missing_ok=True)


def _make(run: Run, load: Load, target: Path) -> tuple[LoadReport, dict[str, int]]:
    """Write the file in a child; the report, and which loads it was made from."""
    dataset = load.dataset
    if dataset.kind == Dataset.Kind.SOURCE:
        return extracting.make(run, load, target), {}
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


def _finish(run: Run, load: Load, path: str, report: LoadReport, inputs: Mapping[str, int]) -> None:
    with run.completion():
        run.check(require_data)  # reading a large file takes long enough to lose the right
        dataset = Dataset.objects.select_for_update().get(pk=load.dataset_id)
        newest = dataset.loads.filter(live_at__isnull=False).aggregate(last=Max("number"))["last"]
        if newest is not None and newest > load.number:
            raise Conflict(
                _("Load %(n)d, which began later, was faster. This one is not needed any more.")
                % {"n": newest}
            )
        _fill(load, path, report, inputs)
        check_readers(dataset, load.types)
        go_live(dataset=dataset, load=load)
        record(actor=run.actor, action="load.live", target=load, sha256=load.sha256)


def _fill(load: Load, path: str, report: LoadReport, inputs: Mapping[str, int]) -> None:
    """The report goes into the row as plain text in the portal's own language."""
    told = kept(report.to_json())
    load.path = path if report.bytes else ""  # of a live dataset nothing is copied
    load.rows, load.bytes, load.sha256 = report.rows, report.bytes, report.sha256
    load.columns = list(told.pop("columns"))
    load.report = {**told, "inputs": dict(inputs)}
    load.seconds = report.seconds
    if report.as_of is not None:
        load.as_of = datetime.fromisoformat(report.as_of).replace(tzinfo=UTC)


def check_readers(dataset: Dataset, types: Mapping[str, str], *, field: str = "file") -> None:
    """Every published KPI must find its columns in these types; Invalid names both."""
    for version in published_on(dataset):
        try:
            check_columns(parse_definition(version.definition), types)
        except Invalid as error:
            raise Invalid(
                _("The KPI “%(kpi)s” would break. %(why)s")
                % {"kpi": version.kpi.name, "why": said(error.message)},
                field=field,
                kpi=version.kpi.slug,
                column=error.details.get("column", ""),
            ) from error


def go_live(*, dataset: Dataset, load: Load) -> None:
    """Move the pointer, tell who listens, rebuild what is made from it; all in one transaction."""
    dataset.loads.filter(state=Load.State.LIVE).update(state=Load.State.SUPERSEDED)
    load.state = Load.State.LIVE
    load.live_at = timezone.now()
    load.save()
    dataset.live = load
    dataset.save(update_fields=["live", "updated_at"])
    for _name, tell in sorted(load_listeners.items()):
        tell(load)
    for output in outputs_of(dataset):
        stage_rebuild(dataset=output, by=None)


def _reject(run: Run, load: Load, error: PortalError) -> None:
    """staged → rejected, by who still holds the job; the sentence in the portal's own language."""
    why = kept(error.message)
    known = ("bad_rows", "bad_rows_total", "line", "column")
    with transaction.atomic():
        run.renew()
        staged = Load.objects.filter(pk=load.pk, state=Load.State.STAGED)
        staged.update(
            state=Load.State.REJECTED,
            error=why,
            report=kept({key: error.details[key] for key in known if key in error.details}),
        )
        record(actor=run.actor, action="load.reject", target=load, why=why[:500])


def roll_back(*, actor: User, load: Load) -> Load:
    """superseded → live; what was live is superseded."""
    require_dataset_owner(actor, load.dataset)
    with transaction.atomic():
        dataset = Dataset.objects.select_for_update().get(pk=load.dataset_id)
        load = Load.objects.select_related("dataset").get(pk=load.pk)
        if load.state != Load.State.SUPERSEDED or not load.has_file:
            raise Conflict(
                _("Only an earlier load whose file is still kept can become live again.")
            )
        check_readers(dataset, load.types)
        go_live(dataset=dataset, load=load)
        record(actor=actor, action="load.roll_back", target=load)
    return load


def types_of(columns: Mapping[str, str]) -> dict[str, str]:
    """The types that a query's columns will have as a load."""
    return {ROW: "integer", **columns}
