from __future__ import annotations

import subprocess
import sys


def test_rendering_needs_neither_django_nor_plotly() -> None:
    script = (
        "import sys, dashboards.rendering\n"
        "heavy = {'django', 'plotly', 'sqlalchemy', 'duckdb'}\n"
        "print(sorted(heavy & {name.split('.')[0] for name in sys.modules}))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout == "[]\n"
