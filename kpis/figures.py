"""From a KPI version and a query to figures: over the live load, cached.

The cache's key is the load, the definition, the query and the reader's row scope, so a new load is
a new key, and two people who may see different rows never share an entry.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from ace_portal.lib.errors import PortalError
from kpis.engine.definition import Definition
from kpis.engine.duck import open_loads
from kpis.engine.parsing import parse_definition
from kpis.engine.query import Query, Table
from kpis.engine.result import Result
from kpis.engine.run import run_many
from kpis.engine.status import Dated, Direction, Target, in_force
from kpis.engine.values import Values, distinct_values
from kpis.models import KPI, KPIVersion, Load

#: nobody's rows are limited yet, so everybody has the same scope
EVERYTHING = "everything"
KEPT_SECONDS = 7 * 24 * 3600
OPEN_LOADS = 3
VIEW = "rows"


@dataclass(frozen=True)
class Ask:
    """One question of a page: a version and what to ask of it."""

    version: KPIVersion
    query: Query


@dataclass(frozen=True)
class Answer:
    """Figures with the load that they come from, or a sentence why there are none."""

    result: Result | None = None
    load: Load | None = None
    error: str = ""
    cached: bool = False


def answers(asks: Sequence[Ask], *, scope: str = EVERYTHING) -> list[Answer]:
    """Answer a page's questions in order; one that fails does not take the others along.

    Each version's ``dataset.live`` is read: select it along with the versions.
    """
    known: dict[str, Result] = cache.get_many([key for ask in asks if (key := _key(ask, scope))])
    missing: dict[int, list[Ask]] = {}
    for ask in asks:
        load = ask.version.dataset.live
        if load is not None and _key(ask, scope) not in known:
            missing.setdefault(load.pk, []).append(ask)
    failed: dict[str, str] = {}
    fresh: dict[str, Result] = {}
    for group in missing.values():
        _compute(group, scope, fresh, failed)
    if fresh:
        cache.set_many(fresh, KEPT_SECONDS)
    return [_answer(ask, scope, known, fresh, failed) for ask in asks]


def _answer(
    ask: Ask, scope: str, known: dict[str, Result], fresh: dict[str, Result], failed: dict[str, str]
) -> Answer:
    load = ask.version.dataset.live
    if load is None:
        return Answer(error=_("The data of this KPI has not been loaded yet."))
    key = _key(ask, scope)
    if key in failed:
        return Answer(load=load, error=failed[key])
    return Answer(known.get(key) or fresh[key], load, cached=key in known)


def _key(ask: Ask, scope: str) -> str:
    load = ask.version.dataset.live_id
    if load is None:
        return ""
    parts = f"{load}|{ask.version.sha256}|{ask.query!r}|{scope}"
    return "figures:" + hashlib.sha256(parts.encode()).hexdigest()


def _compute(
    group: list[Ask], scope: str, fresh: dict[str, Result], failed: dict[str, str]
) -> None:
    """All questions of one load on one connection; where they fail together, one by one."""
    load = group[0].version.dataset.live
    assert load is not None
    table = table_of(load)
    asked: list[tuple[Definition, Query]] = []
    good: list[Ask] = []
    for ask in group:
        try:
            asked.append((definition_of(ask.version), ask.query))
        except PortalError as error:
            failed[_key(ask, scope)] = error.message
        else:
            good.append(ask)
    with open_load(load) as connection:
        try:
            results = run_many(connection, table, asked)
        except PortalError:
            results = []
        for place, ask in enumerate(good):
            try:
                result = (
                    results[place] if results else run_many(connection, table, [asked[place]])[0]
                )
            except PortalError as error:
                failed[_key(ask, scope)] = error.message
            else:
                fresh[_key(ask, scope)] = result


def values_of(load: Load, column: str, *, search: str = "", limit: int = 200) -> Values:
    """What a dropdown offers: the values of one column of a load."""
    digest = hashlib.sha256(f"{load.pk}|{column}|{search}|{limit}".encode()).hexdigest()
    key = f"values:{digest}"
    values: Values | None = cache.get(key)
    if values is None:
        with open_load(load) as connection:
            values = distinct_values(connection, table_of(load), column, search=search, limit=limit)
        cache.set(key, values, KEPT_SECONDS)
    return values


def table_of(load: Load) -> Table:
    return Table.named(VIEW, load.types, as_of=load.as_of)


def definition_of(version: KPIVersion) -> Definition:
    """The engine's definition of a version; raises ``Invalid`` where it does not hold."""
    return parse_definition(version.definition)


def target_of(direction: str, row: Any) -> Target:
    """A target row as the engine's; refuses thresholds against the direction."""
    match Direction(direction):
        case Direction.UP:
            return Target.up(row.good, row.watch)
        case Direction.DOWN:
            return Target.down(row.good, row.watch)
        case Direction.BAND:
            high = row.good if row.good_high is None else row.good_high
            wide = row.watch if row.watch_high is None else row.watch_high
            return Target.band((row.good, high), (row.watch, wide))


def target_on(version: KPIVersion, day: date) -> Target | None:
    """The target in force on a day; reads ``kpi.targets``, prefetch it for many."""
    kpi: KPI = version.kpi
    rows = [Dated(row.valid_from, target_of(version.direction, row)) for row in kpi.targets.all()]
    return in_force(rows, day)


# Open loads --------------------------------------------------------------------------------------

_engines: OrderedDict[tuple[int, str], sa.Engine] = OrderedDict()
_lock = threading.Lock()


def open_load(load: Load) -> sa.Connection:
    """A connection to a load's file; the last few stay open, each process has its own.

    An engine that falls out is closed by Python once the last connection to it is gone.
    """
    key = (os.getpid(), str(load.file))
    with _lock:
        engine = _engines.get(key)
        if engine is None:
            engine = open_loads(
                {VIEW: load.file},
                threads=settings.QUERY_THREADS,
                memory_mb=settings.QUERY_MEMORY_MB,
            )
            _engines[key] = engine
            while len(_engines) > OPEN_LOADS:
                _engines.popitem(last=False)
        _engines.move_to_end(key)
    return engine.connect()
