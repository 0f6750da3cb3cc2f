"""The cache of files keeps to its bound without counting at each write."""

from __future__ import annotations

from pathlib import Path

import pytest

from ace_portal.lib.filecache import EVERY, FileCache


def test_files_are_counted_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []
    look = FileCache._list_cache_files
    monkeypatch.setattr(
        FileCache, "_list_cache_files", lambda self: counted.append(1) or look(self)
    )
    cache = FileCache(str(tmp_path), {"OPTIONS": {"MAX_ENTRIES": 4 * EVERY}})
    for number in range(8 * EVERY):
        cache.set(f"key-{number}", number)

    assert len(counted) == 8
    assert len(list(tmp_path.iterdir())) <= 5 * EVERY
    assert cache.get(f"key-{8 * EVERY - 1}") == 8 * EVERY - 1
