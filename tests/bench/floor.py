"""The least that a page with the same figures can cost: a file, the bundle, nothing else."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import brotli

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Floor</title>
<style>body{{margin:0;display:grid;grid-template-columns:1fr 1fr}}</style>
<script src="/plotly.js" defer></script><script src="/draw.js" defer></script></head><body>
{plots}
<script type="application/json" id="figures">{figures}</script>
<script type="application/json" id="others">{others}</script>
</body></html>"""

DRAW = """
const config = {displayModeBar: false, responsive: false};
const plots = [...document.querySelectorAll(".chart__plot")];
const read = (id) => JSON.parse(document.getElementById(id).textContent);
async function draw(figures) {
  for (const [n, {data, layout}] of figures.entries()) {
    await Plotly.react(plots[n], data, layout, config);
    plots[n].dataset.drawn = "";
  }
}
let turn = 0;
window.redraw = () => draw(read(turn++ % 2 ? "figures" : "others"));
draw(read("figures"));
"""

Files = Mapping[str, tuple[str, bytes]]


def files(bundle: bytes, figures: list[Any], others: list[Any]) -> Files:
    """What the floor serves, by path; ``bundle`` is compressed already."""
    plots = "\n".join('<div class="chart__plot"></div>' for _figure in figures)
    page = PAGE.format(plots=plots, figures=block(figures), others=block(others))
    return {
        "/": ("text/html; charset=utf-8", brotli.compress(page.encode(), quality=9)),
        "/draw.js": ("text/javascript", brotli.compress(DRAW.encode(), quality=9)),
        "/plotly.js": ("text/javascript", bundle),
    }


def block(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003C")


@contextmanager
def served(known: Files) -> Iterator[str]:
    """Serve the files from memory; answers the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            kind, content = known.get(self.path, ("text/plain", b""))
            self.send_response(200 if content else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            if content:
                self.send_header("Content-Encoding", "br")
                kept = "no-cache" if self.path == "/" else "max-age=31536000, immutable"
                self.send_header("Cache-Control", kept)
                self.send_header("Last-Modified", "Wed, 01 Jan 2025 00:00:00 GMT")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_given: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
