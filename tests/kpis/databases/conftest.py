"""The same table in every kind of database that a test can have."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.databases import Outside, Server, file_database, server_database

#: what needs a server that only ``bin/test-engines`` brings, and then nothing else
ENGINES = {"mysql", "spark"}
BROUGHT = set(os.environ.get("ACE_TEST_ENGINES", "").split(","))
collect_ignore = [f"test_{engine}.py" for engine in ENGINES - BROUGHT]

KINDS = ("sqlite", "duckdb", *(("postgresql",) if os.environ.get("ACE_TEST_POSTGRES_URL") else ()))


@pytest.fixture(scope="session")
def server(postgres_url: str) -> Iterator[Server]:
    with server_database(postgres_url) as made:
        yield made


@pytest.fixture(scope="session", params=KINDS)
def outside(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Outside:
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("server")
        return server.outside
    return file_database(request.param, tmp_path_factory.mktemp("outside"))


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "rows.parquet"
    for file in tmp_path.rglob("*.parquet"):
        file.chmod(0o600)
