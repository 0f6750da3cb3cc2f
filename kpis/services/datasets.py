"""Datasets: tables from files, and tables prepared from those by SQL."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid
from ace_portal.lib.models import free_slug
from kpis.models import Dataset, DatasetInput, Load, Upload
from kpis.permissions import require_data
from kpis.sandbox.gate import gate
from kpis.sandbox.limits import Limits
from kpis.sandbox.run import Preview, describe, preview
from kpis.selectors.data import tables_for
from kpis.services.behind import mark_behind
from kpis.services.loads import stage, stage_rebuild, types_of
from kpis.services.making import live_of
from kpis.services.merging import arrival
from kpis.services.policies import inherit, spread
from kpis.services.readers import check_column, check_policy, check_readers
from kpis.services.uploads import (
    look_again,
    options_of,
    prove,
    reads_anew,
    remembered,
    require_own,
)
from kpis.sources.base import ROW
from kpis.sources.reading import Reading

USED = (*Load.OPEN, Load.State.LIVE, Load.State.SUPERSEDED)
CHECK_SECONDS = 10
PREVIEW_SECONDS = 20
PREVIEW_ROWS = 50


def create_dataset(
    *, actor: User, upload: Upload, name: str, description: str = "", **answers: Any
) -> Dataset:
    """A dataset of a file, its first load on the way.

    ``answers``: ``types`` (column → type), ``null_tokens``, ``date_order``, ``decimal``,
    ``time_zone``, ``bad_rows``, and how it is cut into cells, by its kind; what is not said is as
    it was seen. Raises ``Invalid`` where the file does not fit the answers: nothing is made then.
    """
    options = _options(actor, upload, answers)
    sampled = upload.source is not None  # the first rows of an address: all of them are fetched
    with transaction.atomic():
        _once(upload)
        dataset = _new(
            actor, name, description, time_zone=options.time_zone, options=options.to_json(),
            kind=Dataset.Kind.SOURCE if sampled else Dataset.Kind.FILE, source=upload.source,
            asked=upload.asked,
        )  # fmt: skip
        stage(
            dataset=dataset, by=actor, upload=None if sampled else upload,
            options=options.to_json(),
        )  # fmt: skip
        record(actor=actor, action="dataset.create", target=dataset)
    return dataset


def _options(
    actor: User,
    upload: Upload,
    answers: dict[str, Any],
    before: dict[str, Any] | None = None,
) -> Reading:
    """How the file will be read, proved on the file itself."""
    require_own(actor, upload)
    answers = {**remembered(upload, before or {}), **answers}
    if reads_anew(upload, answers):
        upload = look_again(actor=actor, upload=upload, answers=answers)
    options = options_of(upload, answers, before)
    prove(upload, options)
    return options


def _new(actor: User, name: str, description: str, **fields: Any) -> Dataset:
    # A table's name has "_" where the slug has "-": none of its own keeps the two apart.
    slug = free_slug(Dataset, name.replace("_", " "))
    dataset = Dataset(slug=slug, name=name, description=description, owner=actor, **fields)
    dataset.full_clean(exclude=["options"])
    dataset.save()
    return dataset


def _once(upload: Upload) -> None:
    """A file that is loaded, or about to be, is not loaded a second time."""
    Upload.objects.select_for_update().get(pk=upload.pk)
    if upload.loads.filter(state__in=USED).exists():
        raise Conflict(_("This file has been loaded already."))


def change_dataset(*, actor: User, dataset: Dataset, name: str, description: str = "") -> Dataset:
    """A better name or description; the name in SQL and in addresses stays."""
    require_data(actor)
    with transaction.atomic():
        dataset.name, dataset.description = name, description
        dataset.full_clean(exclude=["options"])
        dataset.save(update_fields=["name", "description", "updated_at"])
        record(actor=actor, action="dataset.change", target=dataset)
    return dataset


def add_load(
    *, actor: User, dataset: Dataset, upload: Upload, mode: str | None = None,
    keys: list[str] | None = None, last_wins: bool | None = None, **answers: Any,
) -> Load:  # fmt: skip
    """A new file for a dataset, read like the one before where nothing else is said.

    Its rows replace those that are there, or are added or merged by key: as said here, else as
    the dataset says.
    """
    require_own(actor, upload)
    if upload.source is not None:
        return _ask_otherwise(actor, dataset, upload, answers)
    if dataset.kind != Dataset.Kind.FILE:
        raise Conflict(_("This dataset takes no files: it is not made from one."), field="file")
    how = arrival(dataset, mode=mode, keys=keys, last_wins=last_wins)
    options = _options(actor, upload, answers, dataset.options)
    with transaction.atomic():
        _once(upload)
        load = stage(
            dataset=dataset, by=actor, upload=upload, options=options.to_json(), arrival=how
        )
        dataset.options, dataset.time_zone = options.to_json(), options.time_zone
        dataset.save(update_fields=["options", "time_zone", "updated_at"])
        record(actor=actor, action="dataset.load", target=dataset, load=load.number, mode=load.mode)
    return load


def _ask_otherwise(actor: User, dataset: Dataset, upload: Upload, answers: dict[str, Any]) -> Load:
    """Another request for a dataset of an address, as its first rows were looked at."""
    if dataset.source_id != upload.source_id:
        raise Conflict(_("These rows come from another source than the dataset."), field="file")
    options = _options(actor, upload, answers, dataset.options)
    types = {**options.types, ROW: "integer"}
    check_readers(dataset, types, field="types")
    check_policy(dataset, types, field="types")
    with transaction.atomic():
        dataset.asked, dataset.options = upload.asked, options.to_json()
        dataset.time_zone = options.time_zone
        dataset.save(update_fields=["asked", "options", "time_zone", "updated_at"])
        load = stage_rebuild(dataset=dataset, by=actor)
        record(actor=actor, action="dataset.asked", target=dataset, load=load.number)
    return load


def create_prepared(*, actor: User, name: str, sql: str, description: str = "") -> Dataset:
    """A dataset of a query over others, which the query names; its first load on the way."""
    require_data(actor)
    inputs = inputs_in(actor, sql)
    columns = _columns(sql, inputs)
    with transaction.atomic():
        dataset = _new(actor, name, description, kind=Dataset.Kind.PREPARED, sql=sql)
        _link(dataset, inputs)
        by = inherit(dataset, inputs.values())
        check_column(by, columns, field="sql")
        stage(dataset=dataset, by=actor)
        record(actor=actor, action="dataset.create", target=dataset)
    return dataset


def change_sql(*, actor: User, dataset: Dataset, sql: str) -> Dataset:
    """Another query, checked before it is saved; the figures follow with the next load."""
    require_data(actor)
    _require_prepared(dataset)
    inputs = inputs_in(actor, sql, reader=dataset)
    columns = _columns(sql, inputs)
    check_readers(dataset, columns, field="sql")
    with transaction.atomic():
        before, dataset.sql = dataset.sql, sql
        dataset.save(update_fields=["sql", "updated_at"])
        _link(dataset, inputs)
        by = inherit(dataset, inputs.values())
        check_column(by, columns, field="sql")
        spread(dataset)
        stage_rebuild(dataset=dataset, by=actor)
        record(actor=actor, action="dataset.sql", target=dataset, before=before[:2_000])
    return dataset


def rebuild(*, actor: User, dataset: Dataset) -> Load:
    """Run the query again over what is live now, or ask the source again."""
    require_data(actor)
    if dataset.kind == Dataset.Kind.FILE:
        raise Conflict(_("This dataset comes from a file; send it a new one."), field="sql")
    with transaction.atomic():
        load = stage_rebuild(dataset=dataset, by=actor)
        record(actor=actor, action="dataset.rebuild", target=dataset, load=load.number)
    return load


def preview_sql(*, actor: User, sql: str, reader: Dataset | None = None) -> Preview:
    """The first rows of a query, without saving anything."""
    require_data(actor)
    inputs = inputs_in(actor, sql, reader=reader)
    limits = Limits(seconds=PREVIEW_SECONDS, memory_mb=settings.SQL_MEMORY_MB)
    return preview(sql, files_of(inputs), PREVIEW_ROWS, limits)


def inputs_in(actor: User, sql: str, *, reader: Dataset | None = None) -> dict[str, Dataset]:
    """The datasets that a query reads, of those that the person may see.

    ``reader`` is what the query makes: neither it nor what is made from it may be among them.
    """
    tables = tables_for(actor)
    read = {name: tables[name] for name in gate(sql, list(tables)).tables}
    if not read:
        raise Invalid(_("The query reads no dataset. Name one after FROM."), field="sql")
    beyond = _made_from(reader) if reader is not None else set()
    for name, dataset in read.items():
        if dataset.pk in beyond:
            raise Invalid(
                _("“%(name)s” is made from this dataset, so this one cannot be made from it.")
                % {"name": name},
                field="sql",
            )
        live_of(dataset)
    return read


def _made_from(dataset: Dataset) -> set[int]:
    """The dataset and everything that is made from it."""
    found, edge = {dataset.pk}, {dataset.pk}
    while edge:
        links = DatasetInput.objects.filter(source__in=edge).values_list("dataset", flat=True)
        edge = set(links) - found
        found |= edge
    return found


def _columns(sql: str, inputs: dict[str, Dataset]) -> dict[str, str]:
    limits = Limits(seconds=CHECK_SECONDS, memory_mb=settings.SQL_MEMORY_MB)
    found = describe(sql, files_of(inputs), limits)
    return types_of({column.name: column.type for column in found})


def files_of(inputs: dict[str, Dataset]) -> dict[str, Any]:
    return {name: live_of(dataset).file for name, dataset in inputs.items()}


def _link(dataset: Dataset, inputs: dict[str, Dataset]) -> None:
    dataset.input_links.exclude(source__in=inputs.values()).delete()
    for source in inputs.values():
        DatasetInput.objects.get_or_create(dataset=dataset, source=source)
    mark_behind(dataset)


def _require_prepared(dataset: Dataset) -> None:
    if dataset.kind != Dataset.Kind.PREPARED:
        raise Conflict(_("This dataset comes from a file; it has no SQL."), field="sql")
