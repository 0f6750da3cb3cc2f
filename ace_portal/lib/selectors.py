"""What the reads of all apps share."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet

from ace_portal.lib.errors import NotVisible

Row = TypeVar("Row", bound=Model)


def first_or_404(rows: QuerySet[Row]) -> Row:
    """The only row, or as if there were none.

    One row needs no order, and Django looks at each column of a query that has one.
    """
    return there_or_404(next(iter(rows.order_by()[:1]), None))


def there_or_404(row: Row | None) -> Row:
    if row is None:
        raise NotVisible("")
    return row
