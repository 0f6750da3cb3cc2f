"""Figures of a KPI, asked for and in full precision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.lib.api import Given, answers
from ace_portal.lib.errors import Invalid
from ace_portal.lib.permissions import ACE, DATA
from kpis import selectors
from kpis.api.openapi import WHERE_REF
from kpis.api.shapes import FIGURE_STATES, FIGURE_STATUSES
from kpis.asked import asked_words
from kpis.behind import EXPORTED, SHOWN, behind_figure, cut_words
from kpis.derived import filters_of, held_of, is_derived, leaves_of
from kpis.engine.definition import GRAINS, columns_of
from kpis.engine.parsing import parse_where
from kpis.engine.query import Query, check_query, check_split
from kpis.engine.result import Point
from kpis.figures import Ask, definition_of
from kpis.figures import answers as answers_to
from kpis.goals import is_partial, judged, target_for
from kpis.models import KPIVersion
from kpis.permissions import manages_data


@extend_schema_field(WHERE_REF)
class WhereField(serializers.JSONField):
    """A condition."""


class QueryInput(serializers.Serializer[Any]):
    grain = serializers.ChoiceField([(g, g) for g in GRAINS], default=None, allow_null=True)
    by = serializers.ListField(child=serializers.CharField(max_length=200), default=list)
    start = serializers.DateField(default=None, allow_null=True)
    end = serializers.DateField(default=None, allow_null=True, help_text="Not included.")
    where = WhereField(default=None, allow_null=True)


class FigureOutput(serializers.Serializer[Any]):
    """One figure in full precision."""

    start = serializers.DateTimeField(allow_null=True)
    end = serializers.DateTimeField(allow_null=True)
    partial = serializers.BooleanField()  # type: ignore[assignment]
    segment = serializers.ListField(child=serializers.CharField(allow_null=True))
    value = serializers.FloatField(allow_null=True)
    state = serializers.ChoiceField(FIGURE_STATES)
    numerator = serializers.FloatField(allow_null=True)
    denominator = serializers.FloatField(allow_null=True)
    rows = serializers.IntegerField()
    left_out = serializers.IntegerField()
    few = serializers.BooleanField()
    status = serializers.ChoiceField(
        FIGURE_STATUSES,
        help_text="Against the target in force when the period began; of a segment its own. None "
        "of a count or a sum that is not of one whole period of the KPI's grain and all its rows.",
    )


class UnfilteredOutput(serializers.Serializer[Any]):
    """A KPI of a formula that filters do not reach, as it does not have their columns."""

    kpi = serializers.SlugField()
    columns = serializers.ListField(child=serializers.CharField())


class KPIFiguresOutput(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    load = serializers.IntegerField()
    as_of = serializers.DateTimeField(allow_null=True)
    asked_at = serializers.DateTimeField(
        allow_null=True,
        help_text="Of figures asked where the data lies: when. Rows that came after `as_of` are in "
        "none of them where the KPI counts by moments; see `asked`.",
    )
    asked = serializers.CharField(help_text="What may be counted that `as_of` does not tell.")
    held_back = serializers.BooleanField(help_text="Newer data did not pass its checks.")
    time_zone = serializers.CharField()
    by = serializers.ListField(child=serializers.CharField())
    figures = FigureOutput(many=True)
    unfiltered = UnfilteredOutput(many=True)
    unlike = serializers.BooleanField(
        help_text="A formula: some of its KPIs count the reader's rows, others all rows."
    )


class KPIFigures(APIView):
    """Figures of the published version over the live load, in full precision."""

    door = ACE

    @answers(KPIFiguresOutput, takes=QueryInput)
    def post(self, actor: User, given: Given, slug: str) -> dict[str, Any]:
        version = selectors.published_of(selectors.kpi_for(actor, slug))
        if version is None:
            raise Invalid(_("Only a published KPI has figures."))
        query = _query(version, given())
        _check_open(actor, version, query)
        prefetch_related_objects([version.kpi], "targets")
        (answer,) = answers_to([Ask(version, query)], reader=actor)
        if answer.result is None or answer.load is None:
            raise Invalid(answer.error)
        result = answer.result
        return {
            "version": version.number,
            "load": answer.load.number,
            "as_of": result.as_of,
            "asked_at": result.asked_at,
            "asked": asked_words(leaves_of(version)),
            "held_back": held_of(version) is not None,
            "time_zone": result.time_zone,
            "by": result.by,
            "figures": [_figure(version, query, point, cut=answer.cut) for point in result.points],
            "unfiltered": [
                {"kpi": part.version.kpi.slug, "columns": part.ignored}
                for part in answer.all_parts()
                if part.ignored
            ],
            "unlike": answer.unlike,
        }


class RowsInput(serializers.Serializer[Any]):
    start = serializers.DateField(default=None, allow_null=True)
    end = serializers.DateField(default=None, allow_null=True, help_text="Not included.")
    where = WhereField(default=None, allow_null=True)
    limit = serializers.IntegerField(min_value=1, max_value=EXPORTED, default=SHOWN)


class KPIRowsOutput(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    load = serializers.IntegerField()
    columns = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(child=serializers.ListField(), help_text="Newest first.")
    counts_above = serializers.ListField(
        child=serializers.BooleanField(), allow_null=True,
        help_text="Of each row whether it is above the line of a share, or came in a net flow.",
    )  # fmt: skip
    more = serializers.BooleanField()
    cut = serializers.CharField(
        help_text="Why there are no more of them: the limit, the cells or the bytes that are given "
        "out at once. Empty where these are all."
    )


class KPIRows(APIView):
    """The rows that the figure of a range counts, for who manages data."""

    door = DATA

    @answers(KPIRowsOutput, takes=RowsInput)
    def post(self, actor: User, given: Given, slug: str) -> dict[str, Any]:
        version = selectors.published_of(selectors.kpi_for(actor, slug))
        if version is None:
            raise Invalid(_("Only a published KPI has figures."))
        asked = given()
        limit = asked.pop("limit")
        query = _query(version, {**asked, "grain": None, "by": ()})
        found = behind_figure(version, query, reader=actor, limit=limit)
        return {
            "version": version.number,
            "load": version.dataset.live.number if version.dataset.live else None,
            "columns": found.columns,
            "rows": found.rows,
            "counts_above": found.met,
            "more": found.more,
            "cut": cut_words(found),
        }


def _query(version: KPIVersion, given: dict[str, Any]) -> Query:
    where = given["where"]
    query = Query(
        grain=given["grain"], by=tuple(given["by"]), start=given["start"], end=given["end"],
        where=None if where is None else parse_where(where),
    )  # fmt: skip
    live = version.dataset.live
    if is_derived(version):
        check_split(query, definition_of(version))
    elif live is not None:
        check_query(query, definition_of(version), live.types)
    return query


def _check_open(user: User, version: KPIVersion, query: Query) -> None:
    """Conditions on any column would read the rows, value by value: that needs the data right."""
    closed = columns_of(query.where) - set(filters_of(version))
    if closed and (is_derived(version) or not manages_data(user)):
        raise Invalid(
            _("You can filter by the KPI's dimensions, and “%(column)s” is none of them.")
            % {"column": min(closed)},
            field="where",
        )


def _figure(version: KPIVersion, query: Query, point: Point, *, cut: bool) -> dict[str, Any]:
    figure, period = point.figure, point.period
    whole = None
    if period is not None:
        query = replace(query, start=period.start.date())
        whole = period.grain == definition_of(version).grain
    part = (query.by[0], point.segment[0]) if len(query.by) == 1 else None
    target = target_for(version, query, part, one_period=whole, cut=cut)
    partial = period.partial if period is not None else is_partial(version, query)
    return {
        "start": period.start if period else None,
        "end": period.end if period else None,
        "partial": bool(period and period.partial),
        "segment": point.segment,
        "value": figure.value,
        "state": figure.state.value,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "rows": figure.rows,
        "left_out": figure.left_out,
        "few": figure.few,
        "status": judged(version, figure, target, partial=partial).value,
    }
