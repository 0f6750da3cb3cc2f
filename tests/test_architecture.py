"""The house as the design draws it: layers between apps, floors inside them."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ["personas", "kpis", "dashboards", "feedback", "office_hours"]
PARTS = ["accounts", "audit", "jobs", "notifications", "home", "thread", "lib"]
FLOORS = {
    "models": 0, "permissions": 1, "selectors": 1, "services": 2,
    "tasks": 3, "forms": 3, "views": 4, "api": 4, "urls": 5, "api_urls": 5,
}  # fmt: skip


def sources() -> list[Path]:
    roots = [*APPS, "ace_portal"]
    return [p for r in roots for p in (ROOT / r).rglob("*.py") if "migrations" not in p.parts]


def imports(file: Path) -> list[tuple[str, ast.stmt]]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found: list[tuple[str, ast.stmt]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found += [(f"{node.module}.{alias.name}", node) for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [(alias.name, node) for alias in node.names]
    return found


def floor_of(dotted: str) -> tuple[str, int] | None:
    """The app that a dotted name belongs to, and the floor of its module there."""
    parts = dotted.removeprefix("ace_portal.").split(".")
    if len(parts) < 2 or parts[0] not in [*APPS, *PARTS]:
        return None
    for part in parts[1:]:
        if part in FLOORS:
            return parts[0], FLOORS[part]
    return None


def test_imports_between_apps_run_one_way() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_inside_an_app_never_climb(file: Path) -> None:
    own = floor_of(".".join(file.relative_to(ROOT).with_suffix("").parts))
    if own is None:
        return
    climbing = [
        name
        for name, _node in imports(file)
        if (other := floor_of(name)) and other[0] == own[0] and other[1] > own[1]
    ]

    assert climbing == []


@pytest.mark.parametrize("file", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_upper_floors_of_another_app_are_out_of_reach(file: Path) -> None:
    home = floor_of(".".join([*file.relative_to(ROOT).with_suffix("").parts[:-1], "models"]))
    reached = [
        name
        for name, _node in imports(file)
        if (other := floor_of(name)) and home and other[0] not in {home[0], "lib"} and other[1] > 2
    ]

    assert reached == []


@pytest.mark.parametrize("file", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_only_public_names_cross_files(file: Path) -> None:
    private = [
        name
        for name, _node in imports(file)
        if name.split(".")[0] in [*APPS, "ace_portal"] and name.split(".")[-1].startswith("_")
    ]

    assert private == []


@pytest.mark.parametrize(
    "room", ["kpis/engine", "dashboards/rendering", "kpis/sandbox", "kpis/checking"]
)
def test_pure_rooms_know_no_django(room: str) -> None:
    files = (ROOT / room).rglob("*.py")
    django = [
        f"{file.name}: {name}"
        for file in files
        for name, _node in imports(file)
        if name.split(".")[0] in {"django", "rest_framework", "celery"}
    ]

    assert django == []


def test_project_package_is_empty() -> None:
    assert (ROOT / "ace_portal" / "__init__.py").read_text() == ""


def test_lock_files_name_no_host() -> None:
    locks = [*ROOT.glob("requirements*.lock"), ROOT / "package-lock.json"]

    assert [lock.name for lock in locks if "://" in lock.read_text()] == []


def test_no_data_lies_beside_the_code() -> None:
    """What a trial leaves in the top folder would be cloned by everybody, for ever."""
    data = {".parquet", ".csv", ".tsv", ".xlsx", ".jsonl", ".duckdb", ".sqlite", ".sqlite3"}

    assert [file.name for file in ROOT.iterdir() if file.suffix in data] == []


@pytest.mark.xdist_group("journey")
def test_groups_reach_the_scheduler(request: pytest.FixtureRequest) -> None:
    """A group that is not honoured starts two stacks side by side, and nothing says so."""
    assert request.node.nodeid.endswith("@journey") or "PYTEST_XDIST_WORKER" not in os.environ
