"""How columns differ, and which KPIs that concerns."""

from __future__ import annotations

from kpis.drift import Drift, Reader, Retyped, Touched, drift_of
from kpis.engine.parsing import parse_definition

BEFORE = {"number": "text", "opened": "timestamp", "team": "text", "hops": "integer"}
VOLUME = Reader(
    "volume", "Volume",
    parse_definition({
        "measure": {"agg": "count"}, "time_column": "opened", "dimensions": ["team"],
    }),
)  # fmt: skip
HOPS = Reader(
    "hops", "Hops",
    parse_definition({"measure": {"agg": "sum", "column": "hops"}, "time_column": "opened"}),
)  # fmt: skip


def test_same_columns_in_another_order_are_no_drift() -> None:
    drift = drift_of(BEFORE, dict(reversed(BEFORE.items())), [VOLUME])

    assert (bool(drift), drift) == (False, Drift())


def test_drift_names_columns_and_what_breaks() -> None:
    now = {"number": "text", "opened": "timestamp", "hops": "text", "cost": "number"}

    drift = drift_of(BEFORE, now, [VOLUME, HOPS])

    assert drift == Drift(
        added=("cost",),
        removed=("team",),
        retyped=(Retyped("hops", "integer", "text"),),
        touched=(
            Touched("volume", "Volume", ("team",),
                    "The count reads the column “team”, which the data does not have."),
            Touched("hops", "Hops", ("hops",),
                    "The sum needs numbers, and “hops” is text."),
        ),
    )  # fmt: skip


def test_kpi_goes_on_over_a_type_that_it_can_read() -> None:
    drift = drift_of(BEFORE, {**BEFORE, "hops": "number"}, [VOLUME, HOPS])

    assert drift.touched == (Touched("hops", "Hops", ("hops",)),)
