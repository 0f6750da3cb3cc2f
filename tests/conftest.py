"""What every test may ask for. Services come from ``tests/harness.py`` through the environment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no failure of a property.
settings.register_profile(
    "suite", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("suite")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

#: fixture → environment variable without which it cannot be had
SERVICES = {
    "postgres_url": "ACE_TEST_POSTGRES_URL",
    "redis_url": "ACE_TEST_REDIS_URL",
    "chromium": "CHROMIUM",
}

pytest_plugins = [
    # a module comes before those that import from it
    "tests.fixtures.people",
    "tests.fixtures.world",
    "tests.fixtures.loads",
    "tests.fixtures.kpis",
    "tests.fixtures.tickets",
    "tests.fixtures.dashboards",
    "tests.fixtures.stack",
    "tests.fixtures.browser",
    "tests.fixtures.mailbox",
]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what cannot run here, and remember to say so."""
    kept, left = [], []
    for item in items:
        (left if _why_not(item) else kept).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept
    config.stash[NOT_RUN] = sorted({reason for item in left if (reason := _why_not(item))})


NOT_RUN = pytest.StashKey[list[str]]()


def _why_not(item: pytest.Item) -> str:
    if item.name.startswith("test_truth_") and not SHARED_DATA.is_dir():
        return f"test_truth_*: {SHARED_DATA.name} with the real logs is not beside this clone"
    for fixture, variable in SERVICES.items():
        if fixture in getattr(item, "fixturenames", ()) and not os.environ.get(variable):
            return f"tests with {fixture}: {variable} is not set (bin/test sets it)"
    return ""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for reason in terminalreporter.config.stash.get(NOT_RUN, []):
        terminalreporter.write_line(f"NOT RUN: {reason}")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with the real logs, beside the clone."""
    return SHARED_DATA


@pytest.fixture(scope="session")
def postgres_url() -> str:
    return os.environ["ACE_TEST_POSTGRES_URL"]


@pytest.fixture(scope="session")
def redis_url() -> str:
    return os.environ["ACE_TEST_REDIS_URL"]


@pytest.fixture(scope="session")
def chromium() -> str:
    return os.environ["CHROMIUM"]
