"""Django's cache of files, which counts its files now and then instead of at each write."""

from __future__ import annotations

import itertools
from typing import Any

from django.core.cache.backends.filebased import FileBasedCache

#: writes of a process between two counts: so many files may there be too many
EVERY = 100


class FileCache(FileBasedCache):
    """A write costs the same with one file and with ten thousand."""

    def __init__(self, dir: str, params: dict[str, Any]) -> None:
        super().__init__(dir, params)
        self._writes = itertools.count()

    def _cull(self) -> None:
        if next(self._writes) % EVERY == 0:
            super()._cull()  # type: ignore[misc]  # private, and not described
