"""What axe finds on the page that is open, by all of its rules."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = Axe()
#: nothing but what is wrong, and of an element no more than its beginning
ASKED = "{resultTypes: ['violations'], selectors: false, elementRef: false}"
RUN = f"axe.run({ASKED}).then(found => found.violations)"


def barriers(page: Page) -> list[str]:
    """Each with its rule and the beginning of its element; the page is asked again at will."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.axe_script)
    found: list[dict[str, Any]] = page.evaluate(RUN)
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]
