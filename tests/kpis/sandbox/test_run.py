"""The child: what it gives, what it refuses, how it is stopped."""

from __future__ import annotations

import json
import os
import select
import signal
import stat
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import duckdb
import pytest

from ace_portal.lib.errors import Invalid, Temporary
from ace_portal.lib.words import Words
from kpis.sandbox import run
from kpis.sandbox.limits import OPEN_FILES, OWN_MB, Limits
from kpis.sources.csv import Options, Profile
from kpis.sources.guard import open_guarded
from tests.kpis.sandbox.conftest import Inputs

LAST = (
    'SELECT number, hops, opened, label FROM "event-log" JOIN teams USING (team) '
    "QUALIFY row_number() OVER (PARTITION BY number ORDER BY _row DESC) = 1 ORDER BY opened"
)


def test_materialise_writes_a_load(inputs: Inputs, tmp_path: Path) -> None:
    target = tmp_path / "prepared.parquet"
    report = run.materialise(LAST, inputs, target)

    rows = duckdb.sql(f"SELECT * FROM '{target}' ORDER BY _row").fetchall()
    assert (report.rows, len(rows), rows[0][0], rows[0][-1], rows[-1][-1]) == (
        20,
        20,
        "INC0",
        1,
        20,
    )
    assert [(column.name, column.type) for column in report.columns] == [
        ("number", "text"),
        ("hops", "integer"),
        ("opened", "timestamp"),
        ("label", "text"),
        ("_row", "integer"),
    ]
    assert report.as_of == "2024-01-03 11:00:00"
    assert stat.S_IMODE(target.stat().st_mode) == 0o440


def test_materialise_keeps_the_row_numbers_of_the_query(inputs: Inputs, tmp_path: Path) -> None:
    target = tmp_path / "prepared.parquet"
    run.materialise('SELECT * FROM "event-log" WHERE _row > 50', inputs, target)
    assert duckdb.sql(f"SELECT min(_row), max(_row) FROM '{target}'").fetchall() == [(51, 60)]


def test_preview_gives_columns_and_rows(inputs: Inputs) -> None:
    found = run.preview(
        'SELECT number, sum(hops) AS hops, day FROM "event-log" GROUP BY ALL ORDER BY day',
        inputs,
        2,
    )
    assert [(column.name, column.type) for column in found.columns] == [
        ("number", "text"),
        ("hops", "integer"),
        ("day", "date"),
    ]
    assert found.rows == (("INC0", 0, "2024-01-01"), ("INC0", 1, "2024-01-02"))


def test_preview_shows_at_most_two_hundred_rows(inputs: Inputs) -> None:
    found = run.preview('SELECT a.team FROM "event-log" AS a, teams', inputs, 100_000)
    assert len(found.rows) == 200


def test_describe_maps_types(inputs: Inputs) -> None:
    sql = (
        "SELECT sum(hops) AS a, avg(cost) AS b, 1.5 AS c, min(day) AS d, max(opened) AS e, "
        'bool_or(met) AS f, NULL AS g, count(*) AS h FROM "event-log"'
    )
    assert [column.type for column in run.describe(sql, inputs)] == [
        "integer", "number", "number", "date", "timestamp", "boolean", "text", "integer",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (
            'SELECT team,\n  numbr FROM "event-log"',
            "Line 2, column 3: there is no column “numbr”. Did you mean “number”",
        ),
        (
            'SELECT cost_center FROM "event-log"',
            "Line 1, column 8: there is no column “cost_center”.",
        ),
        (
            "SELECT team, team FROM teams",
            "Two columns of the result are called “team”. Name one of them with AS.",
        ),
        (
            'SELECT opened - min(opened) OVER () AS d FROM "event-log"',
            "The column “d” is a duration: count it with date_diff('second', …).",
        ),
        ("SELECT team AS _row FROM teams", "The column “_row” must be a row number."),
        ("SELECT CAST('x' AS INTEGER) AS a", "The query does not run: Could not convert"),
        ("SELECT * FROM orders", "Line 1, column 15: there is no table “orders”."),
    ],
)
def test_query_that_fails_says_why(inputs: Inputs, tmp_path: Path, sql: str, message: str) -> None:
    with pytest.raises(Invalid) as refused:
        run.materialise(sql, inputs, tmp_path / "loads.parquet")
    assert refused.value.field == "sql"
    assert refused.value.message.startswith(message)
    assert not list(tmp_path.glob("*loads*"))
    assert not list(tmp_path.glob(".*"))


def test_sign_of_no_character_is_in_no_row(inputs: Inputs, tmp_path: Path) -> None:
    """No database of ours keeps it: what is told of the columns could not be written down."""
    target = tmp_path / "bare.parquet"
    sql = "SELECT concat('a', chr(0), team) AS team FROM teams"

    report = run.materialise(sql, inputs, target)

    assert [(column.min, column.max) for column in report.columns[:1]] == [("aT0", "aT3")]
    assert run.preview(sql, inputs, 1).rows == (("aT0",),)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (f"SELECT team AS {'x' * 201} FROM teams", "A column is called “xxx"),
        ('SELECT team AS "a\tb" FROM teams', "The name of the column “a�b” holds"),
        (
            f"SELECT {', '.join(f'{n} AS c{n}' for n in range(1_001))} FROM teams",
            "The result has 1,001 columns; at most 1,000 are allowed.",
        ),
    ],
)
def test_columns_that_nobody_could_name_are_refused(inputs: Inputs, sql: str, message: str) -> None:
    with pytest.raises(Invalid) as refused:
        run.describe(sql, inputs)
    assert (refused.value.field, refused.value.message[: len(message)]) == ("sql", message)


def test_memory_limit_stops_a_huge_text(inputs: Inputs, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        run.materialise(
            "SELECT repeat('a', 2000000000) AS a",
            inputs,
            tmp_path / "huge.parquet",
            Limits(seconds=20, memory_mb=256),
        )
    assert "memory" in refused.value.message
    assert not list(tmp_path.glob("*huge*"))


def test_endless_query_is_stopped_by_time(inputs: Inputs) -> None:
    endless = "SELECT count(*) AS n FROM " + ", ".join(f'"event-log" AS t{i}' for i in range(9))
    with pytest.raises(Invalid) as refused:
        run.preview(endless, inputs, limits=Limits(seconds=1))
    assert refused.value.message.startswith("The query took longer than 1 seconds and was stopped.")


def test_query_that_hears_nothing_is_killed_past_its_time(inputs: Inputs) -> None:
    """One call of a function is not interrupted; it would be over before its processor time is."""
    deaf = "SELECT levenshtein(repeat('a', 60000), repeat('b', 60000)) AS n"
    with pytest.raises(Invalid) as refused:
        run.preview(deaf, inputs, limits=Limits(seconds=0.5, threads=200))
    assert refused.value.message == (
        "This took longer than 0.5 seconds and was stopped. Ask for less at a time."
    )


def test_no_more_children_than_memory_is_meant_for(
    inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "WAIT", 0)
    with ExitStack() as others:
        for _other in range(run.AT_ONCE):
            others.enter_context(run.PLACES)
        with pytest.raises(Temporary, match="Try again in a minute"):
            run.preview("SELECT 1 AS a", inputs)

    for _turn in range(run.AT_ONCE + 1):  # one that is refused or ends gives its place back
        assert run.preview("SELECT 1 AS a", inputs).rows == ((1,),)
        with pytest.raises(Invalid):
            run.preview("SELECT b", inputs)


def test_operating_system_holds_the_child_to_its_limits() -> None:
    """What DuckDB does not count, or does not hear, ends there."""
    limits = Limits(seconds=30, memory_mb=300, output_mb=7, threads=2)
    order = {"do": "preview", "sql": ENDLESS, "inputs": {}, "limit": 1, "limits": asdict(limits)}
    with run.start() as child:
        assert child.stdin is not None
        child.stdin.write(json.dumps(order).encode())
        child.stdin.close()
        while (held := _held(child.pid))["Max open files"] != str(OPEN_FILES):
            assert child.poll() is None
        while (held := _held(child.pid))["Max core file size"] != "0":  # the last to be set
            assert child.poll() is None
        child.kill()

    mb = 1 << 20
    assert {name: held[name] for name in held if name in BOUNDS} == {
        "Max address space": str((300 + OWN_MB) * mb), "Max cpu time": "62",
        "Max file size": str(7 * mb), "Max open files": str(OPEN_FILES), "Max core file size": "0",
    }  # fmt: skip


BOUNDS = {"Max address space", "Max cpu time", "Max file size", "Max open files",
          "Max core file size"}  # fmt: skip


def _held(pid: int) -> dict[str, str]:
    """By name the soft limits of a process."""
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]
    return {line[:25].strip(): line[25:].split()[0] for line in lines}


def test_too_many_rows_are_refused(inputs: Inputs, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        run.materialise(
            'SELECT a.team FROM "event-log" AS a, teams', inputs, tmp_path / "x", Limits(rows=100)
        )
    assert refused.value.message == "The query gives more than 100 rows. Filter or group them."


def test_output_over_its_size_is_refused(inputs: Inputs, tmp_path: Path) -> None:
    many = ", ".join(f"md5(concat(a.number, b.number, c._row, {i})) AS m{i}" for i in range(6))
    tables = ", ".join(f'"event-log" AS {alias}' for alias in "abc")
    with pytest.raises(Invalid) as refused:
        run.materialise(
            f"SELECT {many} FROM {tables}", inputs, tmp_path / "big.parquet", Limits(output_mb=1)
        )
    assert refused.value.field == "sql"
    assert not list(tmp_path.glob("*big*"))


def test_child_has_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACE_SECRET_KEY", "canary")
    with run.start() as child:
        while not (environment := Path(f"/proc/{child.pid}/environ").read_bytes()):
            assert child.poll() is None
        child.kill()
    names = {entry.split(b"=")[0] for entry in environment.split(b"\0") if entry}
    assert names == {b"LANG", b"HOME", b"MALLOC_ARENA_MAX"}


#: neither ends nor grows
ENDLESS = (
    "WITH ten AS (SELECT * FROM (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10)) AS t) "
    "SELECT sum(a.col0 * b.col0 % l.col0) AS n "
    f"FROM {', '.join(f'ten AS {name}' for name in 'abcdefghijkl')}"
)
PARENT = """
import json, sys
from dataclasses import asdict
from kpis.sandbox import run
from kpis.sandbox.limits import Limits
child = run.start()
order = {"do": "preview", "sql": sys.argv[1], "inputs": {}, "limit": 1,
         "limits": asdict(Limits(seconds=120))}
child.stdin.write(json.dumps(order).encode())
child.stdin.close()
print(child.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("at_work", [False, True])
def test_child_dies_with_its_parent(at_work: bool) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, ENDLESS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=run.ROOT,
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        child = os.pidfd_open(pid)
        try:
            if at_work:
                while _held(pid)["Max open files"] != str(OPEN_FILES):
                    assert select.select([child], [], [], 0)[0] == []
            parent.send_signal(signal.SIGKILL)
            parent.wait()
            assert select.select([child], [], [], 10)[0] == [child]
        finally:
            os.close(child)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_parquet('{other}')",
        "SELECT * FROM '{other}'",
        "WITH a AS (COPY (SELECT 1) TO '/tmp/probe.csv') SELECT 1",
        "COPY (SELECT 1) TO '/tmp/probe.csv'",
        "EXPORT DATABASE '/tmp/probe'",
        "ATTACH '/tmp/probe.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET threads = 64",
        "RESET allowed_paths",
        "PRAGMA memory_limit = '64GB'",
    ],
)
def test_guarded_database_denies_without_the_gate(inputs: Inputs, sql: str) -> None:
    connection = open_guarded([inputs["event-log"]])
    with connection, pytest.raises(duckdb.Error):
        connection.execute(sql.format(other=inputs["teams"])).fetchall()


def test_files_are_profiled_and_loaded_in_a_child(tmp_path: Path) -> None:
    path, target = tmp_path / "data.csv", tmp_path / "load.parquet"
    path.write_text("n;at\n1;29.2.2024\n?;1.3.2024\n")
    seen: list[float] = []

    found = run.profile_file("csv", path)
    report = run.load_file(
        "csv", path, found.options.to_json(), target, lambda done, total: seen.append(done)
    )

    assert isinstance(found, Profile)
    assert (report.rows, seen[-1]) == (2, 100)
    assert sorted(left.name for left in tmp_path.iterdir()) == ["data.csv", "load.parquet"]


def test_file_refusals_cross_the_border(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("n\n1\nx\n")
    options = Options(types={"n": "integer"}).to_json()
    with pytest.raises(Invalid) as refused:
        run.load_file("csv", path, options, tmp_path / "load.parquet")
    assert refused.value.field == "types"
    assert refused.value.details["bad_rows"] == [
        {"line": 3, "column": "n", "value": "x", "reason": "not a whole number"}
    ]
    assert asdict(Limits())["seconds"] == 60


def test_refusal_of_the_child_comes_back_as_words(inputs: Inputs) -> None:
    with pytest.raises(Invalid) as caught:
        run.preview("SELECT random()", inputs)

    words = caught.value.message
    assert isinstance(words, Words)
    assert words == (
        "Line 1, column 8: the function “random” cannot be used: "
        "the same data must give the same figures every time."
    )
    assert words.msgid == "Line %(line)s, column %(column)s: %(why)s"
    assert (words.given["line"], words.given["column"]) == (1, 8)


def test_findings_of_the_child_come_back_as_words(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("msgid,given\n1,x\n2,y\n")

    profile = run.profile_file("csv", file)
    reason = profile.columns[0].reason
    assert isinstance(reason, Words)
    assert (reason, reason.msgid) == (
        "All 2 values are whole numbers.",
        "All %(n)s values are %(type)s.",
    )
    assert isinstance(reason.given["type"], Words)
    assert profile.options.types == {"msgid": "integer", "given": "text"}


def test_rows_that_do_not_fit_come_back_with_words(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("a,b\n1,2\n3\n")

    with pytest.raises(Invalid) as caught:
        run.load_file("csv", file, {}, tmp_path / "rows.parquet")
    (row,) = caught.value.details["bad_rows"]
    assert (row["reason"], row["reason"].msgid) == (
        "2 cells expected, 1 found",
        "%(wanted)s cells expected, %(found)s found",
    )
