"""The server alone: figures through the API, pages under load, memory afterwards."""

from __future__ import annotations

import http.client
import statistics
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench.portal import Portal
from tests.bench.rows import Row, at_most

CLIENTS, SECONDS = 8, 5.0
ROLES = {
    "web": "gunicorn",
    "worker": " worker ",
    "scheduler": " beat ",
    "supervisor": "ace_portal.supervisor",
}


def rows(portal: Portal) -> Iterator[Row]:
    client = Client(portal)
    client.get(portal.figures)
    taken = []
    for _turn in range(30):
        began = time.perf_counter()
        client.get(portal.figures)
        taken.append((time.perf_counter() - began) * 1000)
    yield at_most("eight cached figures through the API", statistics.median(taken), "ms", 25)
    yield Row("cached pages with eight clients", throughput(portal), "pages/s")
    for role, words in ROLES.items():
        size = sum(pss(number) for number in portal.stack.processes(words)) / 1e6
        name = f"memory of the {role}"
        yield at_most(name, size, "MB", 200) if role == "web" else Row(name, size, "MB")


class Client:
    """One connection that stays open, with a token."""

    def __init__(self, portal: Portal) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(portal.stack.url).netloc)
        self.headers = {"Authorization": f"Token {portal.token}"}

    def get(self, path: str) -> bytes:
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        return content


def throughput(portal: Portal) -> float:
    """Figures of the page a second while eight clients ask without a pause."""
    counts = [0] * CLIENTS
    end = time.perf_counter() + SECONDS

    def ask(place: int) -> None:
        client = Client(portal)
        while time.perf_counter() < end:
            client.get(portal.figures)
            counts[place] += 1

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS


def pss(number: int) -> int:
    """Memory in bytes, what is shared counted in shares."""
    for line in Path(f"/proc/{number}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0
