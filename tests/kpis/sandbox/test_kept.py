"""Which queries keep limited rows apart, and which would put them together."""

from __future__ import annotations

import pytest

from ace_portal.lib.errors import Invalid
from kpis.sandbox.gate import gate
from kpis.sandbox.kept import require_kept

TABLES = ["events", "other", "sales"]

KEPT = [
    "SELECT * FROM events",
    "FROM events",
    "SELECT a, region FROM events WHERE b > 1 ORDER BY a LIMIT 5",
    "SELECT * EXCLUDE (a) FROM events",
    "SELECT region, * EXCLUDE (region) FROM events",
    "SELECT * REPLACE (a + 1 AS a) FROM events",
    "SELECT REGION, count(*) FROM Events GROUP BY ALL",
    "SELECT e.region, sum(e.a) FROM events AS e GROUP BY e.region, e.b",
    "SELECT e.region, o.name FROM events AS e JOIN other AS o ON o.a = e.a",
    "SELECT e.*, o.name FROM events AS e LEFT JOIN other AS o USING (a)",
    "WITH one AS (SELECT region AS r, a FROM events) "
    "SELECT r AS region, max(a) FROM one GROUP BY r",
    "SELECT region, a FROM (SELECT * FROM events) AS inside",
    "SELECT region, a FROM events UNION ALL SELECT region, b FROM events",
    "SELECT region, a FROM events UNION ALL SELECT name, a FROM other",
    "SELECT * FROM events QUALIFY row_number() OVER (PARTITION BY region, k ORDER BY b DESC) = 1",
    "SELECT a, region FROM events WHERE a IN (SELECT a FROM other)",
    "SELECT region, a FROM events GROUP BY ROLLUP (region, a)",
    "SELECT name FROM other",  # reads no limited row
    "WITH One AS (SELECT Region, a FROM Events) SELECT o.REGION, max(O.a) FROM one AS O GROUP BY 1",
    "WITH names AS (SELECT a FROM other) SELECT region, a FROM events SEMI JOIN names USING (a)",
    "(SELECT region, a FROM events) LIMIT 5",
    "WITH unused AS (SELECT region, a FROM events) SELECT name FROM other",
]

LOST = [
    "SELECT a FROM events",
    "SELECT count(*) FROM events",
    "SELECT * EXCLUDE (region) FROM events",
    "SELECT * REPLACE (a AS region) FROM events",
    "SELECT * RENAME (a AS region) FROM events",
    "SELECT region, * RENAME (a AS region) FROM events",
    "SELECT region AS place, a FROM events",
    "SELECT a AS region, b FROM events",
    "SELECT a AS region, * FROM events",
    "SELECT a AS region, region FROM events",
    "SELECT upper(region) AS region, a FROM events",
    "SELECT any_value(region) AS region, count(*) FROM events",
    "SELECT max(region) AS region, count(*) FROM events GROUP BY a",
    "SELECT region, sum(a) OVER () FROM events",
    "SELECT region, sum(a) OVER (PARTITION BY b) FROM events",
    "SELECT region, sum(a) OVER w FROM events WINDOW w AS (ORDER BY b)",
    "SELECT * FROM events AS e JOIN other AS o ON o.a = e.a",
    "SELECT o.*, e.region FROM events AS e JOIN other AS o ON o.a = e.a",
    "SELECT o.region, e.a FROM events AS e JOIN other AS o ON o.a = e.a",
    "SELECT region, e.a FROM events AS e JOIN other AS o ON o.a = e.a",
    "SELECT e.region, f.a FROM events AS e JOIN events AS f ON e.a = f.a",
    "WITH t AS (SELECT region, count(*) AS n FROM events GROUP BY ALL) "
    "SELECT e.region, t.n FROM events AS e JOIN t ON true",
    "SELECT region, (SELECT count(*) FROM events) AS n FROM events",
    "SELECT name AS region, (SELECT count(*) FROM events) AS n FROM other",
    "SELECT region, a FROM events WHERE a > (SELECT avg(a) FROM events)",
    "SELECT name AS region FROM other WHERE EXISTS (SELECT 1 FROM events)",
    "SELECT region, a FROM events AS e(region, a)",
    "WITH one(region, a) AS (SELECT a, region FROM events) SELECT region, a FROM one",
    "SELECT region, a FROM events UNION ALL SELECT a, region FROM events",
    "SELECT name AS region, a FROM other UNION ALL SELECT a, region FROM events",
    "SELECT region, a FROM events UNION ALL BY NAME SELECT a AS region, b AS a FROM events",
    "SELECT region, a FROM events UNION ALL SELECT * FROM events",
    "WITH RECURSIVE r AS (SELECT region, a FROM events UNION ALL SELECT 'N', a FROM r) "
    "SELECT region, a FROM r",
    "WITH events AS (SELECT 'N' AS region, a FROM events) SELECT region, a FROM events",
    "WITH T AS (SELECT region, a FROM events) SELECT 'N' AS region, sum(a) AS a FROM t",
    "WITH e AS (SELECT region, a FROM events) "
    "SELECT name AS region, a FROM other SEMI JOIN e USING (a)",
    "SELECT name AS region, a FROM other ANTI JOIN (SELECT region, a FROM events) AS e USING (a)",
    "WITH e AS (SELECT region, a FROM events) "
    "SELECT 'N' AS region, v.col0 AS n FROM (VALUES ((SELECT sum(a) FROM e))) AS v",
    "WITH e AS (SELECT region, a FROM events) SELECT name AS region, a FROM other UNION ALL "
    "SELECT name, a FROM other LIMIT (SELECT max(a) FROM e)",
    "(SELECT region AS k, k AS region, a FROM events) LIMIT 5",
    "WITH c AS (SELECT o AS e FROM other AS o) "
    "SELECT c.e.region AS region, sum(e.a) AS a FROM events AS e CROSS JOIN c GROUP BY 1",
    "SELECT 'N' AS region, sum(a) AS a FROM (SELECT region, a FROM events), (SELECT 1 AS one)",
    "SELECT 'N' AS region, sum(j.a) AS a FROM (events JOIN other AS o ON true) AS j",
    "SELECT j.region, j.a FROM ((SELECT region, a FROM other) AS o JOIN events AS e ON true) AS j",
    'SELECT "ſ".region, sum("s".a) AS a FROM events AS "s" JOIN other AS "ſ" ON true GROUP BY 1',
]


@pytest.mark.parametrize("sql", KEPT)
def test_query_that_keeps_the_column_passes(sql: str) -> None:
    gate(sql, TABLES)
    require_kept(sql, "events", "region")


@pytest.mark.parametrize("sql", LOST)
def test_query_that_mixes_rows_of_several_values_is_refused(sql: str) -> None:
    gate(sql, TABLES)
    with pytest.raises(Invalid, match="“events” shows each reader their own rows, by “region”"):
        require_kept(sql, "events", "region")


def test_name_that_is_only_alike_is_no_part_of_the_query() -> None:
    """To DuckDB “ſales” is not “sales”, which is the table."""
    sql = (
        'WITH kept AS (SELECT region, a FROM sales), "ſales" AS (SELECT 1 AS a) '
        "SELECT 'N' AS region, sum(a) AS a FROM sales"
    )
    gate(sql, TABLES)
    with pytest.raises(Invalid, match="“sales” shows each reader their own rows"):
        require_kept(sql, "sales", "region")
