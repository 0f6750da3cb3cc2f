"""A browser for tests that drive the running stack."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.visitor import Visitor, visitors
from tests.fixtures.stack import PASSWORD, Stack


@pytest.fixture
def visit(browser: Browser, stack: Stack) -> Iterator[Callable[..., Visitor]]:
    """``visit("member")`` is a demo person, signed in; ``visit("")`` is nobody.

    At the end none of them may have seen an error, a warning or a report.
    """
    with visitors(browser, stack.url, PASSWORD) as open_for:
        yield open_for
