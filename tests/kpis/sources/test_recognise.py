"""What a file is: by its content first, by its name second."""

from __future__ import annotations

from pathlib import Path

import pytest

from ace_portal.lib.errors import Invalid
from kpis.sources.recognise import recognise
from kpis.sources.registry import FILE_SOURCES, file_source

CASES = [
    (b"a,b\n1,2\n", "data.csv", "csv"),
    (b"a\tb\n1\t2\n", "data.tsv", "tsv"),
    (b"a,b\n1,2\n", "data", "csv"),
    (b"", "data.csv", "csv"),
    (b"%PDF-1.7", "data.csv", "csv"),
    (b"PK\x03\x04xxxx", "data.csv", "xlsx"),
    (b"PAR1xxxx", "data.txt", "parquet"),
    (b'{"a": 1}\n', "data.txt", "json"),
    (b'\xef\xbb\xbf \n[ {"a": 1}]', "data.txt", "json"),
    (b"[]", "data.csv", "json"),
    (b"[a],[b]\n1,2\n", "data.csv", "csv"),
    (b"{a},{b}\n1,2\n", "data.csv", "csv"),
    (b"a,b\n1,2\n", "data.xlsx", "xlsx"),
    (b"a,b\n1,2\n", "data.PARQUET", "parquet"),
    (b"a,b\n1,2\n", "data.ndjson", "json"),
]


@pytest.mark.parametrize(("content", "name", "kind"), CASES)
def test_kind_is_seen(tmp_path: Path, content: bytes, name: str, kind: str) -> None:
    path = tmp_path / "upload"
    path.write_bytes(content)

    assert recognise(path, name).kind == kind


def test_old_workbook_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100)
    with pytest.raises(Invalid) as refused:
        recognise(path, "data.xls")

    assert refused.value.message == (
        "This is an old Excel workbook (.xls) or one with a password. Save it as .xlsx without a "
        "password and send that."
    )


def test_every_kind_is_whole() -> None:
    for kind, source in FILE_SOURCES.items():
        options = source.options({})
        assert (source.kind, source.label != "", source.suffixes != ()) == (kind, True, True)
        assert set(source.cutting) <= set(source.answers) <= set(options.to_json())
        assert source.options(options.to_json()) == options


@pytest.mark.parametrize(
    ("text", "kind"), [("a,b\n1,2\n", "csv"), ("a\tb\n1\t2\n", "tsv"), ("a;b\n1;2\n", "csv")]
)
def test_text_cut_at_tabs_is_called_so(tmp_path: Path, text: str, kind: str) -> None:
    path = tmp_path / "data.txt"
    path.write_text(text)
    source = file_source("csv")

    assert source.kind_of(source.profile(path)) == kind
