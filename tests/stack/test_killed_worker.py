"""A worker that is killed in the middle of its work: nothing is lost, nothing happens twice."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ace_portal.home.demo.service_desk import write_event_log
from tests.fixtures.stack import PASSWORD, ROOT, Stack
from tests.waiting import wait_until

pytestmark = pytest.mark.xdist_group("launches")

WORKER = "ace_portal.celery worker"
CHILD = b"kpis.sandbox.child"
COPIES = 20
FEWER = 8
#: no statistics of the columns say that there is nothing to look for
FOREVER = """\
SELECT count(*) AS n FROM events AS a, events AS b, events AS c
WHERE sin(a._row) + sin(b._row) + sin(c._row) > 4
"""


@dataclass
class Caller:
    """Somebody who talks to the API of a running portal."""

    url: str
    token: str = ""

    def get(self, path: str) -> Any:
        return self._ask(urllib.request.Request(f"{self.url}/api/v1/{path}"))

    def post(self, path: str, **body: Any) -> Any:
        data = json.dumps(body).encode()
        kind = {"Content-Type": "application/json"}
        return self._ask(urllib.request.Request(f"{self.url}/api/v1/{path}", data, kind))

    def send(self, path: str, name: str, content: bytes) -> Any:
        """A file as a form's only field."""
        mark = secrets.token_hex(16)
        head = (
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: text/csv\r\n\r\n"
        )
        data = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
        return self._ask(urllib.request.Request(f"{self.url}/api/v1/{path}", data, kind))

    def _ask(self, request: urllib.request.Request) -> Any:
        if self.token:
            request.add_header("Authorization", f"Token {self.token}")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


@pytest.fixture(scope="module")
def caller(own_stack: Stack) -> Caller:
    """A member of the ACE team, added by an administrator from the command line."""
    own_stack.run()
    kept = (own_stack.data_dir / "secrets.env").read_text().split()
    environment = own_stack.environment | dict(line.split("=", 1) for line in kept)
    environment |= {"ACE_ENV": "embedded", "ACE_ADMIN_PASSWORD": PASSWORD}
    subprocess.run(
        [sys.executable, "manage.py", "add_admin", "root@example.org", "Root"],
        cwd=ROOT, env=environment, check=True,
    )  # fmt: skip
    admin = sign_in(own_stack.url, "root@example.org")
    admin.post(
        "people/", email="ace@example.org", name="Ace", password=PASSWORD, is_ace=True,
        may_manage_data=True,
    )  # fmt: skip
    return sign_in(own_stack.url, "ace@example.org")


def sign_in(url: str, email: str) -> Caller:
    token = Caller(url).post("tokens/", email=email, password=PASSWORD)["token"]
    return Caller(url, token)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Two years of a service desk."""
    path = tmp_path_factory.mktemp("log") / "events.csv"
    write_event_log(path, until=date(2026, 6, 30))
    return path.read_bytes()


def create(caller: Caller, name: str, content: bytes) -> None:
    upload = caller.send("uploads/", "events.csv", content)
    caller.post("datasets/", upload=upload["id"], name=name, time_zone="UTC")


def load_of(caller: Caller, slug: str) -> dict[str, Any]:
    """The one load that a dataset has."""
    [load] = caller.get(f"datasets/{slug}/loads/")["results"]
    return dict(load)


def job_of(caller: Caller, slug: str) -> dict[str, Any]:
    return dict(caller.get(f"jobs/{load_of(caller, slug)['job']}/"))


def kill_workers(stack: Stack) -> None:
    for process in stack.processes(WORKER):
        os.kill(process, signal.SIGKILL)


def children(stack: Stack) -> Iterator[int]:
    """What the workers have started for other people's files and queries."""
    workers = stack.processes(WORKER)
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if parent in workers and CHILD in command:
            yield int(folder.name)


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_killed_load_is_done_once_by_the_next_worker(
    own_stack: Stack, caller: Caller, log: bytes
) -> None:
    header, _, rows = log.partition(b"\n")
    create(caller, "Years", header + b"\n" + rows * COPIES)
    wait_until(lambda: job_of(caller, "years")["progress"] > 0.1, "the load's first part")
    assert job_of(caller, "years")["state"] == "running"

    kill_workers(own_stack)

    wait_until(lambda: job_of(caller, "years")["state"] == "done", "the load's end", 120)
    load = load_of(caller, "years")
    assert job_of(caller, "years")["attempts"] == 2
    assert (load["state"], load["rows"]) == ("live", rows.count(b"\n") * COPIES)
    assert caller.get("datasets/years/")["live"] == load["number"]
    kept = [file for file in (own_stack.data_dir / "loads").rglob("*") if file.is_file()]
    assert [file.suffix for file in kept] == [".parquet"]


def test_merge_that_is_killed_changes_nothing_and_is_done_once(
    own_stack: Stack, caller: Caller, log: bytes
) -> None:
    """Between the rows that are live and those that arrive: all or nothing, each of them once."""
    header, _, rows = log.partition(b"\n")
    count = rows.count(b"\n")
    create(caller, "Growing", header + b"\n" + rows * FEWER)
    wait_until(lambda: job_of(caller, "growing")["state"] == "done", "the first load", 120)
    before = caller.get("datasets/growing/")
    upload = caller.send("uploads/", "more.csv", log)
    load = caller.post("datasets/growing/loads/", upload=upload["id"], mode="append")
    job = f"jobs/{load['job']}/"
    wait_until(lambda: caller.get(job)["note"].startswith("Merging"), "the merge", 60)

    kill_workers(own_stack)
    left = caller.get("datasets/growing/")
    assert (left["live"], left["rows"]) == (before["live"], count * FEWER)

    wait_until(lambda: caller.get(job)["state"] == "done", "the load's end", 120)
    after = caller.get("datasets/growing/loads/2/")
    assert caller.get(job)["attempts"] == 2
    assert (after["state"], after["rows"]) == ("live", count * (FEWER + 1))
    assert after["report"]["merge"]["added"] == count
    folder = own_stack.data_dir / "loads"
    parts = [file for file in folder.rglob("*") if file.is_file() and file.suffix != ".parquet"]
    assert parts == []


def test_query_does_not_survive_its_worker(own_stack: Stack, caller: Caller, log: bytes) -> None:
    create(caller, "Events", log)
    wait_until(lambda: job_of(caller, "events")["state"] == "done", "the load's end")
    caller.post("datasets/new/sql/", name="Forever", sql=FOREVER)
    wait_until(lambda: list(children(own_stack)), "the query's child")
    before = list(children(own_stack))

    kill_workers(own_stack)

    wait_until(lambda: not any(alive(child) for child in before), "the end of the query", 20)
    wait_until(lambda: job_of(caller, "forever")["attempts"] == 2, "the second attempt", 120)
    assert load_of(caller, "forever")["state"] == "staged"
    caller.post(f"jobs/{job_of(caller, 'forever')['id']}/cancel/")
