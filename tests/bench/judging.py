"""The demo's dashboard as Lighthouse judges it: a browser that knows nothing, slowed down."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bench.painting import signed_in
from tests.bench.portal import Portal
from tests.bench.rows import Row, at_least
from tests.fixtures.stack import ROOT

FOLDER = ROOT / "build" / "lighthouse"
SCRIPT = Path(__file__).with_name("lighthouse.mjs")
PACKAGE = "lighthouse@13"
PAGE = "/dashboards/incident-service/"
GOALS = {"performance": 95, "accessibility": 100, "best-practices": 100}
TURNS = 3


def rows(portal: Portal) -> Iterator[Row]:
    """The median of each score; the first visit is left out, as its figures are not cached."""
    install()
    with sync_playwright() as playwright:
        cookies = "; ".join(
            f"{cookie['name']}={cookie['value']}" for cookie in signed_in(playwright, portal)
        )
    address = portal.stack.url + PAGE
    judge(address, "desktop", cookies)
    for form in ("mobile", "desktop"):
        found = [judge(address, form, cookies) for _turn in range(TURNS)]
        for name, least in GOALS.items():
            value = statistics.median(scores[name] for scores in found)
            yield at_least(f"Lighthouse, {form}: {name}", value, "points", least)


def install() -> None:
    """Lighthouse is no part of the portal and is fetched when somebody measures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    shutil.copy(SCRIPT, FOLDER)
    if not (FOLDER / "node_modules" / "lighthouse").is_dir():
        subprocess.run(
            ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--silent", PACKAGE],
            cwd=FOLDER, check=True,
        )  # fmt: skip


def judge(address: str, form: str, cookies: str) -> dict[str, int]:
    done = subprocess.run(
        ["node", SCRIPT.name, address, form, cookies],
        cwd=FOLDER, env=os.environ, capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return dict(json.loads(done.stdout))
