"""Loads that read only what is newer: from which mark, and when all rows have to be read after all.

The mark stands in the report of the load that it belongs to, so the live load decides: after a
rollback reading goes on from the older mark, and a load that came to nothing has moved none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid, Temporary
from ace_portal.lib.models import held
from ace_portal.lib.saying import kept
from kpis.models import Dataset, Load, Mode
from kpis.permissions import require_data
from kpis.sources import marks
from kpis.sources.base import ROW, LoadReport
from kpis.sources.http.asking import KIND as HTTP

ALL, NEW = "all", "new"
MOST_KEYS = 10
#: what says where a source is: in another place are other rows
WHERE = ("kind", "host", "port", "database", "file", "url")


def set_reading(
    *, actor: User, dataset: Dataset, mark_column: str = "", overlap: int = 0,
    overlap_unit: str = "", keys: list[str] | None = None, keep: int | None = None,
) -> Dataset:  # fmt: skip
    """All rows at each load, or only those after the greatest value of a column.

    With an overlap rows come twice, and an address decides itself what is newer: both need
    ``keys`` that tell one row from another.
    """
    require_data(actor)
    with transaction.atomic():
        dataset = held(dataset)
        if dataset.source is None:
            raise Conflict(_("This dataset comes from no source."), field="mark_column")
        keys = list(dict.fromkeys(keys or ()))
        if mark_column:
            _check(dataset, mark_column, overlap, overlap_unit, keys)
        else:
            overlap, overlap_unit, keys = 0, "", []
        dataset.mark_column, dataset.keys = mark_column, keys
        dataset.overlap, dataset.overlap_unit = overlap, overlap_unit if overlap else ""
        dataset.mode, dataset.last_wins = arriving(dataset)["mode"], bool(keys)
        if keep is not None:
            dataset.keep = keep
        dataset.full_clean(exclude=["options"])
        dataset.save(
            update_fields=[
                "mark_column", "overlap", "overlap_unit", "keys", "mode", "last_wins", "keep",
                "updated_at",
            ]
        )  # fmt: skip
        record(
            actor=actor, action="dataset.reading", target=dataset, column=mark_column,
            overlap=overlap, unit=overlap_unit, keys=keys, keep=dataset.keep,
        )  # fmt: skip
    return dataset


def _check(dataset: Dataset, column: str, overlap: int, unit: str, keys: list[str]) -> None:
    if dataset.is_live:
        raise Conflict(
            _("Nothing of this dataset is copied, so there is nothing to read again."),
            field="mark_column",
        )
    if dataset.live is None:
        raise Conflict(
            _("Wait for the first load: it shows which columns can grow."), field="mark_column"
        )
    types = dataset.live.types
    if types.get(column) not in marks.TYPES or column == ROW:
        raise Invalid(
            _("Choose a column with times, days or numbers that only grow."), field="mark_column"
        )
    marks.check_overlap(types[column], overlap, unit)
    unknown = next((key for key in keys if key not in types or key == ROW), None)
    if unknown is not None:
        raise Invalid(_("The data has no column “%(name)s”.") % {"name": unknown}, field="keys")
    if len(keys) > MOST_KEYS:
        raise Invalid(_("Choose at most %(n)d key columns.") % {"n": MOST_KEYS}, field="keys")
    if overlap and not keys:
        raise Invalid(
            _("Rows of the overlap come twice: choose the columns that tell one from another."),
            field="keys",
        )
    if dataset.source is None or dataset.source.kind != HTTP:
        return
    if not keys:
        raise Invalid(
            _("An address may send a row again: choose the columns that tell one from another."),
            field="keys",
        )
    if not dataset.asked.get("mark_parameter"):
        raise Invalid(
            _("Nothing asks the address for newer rows: name the parameter under “what is read” "
              "first."),
            field="mark_column",
        )  # fmt: skip


def arriving(dataset: Dataset) -> dict[str, Any]:
    """How a load that reads only new rows meets those that are there."""
    if not dataset.mark_column:
        return {"mode": Mode.REPLACE.value}
    if not dataset.keys:
        return {"mode": Mode.APPEND.value}
    return {"mode": Mode.UPSERT.value, "keys": dataset.keys, "last_wins": True}


def arrival_of(dataset: Dataset) -> dict[str, Any]:
    """How the next load of a source is staged; all rows where there is nothing to go on from."""
    plan = plan_of(dataset)
    return arriving(dataset) if plan.after is not None else {}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a load reads: the rows after a mark of the load ``base``, or all of them and why."""

    after: marks.After | None
    base: int = 0
    why: str = ""


def plan_of(dataset: Dataset) -> Plan:
    """What a load that begins now reads."""
    if not dataset.mark_column or dataset.is_live:
        return Plan(None)
    live = Dataset.objects.select_related("live").get(pk=dataset.pk).live
    if live is None:
        return Plan(None, why=_("it is the first load"))
    read = live.report.get("read", {})
    if read.get("column") != dataset.mark_column or read.get("mark") is None:
        return Plan(None, why=_("the live load has no mark in this column"))
    if read.get("key") != key_of(dataset):
        return Plan(None, why=_("what is asked, or how it is read, was changed"))
    kind = live.types[dataset.mark_column]
    bound = marks.bound_of(read["mark"], kind, dataset.overlap, dataset.overlap_unit)
    if bound is None:
        return Plan(None, why=_("the overlap reaches back before all times"))
    columns = {name: one for name, one in live.types.items() if name != ROW}
    return Plan(marks.After(dataset.mark_column, kind, bound, columns), live.number)


def key_of(dataset: Dataset) -> str:
    """What decides what a row of the dataset is: with another one marks do not count."""
    source = dataset.source
    where = [getattr(source, name) for name in WHERE] if source is not None else []
    told = [dataset.source_id, where, dataset.asked, dataset.options, dataset.time_zone]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def plan_for(load: Load) -> Plan:
    """What this load reads; one that was staged to replace all rows reads all of them."""
    plan = plan_of(load.dataset)
    return Plan(None, why=plan.why) if load.mode == Mode.REPLACE else plan


def settle(load: Load, report: LoadReport) -> None:
    """Where all rows of a source were read after all, they replace those that are there."""
    if load.dataset.source_id is not None and report.read_after is None:
        load.mode, load.keys, load.last_wins = Mode.REPLACE, [], False


def require_same_base(plan: Plan, merged: Mapping[str, Any] | None) -> None:
    """What was read after a mark is put to the load of that mark, and to no other."""
    if merged is not None and plan.after is not None and merged["base"] != plan.base:
        raise Temporary(_("The live rows changed while newer ones were read. It is tried again."))


def note(load: Load, plan: Plan, report: LoadReport, began: datetime) -> None:
    """Keep in the load's report how far it came, and from where it went on."""
    dataset = load.dataset
    if not dataset.mark_column:
        return
    column = next((c for c in load.columns if c["name"] == dataset.mark_column), None)
    mark = None
    if column is not None:
        mark = marks.mark_of(column["max"], column["type"], began)
    new = report.read_after is not None
    load.report["read"] = {
        "how": NEW if new else ALL, "column": dataset.mark_column, "mark": mark,
        "key": key_of(dataset), "after": report.read_after, "base": plan.base if new else 0,
        "why": "" if new else kept(report.read_all_for or plan.why),
    }  # fmt: skip
