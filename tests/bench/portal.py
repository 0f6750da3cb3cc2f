"""The portal that pages are measured on: running, filled, warm."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fixtures.stack import ROOT, Stack, running_stack


@dataclass(frozen=True)
class Portal:
    stack: Stack
    static: Path
    slug: str
    token: str

    @property
    def page(self) -> str:
        return f"{self.stack.url}/dashboards/{self.slug}/"

    @property
    def figures(self) -> str:
        return f"/api/v1/dashboards/{self.slug}/figures/"


@contextmanager
def filled_portal() -> Iterator[Portal]:
    with tempfile.TemporaryDirectory(prefix="ace-bench-") as folder:
        static = Path(folder) / "static"
        with running_stack(Path(folder), ACE_STATIC_ROOT=str(static)) as stack:
            stack.start()
            done = subprocess.run(
                [sys.executable, "-m", "tests.bench.fill", str(stack.data_dir)],
                cwd=ROOT, env=stack.environment, capture_output=True, text=True,
            )  # fmt: skip
            if done.returncode:
                raise RuntimeError(done.stderr[-3000:])
            known = json.loads(done.stdout.splitlines()[-1])
            yield Portal(stack, static, known["slug"], known["token"])
