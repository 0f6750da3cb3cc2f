"""Figures asked where the data lies: a table of a source, over connections that only read.

Only SQL that the engine wrote runs here, and only its result comes back. Each process keeps a few
connections to a source; a source answers as many queries at once as it says.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from django.conf import settings
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ace_portal.lib.errors import Conflict, Invalid, PortalError, Temporary
from ace_portal.lib.words import Words
from ace_portal.lib.words import sentence as _
from kpis.engine.query import SQL_TYPES, Table
from kpis.models import Dataset, DataSource, Load
from kpis.places import place_of
from kpis.sources.databases.base import Place
from kpis.sources.databases.registry import database_of

OPEN_SOURCES = 8

log = logging.getLogger("ace.kpis")

_engines: OrderedDict[tuple[int, int, str], sa.Engine] = OrderedDict()
_lock = threading.Lock()


@contextmanager
def open_source(dataset: Dataset) -> Iterator[sa.Connection]:
    """A connection to where a live dataset lies; failures in words."""
    source = dataset.source
    if source is None:
        raise Conflict(_("This dataset has no source any more."))
    place = place_of(source)
    database = database_of(source.kind)
    try:
        with _engine(source, place).connect() as connection:
            yield connection
    except PoolTimeout as error:
        raise Temporary(
            _("“%(name)s” answers as many queries as it may. Try again.", name=source.name)
        ) from error
    except (DBAPIError, SQLAlchemyError, OSError) as error:
        told = database.in_words(error, place)
        log.warning("the source %s: %s", source.slug, told.message)
        raise for_everybody(told) from None


def for_everybody(told: PortalError) -> PortalError:
    """A failure of a source for who looks at figures: a database's own words may quote a row, and
    say where it is."""
    if not (isinstance(told.message, Words) and "what" in told.message.given):
        return told
    if isinstance(told, Temporary):
        return Temporary(_("The database does not answer."), field=told.field)
    if told.field == "password":
        return Invalid(_("The database lets nobody in with the password that is kept."))
    return Invalid(_("The database could not compute this figure."))


def table_at_source(load: Load) -> Table:
    """The rows of a look as the source has them, each column in our type."""
    text = sa.text(str(load.report["sql"]).replace(":", "\\:"))
    columns = [sa.column(name, SQL_TYPES[kind]()) for name, kind in load.types.items()]
    return Table(text.columns(*columns).subquery("rows"), load.types, load.as_of)


def _engine(source: DataSource, place: Place) -> sa.Engine:
    """The engine of a source as it is now: another password, address or limit is another engine."""
    told = hashlib.sha256(f"{place.to_json()!r} {source.most_at_once}".encode()).hexdigest()
    key = (os.getpid(), source.pk, told)
    with _lock:
        engine = _engines.get(key)
        if engine is None:
            engine = database_of(source.kind).engine(
                place, seconds=settings.LIVE_SECONDS, pool=source.most_at_once
            )
            _engines[key] = engine
            while len(_engines) > OPEN_SOURCES:
                _engines.popitem(last=False)
        _engines.move_to_end(key)
    return engine
