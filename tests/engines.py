"""Brings the engines that the suite is too light for, MariaDB and Spark, and asks them the same.

``bin/test-engines`` calls it. What the environment names wins (``ACE_TEST_MARIADB_URL``,
``ACE_TEST_SPARK_URL``), then what is on the PATH, then Debian's packages and PyPI's.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.harness import (
    ROOT,
    Missing,
    environment,
    free_port,
    install,
    run_as,
    say,
    start_as,
    stop,
    unprivileged,
    wait_for,
)

TESTS = (
    "tests/kpis/engine",
    "tests/kpis/databases/test_mysql.py",
    "tests/kpis/databases/test_spark.py",
)


def main(arguments: list[str]) -> int:
    missing: list[str] = []
    engines: list[str] = []
    with ExitStack() as stack:
        for name, kind, bring in (("MariaDB", "mysql", mariadb),):
            try:
                stack.enter_context(bring())
                engines.append(kind)
            except Missing as why:
                missing.append(f"{name}: {why}")
        status = run_tests(arguments or list(TESTS), engines)
    for line in missing:
        say(f"NOT RUN: the tests that need {line}")
    if missing and os.environ.get("ACE_REQUIRE_SERVICES") == "1":
        return status or 1
    return status


def run_tests(arguments: list[str], engines: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="ace-test-") as data:
        settings = {**os.environ, "ACE_DATA_DIR": data, "ACE_TEST_ENGINES": ",".join(engines)}
        settings.pop("DATABASE_URL", None)
        command = [sys.executable, "-m", "pytest", "-n", "2", *arguments]
        return subprocess.run(command, cwd=ROOT, env=settings).returncode


@contextmanager
def mariadb() -> Iterator[None]:
    """A server of our own; sets ACE_TEST_MARIADB_URL."""
    if os.environ.get("ACE_TEST_MARIADB_URL"):
        yield
        return
    program = _server() or install("mariadb-server", _server)
    folder = Path(tempfile.mkdtemp(prefix="ace-maria-"))
    user = unprivileged("mysql", folder)
    port = free_port()
    data = str(folder / "data")
    run_as(user, ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--skip-test-db",
                  "--auth-root-authentication-method=normal"])  # fmt: skip
    server = start_as(
        user,
        [program, "--no-defaults", f"--datadir={data}", f"--port={port}",
         "--bind-address=127.0.0.1", f"--socket={folder / 's'}", "--skip-log-bin",
         "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M",
         "--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci",
         "--skip-name-resolve", f"--pid-file={folder / 'pid'}"],
    )  # fmt: skip
    try:
        wait_for(port, server, "MariaDB")
        with environment("ACE_TEST_MARIADB_URL", f"mysql+pymysql://root@127.0.0.1:{port}/"):
            yield
    finally:
        stop(server, signal.SIGTERM)
        shutil.rmtree(folder, ignore_errors=True)


def _server() -> str | None:
    path = os.environ.get("PATH", "") + ":/usr/sbin"
    return shutil.which("mariadbd", path=path) or shutil.which("mysqld", path=path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
