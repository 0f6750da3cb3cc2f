"""A browser for tests that drive the running stack."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.journey import Cast, Told, tell
from tests.browser.visitor import Visitor, visitors
from tests.fixtures.browser import browsing
from tests.fixtures.stack import PASSWORD, Stack


@pytest.fixture
def visit(browser: Browser, stack: Stack) -> Iterator[Callable[..., Visitor]]:
    """``visit("member")`` is a demo person, signed in; ``visit("")`` is nobody.

    At the end none of them may have seen an error, a warning or a report.
    """
    with visitors(browser, stack.url, PASSWORD) as open_for:
        yield open_for


@pytest.fixture(scope="session")
def truth(shared_data: Path) -> dict[str, Any]:
    known: dict[str, Any] = json.loads((shared_data / "truth.json").read_text())
    return dict(known["uci498_incidents"])


@pytest.fixture(scope="session")
def log(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("log")
    with zipfile.ZipFile(shared_data / "uci498_incident_event_log.zip") as packed:
        return Path(packed.extract("incident_event_log.csv", folder))


@pytest.fixture(scope="session")
def told(chromium: str, stack: Stack, log: Path, truth: dict[str, Any]) -> Told:
    """The whole way once; its browser is closed before that of a module opens."""
    with browsing(chromium) as browser, visitors(browser, stack.url, PASSWORD) as open_for:
        cast = Cast(*(open_for(name) for name in ("owner", "ace", "member", "sam")))
        return tell(cast, log, truth)
