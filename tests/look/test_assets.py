from __future__ import annotations

import json
import os
from pathlib import Path

import plotly
import pytest

from ace_portal.lib.assets import COMPONENTS, THIRD_PARTY, build
from ace_portal.lib.errors import PortalError
from ace_portal.lib.vendored import PROBES, WHOLE, quiet

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    (tmp_path / "static").symlink_to(ROOT / "static")
    package = tmp_path / "node_modules" / "plotly.js-cartesian-dist-min"
    package.mkdir(parents=True)
    (package / "plotly-cartesian.min.js").write_text("one")
    (package / "LICENSE").write_text("MIT")
    return tmp_path


def test_build_writes_the_stylesheet_and_the_scripts(house: Path) -> None:
    build(house, house / "node_modules")

    assets = house / "build" / "assets"
    assert (assets / "vendor" / "plotly.min.js").read_text() == "one"
    css = (assets / "css" / "app.css").read_text()
    assert css.startswith(":root {")
    assert "/*" not in css


def test_build_again_writes_nothing(house: Path) -> None:
    build(house, house / "node_modules")
    css = house / "build" / "assets" / "css" / "app.css"
    os.utime(css, (1, 1))

    build(house, house / "node_modules")

    assert css.stat().st_mtime == 1


def test_build_follows_a_change(house: Path) -> None:
    build(house, house / "node_modules")
    source = house / "node_modules" / "plotly.js-cartesian-dist-min" / "plotly-cartesian.min.js"
    source.write_text("two")

    build(house, house / "node_modules")

    assert (house / "build" / "assets" / "vendor" / "plotly.min.js").read_text() == "two"


def test_build_mends_what_was_taken_away(house: Path) -> None:
    build(house, house / "node_modules")
    css = house / "build" / "assets" / "css" / "app.css"
    css.unlink()

    build(house, house / "node_modules")

    assert css.is_file()


def test_build_without_the_packages_says_what_to_do(house: Path) -> None:
    with pytest.raises(PortalError, match="npm ci"):
        build(house, house / "elsewhere")


def test_every_component_is_served_once() -> None:
    parts = sorted(path.stem for path in (ROOT / "static" / "css" / "components").glob("*.css"))

    assert sorted(COMPONENTS) == parts


def test_plotly_is_the_one_that_the_python_package_carries() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    carried = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    with carried.open(encoding="utf-8") as script:
        banner = script.read(200)

    assert f"plotly.js v{wanted['plotly.js-cartesian-dist-min']}\n" in banner


def test_the_lock_names_no_host() -> None:
    lock = (ROOT / "package-lock.json").read_text()

    assert "://" not in lock
    assert '"integrity": "sha512-' in lock


def test_scripts_ask_nothing_by_having_it_thrown() -> None:
    """Another release of plotly.js may put its probes otherwise: then they are looked at anew."""
    bundle = ROOT / "node_modules" / THIRD_PARTY["vendor/plotly.min.js"]
    script = bundle.read_text()

    assert [len(probe.findall(script)) for probe, _instead in PROBES] == [1] * 5
    assert WHOLE.search(script)
    assert quiet(script.encode()).rstrip().endswith(b"return Plotly;\n})));")
    assert [len(probe.findall(quiet(script.encode()).decode())) for probe, _ in PROBES] == [0] * 5
    assert quiet(b"let one = 'tw\xc3\xb6';") == b"let one = 'tw\xc3\xb6';"
