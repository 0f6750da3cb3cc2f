"""Serves the gallery's pages and the portal's static files from this process."""

from __future__ import annotations

import mimetypes
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.http import QueryDict
from django.test import RequestFactory
from django.utils import timezone

from ace_portal.lib.assets import build
from tests.look import pages

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; "
    "style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class Gallery:
    """A small server; ``url("dashboard")`` is where the page of that name lives."""

    def __init__(self, base_dir: Path) -> None:
        build(base_dir, base_dir / "node_modules")
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def url(self, name: str = "", query: str = "") -> str:
        return f"http://127.0.0.1:{self.server.server_port}/{name}{query and '?' + query}"

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.startswith("/static/"):
            self._static(parts.path.removeprefix("/static/"))
            return
        page: Callable[..., str] | None = pages.PAGES.get(parts.path.strip("/"))
        if page is None:
            self._answer(404, "text/plain", b"no such page")
            return
        request = RequestFactory().get(parts.path)
        request.GET = QueryDict(parts.query)
        with timezone.override("Europe/Zurich"):
            self._answer(200, "text/html; charset=utf-8", page(request).encode())

    def _static(self, name: str) -> None:
        found = finders.find(name)
        if found is None:
            self._answer(404, "text/plain", b"no such file")
            return
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        self._answer(200, kind, Path(found).read_bytes())

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing: the tests look at the page, not at the log."""
