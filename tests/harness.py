"""Brings the real services that the tests talk to, runs the tests on both databases, tidies up.

``bin/test`` calls it. What the environment names wins (DATABASE_URL, REDIS_URL, CHROMIUM), then
what is on the PATH, then Debian's packages. Each server is a private one on a free loopback port.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypedDict

from tests.beginning import begun
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent
Command = list[str]

#: the same browser without its own windows: a page costs it half as much
HEADLESS = "chromium-headless-shell"
BROWSERS = (HEADLESS, "chromium", "chromium-browser", "google-chrome")


class Missing(Exception):
    """A service that cannot be had here, and why."""


def main(arguments: list[str]) -> int:
    missing: list[str] = []
    with ExitStack() as stack:
        for name, bring in (("PostgreSQL", postgres), ("Redis", redis), ("Chromium", chromium)):
            try:
                stack.enter_context(bring())
            except Missing as why:
                missing.append(f"{name}: {why}")
        status = run_tests(arguments)
    for line in missing:
        say(f"NOT RUN: the tests that need {line}")
    if missing and os.environ.get("ACE_REQUIRE_SERVICES") == "1":
        return status or 1
    return status


def run_tests(arguments: list[str]) -> int:
    """The whole suite on SQLite, then on PostgreSQL where there is one."""
    postgres_url = os.environ.get("ACE_TEST_POSTGRES_URL", "")
    status = 0
    for name, url in (("SQLite", ""), ("PostgreSQL", postgres_url)):
        if name == "PostgreSQL" and not url:
            continue
        say(f"--- {name} ---")
        with tempfile.TemporaryDirectory(prefix="ace-test-") as data, begun(data, url) as found:
            environment = {**os.environ, **found, "ACE_DATA_DIR": data, "DATABASE_URL": url}
            # Four processes read every test, twice: what one has compiled the others take.
            environment.pop("PYTHONDONTWRITEBYTECODE", None)
            if url:
                environment["ACE_TEST_SECOND_PASS"] = "1"
            else:
                del environment["DATABASE_URL"]
            command = [sys.executable, "-m", "pytest", *arguments]
            status = subprocess.run(command, cwd=ROOT, env=environment).returncode or status
    return status


# Services ----------------------------------------------------------------------------------------


@contextmanager
def postgres() -> Iterator[None]:
    """A cluster of our own; sets ACE_TEST_POSTGRES_URL."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        with environment("ACE_TEST_POSTGRES_URL", given):
            yield
        return
    initdb = find_postgres("initdb") or install("postgresql", lambda: find_postgres("initdb"))
    folder = Path(tempfile.mkdtemp(prefix="ace-pg-"))
    user = unprivileged("postgres", folder)
    port = free_port()
    run_as(user, [initdb, "-D", str(folder / "data"), "-A", "trust", "-U", "ace", "-E", "UTF8",
                  "--no-sync", "--no-locale"])  # fmt: skip
    server = start_as(
        user,
        [str(Path(initdb).parent / "postgres"), "-D", str(folder / "data"), "-p", str(port),
         "-c", "listen_addresses=127.0.0.1", "-k", str(folder), "-c", "fsync=off",
         "-c", "full_page_writes=off", "-c", "synchronous_commit=off",
         "-c", "wal_level=minimal", "-c", "max_wal_senders=0", "-c", "autovacuum=off",
         "-c", "max_connections=200", "-c", "log_min_messages=fatal"],
    )  # fmt: skip
    url = f"postgresql://ace@127.0.0.1:{port}/postgres"
    try:
        wait_for(port, server, "PostgreSQL")
        wait_until_postgres_answers(url)
        with environment("ACE_TEST_POSTGRES_URL", url):
            yield
    finally:
        stop(server, signal.SIGINT)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis() -> Iterator[None]:
    """A server without persistence; sets ACE_TEST_REDIS_URL."""
    given = os.environ.pop("REDIS_URL", "")
    if given:
        with environment("ACE_TEST_REDIS_URL", given):
            yield
        return
    program = shutil.which("redis-server") or install(
        "redis-server", lambda: shutil.which("redis-server")
    )
    folder = Path(tempfile.mkdtemp(prefix="ace-redis-"))
    port = free_port()
    server = start_as(
        unprivileged("redis", folder),
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)],
    )
    try:
        wait_for(port, server, "Redis")
        with environment("ACE_TEST_REDIS_URL", f"redis://127.0.0.1:{port}/0"):
            yield
    finally:
        stop(server, signal.SIGTERM)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def chromium() -> Iterator[None]:
    """A browser; sets CHROMIUM."""

    def find() -> str | None:
        names = (os.environ.get("CHROMIUM", ""), *BROWSERS)
        return next((found for name in names if name and (found := shutil.which(name))), None)

    program = find() or install(HEADLESS, find, otherwise="chromium")
    with environment("CHROMIUM", program):
        yield


# How to get and run them -------------------------------------------------------------------------


def find_postgres(program: str) -> str | None:
    """Debian keeps the servers' programs off the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    return str(found[-1]) if found else shutil.which(program)


def install(package: str, find: Callable[[], str | None], *, otherwise: str = "") -> str:
    """Debian's package, or another where there is none, without a server of its own started."""
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if (root and not shutil.which("sudo")) or not shutil.which("apt-get"):
        raise Missing(f"{package} is not installed and cannot be installed without root.")
    say(f"Installing {package}…")
    no_cluster = "/etc/postgresql-common/createcluster.d/ace-portal.conf"
    script = (
        "export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1; "
        f"mkdir -p {Path(no_cluster).parent}; echo 'create_main_cluster = false' > {no_cluster}; "
        "apt-get update -qq >/dev/null 2>&1; "
        f"for package in {package} {otherwise}; do "
        "apt-get install -y -qq --no-install-recommends $package >/dev/null 2>&1 && break; done; "
        f"rm -f {no_cluster}"
    )
    subprocess.run([*root, "sh", "-c", script])
    found = find()
    if found is None:
        raise Missing(f"{package} could not be installed.")
    return found


def unprivileged(name: str, folder: Path) -> str | None:
    """Whom to run a server as: ourselves, or somebody harmless where we are root."""
    if os.geteuid() != 0:
        return None
    for candidate in (name, "nobody"):
        try:
            entry = pwd.getpwnam(candidate)
        except KeyError:
            continue
        folder.chmod(0o700)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
        return candidate
    raise Missing("there is no unprivileged user to run it as.")


class Identity(TypedDict, total=False):
    """Who a process is, as ``subprocess`` takes it."""

    user: int
    group: int
    extra_groups: list[int]


def identity(user: str | None) -> Identity:
    if user is None:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def run_as(user: str | None, command: Command) -> None:
    done = subprocess.run(
        command,
        cwd="/",
        capture_output=True,
        text=True,
        **identity(user),
    )
    if done.returncode:
        raise Missing(f"{Path(command[0]).name} failed: {done.stderr.strip()[-300:]}")


def start_as(
    user: str | None,
    command: Command,
    *,
    env: dict[str, str] | None = None,
    cwd: Path = Path("/"),
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **identity(user),
    )


def stop(server: subprocess.Popen[bytes], number: signal.Signals) -> None:
    server.send_signal(number)
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, server: subprocess.Popen[bytes], name: str, *, seconds: float = 30) -> None:
    def listens() -> bool:
        if server.poll() is not None:
            raise Missing(f"{name} ended at once.")
        with socket.socket() as probe:
            probe.settimeout(0.5)
            return probe.connect_ex(("127.0.0.1", port)) == 0

    _wait_until(listens, f"The start of {name}", seconds)


def wait_until_postgres_answers(url: str) -> None:
    import psycopg2

    def answers() -> bool:
        try:
            psycopg2.connect(url).close()
        except psycopg2.OperationalError:
            return False
        return True

    _wait_until(answers, "An answer of PostgreSQL")


def _wait_until(condition: Callable[[], bool], what: str, seconds: float = 30) -> None:
    try:
        wait_until(condition, what, seconds)
    except TimeoutError as error:
        raise Missing(f"{error}.") from None


@contextmanager
def environment(name: str, value: str) -> Iterator[None]:
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
