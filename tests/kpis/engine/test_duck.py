"""What a guarded DuckDB refuses, with and without the engine's own look at the statement."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa

from ace_portal.lib.errors import Invalid
from kpis.engine.duck import check_statement, open_loads, type_name, types_of
from kpis.engine.parsing import parse_definition
from kpis.engine.query import Query, Table
from kpis.engine.run import run

from .conftest import write_parquet

TYPES = {"at": "timestamp", "n": "integer"}
ROWS = [{"at": datetime(2025, 3, 1) + timedelta(hours=i), "n": i} for i in range(100)]


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "own.parquet"
    write_parquet(path, TYPES, ROWS)
    return path


@pytest.fixture
def foreign(tmp_path):
    path = tmp_path / "foreign.parquet"
    write_parquet(path, TYPES, ROWS)
    return path


@pytest.fixture
def engine(own):
    engine = open_loads({"own": own})
    yield engine
    engine.dispose()


PROBES = [
    "COPY (SELECT 1) TO '{folder}/out.csv'",
    "WITH a AS (COPY (SELECT 1) TO '{folder}/out.csv') SELECT 1",
    "EXPORT DATABASE '{folder}/out'",
    "IMPORT DATABASE '{folder}/out'",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd.csv'",
    "SELECT * FROM '{folder}/foreign.parquet'",
    "SELECT * FROM read_parquet('{folder}/foreign.parquet')",
    "SELECT * FROM read_parquet('{folder}/*.parquet')",
    "SELECT * FROM read_parquet('{folder}/../{name}/foreign.parquet')",
    "SELECT * FROM read_parquet('https://example.org/a.parquet')",
    "ATTACH '{folder}/other.db'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET threads = 8",
    "SET enable_external_access = true",
    "SET allowed_paths = ['/']",
    "RESET lock_configuration",
    "PRAGMA enable_external_access = true",
]
# The settings let these pass; the statement's words and the read-only transaction do not.
WRITES = [
    "CREATE TABLE t (a INTEGER)",
    "CREATE OR REPLACE VIEW own AS SELECT 1",
    "DROP VIEW own",
    "WITH a AS (COPY (SELECT 1 AS a) TO '{folder}/own.parquet' (USE_TMP_FILE false)) SELECT 1",
    "COPY (SELECT 1 AS a) TO '{folder}/own.parquet' (USE_TMP_FILE false)",
    "SELECT 1; DROP VIEW own",
    "EXPLAIN ANALYZE SELECT 1",
    "CALL pragma_version()",
    "/* SELECT */ DROP VIEW own",
]


def filled(probe, folder):
    return probe.format(folder=folder, name=Path(folder).name)


@pytest.mark.parametrize("probe", PROBES + WRITES)
def test_probe_is_refused(engine, own, foreign, probe):
    before = sorted(path.name for path in own.parent.iterdir()), own.read_bytes()
    with engine.connect() as connection, pytest.raises((Invalid, sa.exc.DBAPIError)):
        connection.exec_driver_sql(filled(probe, own.parent))
    assert (sorted(path.name for path in own.parent.iterdir()), own.read_bytes()) == before


@pytest.mark.parametrize("probe", PROBES)
def test_probe_is_refused_by_the_settings_alone(engine, own, foreign, probe):
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        with pytest.raises(duckdb.Error):
            raw.execute(filled(probe, own.parent)).fetchall()
    assert sorted(path.name for path in own.parent.iterdir()) == ["foreign.parquet", "own.parquet"]


@pytest.mark.parametrize("probe", ["CREATE TABLE t (a INTEGER)", "DROP VIEW own"])
def test_transaction_is_read_only_by_itself(engine, probe):
    with engine.connect() as connection:
        connection.execute(sa.text("SELECT 1"))
        raw = connection.connection.dbapi_connection
        with pytest.raises(duckdb.TransactionException):
            raw.execute(probe)


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT "copy", "set" FROM "load"',
        "SELECT 'DROP TABLE x; COPY'",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "SELECT 1 -- COPY",
    ],
)
def test_reading_statement_passes(sql):
    check_statement(sql)


def test_python_variables_are_no_tables(engine):
    secret = duckdb.sql("SELECT 1")
    assert secret is not None
    with engine.connect() as connection, pytest.raises(sa.exc.DBAPIError):
        connection.exec_driver_sql("SELECT * FROM secret")


LASTING = "SELECT sum(sin(i)) FROM range(20000000000) AS r(i)"


def test_statement_ends_after_its_seconds_and_the_connection_serves_on(engine):
    with engine.connect().execution_options(seconds=0.3) as connection:
        began = time.monotonic()
        with pytest.raises(sa.exc.DBAPIError) as told:
            connection.exec_driver_sql(LASTING)
        assert isinstance(told.value.orig, duckdb.InterruptException)
        assert time.monotonic() - began < 5
        connection.rollback()
        assert connection.exec_driver_sql("SELECT count(*) FROM own").scalar() == 100


def test_threads_have_connections_of_their_own(engine):
    definition = parse_definition({"measure": {"agg": "count"}, "time_column": "at"})
    table = Table.named("own", TYPES)

    def count(limit):
        where = parse_definition(
            {
                "measure": {"agg": "count"},
                "exclusions": {"column": "n", "op": ">=", "value": limit},
            }
        ).exclusions
        with engine.connect() as connection:
            query = Query(where=where)
            return run(connection, table, definition, query).total.value

    limits = [i % 100 for i in range(200)]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(count, limits)) == [100 - limit for limit in limits]


def test_several_loads_and_odd_names(tmp_path):
    folder = tmp_path / "it's here"
    folder.mkdir()
    for name in ("a", "b"):
        write_parquet_quoted(folder / f"{name}.parquet")
    engine = open_loads({'say "a"': folder / "a.parquet", "b": folder / "b.parquet"})
    with engine.connect() as connection:
        assert types_of(connection, 'say "a"') == TYPES
        rows = connection.execute(sa.text('SELECT count(*) FROM "say ""a""", b')).scalar_one()
    engine.dispose()
    assert rows == 10_000


def write_parquet_quoted(path):
    plain = path.parent.parent / path.name
    write_parquet(plain, TYPES, ROWS)
    plain.rename(path)


def test_missing_file_and_pattern_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError):
        open_loads({"a": tmp_path / "gone.parquet"})
    star = tmp_path / "a*.parquet"
    write_parquet(star, TYPES, ROWS)
    with pytest.raises(ValueError, match="no pattern"):
        open_loads({"a": star})


@pytest.mark.parametrize(
    ("data_type", "name"),
    [
        ("VARCHAR", "text"),
        ("ENUM('a', 'b')", "text"),
        ("UINTEGER", "integer"),
        ("BIGINT", "integer"),
        ("DECIMAL(18,3)", "number"),
        ("TIMESTAMP", "timestamp"),
        ("TIMESTAMP WITH TIME ZONE", None),
        ("INTEGER[]", None),
        ("DECIMAL(18,3)[]", None),
        ("STRUCT(a INTEGER)", None),
        ("UNION(a INTEGER, b VARCHAR)", None),
        ("BLOB", None),
    ],
)
def test_type_names(data_type, name):
    assert type_name(data_type) == name
