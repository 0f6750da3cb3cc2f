"""A dashboard while logs of 46 MB are on their way in, one after the other."""

from __future__ import annotations

import json
import secrets
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.importing import incident_log
from tests.bench.portal import Portal
from tests.bench.rows import Row, against
from tests.bench.serving import Client

PAUSE = 0.1  # seconds that a reader thinks
QUIET = 200
LOGS = 12  # each is loaded within a second or two: too short for a percentile


def rows(portal: Portal) -> Iterator[Row]:
    client = Client(portal)
    client.get(portal.figures)
    idle = [asked(client, portal) for _turn in range(QUIET)]
    busy, lasted = [], []
    with tempfile.TemporaryDirectory(prefix="ace-bench-") as folder:
        path = incident_log(Path(folder))
        for _log in range(LOGS):
            job = importing(portal, path)
            client = Client(portal)  # the server lets go of who says nothing
            began = time.monotonic()
            while json.loads(client.get(f"/api/v1/jobs/{job}/"))["state"] in ("queued", "running"):
                busy.append(asked(client, portal))
            lasted.append(time.monotonic() - began)
    yield against("dashboard during an import, p95", p95(busy), "ms", p95(idle), times=1.5)
    yield Row("import of a log of 46 MB, in the portal", statistics.median(lasted), "s")


def asked(client: Client, portal: Portal) -> float:
    """Milliseconds of one answer."""
    time.sleep(PAUSE)
    began = time.perf_counter()
    client.get(portal.figures)
    return (time.perf_counter() - began) * 1000


def p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]


def importing(portal: Portal, path: Path) -> int:
    """Send the log and have it loaded; the job that does it."""
    mark = secrets.token_hex(16)
    head = (
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="log.csv"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    )
    body = head.encode() + path.read_bytes() + f"\r\n--{mark}--\r\n".encode()
    upload = post(portal, "uploads/", body, f"multipart/form-data; boundary={mark}")
    given = {
        "upload": upload["id"], "name": f"Busy {mark[:8]}", "time_zone": "UTC",
        "date_order": "day_first", "null_tokens": ["?"],
    }  # fmt: skip
    dataset = post(portal, "datasets/", json.dumps(given).encode(), "application/json")
    loads = json.loads(Client(portal).get(f"/api/v1/datasets/{dataset['slug']}/loads/"))
    return int(loads["results"][0]["job"])


def post(portal: Portal, path: str, body: bytes, kind: str) -> Any:
    headers = {"Authorization": f"Token {portal.token}", "Content-Type": kind}
    request = urllib.request.Request(f"{portal.stack.url}/api/v1/{path}", body, headers)
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)
