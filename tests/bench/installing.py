"""How much disk an installation takes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.rows import Row, at_most
from tests.fixtures.stack import ROOT


def rows() -> Iterator[Row]:
    """The locked packages in a venv of their own, as copies."""
    uv = Path(sys.prefix) / "tools" / "bin" / "uv"
    program = str(uv) if uv.is_file() else shutil.which("uv")
    if program is None:
        raise FileNotFoundError("uv is not installed; run bin/setup dev first")
    with tempfile.TemporaryDirectory(prefix="ace-bench-") as folder:
        venv = Path(folder) / "venv"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
        subprocess.run(
            [program, "pip", "sync", "--quiet", "--link-mode", "copy", "--require-hashes",
             "--python", str(venv / "bin" / "python"), str(ROOT / "requirements.lock")],
            check=True, env={**os.environ, "UV_NO_PROGRESS": "1"},
        )  # fmt: skip
        files = (path for path in venv.rglob("*") if path.is_file() and not path.is_symlink())
        size = sum(path.stat().st_size for path in files)
    yield at_most("installed size", size / 1e6, "MB", 450)
