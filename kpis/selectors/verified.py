"""Who has verified a KPI's figures, and whether what they looked at is still what counts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kpis.derived import is_derived, load_parts, parts_of
from kpis.models import Dataset, DatasetInput, KPIVersion, Verification

#: what of a dataset decides which rows there are; a new load of it is no change
READ = (
    "sql", "asked", "source_id", "placement", "time_zone", "kind",
    *(f"source__{name}" for name in ("host", "port", "database", "file", "url")),
)  # fmt: skip
#: how the cells of a file become values; how it is cut into them is seen anew in each file
VALUES = ("null_tokens", "date_order", "decimal", "bad_rows")


@dataclass(frozen=True)
class Verified:
    """The last verification of a version; ``holds`` until definition, dataset or SQL change."""

    row: Verification
    holds: bool


def fingerprints_of(versions: Iterable[KPIVersion]) -> dict[int, str]:
    """By key what each version and the data below it say, in a fixed number of queries."""
    rows = list(versions)
    load_parts(rows)
    datasets = {row["pk"]: _read(row) for row in Dataset.objects.values("pk", "options", *READ)}
    inputs: dict[int, list[int]] = {}
    for link in DatasetInput.objects.order_by("pk"):
        inputs.setdefault(link.dataset_id, []).append(link.source_id)
    return {row.pk: _hash(_said(row, datasets, inputs)) for row in rows}


def _read(row: dict[str, Any]) -> dict[str, Any]:
    options = row.pop("options")
    return row | {name: options[name] for name in VALUES if name in options}


def _said(
    version: KPIVersion, datasets: dict[int, dict[str, Any]], inputs: dict[int, list[int]]
) -> Any:
    if is_derived(version):
        parts = parts_of(version)
        below = [_said(parts[name], datasets, inputs) for name in sorted(parts)]
        return [version.sha256, below]
    wanted = [version.dataset_id]
    for pk in wanted:
        wanted += [lower for lower in inputs.get(pk, ()) if lower not in wanted]
    return [version.sha256, [datasets[pk] for pk in wanted]]


def _hash(said: Any) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def verified_of(versions: Iterable[KPIVersion]) -> dict[int, Verified]:
    """By key the last verification of each version that has one."""
    known = {version.pk: version for version in versions}
    rows = Verification.objects.filter(version__in=known).select_related("by").order_by("pk")
    last = {row.version_id: row for row in rows}
    if not last:
        return {}
    now = fingerprints_of(known[pk] for pk in last)
    return {pk: Verified(row, row.fingerprint == now[pk]) for pk, row in last.items()}
