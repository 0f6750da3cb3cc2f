"""Rows out of each kind of database: every type right, nothing written, in a child that can die."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ace_portal.lib.errors import Invalid, PortalError, Temporary
from kpis.sandbox.databases import columns_at, extract_from, knock_at, look_at, survey_of
from kpis.sandbox.limits import Limits
from kpis.sandbox.outside import gate, located, written
from kpis.sources.base import Caps, ClockChanges
from kpis.sources.databases import looking
from kpis.sources.databases.base import Place
from kpis.sources.databases.registry import DATABASES, database_of
from kpis.sources.databases.rows import extract
from tests.fixtures.databases import PASSWORD, ROWS, Outside, file_database
from tests.waiting import wait_until

LIMITS = Limits(seconds=30)


def column(path: Path, what: str) -> list[Any]:
    return duckdb.connect().execute(f"SELECT {what} FROM read_parquet('{path}')").fetchall()


def test_every_type_arrives_as_it_is(outside: Outside, target: Path) -> None:
    report = extract_from(
        outside.place, {"schema": outside.schema, "table": "orders"}, target, caps=Caps(),
        limits=LIMITS,
    )  # fmt: skip
    types = {column.name: column.type for column in report.columns}
    whole = "integer" if outside.place.kind == "sqlite" else "boolean"  # it has no yes and no
    assert types == {
        "id": "integer", "words": "text", "price": "number", "paid": whole, "day": "date",
        "seen": "timestamp", "clock": "timestamp", "gaps": "number", "odd": "text",
        "_row": "integer",
    }  # fmt: skip
    assert report.rows == ROWS
    assert column(target, "count(gaps), sum(id), count(DISTINCT words), max(_row)") == [
        (900, 500_500, ROWS, ROWS)
    ]
    assert column(target, "words, day, seen, clock, odd, round(price, 4)")[1] == (
        'a"b,2\n', date(2025, 3, 3), datetime(2025, 3, 29, 12, 20), datetime(2025, 3, 29, 12, 20),
        "\\N", 0.6667,
    )  # fmt: skip
    assert column(target, "count(*) FILTER (odd = '')") == [(ROWS / 2,)]


def test_clock_of_the_declared_zone(outside: Outside, target: Path) -> None:
    """Naive stamps become UTC; those that carry a zone are left alone."""
    database = database_of(outside.place.kind)
    report = extract(
        database, outside.place, outside.orders, target, caps=Caps(), seconds=30,
        time_zone="Europe/Berlin",
    )  # fmt: skip
    assert report.clock_changes == {"clock": ClockChanges(moved_forward=6, taken_as_first=0)}
    assert column(target, "min(seen), min(clock), epoch(max(seen) - max(clock))") == [
        (datetime(2025, 3, 29, 12, 10), datetime(2025, 3, 29, 11, 10), 7200)
    ]


def test_tables_and_first_rows_are_shown(outside: Outside) -> None:
    assert [(r.schema, r.name, r.kind) for r in knock_at(outside.place)] == [
        (outside.schema, "orders", "table")
    ]
    look = look_at(outside.place, {"schema": outside.schema, "table": "orders"}, rows=2)
    assert len(look.rows) == 2
    assert [a.name for a in look.attributes if not a.type] == ["raw"]


def test_typed_query_passes_the_gate_and_runs(outside: Outside, target: Path) -> None:
    asked = {"sql": "SELECT day, count(*) AS n -- per day\nFROM orders GROUP BY day ORDER BY day"}
    report = extract_from(outside.place, asked, target, caps=Caps(), limits=LIMITS)
    assert report.rows == 60
    assert column(target, "sum(n)") == [(ROWS,)]


REFUSED = (
    "DELETE FROM orders",
    "SELECT 1; DROP TABLE orders",
    "WITH gone AS (DELETE FROM orders RETURNING 1) SELECT * FROM gone",
    "SET default_transaction_read_only = off",
    "SELECT set_config('transaction_read_only', 'off', false) FROM orders",
    "SELECT pg_read_file('/etc/passwd') FROM orders",
    "SELECT lo_create(0) FROM orders",
    "SELECT nextval('s') FROM orders",
    "SELECT * FROM pg_catalog.pg_authid",
    "SELECT * FROM pg_shadow",
    "SELECT * FROM sqlite_master",
    'WITH "PG_SHADOW" AS (SELECT 1 AS a) SELECT * FROM pg_shadow',
    'WITH "ſqlite_master" AS (SELECT 1 AS a) SELECT * FROM sqlite_master',
    "WITH orders AS (SELECT 1 AS a) SELECT * FROM pg_catalog.pg_authid",
    "WITH authid AS (SELECT 1 AS a) SELECT * FROM information_schema.authid",
    "SELECT load_extension('/tmp/x') FROM orders",
    "SELECT readfile('/etc/passwd') FROM orders",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "ATTACH '/tmp/x' AS x",
    "COPY orders TO '/tmp/x'",
    "PRAGMA writable_schema = 1",
    "SELECT * INTO gone FROM orders",
    "SELECT * FROM orders FOR UPDATE",
    "CALL pragma_version()",
    "SELECT query_to_xml('DELETE FROM orders', true, true, '') FROM orders",
    "SELECT dblink('', 'DELETE FROM orders') FROM orders",
    "EXPLAIN ANALYZE DELETE FROM orders",
)


@pytest.mark.parametrize("sql", REFUSED)
def test_what_is_no_plain_query_is_refused(sql: str) -> None:
    """By the gate alone, in every dialect: no database hears of it."""
    for database in DATABASES.values():
        with pytest.raises(Invalid):
            gate(sql, database)


@pytest.mark.parametrize("way", ["look", "survey", "extract"])
def test_typed_query_goes_no_way_past_the_gate(outside: Outside, target: Path, way: str) -> None:
    """The database itself would answer this one."""
    asked = {"sql": "SELECT 'x' || quote_ident('y') AS v FROM orders"}
    if outside.place.kind != "postgresql":
        asked = {"sql": "SELECT typeof(random()) AS v FROM orders"}
    ways = {
        "look": partial(look_at, outside.place, asked),
        "survey": partial(survey_of, outside.place, asked, LIMITS),
        "extract": partial(extract_from, outside.place, asked, target, caps=Caps(), limits=LIMITS),
    }

    with pytest.raises(Invalid, match=r"the function “[a-z_]+” cannot be used") as refused:
        ways[way]()
    assert refused.value.field == "sql"


@pytest.mark.parametrize("kind", DATABASES)
def test_password_is_in_no_word_of_a_database(kind: str) -> None:
    place = Place(kind, "db.example", 1, "203.0.113.7", "d", "u", PASSWORD)
    told = DATABASES[kind].in_words(OSError(f"cannot reach u:{PASSWORD}@db.example"), place)

    assert PASSWORD not in told.message
    assert "u:…@db.example" in told.message


def test_what_a_parser_might_overlook_changes_nothing(server: Any) -> None:
    """Sent past the gate, over the connection itself: the role and the transaction hold."""
    database, place = database_of("postgresql"), server.outside.place
    before = server.run("SELECT md5(string_agg(o::text, '' ORDER BY id)) FROM orders o")
    for sql in (*REFUSED[:7], "COMMIT; INSERT INTO orders (id) VALUES (0)"):
        with suppress(PortalError), database.reading(place, seconds=5) as connection:
            connection.exec_driver_sql("SET default_transaction_read_only = off")
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql(f"SELECT * FROM ({sql}) AS q")

    def let_loose(sql: str) -> None:
        with database.reading(place, seconds=5) as connection:
            connection.exec_driver_sql("SET default_transaction_read_only = off")
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql(sql)

    for sql in (REFUSED[0], "INSERT INTO orders (id) VALUES (0)"):
        with pytest.raises(PortalError, match="permission denied for table orders"):
            let_loose(sql)
    assert server.run("SELECT md5(string_agg(o::text, '' ORDER BY id)) FROM orders o") == before


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_file_stays_as_it_is(kind: str, tmp_path: Path) -> None:
    outside = file_database(kind, tmp_path)
    path = Path(outside.place.file)
    before = path.read_bytes()
    database = database_of(kind)
    for sql in ("DELETE FROM orders", "CREATE TABLE t (a int)", f"ATTACH '{path}2' AS x"):
        with pytest.raises(PortalError), database.reading(outside.place, seconds=5) as connection:
            connection.exec_driver_sql(sql)
    assert path.read_bytes() == before


ON_ORDERS = ("GRANT {what} ON orders TO {role}", "REVOKE {what} ON orders FROM {role}")
MEMBER = ("GRANT {what} TO {role}", "REVOKE {what} FROM {role}")
CREATE = ("GRANT CREATE ON {what} TO {role}", "REVOKE CREATE ON {what} FROM {role}")
ROLE = ("ALTER ROLE {role} {what}", "ALTER ROLE {role} NO{what}")
#: what a role may do too much, how it gets the right and how it loses it
TOO_STRONG = [
    ("SUPERUSER", ROLE),
    ("CREATEROLE", ROLE),
    ("REPLICATION", ROLE),
    ("UPDATE (id)", ON_ORDERS),
    ("DELETE", ON_ORDERS),
    ("TRUNCATE", ON_ORDERS),
    ("pg_write_all_data", MEMBER),
    ("pg_read_server_files", MEMBER),
    ("SCHEMA public", CREATE),
    ("DATABASE {role}", CREATE),
    ("s", ("CREATE SEQUENCE s; GRANT USAGE ON SEQUENCE s TO {role}", "DROP SEQUENCE s")),
    ("own", ("CREATE TABLE own (a int); ALTER TABLE own OWNER TO {role}", "DROP TABLE own")),
]


@pytest.mark.parametrize(("what", "how"), TOO_STRONG)
def test_role_that_can_do_more_than_read_is_refused(
    server: Any, what: str, how: tuple[str, str]
) -> None:
    place: Place = server.outside.place
    knock = partial(looking.knock, database_of(place.kind), place, seconds=10)
    role = place.user
    grant, revoke = (sql.format(role=role, what=what.format(role=role)) for sql in how)
    server.run(grant)
    try:
        with pytest.raises(Invalid, match="may do more than read") as refused:
            knock()
    finally:
        server.run(revoke)
    assert refused.value.field == "user"
    assert refused.value.details["statement"].startswith(("CREATE ROLE", "REVOKE CREATE"))
    assert knock()


def test_connection_only_reads_even_where_the_role_could_write(server: Any) -> None:
    database, place = database_of("postgresql"), server.outside.place
    server.run(f"GRANT INSERT ON orders TO {place.user}")
    try:
        with (
            pytest.raises(PortalError, match="read-only transaction"),
            database.reading(place, seconds=5) as connection,
        ):
            connection.exec_driver_sql("INSERT INTO orders (id) VALUES (0)")
    finally:
        server.run(f"REVOKE INSERT ON orders FROM {place.user}")


WAYS = {
    "knock": knock_at,
    "look": partial(look_at, asked={"schema": "public", "table": "orders"}),
    "columns": partial(columns_at, relations=[{"schema": "public", "table": "orders"}]),
    "survey": partial(
        survey_of, asked={"schema": "public", "table": "orders"}, limits=Limits(seconds=10)
    ),
    "extract": partial(
        extract_from, asked={"schema": "public", "table": "orders"}, caps=Caps(),
        limits=Limits(seconds=10),
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_right_that_a_role_was_given_later_closes_each_way_to_the_rows(
    server: Any, way: str, target: Path
) -> None:
    """A source was proved when it was kept; since then somebody may have given its role more."""
    place: Place = server.outside.place
    to = {"target": target} if way == "extract" else {}
    server.run(f"GRANT DELETE ON orders TO {place.user}")
    try:
        with pytest.raises(Invalid, match="may do more than read") as refused:
            WAYS[way](place, **to)
    finally:
        server.run(f"REVOKE DELETE ON orders FROM {place.user}")

    assert (refused.value.field, list(target.parent.iterdir())) == ("user", [])
    WAYS[way](place, **to)


def test_wrong_ways_in_are_told_apart(server: Any) -> None:
    place: Place = server.outside.place
    server.run(f"ALTER ROLE {place.user} NOLOGIN")
    try:
        with pytest.raises(Invalid) as wrong:
            knock_at(place)
    finally:
        server.run(f"ALTER ROLE {place.user} LOGIN")
    assert wrong.value.field == "password"
    with pytest.raises(Temporary) as away:
        knock_at(server.outside.to(port=1))
    assert away.value.field == "host"
    with pytest.raises(PortalError, match="no_such"):
        knock_at(server.outside.to(database="no_such"))
    assert PASSWORD not in repr(place)
    assert PASSWORD not in f"{wrong.value} {away.value} {wrong.value.details}"


def test_slow_query_is_gone_from_the_source(server: Any, target: Path) -> None:
    """Its time over, it runs neither here nor there."""
    slow = {"sql": "SELECT count(*) AS n FROM orders a, orders b, orders c, orders d"}
    with pytest.raises(PortalError):
        extract_from(server.outside.place, slow, target, caps=Caps(), limits=Limits(seconds=1))
    assert not target.exists()
    running = server.run(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ACE Portal' "
        "AND state = 'active'"
    )
    assert running == [(0,)]


def test_rows_that_break_off_are_tried_again_and_leave_nothing(server: Any, target: Path) -> None:
    """Killed at the source after a thousand rows: a failure that passes, not half a file."""
    asked = {"schema": "public", "table": "endless"}
    server.run(
        "CREATE VIEW endless AS SELECT orders.* FROM orders UNION ALL "
        "SELECT orders.* FROM orders, pg_sleep(60)",
        f"GRANT SELECT ON endless TO {server.outside.place.user}",
    )

    def cut() -> bool:
        return server.run(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE wait_event = 'PgSleep' AND query LIKE '%endless%' AND pid <> pg_backend_pid()"
        ) == [(1,)]

    with ThreadPoolExecutor(1) as pool:
        cutting = pool.submit(wait_until, cut, "the query that sleeps", 30)
        with pytest.raises(Temporary) as broken:
            extract_from(server.outside.place, asked, target, caps=Caps(), limits=LIMITS)
        cutting.result()
    server.run("DROP VIEW endless")
    assert broken.value.field == "host"
    assert list(target.parent.iterdir()) == []


def test_column_that_is_not_there_is_no_wrong_password(outside: Outside) -> None:
    with pytest.raises(Invalid, match="nope") as refused:
        look_at(outside.place, {"sql": "SELECT nope FROM orders"})
    assert refused.value.field == "sql"


def test_too_many_rows_are_refused(outside: Outside, target: Path) -> None:
    with pytest.raises(Invalid, match="more than 999 rows"):
        extract_from(
            outside.place, {"schema": outside.schema, "table": "orders"}, target,
            caps=Caps(rows=999), limits=LIMITS,
        )  # fmt: skip
    assert not target.exists()
    assert list(target.parent.iterdir()) == []


def test_survey_asks_and_copies_nothing(server: Any) -> None:
    asked = {"schema": "public", "table": "orders"}
    found = survey_of(server.outside.place, asked, LIMITS)
    known = {c.name: (c.type, c.nulls, c.min, c.max) for c in found.columns}
    assert found.rows == ROWS
    assert known["id"] == ("integer", 0, 1, ROWS)
    assert known["gaps"][:2] == ("number", 100)
    assert known["seen"] == ("timestamp", 0, "2025-03-29 12:10:00", "2025-04-05 10:40:00")
    assert "raw" not in known


def test_columns_that_a_dataset_cannot_have(outside: Outside, target: Path) -> None:
    for sql, why in (
        ("SELECT id AS _row FROM orders", "portal's own"),
        ("SELECT raw FROM orders", "No column is left"),
        *((("SELECT id, id FROM orders", "“id”"),) if outside.place.kind == "postgresql" else ()),
    ):
        with pytest.raises(Invalid, match=why):
            extract_from(outside.place, {"sql": sql}, target, caps=Caps(), limits=LIMITS)


def test_columns_of_tables_are_told_by_their_names(outside: Outside) -> None:
    found = columns_at(outside.place, [{"schema": outside.schema, "table": "orders"}] * 2)

    assert found[0][:3] == ["id", "words", "price"]
    assert found[0] == found[1]


def test_refusal_of_the_database_has_its_place_in_what_was_typed(outside: Outside) -> None:
    with pytest.raises(Invalid) as refused:
        look_at(outside.place, {"sql": "SELECT id, 'nope' AS said\nFROM orders WHERE  nope > 1"})

    assert (refused.value.details["line"], refused.value.details["column"]) == (2, 20)
    assert str(refused.value.message).startswith("Line 2, column 20: The database says:")


def test_refusal_that_names_nothing_that_was_typed_stays_as_it_is() -> None:
    database = database_of("sqlite")
    away = Invalid("The database says: disk I/O error", field="sql")

    assert located(away, "SELECT id FROM orders", database) is away
    assert located(Invalid("no such column: id", field="host"), "SELECT id", database).details == {}


@pytest.mark.parametrize(
    ("kind", "schema", "name", "said"),
    [
        ("postgresql", "public", "orders", "orders"),
        ("postgresql", "sales", "orders", "sales.orders"),
        ("postgresql", "Sales", "Order lines", '"Sales"."Order lines"'),
        ("postgresql", "public", "order", '"order"'),
        ("mysql", "shop", "orders", "orders"),
        ("mysql", "other", "from", "other.`from`"),
        ("sqlite", "main", "orders", "orders"),
    ],
)
def test_table_is_named_as_a_query_would(kind: str, schema: str, name: str, said: str) -> None:
    assert written(database_of(kind), schema, name, home="shop") == said
