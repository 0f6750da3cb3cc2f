"""Pictures of every page as each of the demo people sees it, with an index."""

from __future__ import annotations

import html
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Page, expect, sync_playwright

if TYPE_CHECKING:
    from tests.browser.visitor import Visitor

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "build" / "gallery"
PEOPLE = ("owner", "ace", "member", "colleague", "outsider", "admin", "")
KINDS = "/dashboards/kinds-of-charts/"
LOOKS = (("wide", "light"), ("wide", "dark"), ("phone", "light"), ("phone", "dark"))


def main() -> int:
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(64))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ace_portal.settings")
    os.environ["ACE_ENV"] = "test"
    with tempfile.TemporaryDirectory(prefix="ace-gallery-") as folder:
        os.environ["ACE_DATA_DIR"] = f"{folder}/own"
        import django

        django.setup()
        from tests.harness import chromium

        with chromium():
            pictures = photograph(Path(folder))
    write_index(pictures)
    sys.stdout.write(f"{len(pictures)} pictures in {TARGET}\n")
    return 0


def photograph(folder: Path) -> list[Path]:
    from tests.browser.visitor import visitor
    from tests.fixtures.stack import PASSWORD, running_stack

    shutil.rmtree(TARGET, ignore_errors=True)
    pictures = []
    with running_stack(folder) as stack, sync_playwright() as playwright:
        stack.start()
        browser = playwright.chromium.launch(
            executable_path=os.environ["CHROMIUM"], args=["--no-sandbox"]
        )
        for person in PEOPLE:
            for size, theme in LOOKS:
                one = visitor(browser, stack.url, size, theme)
                if person:
                    one.sign_in(f"{person}@demo.example", PASSWORD)
                for name, _path in one.pages():
                    file = f"{name.replace(':', '-')}-{size}-{theme}.png"
                    picture = TARGET / (person or "anonymous") / file
                    picture.parent.mkdir(parents=True, exist_ok=True)
                    take(one.page, picture)
                    pictures.append(picture)
                pictures += kinds(one, person, f"{size}-{theme}")
                one.context.close()
        browser.close()
    return pictures


def kinds(one: Visitor, person: str, look: str) -> list[Path]:
    """The demo's board with each kind of chart, for those who may see it."""
    if person not in {"owner", "ace"} or one.status(KINDS) != 200:
        return []
    picture = TARGET / person / f"dashboards-kinds-of-charts-{look}.png"
    take(one.page, picture)
    return [picture]


def take(page: Page, picture: Path) -> None:
    """The whole page, in a window that shows all of it: a chart is drawn when it comes in sight."""
    size = page.viewport_size
    assert size is not None
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({**size, "height": max(height, size["height"])})
    expect(page.locator(".chart__hold:visible")).to_have_count(0, timeout=20_000)
    page.screenshot(path=picture, full_page=True)
    page.set_viewport_size(size)


def write_index(pictures: list[Path]) -> None:
    """One page with all pictures, by person and page."""
    rows = []
    for picture in sorted(pictures):
        path = html.escape(str(picture.relative_to(TARGET)))
        rows.append(f'<figure><a href="{path}"><img loading="lazy" src="{path}" alt=""></a>'
                    f"<figcaption>{path}</figcaption></figure>")  # fmt: skip
    style = "figure{display:inline-block;margin:8px;vertical-align:top}img{width:320px}"
    (TARGET / "index.html").write_text(
        f"<!doctype html><meta charset=utf-8><title>Gallery</title><style>{style}</style>"
        + "\n".join(rows),
        encoding="utf-8",
    )


if __name__ == "__main__":
    sys.exit(main())
