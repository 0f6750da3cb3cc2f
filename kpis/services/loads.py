"""From a file or a query to figures that everybody sees, or to a sentence why not.

A load is made beside everything that is live. One transaction, which only the holder of the job
wins, moves the pointer; until then, and after any failure, nobody sees a difference.
"""

from __future__ import annotations

from collections.abc import Mapping
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
from ace_portal.lib.errors import Conflict, PortalError, Temporary
from ace_portal.lib.models import one_line
from ace_portal.lib.registries import load_listeners
from ace_portal.lib.saying import kept
from kpis.models import Dataset, Load, Mode, Upload
from kpis.permissions import require_data, require_dataset_owner
from kpis.reach import DAY, reach_of
from kpis.selectors.data import outputs_of
from kpis.services import checks, extracting, incremental, making, merging, telling
from kpis.services.behind import mark_behind
from kpis.services.policies import follow
from kpis.services.readers import check_policy, check_readers, drift_from_live
from kpis.sources.base import ROW, LoadReport

JOB = "kpis.load"
QUEUE = "refresh"
#: what a load that failed keeps of its refusal
TOLD = ("bad_rows", "bad_rows_total", "line", "column", "rows")
#: what is known of rows that were looked at, live or not
FOUND = ("rows", "bytes", "sha256", "columns", "report", "checks", "seconds", "as_of")


def stage(
    *,
    dataset: Dataset,
    by: User | None,
    upload: Upload | None = None,
    options: Mapping[str, Any] | None = None,
    arrival: Mapping[str, Any] | None = None,
) -> Load:
    """A load that a worker will make; call it inside a transaction.

    ``arrival``: mode, keys and last_wins of ``services.merging``; without it all rows are replaced.
    """
    Dataset.objects.select_for_update().get(pk=dataset.pk)
    last = dataset.loads.aggregate(last=Max("number"))["last"] or 0
    load = Load.objects.create(
        dataset=dataset, number=last + 1, upload=upload, options=dict(options or {}), by=by,
        **(arrival or {}),
    )  # fmt: skip
    load.job = enqueue(
        kind=JOB, payload={"load": load.pk}, actor=by, key=f"load-{load.pk}", queue=QUEUE,
        max_attempts=merging.ATTEMPTS if load.mode != Mode.REPLACE else 5,
    )  # fmt: skip
    load.save(update_fields=["job", "updated_at"])
    return load


def stage_rebuild(*, dataset: Dataset, by: User | None) -> Load:
    """A new load of a query or of a source, or the one that waits for a worker already."""
    waiting = Job.objects.select_for_update(of=("self",)).filter(
        load__dataset=dataset, load__state=Load.State.STAGED, state=Job.State.QUEUED
    )
    job = waiting.first()
    if job is not None:
        return Load.objects.get(job=job)
    if dataset.source_id is None:
        return stage(dataset=dataset, by=by)
    how = incremental.arrival_of(dataset)
    return stage(dataset=dataset, by=by, options=dataset.options, arrival=how)


def perform(run: Run) -> None:
    """staged → checked → live, or rejected with its sentence."""
    load = Load.objects.select_related("dataset__owner", "upload").get(pk=run.payload["load"])
    if load.state not in Load.OPEN:
        raise Conflict(_("Load %(n)d is over. Begin a new one.") % {"n": load.number})
    unmade = load.state == Load.State.STAGED or not _ready(load)
    if unmade and load.dataset.source is not None:
        extracting.take_place(run, load.dataset.source)
    try:
        run.check(require_data)
        merging.require_turn(load)
        if unmade:
            _prepare(run, load)
        _finish(run, load)
    except Temporary as error:
        if run.job.attempts >= run.job.max_attempts:
            _reject(run, load, error)
        raise
    except PortalError as error:
        _reject(run, load, error)
        raise
    finally:
        _drop_unless_kept(load)
        merging.wake_next(load)


def _ready(load: Load) -> bool:
    """Whether what a killed worker has checked can go live as it is."""
    live = Dataset.objects.select_related("live").get(pk=load.dataset_id).live
    base = load.report.get("merge", {}).get("base", live.number if live is not None else 0)
    return load.file.is_file() and base == (live.number if live is not None else 0)


def _prepare(run: Run, load: Load) -> None:
    """staged → checked: the file is made beside what is live, merged and looked at."""
    _drop_earlier_attempts(load)
    load.rows, load.columns, load.report, load.checks = None, [], {}, []
    load.path = f"{load.dataset_id}/{load.pk}-{run.token[:12]}.parquet"
    load.file.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    began, plan = timezone.now(), incremental.plan_for(load)
    report, inputs = making.make(run, load, load.file, plan.after)
    if load.dataset.is_live:
        load.path = ""  # nothing is copied, so there is nothing to merge or to look through
        _fill(load, report, inputs, None)
    else:
        incremental.settle(load, report)
        report, counts = merging.merged(run, load, report, load.file)
        incremental.require_same_base(plan, counts)
        _fill(load, report, inputs, counts)
        incremental.note(load, plan, report, began)
        _examine(run, load)
    with transaction.atomic():
        run.renew()
        load.state = Load.State.CHECKED
        load.save()


def _examine(run: Run, load: Load) -> None:
    """What the checks find in the new rows; raises what a blocking one refuses."""
    run.report(1.0, _("Checking"))
    load.checks = checks.examine(
        load, load.file, types=load.types, rows=load.rows or 0, as_of=load.as_of
    )
    refused = checks.refusal(load.checks)
    if refused is not None:
        raise refused


def _drop_earlier_attempts(load: Load) -> None:
    """What a worker that was killed has left; nobody but the holder of the job may finish one."""
    folder = Path(settings.LOADS_DIR) / str(load.dataset_id)
    for pattern in (f"{load.pk}-*", f".*{load.pk}-*"):
        for left in folder.glob(pattern):
            left.unlink(missing_ok=True)


def _drop_unless_kept(load: Load) -> None:
    """The file stays only if a load has come to own it."""
    if load.path and not Load.objects.filter(path=load.path).exists():
        load.file.unlink(missing_ok=True)


def _finish(run: Run, load: Load) -> None:
    with run.completion():
        run.check(require_data)  # reading a large file takes long enough to lose the right
        dataset = Dataset.objects.select_for_update().get(pk=load.dataset_id)
        newest = dataset.loads.filter(live_at__isnull=False).aggregate(last=Max("number"))["last"]
        if newest is not None and newest > load.number:
            raise Conflict(
                _("Load %(n)d, which began later, was faster. This one is not needed any more.")
                % {"n": newest}
            )
        merging.require_base(load, dataset)
        check_readers(dataset, load.types)
        go_live(dataset=dataset, load=load)
        record(actor=run.actor, action="load.live", target=load, sha256=load.sha256)


def _fill(
    load: Load, report: LoadReport, inputs: Mapping[str, int], counts: Mapping[str, Any] | None
) -> None:
    """The report goes into the row as plain text in the portal's own language."""
    told = kept(report.to_json())
    load.rows, load.bytes, load.sha256 = report.rows, report.bytes, report.sha256
    load.columns = list(told.pop("columns"))
    load.report = {**told, "inputs": dict(inputs)}
    if counts is not None:
        load.report["merge"] = dict(counts)
    load.seconds = report.seconds
    load.as_of, load.last_day = reach_of(_as_instant(report.as_of), load.dataset.counting_zone)
    drift = drift_from_live(load)
    if drift:
        load.report["drift"] = drift


def _as_instant(told: str | None) -> str | None:
    """A report's times are in UTC; its days are anywhere's."""
    return told if told is None or len(told) == DAY else f"{told}Z"


def go_live(*, dataset: Dataset, load: Load) -> None:
    """Move the pointer, tell who listens, rebuild what is made from it; all in one transaction."""
    dataset.loads.filter(state=Load.State.LIVE).update(state=Load.State.SUPERSEDED)
    load.state = Load.State.LIVE
    load.live_at = timezone.now()
    load.save()
    dataset.live = load
    if dataset.held is not None and dataset.held.number <= load.number:
        dataset.held = None
    dataset.save(update_fields=["live", "held", "updated_at"])
    if dataset.kind == Dataset.Kind.PREPARED:
        follow(dataset, load)
    check_policy(dataset, load.types)
    mark_behind(dataset)
    for _name, tell in sorted(load_listeners.items()):
        tell(load)
    for output in outputs_of(dataset):
        stage_rebuild(dataset=output, by=None)


def _reject(run: Run, load: Load, error: PortalError) -> None:
    """staged or checked → rejected, by who still holds the job.

    The sentence is in the portal's own language. The file of what a check holds back is kept.
    """
    why = kept(error.message)
    held = isinstance(error, checks.HeldBack)
    told = {key: error.details[key] for key in TOLD if key in error.details}
    with transaction.atomic():
        run.renew()
        load.state, load.error = Load.State.REJECTED, why
        load.report = kept({**load.report, **told})
        path, load.path = load.path, load.path if held else ""
        if Load.objects.filter(pk=load.pk, state__in=Load.OPEN).exists():
            load.save(update_fields=[*FOUND, "state", "error", "path", "updated_at"])
            if held:
                _hold(load, why)
            else:
                telling.tell_failed(load, why)
        load.path = path
        record(actor=run.actor, action="load.reject", target=load, why=why[:500])


def _hold(load: Load, why: str) -> None:
    """Say so wherever the dataset's figures are, unless something newer is live already."""
    dataset = Dataset.objects.select_for_update().get(pk=load.dataset_id)
    if not dataset.loads.filter(live_at__isnull=False, number__gt=load.number).exists():
        dataset.held = load
        dataset.save(update_fields=["held", "updated_at"])
        mark_behind(dataset)
    telling.tell_held(load, why)


def roll_back(*, actor: User, load: Load, reason: str = "") -> Load:
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
        load.reason = one_line(reason)[:240]
        go_live(dataset=dataset, load=load)
        record(actor=actor, action="load.roll_back", target=load, why=load.reason)
    return load


def types_of(columns: Mapping[str, str]) -> dict[str, str]:
    """The types that a query's columns will have as a load."""
    return {ROW: "integer", **columns}
