"""Datasets of a table, or of a typed query, of a source."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid
from ace_portal.lib.models import free_slug, held
from kpis.models import Dataset, DataSource
from kpis.permissions import require_data
from kpis.places import place_of
from kpis.sandbox.databases import look_at
from kpis.services.loads import stage, stage_rebuild
from kpis.services.readers import check_policy, check_readers
from kpis.sources.base import ROW
from kpis.sources.databases.base import Attribute
from kpis.sources.databases.registry import database_of
from kpis.sources.databases.rows import check_attributes
from kpis.sources.http.asking import KIND as HTTP
from kpis.sources.zones import zone_named


def create_from_source(
    *,
    actor: User,
    source: DataSource,
    name: str,
    schema: str = "",
    table: str = "",
    sql: str = "",
    placement: str = Dataset.Placement.EXTRACT,
    time_zone: str = "UTC",
    description: str = "",
) -> Dataset:
    """A dataset of a table, or of a typed query, of a source; its first load on the way.

    Raises ``Invalid`` where the source gives no such columns: nothing is made then.
    """
    require_data(actor)
    _require_database(source)
    zone_named(time_zone)
    asked = asked_of(schema, table, sql)
    _prove(source, asked, placement, time_zone)
    with transaction.atomic():
        dataset = Dataset(
            slug=free_slug(Dataset, name.replace("_", " ")), name=name, description=description,
            owner=actor, kind=Dataset.Kind.SOURCE, source=source, asked=asked, placement=placement,
            time_zone=time_zone,
        )  # fmt: skip
        dataset.full_clean(exclude=["options"])
        dataset.save()
        stage(dataset=dataset, by=actor)
        record(actor=actor, action="dataset.create", target=dataset, source=source.slug)
    return dataset


def change_asked(
    *, actor: User, dataset: Dataset, schema: str = "", table: str = "", sql: str = "",
    time_zone: str | None = None,
) -> Dataset:  # fmt: skip
    """Another table or query of the same source, proved first; a load of all its rows is begun."""
    require_data(actor)
    source = dataset.source
    if source is None:
        raise Conflict(_("This dataset comes from no source."), field="table")
    _require_database(source)
    zone = time_zone or dataset.time_zone
    zone_named(zone)
    asked = asked_of(schema, table, sql)
    types = _prove(source, asked, dataset.placement, zone)
    field = "sql" if sql.strip() else "table"
    check_readers(dataset, types, field=field)
    check_policy(dataset, types, field=field)
    with transaction.atomic():
        dataset = held(dataset)
        dataset.asked, dataset.time_zone = asked, zone
        dataset.full_clean(exclude=["options"])
        dataset.save(update_fields=["asked", "time_zone", "updated_at"])
        load = stage_rebuild(dataset=dataset, by=actor)
        record(actor=actor, action="dataset.asked", target=dataset, load=load.number)
    return dataset


def _require_database(source: DataSource) -> None:
    if source.kind == HTTP:
        raise Conflict(_("An address has no tables: take a sample of what it answers."))


def asked_of(schema: str, table: str, sql: str) -> dict[str, str]:
    """A table or a query, and not both: as a dataset remembers what it asks its source."""
    if bool(table) == bool(sql.strip()):
        raise Invalid(_("Choose a table, or write a query."), field="table")
    return {"sql": sql} if sql.strip() else {"schema": schema, "table": table}


def _prove(
    source: DataSource, asked: dict[str, str], placement: str, time_zone: str
) -> dict[str, str]:
    """The types of the columns that the source gives, which a dataset can have, placed so."""
    attributes = look_at(place_of(source), asked, rows=0).attributes
    check_attributes(attributes)
    if placement == Dataset.Placement.LIVE:
        _prove_live(source, asked, attributes, time_zone)
    return {ROW: "integer", **{a.name: a.type for a in attributes if a.type}}


def _prove_live(
    source: DataSource, asked: dict[str, str], attributes: Sequence[Attribute], time_zone: str
) -> None:
    database = database_of(source.kind)
    if not database.is_live:
        raise Invalid(
            _("Figures cannot be computed inside %(kind)s; extract it instead.")
            % {"kind": database.label},
            field="placement",
        )
    if asked.get("sql"):
        raise Invalid(
            _("Live figures come from a table or a view. Make a view of this query, or extract it "
              "instead."),
            field="placement",
        )  # fmt: skip
    naive = next((a.name for a in attributes if a.naive), None)
    if naive is not None and time_zone != "UTC":
        raise Invalid(
            _("The times in “%(name)s” carry no zone, so they can be read as UTC alone where they "
              "lie; extract it instead.")
            % {"name": naive},
            field="placement",
        )  # fmt: skip
