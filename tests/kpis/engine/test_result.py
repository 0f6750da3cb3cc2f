"""What a cache keeps of a result."""

import pickle
from datetime import UTC, datetime

from kpis.engine.query import Query

TYPES = {"at": "timestamp", "g": "text", "x": "number"}
ROWS = [{"at": datetime(2025, 3, day, 9), "g": "ab"[day % 2], "x": day} for day in range(1, 30)]


def test_result_is_read_as_it_was_kept(duck):
    told = {"measure": {"agg": "avg", "column": "x"}, "time_column": "at", "dimensions": ["g"]}
    as_of = datetime(2025, 3, 29, 12, tzinfo=UTC)
    with_parts = Query(grain="week", by=("g",))
    for query in (Query(), Query(grain="day"), with_parts):
        result = duck.ask(TYPES, ROWS, told, query, as_of)

        assert pickle.loads(pickle.dumps(result)) == result
