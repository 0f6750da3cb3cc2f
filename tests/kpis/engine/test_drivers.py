"""What moved a figure: contributions of segments that add up to the change of the whole."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ace_portal.lib.errors import Invalid
from kpis.engine.drivers import drivers, is_additive, is_quotient
from kpis.engine.parsing import parse_definition
from kpis.engine.query import Query
from kpis.engine.result import Figure, State
from kpis.engine.run import run_many

MET = {"column": "met", "op": "=", "value": True}
BIG = {"column": "x", "op": ">", "value": 0}
SHARE = parse_definition({"measure": {"share": {"of": MET}}})
COUNT = parse_definition({"measure": {"agg": "count"}})


def share(met, rows):
    return Figure(met / rows, State.OK, met, rows)


def told(found):
    return {d.segment[0]: (round(d.mix, 12), round(d.rate, 12)) for d in found}


def test_additive_differences_add_up_and_the_largest_comes_first():
    before = {("a",): Figure(10), ("b",): Figure(5), ("gone",): Figure(2)}
    now = {("a",): Figure(9), ("b",): Figure(9), ("new",): Figure(3)}
    found = drivers(COUNT, before, now)
    assert [(d.segment[0], d.total, d.mix) for d in found] == [
        ("b", 4, None), ("new", 3, None), ("gone", -2, None), ("a", -1, None),
    ]  # fmt: skip
    assert [(d.before, d.now) for d in found][1] == (None, 3)


def test_same_mix_leaves_the_rate_effect_alone():
    before = {("a",): share(50, 100), ("b",): share(80, 100)}
    now = {("a",): share(60, 100), ("b",): share(80, 100)}
    assert told(drivers(SHARE, before, now)) == {"a": (0, 0.05), "b": (0, 0)}


def test_same_rates_leave_the_mix_effect_alone():
    before = {("good",): share(90, 100), ("bad",): share(10, 100)}
    now = {("good",): share(45, 50), ("bad",): share(15, 150)}
    found = told(drivers(SHARE, before, now))
    assert {name: rate for name, (_mix, rate) in found.items()} == {"good": 0, "bad": 0}
    # 50 % to 30 %: more of the bad, less of the good, each by its distance from the middle
    assert found["good"][0] == pytest.approx(-0.25 * (0.9 - 0.4))
    assert found["bad"][0] == pytest.approx(0.25 * (0.1 - 0.4))


def test_new_and_vanished_segments_are_mix():
    before = {("old",): share(1, 2), ("stays",): share(6, 10)}
    now = {("new",): share(9, 10), ("stays",): share(6, 10)}
    found = told(drivers(SHARE, before, now))
    assert [rate for _mix, rate in found.values()] == [0, 0, 0]
    assert sum(mix for mix, _rate in found.values()) == pytest.approx(15 / 20 - 7 / 12)


def test_segment_without_a_denominator_keeps_its_part():
    """Costs of a team without tickets belong to the cost per ticket of all."""
    ratio = [{"agg": "sum", "column": "x"}, {"agg": "count", "where": MET}]
    definition = parse_definition({"measure": {"ratio": ratio, "scale": 10}})
    before = {("a",): Figure(5.0, State.OK, 5, 10), ("b",): Figure(None, State.UNDEFINED, 4, 0)}
    now = {("a",): Figure(5.0, State.OK, 5, 10), ("b",): Figure(None, State.UNDEFINED, 6, 0)}
    found = told(drivers(definition, before, now))
    assert found == {"a": (0, 0), "b": (0, 2)}


@pytest.mark.parametrize(
    "measure",
    [
        {"agg": "quantile", "column": "x", "q": 0.5},
        {"agg": "count_distinct", "column": "x"},
        {"agg": "max", "column": "x"},
        {"ratio": [{"agg": "max", "column": "x"}, {"agg": "count"}]},
        {"formula": "a", "kpis": {"a": "x"}},
    ],
)
def test_what_does_not_add_up_is_refused(measure):
    with pytest.raises(Invalid, match="does not add up to the whole"):
        drivers(parse_definition({"measure": measure}), {}, {})


def test_period_without_a_figure_cannot_be_compared():
    with pytest.raises(Invalid, match="no figure to compare"):
        drivers(SHARE, {}, {("a",): share(1, 2)})


TYPES = {"at": "timestamp", "g": "text", "x": "number", "met": "boolean"}
MEASURES = [
    {"agg": "count"},
    {"agg": "sum", "column": "x"},
    {"agg": "avg", "column": "x"},
    {"share": {"of": MET}},
    {"share": {"of": MET, "among": BIG}},
    {"ratio": [{"agg": "sum", "column": "x"}, {"agg": "count", "where": MET}], "scale": 100},
    {"rate": {"measure": {"agg": "count"}, "per": "day"}},
    {"window": {"measure": {"share": {"of": MET}}, "kind": "cumulative"}},
]
rows = st.lists(
    st.fixed_dictionaries(
        {
            "at": st.sampled_from([datetime(2025, 1, 10), datetime(2025, 2, 10)]),
            "g": st.sampled_from(["a", "b", "c", None]),
            "x": st.none() | st.integers(-8, 40).map(lambda n: n / 4),
            "met": st.sampled_from([True, False, None]),
        }
    ),
    min_size=2,
    max_size=24,
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=rows)
def test_contributions_add_up_to_the_change_of_the_whole(duck, rows):
    months = [(date(2025, n, 1), date(2025, n + 1, 1)) for n in (1, 2)]
    with duck.load(TYPES, rows) as (connection, table):
        for measure in MEASURES:
            definition = parse_definition(
                {"measure": measure, "time_column": "at", "dimensions": ["g"]}
            )
            assert is_additive(definition) != is_quotient(definition)
            queries = [Query(start=a, end=b, by=by) for a, b in months for by in ((), ("g",))]
            whole, split, later, later_split = run_many(
                connection, table, [(definition, query) for query in queries]
            )
            if whole.total.value is None or later.total.value is None:
                continue
            found = drivers(
                definition,
                {p.segment: p.figure for p in split},
                {p.segment: p.figure for p in later_split},
            )
            change = later.total.value - whole.total.value
            assert sum(d.total for d in found) == pytest.approx(change, rel=1e-9, abs=1e-9)
