"""Brings the engines that the suite is too light for, MariaDB and Spark, and asks them the same.

``bin/test-engines`` calls it. What the environment names wins (``ACE_TEST_MARIADB_URL``,
``ACE_TEST_SPARK_URL``), then what is on the PATH, then Debian's packages and PyPI's.
"""

from __future__ import annotations

import hashlib
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

#: what each is asked; Spark takes about a second for a query, so it gets what all have in common
TESTS = {
    "mysql": ("tests/kpis/engine", "tests/kpis/databases/test_mysql.py"),
    "spark": (
        "tests/kpis/engine/test_golden.py",
        "tests/kpis/engine/test_agreement.py",
        "tests/kpis/databases/test_spark.py",
    ),
}
SPARK_FOLDER = ROOT / "build" / "spark"
SPARK_LOCK = ROOT / "requirements-spark.lock"
JAVA = "openjdk-17-jre-headless"


def main(arguments: list[str]) -> int:
    missing: list[str] = []
    engines: list[str] = []
    with ExitStack() as stack:
        for name, kind, bring in (
            ("MariaDB", "mysql", mariadb),
            ("Spark", "spark", spark),
        ):
            try:
                stack.enter_context(bring())
                engines.append(kind)
            except Missing as why:
                missing.append(f"{name}: {why}")
        status = max([run_tests(arguments or list(TESTS[kind]), kind) for kind in engines] or [1])
    for line in missing:
        say(f"NOT RUN: the tests that need {line}")
    if missing and os.environ.get("ACE_REQUIRE_SERVICES") == "1":
        return status or 1
    return status


def run_tests(arguments: list[str], engine: str) -> int:
    say(f"--- {engine} ---")
    with tempfile.TemporaryDirectory(prefix="ace-test-") as data:
        settings = {**os.environ, "ACE_DATA_DIR": data, "ACE_TEST_ENGINES": engine}
        settings.pop("DATABASE_URL", None)
        command = [sys.executable, "-m", "pytest", "-n", "2" if engine == "mysql" else "0"]
        return subprocess.run([*command, *arguments], cwd=ROOT, env=settings).returncode


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


@contextmanager
def spark() -> Iterator[None]:
    """A standalone cluster of one master and two workers; sets ACE_TEST_SPARK_URL."""
    if os.environ.get("ACE_TEST_SPARK_URL"):
        yield
        return
    java = shutil.which("java") or install(
        JAVA, lambda: shutil.which("java"), otherwise="default-jre-headless"
    )
    bring_spark()
    folder = Path(tempfile.mkdtemp(prefix="ace-spark-"))
    user = unprivileged("nobody", folder)
    home, master, port = SPARK_FOLDER / "pyspark", free_port(), free_port()
    settings = {
        "PATH": os.environ.get("PATH", ""), "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1",
        "JAVA_HOME": str(Path(java).resolve().parents[1]), "SPARK_WORKER_DIR": str(folder / "work"),
        "SPARK_LOCAL_DIRS": str(folder / "local"), "HOME": str(folder),
    }  # fmt: skip

    def begin(*command: str) -> subprocess.Popen[bytes]:
        program = [str(home / "bin" / command[0]), *command[1:]]
        return start_as(user, program, env=settings, cwd=folder)

    deploy = "org.apache.spark.deploy"
    servers = [begin("spark-class", f"{deploy}.master.Master", "--host", "127.0.0.1",
                     "--port", str(master), "--webui-port", "0")]  # fmt: skip
    try:
        wait_for(master, servers[0], "Spark's master")
        url = f"spark://127.0.0.1:{master}"
        servers += [
            begin("spark-class", f"{deploy}.worker.Worker", "--host", "127.0.0.1",
                  "--webui-port", "0", "-c", "1", "-m", "1g", url)
            for _worker in range(2)
        ]  # fmt: skip
        conf = {
            "spark.connect.grpc.binding.address": "127.0.0.1",
            "spark.connect.grpc.binding.port": port,
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": 1,
            # Small questions: compiling a query takes longer than answering it.
            "spark.sql.codegen.wholeStage": "false",
            "spark.sql.codegen.factoryMode": "NO_CODEGEN",
            "spark.sql.adaptive.enabled": "false",
            "spark.sql.warehouse.dir": folder / "warehouse",
            "spark.executor.memory": "700m",
            "spark.driver.memory": "700m",
        }
        given = [part for key, value in conf.items() for part in ("--conf", f"{key}={value}")]
        connect = "org.apache.spark.sql.connect.service.SparkConnectServer"
        servers.append(begin("spark-submit", "--master", url, "--class", connect, *given,
                             "spark-internal"))  # fmt: skip
        wait_for(port, servers[-1], "Spark Connect", seconds=120)
        with environment("ACE_TEST_SPARK_URL", f"sc://127.0.0.1:{port}"):
            yield
    finally:
        for server in reversed(servers):
            stop(server, signal.SIGTERM)
        shutil.rmtree(folder, ignore_errors=True)


def bring_spark() -> None:
    """The packages of the lock, in a folder of their own: nobody else needs half a gigabyte."""
    stamp, wanted = SPARK_FOLDER / ".installed", str(hash_of(SPARK_LOCK))
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    say("Installing Spark…")
    shutil.rmtree(SPARK_FOLDER, ignore_errors=True)
    done = subprocess.run([
        str(ROOT / ".venv/tools/bin/uv"), "pip", "install", "--quiet", "--python", sys.executable,
        "--target", str(SPARK_FOLDER), "--require-hashes", "-r", str(SPARK_LOCK),
    ])  # fmt: skip
    if done.returncode:
        raise Missing("pyspark could not be installed.")
    stamp.write_text(wanted)


def hash_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
