"""Loads that add to what is live: in their turn, made beside it, and live at once or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.jobs.models import Job
from ace_portal.jobs.services import Run, wake
from ace_portal.lib.errors import Conflict, Invalid, Temporary
from ace_portal.lib.models import held
from kpis.models import Dataset, Load, Mode
from kpis.permissions import require_data
from kpis.sandbox.afterwards import merge_with
from kpis.sandbox.limits import Limits
from kpis.sandbox.merge import Plan
from kpis.sources.base import ROW, LoadReport

MERGE_SECONDS = 900
MOST_KEYS = 10
#: a load that waits for its turn is tried more often than one that failed
ATTEMPTS = 8


def set_loading(
    *, actor: User, dataset: Dataset, mode: str, keys: list[str] | None = None,
    last_wins: bool = False, keep: int | None = None,
) -> Dataset:  # fmt: skip
    """How the next files of a dataset arrive, and how many earlier loads are kept."""
    require_data(actor)
    with transaction.atomic():
        dataset = held(dataset)
        if dataset.kind == Dataset.Kind.PREPARED and mode != Mode.REPLACE:
            raise Conflict(
                _("A prepared dataset is made anew by each load: its rows are replaced."),
                field="mode",
            )
        if dataset.kind == Dataset.Kind.SOURCE:
            raise Conflict(
                _("This dataset takes no files; which rows it reads is said in its own place."),
                field="mode",
            )
        how = arrival(dataset, mode=mode, keys=keys, last_wins=last_wins)
        dataset.mode, dataset.keys, dataset.last_wins = how["mode"], how["keys"], how["last_wins"]
        if keep is not None:
            dataset.keep = keep
        dataset.full_clean(exclude=["options"])
        dataset.save(update_fields=["mode", "keys", "last_wins", "keep", "updated_at"])
        record(actor=actor, action="dataset.loading", target=dataset, **how, keep=dataset.keep)
    return dataset


def arrival(
    dataset: Dataset, *, mode: str | None = None, keys: list[str] | None = None,
    last_wins: bool | None = None,
) -> dict[str, Any]:  # fmt: skip
    """How a load arrives: as said, else as the dataset says. Invalid names what is missing."""
    mode = dataset.mode if mode is None else mode
    keys = list(dict.fromkeys(dataset.keys if keys is None else keys))
    if mode not in Mode.values:
        raise Invalid(_("Choose what a new file does."), field="mode")
    if mode != Mode.UPSERT:
        return {"mode": mode, "keys": keys, "last_wins": bool(last_wins)}
    if not keys:
        raise Invalid(_("Choose the columns that tell one row from another."), field="keys")
    if len(keys) > MOST_KEYS:
        raise Invalid(_("Choose at most %(n)d key columns.") % {"n": MOST_KEYS}, field="keys")
    types = dataset.live.types if dataset.live is not None else {}
    unknown = [key for key in keys if (types and key not in types) or key == ROW]
    if unknown:
        raise Invalid(_("The data has no column “%(name)s”.") % {"name": unknown[0]}, field="keys")
    wins = dataset.last_wins if last_wins is None else last_wins
    return {"mode": mode, "keys": keys, "last_wins": wins}


def require_turn(load: Load) -> None:
    """What adds to the live rows waits for the loads before it; ``Temporary`` until then."""
    if load.mode == Mode.REPLACE:
        return
    before = load.dataset.loads.filter(
        number__lt=load.number, state__in=Load.OPEN, job__state__in=Job.OPEN
    )
    first = before.order_by("number").first()
    if first is not None:
        raise Temporary(
            _("Load %(first)d comes before load %(n)d. It is tried again in a moment.")
            % {"first": first.number, "n": load.number}
        )


def wake_next(load: Load) -> None:
    """The load that may wait for this one need not wait any longer."""
    waiting = Job.objects.filter(
        load__dataset=load.dataset_id, load__number__gt=load.number, load__state__in=Load.OPEN,
        state=Job.State.QUEUED,
    ).order_by("load__number")  # fmt: skip
    job = waiting.first()
    if job is not None:
        Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(run_after=timezone.now())
        wake(job)


def merged(run: Run, load: Load, report: LoadReport, target: Path) -> tuple[LoadReport, Any]:
    """The file with what is live, if that is what the load is for; what became of its rows.

    ``target`` holds the new rows before and the whole afterwards; the live file is only read.
    """
    live = Dataset.objects.select_related("live").get(pk=load.dataset_id).live
    if load.mode == Mode.REPLACE or (live is None and load.mode == Mode.APPEND):
        return report, None
    keys = tuple(load.keys) if load.mode == Mode.UPSERT else ()
    base = live.number if live is not None else 0
    run.report(1.0, _("Merging with load %(n)d") % {"n": base} if base else _("Looking at keys"))
    limits = Limits(seconds=MERGE_SECONDS, memory_mb=settings.SQL_MEMORY_MB)
    plan = Plan(keys, load.last_wins)
    whole, counts = merge_with(live.file if live else None, target, plan, report, limits)
    told = {name: getattr(counts, name) for name in ("added", "replaced", "unchanged", "doubles")}
    return whole, {"mode": load.mode, "base": base, **told}


def require_base(load: Load, dataset: Dataset) -> None:
    """What was merged goes live only over the load that it was merged with."""
    base = load.report.get("merge", {}).get("base")
    live = dataset.live.number if dataset.live is not None else 0
    if base is not None and base != live:
        raise Temporary(
            _("The live rows changed while load %(n)d was made of them. It is tried again.")
            % {"n": load.number}
        )
