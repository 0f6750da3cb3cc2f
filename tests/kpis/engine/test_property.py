"""Random small tables against a computation of its own in plain Python."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpis.engine.parsing import parse_definition
from kpis.engine.query import Query
from kpis.engine.result import State
from kpis.engine.run import run

TYPES = {"at": "timestamp", "end": "timestamp", "g": "text", "x": "number", "met": "boolean"}
MET = {"column": "met", "op": "=", "value": True}
BIG = {"column": "x", "op": ">", "value": 0}
SPENT = {"from": "at", "to": "end", "unit": "min"}
MEASURES = {
    "count": {"agg": "count"},
    "count_x": {"agg": "count", "column": "x", "where": MET},
    "sum": {"agg": "sum", "column": "x", "where": {"not": MET}},
    "avg": {"agg": "avg", "column": SPENT},
    "min": {"agg": "min", "column": "x"},
    "distinct": {"agg": "count_distinct", "column": "g"},
    "quantile": {"agg": "quantile", "column": "x", "q": 0.3, "where": {"any": [MET, BIG]}},
    "share": {"share": {"of": {"all": [MET, BIG]}}},
    "share_known": {"share": {"of": MET, "among": BIG}},
    "ratio": {"ratio": [{"agg": "sum", "column": "x"}, {"agg": "count", "where": MET}]},
    "stock": {"stock": {"opened": "at", "closed": "end"}},
    "net": {"net": {"in": "at", "out": "end"}},
}

# Around both changes of the clocks in Europe, and one in America.
starts = st.sampled_from([datetime(2025, 3, 29), datetime(2025, 10, 25), datetime(2025, 3, 8)])
minutes = st.integers(0, 4 * 24 * 60)
rows = st.lists(
    st.fixed_dictionaries(
        {
            "start": starts,
            "at": st.none() | minutes,
            "end": st.none() | minutes,
            "g": st.sampled_from(["a", "b", None]),
            "x": st.none() | st.integers(-8, 8).map(lambda n: n / 4),
            "met": st.sampled_from([True, False, None]),
        }
    ),
    max_size=14,
)


def shifted(row):
    out = dict(row)
    start = out.pop("start")
    for name in ("at", "end"):
        if out[name] is not None:
            out[name] = start + timedelta(minutes=out[name])
    return out


def first_of(stamp, zone, grain):
    """The local day on which the period of a stamp begins; Monday for weeks."""
    day = stamp.replace(tzinfo=UTC).astimezone(zone).date()
    return {
        "day": day,
        "week": day - timedelta(days=day.weekday()),
        "month": day.replace(day=1),
        "year": day.replace(month=1, day=1),
    }[grain]


def both(a, b):
    return False if a is False or b is False else None if a is None or b is None else True


def either(a, b):
    return True if a is True or b is True else None if a is None or b is None else False


def big(row):
    return None if row["x"] is None else row["x"] > 0


def present(values):
    return [value for value in values if value is not None]


def quantile(values, q):
    ordered, position = sorted(values), q * (len(values) - 1)
    low, high = math.floor(position), math.ceil(position)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)


def expected(name, group):
    """Value, or the state that stands for it."""
    xs = present(row["x"] for row in group)
    match name:
        case "count":
            return len(group)
        case "count_x":
            return len(present(row["x"] for row in group if row["met"]))
        case "sum":
            return sum(present(row["x"] for row in group if row["met"] is False))
        case "distinct":
            return len(set(present(row["g"] for row in group)))
        case "min":
            return min(xs) if xs else State.NO_DATA
        case "avg":
            spent = [(row["end"] - row["at"]).total_seconds() / 60 for row in group if row["end"]]
            return sum(spent) / len(spent) if spent else State.NO_DATA
        case "quantile":
            kept = present(row["x"] for row in group if either(row["met"], big(row)))
            return quantile(kept, 0.3) if kept else State.NO_DATA
        case "share":
            met = sum(both(row["met"], big(row)) is True for row in group)
            return met / len(group) if group else State.NO_DATA
        case "share_known":
            among = [row for row in group if big(row)]
            known = [row for row in among if row["met"] is not None]
            if not among:
                return State.NO_DATA
            return sum(row["met"] for row in known) / len(known) if known else State.UNDEFINED
        case _:
            met = sum(row["met"] is True for row in group)
            if not group:
                return State.NO_DATA
            return sum(xs) / met if met else State.UNDEFINED


def shown(figure):
    return figure.value if figure.state is State.OK else figure.state


def same(left, right):
    if isinstance(left, State) or isinstance(right, State):
        return left == right
    return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=rows,
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"]),
    grain=st.sampled_from(["day", "week", "month", "year"]),
    by=st.sampled_from([(), ("g",)]),
)
def test_every_measure_equals_plain_python(store, rows, zone, grain, by):
    rows = [shifted(row) for row in rows]
    place = ZoneInfo(zone)
    with store.load(TYPES, rows) as (connection, table):
        for name, measure in MEASURES.items():
            definition = parse_definition(
                {
                    "measure": measure,
                    "time_column": "at",
                    "time_zone": zone,
                    "dimensions": ["g"],
                    "null_rule": "exclude" if name == "share_known" else "not_met",
                }
            )
            for asked in (Query(grain, by), Query(None, by)):
                result = run(connection, table, definition, asked)
                for point in result:
                    wanted = of_point(name, rows, point, by, place, asked.grain)
                    assert same(shown(point.figure), wanted), (name, point, wanted)


def of_point(name, rows, point, by, zone, grain):
    """What the figure of a point should be, from the rows alone."""
    kept = [row for row in rows if not by or row["g"] == point.segment[0]]
    if name in ("stock", "net"):
        return moved(name, kept, rows, point, zone, grain)
    timed = [row for row in kept if row["at"]]
    if grain is not None:
        day = point.period.start.date()
        timed = [row for row in timed if first_of(row["at"], zone, grain) == day]
    if not any(row["at"] for row in rows):
        return State.NO_DATA
    return expected(name, timed)


def moved(name, kept, rows, point, zone, grain):
    if not any(row["at"] or row["end"] for row in rows):
        return State.NO_DATA
    start, end = datetime.min, datetime.max
    if grain is not None:
        start, end = naive(point.period.start), naive(point.period.end)
    if name == "net":
        came = sum(start <= row["at"] < end for row in kept if row["at"])
        return came - sum(start <= row["end"] < end for row in kept if row["end"])
    return sum(
        row["at"] < end and not (row["end"] and row["end"] < end) for row in kept if row["at"]
    )


def naive(moment):
    return moment.astimezone(UTC).replace(tzinfo=None)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=rows, first=st.integers(0, 6), days=st.integers(1, 5))
def test_a_range_counts_its_local_days(store, rows, first, days):
    rows = [shifted(row) for row in rows]
    zone = ZoneInfo("Europe/Berlin")
    start = date(2025, 3, 27) + timedelta(days=first)
    end = start + timedelta(days=days)
    definition = parse_definition(
        {"measure": {"agg": "count"}, "time_column": "at", "time_zone": "Europe/Berlin"}
    )
    with store.load(TYPES, rows) as (connection, table):
        result = run(connection, table, definition, Query("day", start=start, end=end))
        total = run(connection, table, definition, Query(start=start, end=end)).total
    counts = {start + timedelta(days=i): 0 for i in range(days)}
    for row in rows:
        day = row["at"] and first_of(row["at"], zone, "day")
        if day in counts:
            counts[day] += 1
    assert {p.period.start.date(): p.figure.value or 0 for p in result} == counts
    assert (total.value or 0) == sum(counts.values())
