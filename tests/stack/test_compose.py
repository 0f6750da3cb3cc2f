"""docker-compose.yml, read and run: each service's own command as a plain process.

No container engine is needed: the command, the environment and the health check of each service are
what the file says, with the addresses of the real PostgreSQL and Redis and folders of this test.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.beginning import PASSWORD, ROOT, STATIC
from tests.fixtures.servers import drop_database, new_database
from tests.harness import free_port
from tests.waiting import wait_until

pytestmark = pytest.mark.xdist_group("launches")

OURS = ("migrate", "web", "worker", "scheduler")
LASTING = ("web", "worker", "scheduler")


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def filled(text: str, variables: dict[str, str]) -> str:
    """Fill ``${NAME}``, ``${NAME:-default}`` and ``${NAME:?message}`` as Compose does."""

    def value(match: re.Match[str]) -> str:
        name, operator, rest = match.group(1), match.group(2), match.group(3)
        if variables.get(name):
            return variables[name]
        assert operator == ":-", f"{name} has to be set"
        return rest

    return re.sub(r"\$\{(\w+)(?:(:[-?])([^}]*))?\}", value, str(text))


class Installation:
    """The services of the file as processes on this machine."""

    def __init__(self, folder: Path, database: str, redis: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.moved = {
            "/app/build/static": str(STATIC),
            "/data": str(folder / "data"),
            "/tmp/beat": str(folder / "beat"),
            "0.0.0.0:8000": f"127.0.0.1:{self.port}",
            "127.0.0.1:8000": f"127.0.0.1:{self.port}",
        }
        self.addresses = {"DATABASE_URL": database, "REDIS_URL": redis}
        self.variables = {
            "SECRET_KEY": secrets.token_urlsafe(64),
            "POSTGRES_PASSWORD": "not used here",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "ACE_SECURE_COOKIES": "0",
            "ACE_SSL_REDIRECT": "0",
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        (folder / "data").mkdir()

    def environment(self, service: str) -> dict[str, str]:
        declared = compose()["services"][service]["environment"]
        values = {name: self.here(filled(text, self.variables)) for name, text in declared.items()}
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        fast = {"ACE_JOB_SWEEP_SECONDS": "2", "ACE_DEMO_PASSWORD": PASSWORD}
        return {**kept, **values, **fast, **self.addresses}

    def here(self, text: str) -> str:
        for there, here in self.moved.items():
            text = text.replace(there, here)
        return text

    def command(self, words: list[str]) -> list[str]:
        return [sys.executable if word == "python" else self.here(word) for word in words]

    def start(self, service: str) -> subprocess.Popen[bytes]:
        declared = compose()["services"][service]
        with (self.folder / f"{service}.log").open("ab") as log:
            process = subprocess.Popen(
                self.command(declared["command"]), cwd=ROOT, env=self.environment(service),
                stdout=log, stderr=log,
            )  # fmt: skip
        self.running[service] = process
        return process

    def manage(self, *words: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT, env=self.environment("web"), check=True, capture_output=True,
        )  # fmt: skip

    def healthy(self, service: str) -> bool:
        assert self.running[service].poll() is None, self.log(service)
        test = compose()["services"][service]["healthcheck"]["test"]
        assert test[0] == "CMD"
        done = subprocess.run(
            self.command(test[1:]), env=self.environment(service), capture_output=True
        )
        return done.returncode == 0

    def log(self, service: str) -> str:
        return (self.folder / f"{service}.log").read_text(errors="replace")[-3000:]

    def ask(self, path: str, token: str = "", body: Any = None) -> Any:
        """One call of the API."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        if token:
            request.add_header("Authorization", f"Token {token}")
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def installation(tmp_path: Path, postgres_url: str, redis_url: str) -> Iterator[Installation]:
    name = f"ace_compose_{secrets.token_hex(4)}"
    one = Installation(
        tmp_path, new_database(postgres_url, name), f"{redis_url.rpartition('/')[0]}/3"
    )
    yield one
    one.stop()
    drop_database(postgres_url, name)


@pytest.mark.parametrize("service", OURS)
def test_services_share_one_image_and_are_nobody_special(service: str) -> None:
    declared = compose()["services"][service]

    assert (declared["image"], declared["user"], declared["read_only"]) == (
        "ace-portal",
        "10001",
        True,
    )


@pytest.mark.parametrize("service", [*LASTING, "postgres", "redis"])
def test_lasting_services_have_a_health_check_and_come_back(service: str) -> None:
    declared = compose()["services"][service]

    assert declared["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert declared["restart"] == "unless-stopped"


def test_image_does_not_run_as_root() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()

    assert "USER ace" in lines
    assert lines.index("USER ace") > max(i for i, line in enumerate(lines) if "COPY" in line)


@pytest.mark.postgresql
def test_installation_serves_a_page_and_refreshes_a_kpi(installation: Installation) -> None:
    installation.manage("prepare_static")
    assert installation.start("migrate").wait(timeout=120) == 0, installation.log("migrate")
    installation.manage("seed_demo")
    for service in LASTING:
        installation.start(service)
    for service in LASTING:
        wait_until(lambda service=service: installation.healthy(service), f"health of {service}")

    token = installation.ask(
        "/api/v1/tokens/", body={"email": "owner@demo.example", "password": PASSWORD}
    )["token"]
    slug = installation.ask("/api/v1/kpis/", token)["results"][0]["slug"]
    before = time.time()
    installation.ask(f"/api/v1/kpis/{slug}/refreshes/", token, body={})

    def refreshed() -> bool:
        attempts = installation.ask(f"/api/v1/kpis/{slug}/refreshes/", token)["results"]
        return bool(attempts[0]["state"] == "done" and attempts[0]["cause"] == "demand")

    wait_until(refreshed, "the refresh")
    assert time.time() - before < 60
