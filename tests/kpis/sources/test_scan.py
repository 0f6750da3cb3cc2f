"""What one pass over the bytes tells, however the file falls into pieces."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpis.sources.base import Caps
from kpis.sources.csv import encoding
from kpis.sources.csv.encoding import scan

ALPHABET = st.sampled_from(['"', "\n", "\r", "a", ";", "é", "漢", "𝒳"])


def plainly(data: bytes) -> dict[str, object]:
    """The same of the whole file at once, by looking at each byte."""
    outside, inside, quoted = b"", b"", False
    for byte in data:
        quoted ^= byte == ord('"')
        if quoted:
            inside += bytes([byte])
        else:
            outside += bytes([byte])
    try:
        data.decode()
        utf8 = True
    except UnicodeDecodeError:
        utf8 = False
    return {
        "breaks": outside.count(b"\n") or outside.count(b"\r"),
        "quoted_breaks": b"\n" in inside or b"\r" in inside,
        "open_end": data[-1:] not in (b"\n", b"\r"),
        "as_is": utf8,
        "sha256": hashlib.sha256(data).hexdigest(),
    }


@pytest.mark.parametrize("piece", [1, 3, 1 << 20])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(text=st.text(ALPHABET, min_size=1, max_size=40), cut=st.booleans())
def test_pieces_tell_what_the_whole_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int, text: str, cut: bool
) -> None:
    monkeypatch.setattr(encoding, "CHUNK", piece)
    data = text.encode()
    if cut and len(data) > 1:
        data = data[:-1]  # perhaps in the middle of a letter
    path = tmp_path / "file.csv"
    path.write_bytes(data)
    found = scan(path, None, Caps())

    assert {name: getattr(found, name) for name in plainly(data)} == plainly(data)


def test_letter_that_the_end_cuts_is_no_utf8(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes("a\nß".encode()[:-1])

    assert not scan(path, None, Caps()).certain
