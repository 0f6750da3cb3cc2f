"""The ZIP archive around a workbook, before anything trusts it: how large is it really?

Sizes are counted while the parts are unpacked, piece by piece, never believed.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.sources.base import Caps

CHUNK = 1 << 18
PARTS = 10_000
DIRECTORY_BYTES = 4_000_000
END = b"PK\x05\x06"
END_BYTES = 22
LONGEST_COMMENT = 1 << 16
LOCAL_HEADER = 30
WORKBOOK = "xl/workbook.xml"
BEGINNINGS = (b"\xff\xfe", b"\xfe\xff")  # UTF-16, which no workbook uses


def broken() -> Invalid:
    return Invalid(
        _("The workbook is damaged or was cut off. Open it in Excel, save it anew and send that."),
        field="file",
    )


class Archive:
    """The parts of a workbook, each read with a look at how much comes out of it."""

    def __init__(self, file: BinaryIO, caps: Caps) -> None:
        self.file, self.caps, self.size = file, caps, 0  # bytes unpacked so far
        _check_directory(file)
        try:
            with zipfile.ZipFile(file) as archive:
                listed = archive.infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise broken() from error
        self.parts = {info.filename: info for info in listed if not info.is_dir()}
        if len(listed) != len({info.filename for info in listed}):
            raise broken()
        if WORKBOOK not in self.parts:
            raise _no_workbook(set(self.parts))
        if sum(info.file_size for info in self.parts.values()) > caps.unpacked_bytes:
            raise self._too_large()

    def pieces(self, name: str) -> Iterator[bytes]:
        """The part, unpacked, in pieces that end before a tag begins."""
        left, most = b"", 8 * self.caps.cell_characters
        for piece in self.unpacked(name):
            text = left + piece
            end = text.rfind(b"<")
            if end > 0:
                yield text[:end]
                text = text[end:]
            left = text
            if len(left) > most:
                raise Invalid(
                    _(
                        "A cell of the workbook has more than %(most)s characters.",
                        most=f"{self.caps.cell_characters:,}",
                    ),
                    field="file",
                )
        yield left

    def whole(self, name: str) -> bytes:
        """A small part as it is; empty where there is none."""
        if name not in self.parts:
            return b""
        if self.parts[name].file_size > DIRECTORY_BYTES:
            raise broken()
        text = b"".join(self.unpacked(name))
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
            raise broken()
        return text

    def unpacked(self, name: str) -> Iterator[bytes]:
        """The part, unpacked, in pieces as they come; refused where it is larger than it says."""
        info = self.parts[name]
        if info.flag_bits & 1 or info.compress_type not in (0, 8):
            raise broken()
        self.file.seek(info.header_offset)
        header = self.file.read(LOCAL_HEADER)
        if len(header) < LOCAL_HEADER:
            raise broken()
        self.file.seek(sum(struct.unpack("<HH", header[26:30])), 1)
        out, first = 0, True
        for piece in self._inflated(info.compress_size, packed=info.compress_type == 8):
            out += len(piece)
            self.size += len(piece)
            if self.size > self.caps.unpacked_bytes:
                raise self._too_large()
            if out > info.file_size:
                raise _lies(info)
            if first and (piece.startswith(BEGINNINGS) or b"<!DOCTYPE" in piece):
                raise broken()
            first = False
            yield piece
        if out != info.file_size:
            raise broken()

    def _inflated(self, size: int, *, packed: bool) -> Iterator[bytes]:
        inflate = zlib.decompressobj(-15) if packed else None
        while size > 0:
            data = self.file.read(min(CHUNK, size))
            if not data:
                raise broken()
            size -= len(data)
            if inflate is None:
                yield data
                continue
            while data:
                try:
                    yield inflate.decompress(data, CHUNK)
                except zlib.error as error:
                    raise broken() from error
                data = inflate.unconsumed_tail

    def _too_large(self) -> Invalid:
        return Invalid(
            _(
                "Unpacked, the workbook has more than the %(most)s MB that are allowed. Leave out "
                "sheets or columns, or send it as CSV.",
                most=f"{self.caps.unpacked_bytes / 1e6:,.0f}",
            ),
            field="file",
        )


@contextmanager
def opened(path: Path, caps: Caps) -> Iterator[Archive]:
    with path.open("rb") as file:
        yield Archive(file, caps)


def _check_directory(file: BinaryIO) -> None:
    """A list of parts too long to read is refused before it is read."""
    size = file.seek(0, 2)
    file.seek(max(size - LONGEST_COMMENT - END_BYTES, 0))
    tail = file.read()
    at = tail.rfind(END)
    if not tail or at < 0 or len(tail) - at < END_BYTES:
        file.seek(0)
        if file.read(2) != b"PK":
            raise Invalid(
                _(
                    "The name says Excel workbook, but the file is none. If it is text, call it "
                    ".csv; if it is an old workbook, save it as .xlsx."
                ),
                field="file",
            )
        raise broken()
    count, directory = struct.unpack("<HI", tail[at + 10 : at + 16])
    if count > PARTS or directory > DIRECTORY_BYTES:
        raise broken()


def _lies(info: zipfile.ZipInfo) -> Invalid:
    """Nobody who saves a table writes such a file: it is made to fill memory."""
    return Invalid(
        _(
            "Unpacked, “%(part)s” in the workbook is larger than the %(said)s bytes that the file "
            "says, so nothing of it was read. Open it in Excel, save it anew and send that.",
            part=info.filename[:100],
            said=f"{info.file_size:,}",
        ),
        field="file",
    )


def _no_workbook(names: set[str]) -> Invalid:
    if "xl/workbook.bin" in names:
        what = _("a binary Excel workbook (.xlsb)")
    elif "content.xml" in names:
        what = _("an OpenDocument file")
    elif "word/document.xml" in names:
        what = _("a Word document")
    else:
        what = _("a ZIP archive without a workbook in it")
    return Invalid(
        _("This is %(what)s. Save the table as .xlsx or CSV and send that.", what=what),
        field="file",
    )
