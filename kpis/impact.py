"""What a change would touch, and what it would break, before it is made."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Invalid, PortalError
from ace_portal.lib.saying import said
from kpis.asking import definition_of
from kpis.derived import dependents_of
from kpis.drift import Drift, drift_of
from kpis.engine.checks import check_columns
from kpis.engine.definition import columns_used
from kpis.models import KPI, Dataset, KPIPart, KPIVersion
from kpis.sandbox.limits import Limits
from kpis.sandbox.run import describe, materialise
from kpis.selectors.data import inputs_of, outputs_of
from kpis.sources.base import ROW
from kpis.uses import Use, uses_of

Types = Mapping[str, str]
SECONDS = 10
STATES = (KPIVersion.State.DRAFT, KPIVersion.State.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Touched:
    """Something that reads what changes; ``why`` it breaks, or empty."""

    name: str
    url: str
    columns: tuple[str, ...] = ()
    why: str = ""
    note: str = ""


@dataclass
class Impact:
    """In the order of the thread. ``drift`` is None where the columns are not known yet."""

    drift: Drift | None = None
    datasets: list[Touched] = field(default_factory=list)
    kpis: list[Touched] = field(default_factory=list)
    charts: list[Touched] = field(default_factory=list)
    dashboards: list[Touched] = field(default_factory=list)

    @property
    def all(self) -> list[Touched]:
        return [*self.datasets, *self.kpis, *self.charts, *self.dashboards]

    @property
    def broken(self) -> int:
        return sum(bool(one.why) for one in self.all)


def impact_of_sql(user: User, dataset: Dataset, sql: str, inputs: Mapping[str, Path]) -> Impact:
    """Another query of a prepared dataset; ``inputs`` are the files that it reads.

    Raises ``Invalid`` where the query cannot run. Nothing is kept.
    """
    with tempfile.TemporaryDirectory(dir=_folder()) as folder:
        types, file = _emptied(sql, inputs, Path(folder) / "0.parquet")
        return _impact(user, dataset, types, file, Path(folder))


def impact_of_types(user: User, dataset: Dataset, types: Types) -> Impact:
    """Other columns of a dataset, whatever brings them."""
    with tempfile.TemporaryDirectory(dir=_folder()) as folder:
        file = None
        if outputs_of(dataset).exists():
            file = Path(folder) / "0.parquet"
            types, file = _emptied(_sql_of(types), {}, file)
        return _impact(user, dataset, {ROW: "integer", **types}, file, Path(folder))


def impact_of_draft(user: User, kpi: KPI, draft: KPIVersion) -> Impact:
    """A new draft of a KPI: what is computed from it, and the charts that show it."""
    found = Impact()
    _add_derived(found, [kpi.pk], {})
    try:
        left = set(definition_of(draft).dimensions)
        why = ""
    except Invalid as error:
        left, why = set(), said(error.message)
    splits = {kpi.pk: left}
    reached = {kpi.pk, *dependents_of([kpi.pk])}
    _add_uses(found, uses_of(user, reached), {kpi.pk: why} if why else {}, splits)
    return found


def _impact(user: User, dataset: Dataset, types: Types, file: Path | None, folder: Path) -> Impact:
    live = dataset.live
    found = Impact(drift_of(live.types if live is not None else {}, types))
    changed: dict[int, tuple[Types | None, str]] = {dataset.pk: (types, "")}
    _add_datasets(found, dataset, file, folder, changed)
    broken = _add_kpis(found, changed)
    over = KPIVersion.objects.filter(dataset__in=changed).values_list("kpi", flat=True)
    uses = uses_of(user, {*over, *broken, *dependents_of(broken)})
    older = _older(uses)
    uses = [u for u in uses if u.version not in older or older[u.version].dataset_id in changed]
    pinned = {
        pk: _read_by(one, changed)[1] for pk, one in older.items() if one.dataset_id in changed
    }
    _add_uses(found, uses, broken, {}, pinned)
    return found


def _older(uses: Iterable[Use]) -> dict[int, KPIVersion]:
    """The versions (by key) over data that charts still show after others took over."""
    rows = KPIVersion.objects.filter(pk__in={use.version for use in uses}, parts__isnull=True)
    return {
        row.pk: row for row in rows.exclude(state__in=STATES).select_related("kpi", "dataset__live")
    }


def _add_datasets(
    found: Impact,
    dataset: Dataset,
    file: Path | None,
    folder: Path,
    changed: dict[int, tuple[Types | None, str]],
) -> None:
    """What is made from it, each after all that it reads; ``changed`` gets their new columns."""
    files = {dataset.pk: file}
    edge = [dataset]
    while edge:
        for output in outputs_of(edge.pop(0)).order_by("name", "pk"):
            read = {one.pk: one for one in inputs_of(output)}
            types, own, why = _made_anew(output, read, files, changed, folder)
            known = output.pk in changed
            changed[output.pk], files[output.pk] = (types, why), own
            if not known:
                edge.append(output)
            before = output.live.types if output.live is not None else {}
            drift = drift_of(before, types) if types is not None else Drift()
            columns = (*drift.removed, *(column.name for column in drift.retyped))
            one = Touched(output.name, output.get_absolute_url(), columns, why)
            found.datasets = [d for d in found.datasets if d.url != one.url] + [one]


def _made_anew(
    output: Dataset,
    read: Mapping[int, Dataset],
    files: Mapping[int, Path | None],
    changed: Mapping[int, tuple[Types | None, str]],
    folder: Path,
) -> tuple[Types | None, Path | None, str]:
    """The columns that a prepared dataset will have, and a file with them and no row."""
    inputs: dict[str, Path] = {}
    for pk, one in read.items():
        file = files.get(pk, one.live.file if one.live is not None else None)
        if file is None:
            why = changed[pk][1] if pk in changed else ""
            return None, None, why or _("“%(name)s” has no rows yet.") % {"name": one.name}
        inputs[one.table_name] = file
    try:
        types, own = _emptied(output.sql, inputs, folder / f"{output.pk}.parquet")
    except PortalError as error:
        return None, None, said(error.message)
    return types, own, ""


def _emptied(sql: str, inputs: Mapping[str, Path], target: Path) -> tuple[Types, Path]:
    """The columns of a query, and a file with just them: what reads it can be tried on it."""
    limits = Limits(seconds=SECONDS, memory_mb=settings.SQL_MEMORY_MB)
    columns = {column.name: column.type for column in describe(sql, inputs, limits)}
    materialise(_sql_of(columns), {}, target, limits)
    return {ROW: "integer", **columns}, target


SQL_TYPES = {
    "text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN",
    "date": "DATE", "timestamp": "TIMESTAMP",
}  # fmt: skip


def _sql_of(types: Types) -> str:
    """A query with these columns and no row."""
    columns = (
        f'CAST(NULL AS {SQL_TYPES[kind]}) AS "{name.replace(chr(34), chr(34) * 2)}"'
        for name, kind in types.items()
        if name != ROW
    )
    return f"SELECT {', '.join(columns)} WHERE false"


def _folder() -> Path:
    """Where the child may read and write: beside the loads."""
    folder = Path(settings.LOADS_DIR)
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    return folder


def _add_kpis(found: Impact, changed: Mapping[int, tuple[Types | None, str]]) -> dict[int, str]:
    """The KPIs over what changes, and why each breaks; those computed from them follow."""
    versions = KPIVersion.objects.filter(
        dataset__in=changed, state__in=STATES, kpi__retired_at__isnull=True, parts__isnull=True
    )
    broken: dict[int, str] = {}
    for version in versions.select_related("kpi", "dataset__live").order_by("kpi__name", "-state"):
        if version.kpi_id in broken:
            continue  # what is published has said so
        columns, why = _read_by(version, changed)
        broken[version.kpi_id] = why
        kpi = version.kpi
        found.kpis.append(Touched(kpi.name, kpi.get_absolute_url(), columns, why))
    _add_derived(found, list(broken), broken)
    return broken


def _read_by(
    version: KPIVersion, changed: Mapping[int, tuple[Types | None, str]]
) -> tuple[tuple[str, ...], str]:
    types, why = changed[version.dataset_id]
    return ((), why) if types is None else _reads(version, types)


def _reads(version: KPIVersion, types: Types) -> tuple[tuple[str, ...], str]:
    """The columns of a version that are others, and why it breaks."""
    before = version.dataset.live.types if version.dataset.live is not None else {}
    try:
        definition = definition_of(version)
        columns = tuple(
            name for name in columns_used(definition) if before.get(name) != types.get(name)
        )
        check_columns(definition, types)
    except Invalid as error:
        return (), said(error.message)
    return columns, ""


def _add_derived(found: Impact, kpis: Iterable[int], broken: dict[int, str]) -> None:
    """What is computed from some KPIs, however far up; it breaks with what it is made of."""
    reached = dependents_of(kpis)
    why = _reasons(reached, broken)
    known = {one.url for one in found.kpis}
    for kpi in KPI.objects.filter(pk__in=reached).order_by("name", "pk"):
        if kpi.get_absolute_url() not in known:
            reason = broken[kpi.pk] = why.get(kpi.pk, "")
            found.kpis.append(Touched(kpi.name, kpi.get_absolute_url(), (), reason))


def _reasons(reached: Iterable[int], broken: Mapping[int, str]) -> dict[int, str]:
    """By KPI why a formula over it breaks: the first reason of what it is computed from."""
    links = KPIPart.objects.filter(
        version__kpi__in=reached, version__state=KPIVersion.State.PUBLISHED
    ).order_by("pk")
    above: dict[int, list[int]] = {}
    for lower, upper in links.values_list("kpi", "version__kpi"):
        above.setdefault(lower, []).append(upper)
    found = {pk: why for pk, why in broken.items() if why}
    edge = list(found)
    for lower in edge:
        for upper in above.get(lower, ()):
            if upper not in found:
                found[upper] = found[lower]
                edge.append(upper)
    return found


def _add_uses(
    found: Impact,
    uses: Iterable[Use],
    broken: Mapping[int, str],
    splits: Mapping[int, set[str]],
    pinned: Mapping[int, str] | None = None,
) -> None:
    """Charts, and the dashboards that they stand on; one breaks with its KPI, or with its split.

    ``pinned`` says of older versions, by key, why they break: what shows one breaks with it.
    """
    charts: dict[tuple[str, str], Touched] = {}
    places: dict[str, Touched] = {}
    for use in uses:
        why = (pinned or {}).get(use.version, broken.get(use.kpi, ""))
        columns: tuple[str, ...] = ()
        if not why and use.split and use.kpi in splits and use.split not in splits[use.kpi]:
            columns = (use.split,)
        chart = Touched(use.chart, use.url, columns, why, use.place)
        before = charts.get((use.url, use.chart))
        if before is None or (not before.why and (why or columns)):
            charts[use.url, use.chart] = chart
        if use.url not in places or (why and not places[use.url].why):
            places[use.url] = Touched(use.place, use.url, (), why)
    found.charts += charts.values()
    found.dashboards += places.values()
