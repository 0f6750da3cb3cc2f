"""From a KPI version and a query to figures: over the live load, cached.

The cache's key is the load, the definition, the query and the cut that the reader's rows are, so a
new load is a new key, and two people who may see different rows never share an entry. Before the
cache stands the memory of the process, under the same keys.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.lib.errors import Invalid, PortalError
from ace_portal.lib.memory import Memory
from ace_portal.lib.saying import said
from kpis.asking import Answer, Ask, definition_asked, definition_of
from kpis.derived import answer_of, load_parts, tree_of
from kpis.engine.cut import Cut, cut_down
from kpis.engine.definition import Definition, Where
from kpis.engine.duck import open_loads
from kpis.engine.query import Query, Table
from kpis.engine.result import Result
from kpis.engine.run import run, run_many
from kpis.engine.values import Values, distinct_values
from kpis.live import open_source, table_at_source
from kpis.models import Load
from kpis.scopes import Reader, cuts_for
from kpis.unreadable import UNREADABLE, in_words, too_long

log = logging.getLogger("ace.kpis")

__all__ = ["UNREADABLE", "Answer", "Ask", "answers", "definition_of"]

#: by dataset the rows that the reader may see; a dataset that is not named they may see whole
Cuts = Mapping[int, Cut]

KEPT_SECONDS = 7 * 24 * 3600
OPEN_LOADS = 3
VIEW = "rows"
#: a result with more figures than this is no reader's page: it stays in the cache
REMEMBERED_POINTS = 2_000

_results: Memory[Result] = Memory(100)
_values: Memory[Values] = Memory(100)


def answers(asks: Sequence[Ask], *, reader: Reader, seconds: float | None = None) -> list[Answer]:
    """Answer a page's questions in order, over the rows that the reader may see.

    One that fails does not take the others along; one that takes longer than ``seconds``, a page's
    unless told, fails.

    Each version's ``dataset.live`` is read: select it along with the versions. A derived KPI is
    computed from the answers of its parts, which are asked together with all others.
    """
    load_parts(ask.version for ask in asks)
    trees = [tree_of(ask) for ask in asks]
    leaves = [leaf for tree in trees for leaf in tree.leaves()]
    cuts = cuts_for(reader, (leaf.version.dataset for leaf in leaves))
    answered = iter(_answers(leaves, cuts, seconds or settings.QUERY_SECONDS))
    return [answer_of(tree, answered) for tree in trees]


def _answers(asks: Sequence[Ask], cuts: Cuts, seconds: float) -> list[Answer]:
    """The answers that come from data, in order."""
    keys = [_key(ask, cuts) for ask in asks]
    known = _known([key for key in keys if key])
    missing: dict[int, list[tuple[str, Ask]]] = {}
    for key, ask in zip(keys, asks, strict=True):
        load = ask.version.dataset.live
        if load is not None and key not in known:
            missing.setdefault(load.pk, []).append((key, ask))
    failed: dict[str, str] = {}
    fresh: dict[str, Result] = {}
    for group in missing.values():
        _compute(group, cuts, fresh, failed, seconds)
    if fresh:
        cache.set_many(fresh, KEPT_SECONDS)
        _remember(fresh)
    return [
        replace(_answer(key, ask, known, fresh, failed), cut=ask.version.dataset_id in cuts)
        for key, ask in zip(keys, asks, strict=True)
    ]


def _known(keys: Sequence[str]) -> dict[str, Result]:
    """What was computed before: by this process, else by any."""
    known = {key: result for key in keys if (result := _results.get(key)) is not None}
    others = [key for key in dict.fromkeys(keys) if key not in known]
    if others:
        found: dict[str, Result] = cache.get_many(others)
        _remember(found)
        known |= found
    return known


def _remember(results: Mapping[str, Result]) -> None:
    for key, result in results.items():
        if len(result.points) <= REMEMBERED_POINTS:
            _results.put(key, result)


def _answer(
    key: str,
    ask: Ask,
    known: Mapping[str, Result],
    fresh: Mapping[str, Result],
    failed: Mapping[str, str],
) -> Answer:
    load = ask.version.dataset.live
    if load is None:
        return Answer(error=_("The data of this KPI has not been loaded yet."))
    if key in failed:
        return Answer(load=load, error=failed[key])
    return Answer(known.get(key) or fresh[key], load, cached=key in known, key=key)


def _key(ask: Ask, cuts: Cuts) -> str:
    load = ask.version.dataset.live
    if load is None:
        return ""
    scope = _scope(cuts.get(load.dataset_id))
    parts = f"{load.pk}|{load.sha256}|{ask.version.sha256}|{ask.query!r}|{scope}"
    parts += "" if ask.measure is None else f"|{ask.measure!r}"
    return "figures-4:" + hashlib.sha256(parts.encode()).hexdigest()


def _scope(cut: Cut | None) -> str:
    """What a cache's key says of the rows: the same words stand for the same rows."""
    return "everything" if cut is None else repr(cut)


def _compute(
    group: Sequence[tuple[str, Ask]],
    cuts: Cuts,
    fresh: dict[str, Result],
    failed: dict[str, str],
    seconds: float,
) -> None:
    """All questions of one load on one connection; where they fail together, one by one.

    Alone they have twice a query's ``seconds`` in all: once those are over, no more are asked.
    """
    load = group[0][1].version.dataset.live
    assert load is not None
    table = table_of(load, cuts.get(load.dataset_id))
    asked: list[tuple[Definition, Query]] = []
    good: list[str] = []
    for key, ask in group:
        try:
            asked.append((definition_asked(ask), ask.query))
        except PortalError as error:
            failed[key] = said(error.message)
        else:
            good.append(key)
    try:
        with open_load(load, seconds) as connection:
            try:
                with in_words(load, connection):
                    results = run_many(connection, table, asked)
            except PortalError:
                results = []
            end = time.monotonic() + 2 * seconds
            for place, key in enumerate(good):
                try:
                    with in_words(load, connection):
                        if time.monotonic() > end:
                            raise Invalid(too_long())
                        own = asked[place]
                        result = results[place] if results else run(connection, table, *own)
                except PortalError as error:
                    failed[key] = said(error.message)
                else:
                    now = None if load.path else timezone.now()
                    fresh[key] = replace(result, asked_at=now)
    except PortalError as error:  # the source of a live dataset does not answer, or not in time
        failed |= {key: said(error.message) for key in good if key not in fresh}
    except UNREADABLE:  # the file of a load is gone, or is none any more
        log.exception("the rows of load %s cannot be read", load.pk)
        why = _("The data could not be read.")
        failed |= {key: why for key in good if key not in fresh}


def values_of(
    load: Load,
    column: str,
    cut: Cut | None,
    *,
    search: str = "",
    limit: int = 200,
    where: Where | None = None,
) -> Values:
    """What a dropdown offers: the values of one column in the rows that the reader may see.

    With ``where`` those of the rows among them that meet it. Raises ``Invalid`` where the data
    cannot be read.
    """
    parts = f"{load.pk}|{load.sha256}|{column}|{search}|{limit}|{where!r}|{_scope(cut)}"
    key = "values-3:" + hashlib.sha256(parts.encode()).hexdigest()
    values: Values | None = _values.get(key) or cache.get(key)
    if values is None:
        table = table_of(load, cut)
        with in_words(load), open_load(load) as connection, in_words(load, connection):
            values = distinct_values(
                connection, table, column, search=search, limit=limit, where=where
            )
        cache.set(key, values, KEPT_SECONDS)
    return _values.put(key, values)


def table_of(load: Load, cut: Cut | None) -> Table:
    """The rows of a load, or those of them that a reader may see."""
    if load.path:
        table = Table.named(VIEW, load.types, as_of=load.as_of, ends=_ends(load))
        table = replace(table, last_day=load.last_day)
    else:
        table = replace(table_at_source(load), ends=_ends(load), ceilings=_ceilings(load))
    return cut_down(table, cut)


def _ceilings(load: Load) -> dict[str, Any]:
    """The last moment in each column of time when a live dataset was looked at; None for none."""
    return {
        column["name"]: column.get("max")
        for column in load.columns
        if column["type"] in {"date", "timestamp"}
        and (column.get("max") is None or _are_times(column["max"]))
    }


def _ends(load: Load) -> dict[str, tuple[Any, Any]]:
    """From when to when each column of time goes, as the load has noted it."""
    return {
        column["name"]: (column["min"], column["max"])
        for column in load.columns
        if column["type"] in {"date", "timestamp"}
        and _are_times(column.get("min"), column.get("max"))
    }


def _are_times(*values: object) -> bool:
    """Whether both are there and written as times: an infinite one is not."""
    return all(isinstance(value, str) and value[:1].isdecimal() for value in values)


# Open loads --------------------------------------------------------------------------------------

_engines: OrderedDict[tuple[int, str], sa.Engine] = OrderedDict()
_lock = threading.Lock()


def open_load(load: Load, seconds: float | None = None) -> AbstractContextManager[sa.Connection]:
    """A connection to where the rows of a load are: its file, or the source of a live dataset.

    A statement over a file may run so many ``seconds``, as long as a page's unless told. The last
    few files stay open, each process has its own. An engine that falls out is closed by Python
    once the last connection to it is gone.
    """
    if not load.path:
        return open_source(load.dataset)
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
    return engine.connect().execution_options(seconds=seconds or settings.QUERY_SECONDS)
