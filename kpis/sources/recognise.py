"""Which kind of file this is: by what is in it first, by its name second."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.sources.registry import FILE_SOURCES

HEAD = 4_096
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
PARQUET = (b"PAR1", b"PARE")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
JSON = re.compile(rb'\s*(\[\s*)?\{\s*["}]|\s*\[\s*\]')


@dataclass(frozen=True, slots=True)
class Recognised:
    """The kind of a file, and how one can tell; text needs no reason."""

    kind: str
    note: str


def recognise(path: Path, name: str) -> Recognised:
    """What the file seems to be; ``Invalid`` for what nobody here can read."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(OLE):
        raise Invalid(
            _(
                "This is an old Excel workbook (.xls) or one with a password. Save it as .xlsx "
                "without a password and send that."
            ),
            field="file",
        )
    if head.startswith(PARQUET):
        return Recognised("parquet", _("The first bytes are those of a Parquet file."))
    if head.startswith(ZIP):
        return Recognised("xlsx", _("The first bytes are those of an Excel workbook."))
    if JSON.match(head.removeprefix(codecs.BOM_UTF8)):
        return Recognised("json", _("The file begins like JSON."))
    suffix = Path(name).suffix.lower()
    kind = next((kind for kind, known in FILE_SOURCES.items() if suffix in known.suffixes), "csv")
    if kind == "csv":
        return Recognised(kind, "")
    return Recognised(kind, _("The name ends in %(suffix)s.", suffix=suffix))
