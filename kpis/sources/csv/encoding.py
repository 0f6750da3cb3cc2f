"""From bytes to UTF-8: is it text at all, in which encoding, and how sure are we."""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from charset_normalizer import from_bytes

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.sources.base import Caps

CHUNK = 1 << 20
SAMPLE = 1 << 18
#: what a file may be written in, commonest first
ENCODINGS = ("utf-8", "cp1252", "cp1250", "iso8859-15", "mac-roman", "utf-16")
WESTERN = ["cp1252", "cp1250"]
FEW_ODD, FEW_ODD_IN = 40, 1 << 16  # so few letters beyond ASCII are accents, no other script
GUESSES = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "shift_jis", "gb18030", "euc_kr"]

NOT_TEXT = (
    (b"PK\x03\x04", _("a ZIP archive or an Excel workbook")),
    (b"%PDF", _("a PDF")),
    (b"\x1f\x8b", _("a gzip archive")),
    (b"\xd0\xcf\x11\xe0", _("an old Excel or Word file")),
    (b"PAR1", _("a Parquet file")),
    (b"SQLite format 3", _("a SQLite database")),
    (b"\x89PNG", _("a picture")),
    (b"\xff\xd8\xff", _("a picture")),
    (b"7z\xbc\xaf", _("a 7-Zip archive")),
    (b"BZh", _("a bzip2 archive")),
    (b"\xfd7zXZ", _("an xz archive")),
)
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Scan:
    """One pass over the bytes. ``breaks`` counts line breaks outside of double quotes."""

    bytes: int
    sha256: str
    encoding: str
    note: str
    certain: bool
    breaks: int
    quoted_breaks: bool  # some line breaks are inside of double quotes
    open_end: bool  # the last line has no line break
    as_is: bool  # the bytes are UTF-8 without zeros and can be read in place


def check_size(path: Path, caps: Caps) -> int:
    """The size in bytes, once it is neither empty nor over the cap."""
    size = path.stat().st_size
    if size == 0:
        raise Invalid(_("The file is empty."), field="file")
    if size > caps.bytes:
        raise Invalid(
            _(
                "The file has %(size)s MB; at most %(most)s MB are allowed. "
                "Leave out columns or split it by time.",
                size=f"{size / 1e6:,.1f}",
                most=f"{caps.bytes / 1e6:,.1f}",
            ),
            field="file",
        )
    return size


def scan(path: Path, told: str | None, caps: Caps) -> Scan:
    """Checksum, encoding and number of line breaks of the file."""
    size = check_size(path, caps)
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    for magic, what in NOT_TEXT:
        if head.startswith(magic):
            raise Invalid(
                _(
                    "This is %(what)s, not a CSV file. Export the table as CSV and upload that.",
                    what=what,
                ),
                field="file",
            )
    seen = _Seen()
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            seen.look(chunk)
    utf8 = seen.is_utf8()
    encoding, note, certain = _encoding(head, told, utf8=utf8, nul=seen.nul)
    return Scan(
        bytes=size,
        sha256=digest.hexdigest(),
        encoding=encoding,
        note=note,
        certain=certain,
        breaks=seen.breaks or seen.returns,
        quoted_breaks=seen.quoted > 0,
        open_end=seen.last not in (b"\n", b"\r"),
        as_is=utf8 and not seen.nul and encoding in ("utf-8", "utf-8-sig"),
    )


@dataclass(slots=True)
class _Seen:
    """What a file has shown so far, piece by piece.

    ``breaks`` and ``returns`` are outside of double quotes, ``quoted`` those of both inside.
    """

    breaks: int = 0
    returns: int = 0
    quoted: int = 0
    nul: bool = False
    last: bytes = b""
    _outside: bool = True
    _utf8: codecs.IncrementalDecoder | None = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8")("strict")
    )

    def look(self, chunk: bytes) -> None:
        """Each thing that most files do not have is looked for once, and counted where it is."""
        self.nul = self.nul or b"\0" in chunk
        self._decode(chunk)
        pieces = chunk.split(b'"') if b'"' in chunk else [chunk]
        has_returns = b"\r" in chunk
        for piece in pieces:
            breaks = piece.count(b"\n")
            returns = piece.count(b"\r") if has_returns else 0
            if self._outside:
                self.breaks += breaks
                self.returns += returns
            else:
                self.quoted += breaks + returns
            self._outside = not self._outside
        self._outside = not self._outside  # a chunk has one quote fewer than pieces
        self.last = chunk[-1:]

    def is_utf8(self) -> bool:
        """Whether all of it was, once it is over."""
        self._decode(b"", final=True)
        return self._utf8 is not None

    def _decode(self, chunk: bytes, *, final: bool = False) -> None:
        """Forget the decoder after the first bytes that are not UTF-8."""
        if self._utf8 is None or (
            chunk.isascii() and not final and self._utf8.getstate()[0] == b""
        ):
            return
        try:
            self._utf8.decode(chunk, final)
        except UnicodeDecodeError:
            self._utf8 = None


def _encoding(head: bytes, told: str | None, *, utf8: bool, nul: bool) -> tuple[str, str, bool]:
    if told is not None:
        return codecs.lookup(told).name, _("Read as %(encoding)s, as chosen.", encoding=told), True
    for mark, encoding in MARKS:
        if head.startswith(mark):
            note = _("The first bytes mark the file as %(encoding)s.", encoding=encoding)
            return encoding, note, True
    if nul:
        return _wide(head)
    if utf8:
        return "utf-8", _("All bytes are valid UTF-8."), True
    odd = sum(byte > 127 for byte in head[:FEW_ODD_IN])
    among = GUESSES if odd > FEW_ODD else WESTERN
    best = from_bytes(head, cp_isolation=among).best()
    guess = best.encoding if best is not None else "cp1252"
    if guess == "cp1250" and _alike(head, "cp1252", guess):
        guess = "cp1252"  # the commoner of two that say the same
    sure = round(100 * (1 - best.chaos)) if best is not None else 0
    return (
        guess,
        _(
            "Not UTF-8. Our guess is %(encoding)s, %(sure)s %% sure: check the letters with "
            "accents.",
            encoding=guess,
            sure=sure,
        ),
        False,
    )


def _alike(head: bytes, one: str, other: str) -> bool:
    return head.decode(one, "replace") == head.decode(other, "replace")


def _wide(head: bytes) -> tuple[str, str, bool]:
    """UTF-16 without a mark has a zero in every other byte of plain text; else it is no text."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = max(len(head) // 2, 1)
    if odd > 0.4 * half and even < 0.1 * half:
        return "utf-16-le", _wide_note("utf-16-le"), False
    if even > 0.4 * half and odd < 0.1 * half:
        return "utf-16-be", _wide_note("utf-16-be"), False
    raise Invalid(
        _("The file holds zero bytes, so it is not text. Export the table as CSV and upload that."),
        field="file",
    )


def _wide_note(encoding: str) -> str:
    return _("Every other byte is zero: this looks like %(encoding)s.", encoding=encoding)


def transcode(path: Path, encoding: str, target: Path) -> None:
    """Write the file as UTF-8 without a mark, piece by piece."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    breaks = 0
    with path.open("rb") as source, target.open("wb") as out:
        while True:
            chunk = source.read(CHUNK)
            try:
                text = decoder.decode(chunk, not chunk)
            except UnicodeError as error:
                raise undecodable(encoding, chunk, error, breaks) from error
            if "\0" in text:
                raise Invalid(
                    _(
                        "Read as %(encoding)s, the file holds zero characters: choose another "
                        "encoding.",
                        encoding=encoding,
                    ),
                    field="encoding",
                )
            breaks += text.count("\n")
            out.write(text.encode("utf-8"))
            if not chunk:
                return


def undecodable(encoding: str, chunk: bytes, error: UnicodeError, breaks: int) -> Invalid:
    """The refusal that names the line where the encoding stops to fit."""
    where = breaks + 1
    if isinstance(error, UnicodeDecodeError):
        where += error.object[: error.start].count(b"\n") if error.object else 0
    return Invalid(
        _(
            "The file is not %(encoding)s: line %(line)s holds bytes that it does not have. "
            "Choose another encoding.",
            encoding=encoding,
            line=f"{where:,}",
        ),
        field="encoding",
        line=where,
    )
