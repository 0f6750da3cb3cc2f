"""The engine needs no web framework, no settings and no clock."""

import re
import subprocess
import sys
from pathlib import Path

import kpis.engine

FOLDER = Path(kpis.engine.__file__).parent


def test_engine_imports_no_django():
    modules = [f"kpis.engine.{path.stem}" for path in FOLDER.glob("[a-z]*.py")]
    program = f"import sys, {', '.join(modules)}; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_engine_asks_no_clock():
    for path in FOLDER.glob("*.py"):
        assert not re.search(r"\bnow\(|\btoday\(|\btime\.time|utcnow", path.read_text()), path
