"""What goes wrong while the rows of a load are read, in words."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import sqlalchemy as sa
from django.utils.translation import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from ace_portal.lib.errors import Invalid
from kpis.models import Load

log = logging.getLogger("ace.kpis")

#: what is no refusal of ours but the data's: it cannot be read
UNREADABLE = (SQLAlchemyError, duckdb.Error, OSError)


def too_long() -> str:
    """What is said of a figure that is not there in time."""
    return _("This takes longer than a figure may. Ask for a shorter time, or for fewer parts.")


@contextmanager
def in_words(load: Load, connection: sa.Connection | None = None) -> Iterator[None]:
    """Raises ``Invalid`` where a file cannot be read, or not within a query's memory and time; the
    connection serves the next question. A live source has words of its own."""
    try:
        yield
    except UNREADABLE as error:
        if not load.path:
            raise
        if connection is not None:
            connection.rollback()
        cause = getattr(error, "orig", error)
        log.warning("the rows of load %s could not be read: %s", load.pk, cause)
        if isinstance(cause, duckdb.InterruptException):
            raise Invalid(too_long()) from error
        if isinstance(cause, duckdb.OutOfMemoryException):
            raise Invalid(
                _("This needs more memory than a figure may use. Ask for a shorter time, or for "
                  "fewer parts.")
            ) from error  # fmt: skip
        raise Invalid(_("The data could not be read.")) from error
