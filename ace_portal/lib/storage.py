"""Static files under names that carry their content's hash, compressed once."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import brotli
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

#: what our dependencies ship and no page of ours uses
NOT_SERVED = ["django_htmx/ext/*", "drf_spectacular_sidecar/redoc*", "*.br", "*.gz", ".*"]


class QuickCompressor(Compressor):
    """Brotli at quality 9: the last 2 % of the chart bundle would cost ten seconds of the start."""

    def compress_brotli(self, data: bytes) -> bytes:
        return bytes(brotli.compress(data, quality=9))


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Hashed names in templates, style sheets and the imports of ES modules."""

    support_js_module_import_aggregation = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._urls: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:
        """A page names dozens of files: each is looked up once in a process."""
        if settings.DEBUG or force:
            return str(super().url(name, force))
        if name not in self._urls:
            self._urls[name] = str(super().url(name))
        return self._urls[name]

    def save_manifest(self) -> None:
        super().save_manifest()
        self._urls.clear()

    def create_compressor(self, **kwargs: Any) -> Compressor:
        return QuickCompressor(**kwargs)


@contextmanager
def alone() -> Iterator[None]:
    """Two that start at once do not write into one folder; the second finds what the first did."""
    root = Path(settings.STATIC_ROOT)
    root.parent.mkdir(parents=True, exist_ok=True)
    with root.with_name(f".{root.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def collect_if_changed() -> None:
    """Collect and compress the static files, unless the same ones were collected last time."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    wanted = fingerprint()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    call_command(
        "collectstatic", verbosity=0, interactive=False, clear=True, ignore_patterns=NOT_SERVED
    )
    stamp.write_text(wanted, encoding="utf-8")


def fingerprint() -> str:
    """Changes whenever a static file does: names, sizes and times of all of them."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for finder in finders.get_finders():
        for name, storage in finder.list([]):
            facts = Path(storage.path(name)).stat()
            digest.update(f"{name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
