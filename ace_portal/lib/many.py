"""Many rows in few statements, from plain values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.db import connection, models
from django.db.models.constants import OnConflict

#: values of one statement, on a database that sets no limit of its own
MOST_VALUES = 20_000


def put_rows(
    model: type[models.Model],
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    unique: Sequence[str],
    update: Sequence[str],
) -> None:
    """Insert rows, or change those that are there already.

    For tables that grow by thousands of rows at a time, where an object for each row costs more
    than the row. ``names`` are attributes (``load_id``), and a row has the value of each: text,
    a number, a truth, an aware stamp, None. ``unique`` names the fields by which rows are the same,
    ``update`` those that are then written over. A column that is not named stays empty.
    """
    fields_of = model._meta.concrete_fields
    by_attribute = {field.attname: field for field in fields_of}
    fields = [by_attribute[name] for name in names]
    columns = {field.name: field.column or "" for field in fields_of}
    ops, quote = connection.ops, connection.ops.quote_name
    begin = f"INSERT INTO {quote(model._meta.db_table)} ("
    begin += ", ".join(quote(columns[field.name]) for field in fields) + ") VALUES "
    end = ops.on_conflict_suffix_sql(
        fields, OnConflict.UPDATE, [columns[n] for n in update], [columns[n] for n in unique]
    )
    one = "(" + ", ".join(["%s"] * len(names)) + ")"
    at_once = max(1, (connection.features.max_query_params or MOST_VALUES) // len(names))
    says = [_saying(field) for field in fields]
    with connection.cursor() as cursor:
        for start in range(0, len(rows), at_once):
            some = rows[start : start + at_once]
            values = [
                value if value is None or say is None else say(value)
                for row in some
                for value, say in zip(row, says, strict=True)
            ]
            cursor.execute(f"{begin}{', '.join([one] * len(some))} {end}", values)


def _saying(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    """How a field's values are told to the database; None for as they are."""
    if isinstance(field, models.FloatField):
        return float  # no driver takes a whole number of any size
    if isinstance(field, models.DateTimeField):
        return cache(connection.ops.adapt_datetimefield_value)  # the same few periods
    return None
