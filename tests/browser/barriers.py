"""What axe finds on the page that is open, by all of its rules."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = Axe()
#: nothing but what is wrong, and of an element no more than its beginning
ASKED = {"resultTypes": ["violations"], "selectors": False, "elementRef": False}
RUN = "asked => axe.run(asked).then(found => found.violations)"
#: what may differ where the same page is shown at another width or in another theme
OF_THE_LOOK = (
    "color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block",
    "aria-hidden-focus", "region", "landmark-unique", "landmark-one-main", "skip-link",
    "bypass", "page-has-heading-one", "heading-order",
)  # fmt: skip


def barriers(page: Page, *rules: str) -> list[str]:
    """Each with its rule and the beginning of its element, by all rules or by those given."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.axe_script)
    asked = {**ASKED, "runOnly": rules} if rules else ASKED
    found: list[dict[str, Any]] = page.evaluate(RUN, asked)
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]
