"""What every test may ask for. Services come from ``tests/harness.py`` through the environment."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from _pytest import runner
from hypothesis import HealthCheck, settings

from ace_portal.lib.calls import roomy

# A busy machine is no failure of a property.
settings.register_profile(
    "suite", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("suite")

ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"

#: fixture → environment variable without which it cannot be had
SERVICES = {
    "postgres_url": "ACE_TEST_POSTGRES_URL",
    "redis_url": "ACE_TEST_REDIS_URL",
    "chromium": "CHROMIUM",
}

#: what knows no database of the portal: the second pass could only repeat the first
WITHOUT_DATABASE = (
    "tests/kpis/databases/test_reading.py", "tests/kpis/databases/test_pipes.py",
    "tests/kpis/definitions/test_truth_kpis.py",
    "tests/kpis/engine/", "tests/kpis/sources/", "tests/kpis/sandbox/", "tests/kpis/checks/",
    "tests/dashboards/rendering/", "tests/look/", "tests/lib/", "tests/test_architecture.py",
    "tests/test_docs.py", "tests/test_sentences.py", "tests/security/test_headers.py",
    "tests/security/test_sizes.py", "tests/security/test_schema_fuzz.py::"
    "test_described_requests_never_fail[member", "tests/stack/test_launch.py",
    "tests/browser/test_every_page.py", "tests/browser/test_hostile_text.py",
    "tests/browser/test_keyboard.py", "tests/browser/test_bad_input.py",
    "tests/browser/test_search.py", "tests/browser/test_sql_editor.py",
    "tests/browser/test_builder.py", "tests/browser/test_filters.py", "tests/browser/test_views.py",
    "tests/browser/test_without_javascript.py", "tests/browser/test_whole_builds.py",
)  # fmt: skip

ROOMS_WITHOUT = tuple(f"{room.rstrip('/')}/" for room in WITHOUT_DATABASE if "::" not in room)

#: the groups of tests that one process does in a row, by the time that they take
LONG = ("journey", "pages", "launches", "matrix", "real incidents")

ON_POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith("postgres")
SECOND_PASS = "ACE_TEST_SECOND_PASS" in os.environ

pytest_plugins = [
    # a module comes before those that import from it
    "tests.fixtures.economy",
    "tests.fixtures.arranged",
    "tests.fixtures.german",
    "tests.fixtures.mailbox",
    "tests.fixtures.children",
    "tests.fixtures.people",
    "tests.fixtures.world",
    "tests.fixtures.loads",
    "tests.fixtures.kpis",
    "tests.fixtures.tickets",
    "tests.fixtures.busy",
    "tests.fixtures.dashboards",
    "tests.fixtures.use",
    "tests.fixtures.trials",
    "tests.fixtures.stack",
    "tests.fixtures.browser",
]


def pytest_make_parametrize_id(val: object) -> str | None:
    """A text that is long for a reason is none of its test's name, which goes along with it."""
    return f"{val[:20]!r}…{len(val)}" if isinstance(val, str | bytes) and len(val) > 60 else None


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """What the second pass leaves out as a whole is not even read."""
    place = collection_path.relative_to(ROOT).as_posix() if SECOND_PASS else ""
    return True if place and f"{place}/".startswith(ROOMS_WITHOUT) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what cannot run here; the summary says so."""
    kept, left = [], []
    for item in items:
        (left if _left_out(item) else kept).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
    items[:] = sorted(kept, key=_begins)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Each test as ever, with the room beneath it that a page has in the web process."""
    return roomy(runner.pytest_runtest_protocol)(item, nextitem)


def pytest_collection_finish() -> None:
    """What is there now stays: not looked through for garbage again and again, a tenth faster."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(100_000, 20, 20)


def _begins(item: pytest.Item) -> int:
    """What one process does in a row and takes long comes first, the longest before the others."""
    group = item.get_closest_marker("xdist_group")
    return LONG.index(group.args[0]) if group and group.args[0] in LONG else len(LONG)


def _left_out(item: pytest.Item) -> bool:
    if item.name.startswith("test_truth_") and not SHARED_DATA.is_dir():
        return True
    if SECOND_PASS and item.nodeid.startswith(WITHOUT_DATABASE):
        return True
    if item.get_closest_marker("postgresql") and not ON_POSTGRESQL:
        return True
    wanted = SERVICES.keys() & set(getattr(item, "fixturenames", ()))
    return any(not os.environ.get(SERVICES[fixture]) for fixture in wanted)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Workers collect, and only their parent prints: so this looks at the reasons themselves."""
    if not SHARED_DATA.is_dir():
        terminalreporter.write_line(
            f"NOT RUN: test_truth_*: {SHARED_DATA.name} with the real logs is not beside this clone"
        )
    for fixture, variable in SERVICES.items():
        if not os.environ.get(variable):
            terminalreporter.write_line(
                f"NOT RUN: tests with {fixture}: {variable} is not set (bin/test sets it)"
            )
    if not ON_POSTGRESQL:
        terminalreporter.write_line("For PostgreSQL's pass alone: the guards that only it has")
    if SECOND_PASS:
        rooms = ", ".join(WITHOUT_DATABASE)
        terminalreporter.write_line(f"Ran on the first pass alone, without a database: {rooms}")


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
