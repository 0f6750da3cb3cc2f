"""Two loads side by side."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.moments import when
from ace_portal.lib.pages import number_in
from ace_portal.lib.permissions import DATA, access
from kpis.account import drift_lines
from kpis.comparison import FACTS, ColumnPair, Comparison, FigurePair, compare
from kpis.display import DASH, difference_text, is_percent, period_text, shown
from kpis.engine.change import change
from kpis.figures import definition_of
from kpis.models import Measurement
from kpis.selectors.checks import comparable, pair_of
from kpis.selectors.data import dataset_for
from kpis.sheet import figure_of
from kpis.views.datasets import trail, written


@access(DATA)
@require_GET
def load_compare(request: HttpRequest, slug: str) -> HttpResponse:
    """``?first=`` and ``?last=`` are numbers of loads."""
    user = person_of(request)
    dataset = dataset_for(user, slug)
    first, last = pair_of(dataset, number_in(request, "first"), number_in(request, "last"))
    found = compare(first, last)
    context = {
        "dataset": dataset,
        "first": first,
        "last": last,
        "drift": drift_lines(found.drift.to_json()),
        "facts": _facts(found),
        "columns": [_column(pair) for pair in found.columns],
        "figures": [_figure(pair) for pair in found.figures],
        "choices": comparable(dataset),
        "owned": dataset.owner_id == user.pk,
        "crumbs": trail(_("Compare loads"), dataset),
    }
    return render(request, "kpis/compare.html", context)


def _facts(found: Comparison) -> list[dict[str, Any]]:
    """The two loads in a few lines; what differs is said."""
    first, last = found.first, found.last
    rows = [
        (_("State"), first.state_word, last.state_word),
        (_("Rows"), f"{first.rows or 0:,}", f"{last.rows or 0:,}"),
        (_("Size"), filesizeformat(first.bytes or 0), filesizeformat(last.bytes or 0)),
        (_("Data up to"), when(first.as_of, "time"), when(last.as_of, "time")),
        (_("Asked"), when(first.created_at), when(last.created_at)),
    ]
    steps = {_("Rows"): (last.rows or 0) - (first.rows or 0)}
    return [
        {"name": name, "before": before, "now": now, "step": _step(steps.get(name))}
        for name, before, now in rows
    ]


def _step(number: int | None) -> str:
    if not number:
        return ""
    return f"{number:+,}".replace("-", "−")


def _column(pair: ColumnPair) -> dict[str, Any]:
    words = {
        "added": _("added"), "removed": _("removed"), "retyped": _("other type"),
        "changed": _("changed"), "same": "",
    }  # fmt: skip
    cells = []
    for fact in FACTS:
        before, now = (_cell(column, fact) for column in (pair.before, pair.now))
        cells.append({"before": before, "now": now, "same": before == now})
    return {"name": pair.name, "state": pair.state, "word": words[pair.state], "cells": cells}


def _cell(column: Any, fact: str) -> str:
    if column is None:
        return DASH
    kind = column["type"] if fact in ("min", "max") else "integer"
    return written(column.get(fact), kind)


def _figure(pair: FigurePair) -> dict[str, Any]:
    delta = None
    if pair.same_period and pair.before is not None and pair.now is not None:
        delta = difference_text(
            change(figure_of(pair.now), figure_of(pair.before), is_share=is_percent(pair.version)),
            pair.version,
        )
    return {
        "kpi": pair.version.kpi,
        "before": _value(pair, pair.before),
        "now": _value(pair, pair.now),
        "period": _period(pair, pair.now or pair.before),
        "before_period": "" if pair.same_period else _period(pair, pair.before),
        "delta": delta,
    }


def _value(pair: FigurePair, row: Measurement | None) -> str:
    return DASH if row is None else str(shown(figure_of(row), pair.version))


def _period(pair: FigurePair, row: Measurement | None) -> str:
    if row is None:
        return ""
    zone = ZoneInfo(definition_of(pair.version).time_zone)
    return period_text(row.period_start.astimezone(zone), row.grain)
