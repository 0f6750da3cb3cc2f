"""What the browser gets beside ``static/``: one stylesheet from its parts, third-party scripts.

What serves the files gives them hashed names and compresses them (``storage.py``).
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from ace_portal.lib import vendored
from ace_portal.lib.errors import PortalError
from ace_portal.lib.vendored import quiet

# Order matters where one part refines another; a part that is not named here is not served.
COMPONENTS = (
    "base",
    "shell",
    "page",
    "thread",
    "tabs",
    "button",
    "menu",
    "status",
    "filters",
    "board",
    "sketch",
    "tile",
    "figure",
    "dial",
    "sides",
    "chart",
    "table",
    "talk",
    "panel",
    "card",
    "facts",
    "empty",
    "prose",
    "builder",
    "advice",
    "portfolio",
    "stages",
    "canvas",
    "blueprint",
    "persona",
    "definition",
    "inbox",
    "book",
    "form",
    "upload",
    "code",
    "editor",
    "data",
    "checks",
    "flow",
    "notice",
    "messages",
    "progress",
    "pager",
    "changes",
    "settings",
    "home",
    "parts",
    "gatehouse",
    "gates",
    "modes",
    "define",
    "kpi",
    "told",
    "roadmap",
    "use",
    "reports",
    "asked",
    "asking",
    "lessons",
    "jump",
    "trial",
    "analysis",
    "wall",
    "print",
)

THIRD_PARTY = {
    "vendor/plotly.min.js": "plotly.js-cartesian-dist-min/plotly-cartesian.min.js",
    "vendor/plotly.LICENSE": "plotly.js-cartesian-dist-min/LICENSE",
}

_STAMP = ".stamp"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_BLANK = re.compile(r"\n\s*\n+")


def build(base_dir: Path, node_modules: Path) -> None:
    """Write ``build/assets`` under ``base_dir``, unless nothing has changed since the last time.

    Raises PortalError when a third-party file is missing.
    """
    target = base_dir / "build" / "assets"
    sources = _sources(base_dir / "static" / "css", node_modules)
    stamp = _digest(sources)
    if _is_current(target, stamp):
        return
    css = [path for name, path in sources.items() if name.startswith("css/")]
    _write_atomically(target / "css" / "app.css", _stylesheet(css))
    for name in THIRD_PARTY:
        content = sources[name].read_bytes()
        _write_atomically(target / name, quiet(content) if name.endswith(".js") else content)
    _write_atomically(target / _STAMP, stamp.encode())


def _sources(css: Path, node_modules: Path) -> dict[str, Path]:
    sources = {"css/tokens": css / "tokens.css"}
    sources |= {f"css/{name}": css / "components" / f"{name}.css" for name in COMPONENTS}
    sources |= {name: node_modules / path for name, path in THIRD_PARTY.items()}
    for path in sources.values():
        if not path.is_file():
            raise PortalError(f"{path} is missing. Run “npm ci” and start again.")
    return sources


def _digest(sources: dict[str, Path]) -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes() + Path(vendored.__file__).read_bytes())
    for name, path in sources.items():
        digest.update(name.encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _is_current(target: Path, stamp: str) -> bool:
    written = target / _STAMP
    if not written.is_file() or written.read_text() != stamp:
        return False
    return all((target / name).is_file() for name in ("css/app.css", *THIRD_PARTY))


def _stylesheet(parts: list[Path]) -> bytes:
    text = "\n".join(_COMMENT.sub("", part.read_text(encoding="utf-8")) for part in parts)
    return _BLANK.sub("\n", text).strip().encode() + b"\n"


def _write_atomically(path: Path, content: bytes) -> None:
    """Two processes may start at once: nobody ever reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    with os.fdopen(handle, "wb") as part:
        part.write(content)
    Path(name).chmod(0o644)
    Path(name).replace(path)
