"""What a change to a dataset would touch, for who may make it."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, Invalid
from kpis.impact import Impact, impact_of_sql, impact_of_types
from kpis.models import Dataset, Load
from kpis.permissions import require_data
from kpis.places import place_of
from kpis.sandbox.databases import look_at
from kpis.services.datasets import files_of, inputs_in
from kpis.services.sourced import asked_of
from kpis.sources.base import TYPES
from kpis.sources.http.asking import KIND as HTTP


def impact_of(
    *, actor: User, dataset: Dataset, sql: str | None = None, types: Mapping[str, str] | None = None
) -> Impact:
    """Of another query, or of columns with other types; of building it, or reading it from a
    database, again where neither is said.

    Raises what saving would where the query cannot run. Nothing is changed.
    """
    require_data(actor)
    if types is not None:
        for name, kind in types.items():
            if kind not in TYPES:
                raise Invalid(
                    _("“%(name)s” cannot be “%(kind)s”.") % {"name": name, "kind": kind},
                    field="types",
                )
        live = dataset.live.types if dataset.live is not None else {}
        return impact_of_types(actor, dataset, {**live, **types})
    if dataset.source is not None and dataset.source.kind != HTTP and sql is None:
        return impact_of_asked(actor=actor, dataset=dataset, **dataset.asked)
    if dataset.kind != Dataset.Kind.PREPARED:
        raise Conflict(
            _("Say which columns it would have: this dataset is not made by SQL."), field="types"
        )
    sql = dataset.sql if sql is None else sql
    inputs = inputs_in(actor, sql, reader=dataset)
    return impact_of_sql(actor, dataset, sql, files_of(inputs))


def impact_of_load(*, actor: User, load: Load) -> Impact:
    """Of another load of a dataset going live; nothing where it cannot or is live already."""
    require_data(actor)
    possible = load.state == Load.State.SUPERSEDED or load.is_held
    if not possible or not load.types:
        return Impact()
    return impact_of_types(actor, load.dataset, load.types)


def impact_of_asked(
    *, actor: User, dataset: Dataset, schema: str = "", table: str = "", sql: str = ""
) -> Impact:
    """Of another table or query of the source that a dataset is read from.

    Raises what the source says where it gives no such columns.
    """
    require_data(actor)
    if dataset.source is None:
        raise Conflict(_("This dataset comes from no source."), field="table")
    seen = look_at(place_of(dataset.source), asked_of(schema, table, sql), rows=0)
    types = {attribute.name: attribute.type for attribute in seen.attributes if attribute.type}
    return impact_of_types(actor, dataset, types)
