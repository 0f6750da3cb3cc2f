"""What tests begin with, made once for each database: the tables, and a portal with its demo.

``tests/harness.py`` starts it beside the tests, in a process of its own; each of theirs waits for
what it needs. Where nothing was started, each makes its own.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.fixtures.servers import drop_database, new_database
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "build" / "test-static"
#: the demo people's
PASSWORD = "demo people's password"
#: names the folder in the environment of tests
VARIABLE = "ACE_TEST_BEGINNING"
SECONDS = 300
#: the embedded installation's, in its data directory
DATABASE = "ace.sqlite3"


class Beginning:
    """A folder: ``tables`` and ``demo`` hold a database's address each, when it is there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"

    def tell(self, what: str, address: str) -> None:
        part = self.folder / f".{what}"
        part.write_text(address)
        part.replace(self.folder / what)

    def hear(self, what: str) -> str:
        """The address of a database that nobody writes to, when it is there."""
        told = self.folder / what
        wait_until(lambda: told.exists() or (self.folder / "failed").exists(), what, SECONDS)
        return told.read_text()

    def lay(self, data_dir: Path, *, demo: bool) -> str:
        """Begin a portal's data directory, with the demo or bare; the template on PostgreSQL."""
        address = self.hear("demo" if demo else "tables")
        if demo:
            shutil.copytree(self.data, data_dir)
        if "://" in address:
            return address.rpartition("/")[2]
        if not demo:
            data_dir.mkdir(mode=0o700)
            shutil.copyfile(address, data_dir / DATABASE)
        return ""


def beginning() -> Beginning | None:
    """What was started for these tests."""
    folder = os.environ.get(VARIABLE)
    return Beginning(Path(folder)) if folder else None


@contextmanager
def begun(data: str, postgres: str) -> Iterator[dict[str, str]]:
    """Start making it; the environment in which tests find it. ``postgres``: a server, or none."""
    folder = Path(data) / "beginning"
    folder.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.beginning", folder, postgres], cwd=ROOT
    )
    try:
        yield {VARIABLE: str(folder)}
    finally:
        process.kill()
        process.wait()
        for what in ("tables", "demo"):
            told = folder / what
            if postgres and told.exists():
                drop_database(postgres, told.read_text().rpartition("/")[2])


def make(place: Beginning, postgres: str) -> None:
    from ace_portal import launch

    place.data.mkdir(mode=0o700)
    os.environ |= {"ACE_DEMO_PASSWORD": PASSWORD, "ACE_STATIC_ROOT": str(STATIC)}
    os.environ.pop("DATABASE_URL", None)
    if postgres:
        os.environ["DATABASE_URL"] = new_database(postgres, _name("demo"))
    launch.set_environment(place.data, launch.keep_secrets(place.data / "secrets.env"), demo=True)
    launch.prepare(demo=False)

    from django.core.management import call_command
    from django.db import connection

    connection.close()
    place.tell("tables", _copied(place, postgres))
    call_command("seed_demo", verbosity=0)
    connection.close()
    place.tell("demo", os.environ.get("DATABASE_URL", str(place.data / DATABASE)))


def _name(what: str) -> str:
    return f"ace_{what}_{secrets.token_hex(4)}"


def _copied(place: Beginning, postgres: str) -> str:
    if postgres:
        template = os.environ["DATABASE_URL"].rpartition("/")[2]
        return new_database(postgres, _name("tables"), template)
    copy = place.folder / "tables.sqlite3"
    made = sqlite3.connect(place.data / DATABASE)
    with closing(made), closing(sqlite3.connect(copy)) as target:
        made.backup(target)
    return str(copy)


if __name__ == "__main__":
    here = Beginning(Path(sys.argv[1]))
    try:
        make(here, sys.argv[2])
    except BaseException:
        here.tell("failed", "")
        raise
