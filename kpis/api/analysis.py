"""A KPI's figures beside others, in full precision: drivers, comparisons."""

from __future__ import annotations

from math import fsum
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.lib.api import Given, answers
from ace_portal.lib.errors import Invalid
from ace_portal.lib.permissions import ACE
from kpis import selectors
from kpis.analysis.against import KINDS, Compared, compared
from kpis.analysis.driver_rows import method_words
from kpis.analysis.drivers import Moved, moved
from kpis.analysis.parts import Part, part_of
from kpis.analysis.stretches import AGAINST, before_of, chosen_of, stretches_of
from kpis.api.shapes import FIGURE_STATES
from kpis.asking import definition_of
from kpis.engine.query import Query, check_query
from kpis.engine.result import Figure
from kpis.models import KPIVersion

MOST = 200


class StretchInput(serializers.Serializer[Any]):
    start = serializers.DateField(default=None, allow_null=True)
    end = serializers.DateField(
        default=None, allow_null=True, help_text="Not included. Without both: the last full period."
    )


class DriversInput(StretchInput):
    by = serializers.CharField(max_length=200)
    against = serializers.ChoiceField([(a, a) for a in AGAINST], default=AGAINST[0])


class SegmentDriverOutput(serializers.Serializer[Any]):
    """``contribution`` is ``rate`` + ``mix``, in the KPI's own unit; null for measures whose
    segments do not add up."""

    segment = serializers.CharField(allow_null=True)
    before = serializers.FloatField(allow_null=True)
    now = serializers.FloatField(allow_null=True)
    contribution = serializers.FloatField(allow_null=True)
    rate = serializers.FloatField(allow_null=True)
    mix = serializers.FloatField(allow_null=True)
    few = serializers.BooleanField()


class KPIDriversOutput(serializers.Serializer[Any]):
    by = serializers.CharField()
    kind = serializers.ChoiceField([(k, k) for k in ("additive", "quotient", "own")])
    method = serializers.CharField()
    start = serializers.DateField()
    end = serializers.DateField()
    start_before = serializers.DateField()
    end_before = serializers.DateField()
    until_before = serializers.DateTimeField(
        allow_null=True, help_text="Where the earlier period is cut to the same stretch."
    )
    before = serializers.FloatField(allow_null=True)
    now = serializers.FloatField(allow_null=True)
    change = serializers.FloatField(allow_null=True)
    sum = serializers.FloatField(allow_null=True, help_text="Of all contributions.")
    left_out = serializers.IntegerField(help_text="Segments beyond the first 200.")
    drivers = SegmentDriverOutput(many=True)


class ComparisonsInput(StretchInput):
    dimension = serializers.CharField(max_length=200, default="", allow_blank=True)
    value = serializers.CharField(
        max_length=1000, default=None, allow_null=True, help_text="Of the dimension; null is empty."
    )
    other = serializers.CharField(
        max_length=1000, default="", allow_blank=True, help_text="Another value beside it."
    )


class BesideOutput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField([(k, k) for k in KINDS])
    words = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    state = serializers.ChoiceField(FIGURE_STATES)
    change = serializers.FloatField(allow_null=True)
    percent = serializers.FloatField(allow_null=True)
    points = serializers.FloatField(allow_null=True)
    status = serializers.CharField(help_text="Against the target: good, watch or bad.")


class ComparisonsOutput(serializers.Serializer[Any]):
    period = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    state = serializers.ChoiceField(FIGURE_STATES)
    comparisons = BesideOutput(many=True)


class KPIDrivers(APIView):
    """Which segments moved the figure between two periods, in contributions that add up."""

    door = ACE

    @answers(KPIDriversOutput, takes=DriversInput)
    def post(self, actor: User, given: Given, slug: str) -> dict[str, Any]:
        version = _published(actor, slug)
        asked = given()
        query = _stretch(version, asked)
        before = before_of(version, query, asked["against"])
        found = moved(version, asked["by"], before, query, reader=actor)
        return _moved_json(found)


class KPIComparisons(APIView):
    """The figure of a period beside the one before, a year before, target, baseline, a segment."""

    door = ACE

    @answers(ComparisonsOutput, takes=ComparisonsInput)
    def post(self, actor: User, given: Given, slug: str) -> dict[str, Any]:
        version = _published(actor, slug)
        asked = given()
        part, other = _parts(version, asked)
        found = compared(version, _stretch(version, asked), reader=actor, part=part, other=other)
        if found.error:
            raise Invalid(found.error)
        return _compared_json(found)


def _published(user: User, slug: str) -> KPIVersion:
    version = selectors.published_of(selectors.kpi_for(user, slug))
    if version is None:
        raise Invalid(_("Only a published KPI has figures."))
    return version


def _stretch(version: KPIVersion, asked: dict[str, Any]) -> Query:
    start, end = asked["start"], asked["end"]
    if start is None and end is None:
        return chosen_of(version, stretches_of(version)).query
    if start is None or end is None:
        raise Invalid(_("Name both days, or none of them."), field="end" if start else "start")
    query = Query(start=start, end=end)
    live = version.dataset.live
    check_query(query, definition_of(version), live.types if live is not None else {})
    return query


def _parts(version: KPIVersion, asked: dict[str, Any]) -> tuple[Part | None, Part | None]:
    dimension = asked["dimension"]
    if not dimension:
        return None, None
    other = part_of(version, dimension, asked["other"]) if asked["other"] else None
    return part_of(version, dimension, asked["value"]), other


def _moved_json(found: Moved) -> dict[str, Any]:
    drivers = {driver.segment: driver for driver in found.drivers}
    rows = []
    for segment in found.segments[:MOST]:
        driver = drivers.get(segment)
        then, here = found.split_before.get(segment), found.split_now.get(segment)
        rows.append({
            "segment": segment[0],
            "before": then.value if then else None,
            "now": here.value if here else None,
            "contribution": driver.total if driver else None,
            "rate": driver.rate if driver else None,
            "mix": driver.mix if driver else None,
            "few": any(figure is not None and figure.few for figure in (then, here)),
        })  # fmt: skip
    before, now = found.query_before, found.query_now
    return {
        "by": found.by, "kind": found.kind, "method": method_words(found.kind),
        "start": now.start, "end": now.end, "start_before": before.start,
        "end_before": before.end, "until_before": before.until, "before": found.before.value,
        "now": found.now.value, "change": found.change,
        "sum": fsum(driver.total for driver in found.drivers) if drivers else None,
        "left_out": max(0, len(found.segments) - MOST), "drivers": rows,
    }  # fmt: skip


def _compared_json(found: Compared) -> dict[str, Any]:
    return {
        "period": found.words,
        **_value(found.figure),
        "comparisons": [
            {
                "kind": beside.what, "words": beside.words, **_value(beside.figure),
                "change": beside.change.absolute, "percent": beside.change.percent,
                "points": beside.change.points, "status": beside.status,
            }
            for beside in found.besides
        ],
    }  # fmt: skip


def _value(figure: Figure) -> dict[str, Any]:
    return {"value": figure.value, "state": figure.state.value}
