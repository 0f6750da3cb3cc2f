"""The values in a file of JSON, one by one, each with the line on which it begins."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _

CHUNK = 1 << 20
LONGEST = 10_000_000  # bytes of one object
WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
BETWEEN = re.compile(r"[\s,]*")
BREAKS_OFF = _("the JSON breaks off")
NO_UTF8 = _("the letters are not UTF-8")
TOO_LONG = _("more than %(most)s MB in one object", most=f"{LONGEST // 1_000_000}")
TOO_DEEP = _("nested too deeply")


@dataclass(frozen=True, slots=True)
class Found:
    """A value, or why there is none."""

    line: int
    value: Any = None
    raw: str = ""
    reason: str = ""
    cut: bool = False  # the file ends within it


def _no_number(name: str) -> Any:
    raise ValueError(name)


DECODER = json.JSONDecoder(parse_constant=_no_number)


def in_lines(path: Path) -> bool:
    """Whether each line is a value of its own, rather than a list or objects over many lines."""
    with path.open("rb") as file:
        if file.read(2) in WIDE:
            raise Invalid(
                _("JSON is written in UTF-8; this file is not. Save it so and send that."),
                field="file",
            )
        file.seek(0)
        first = next((line for line in _lines_of(file) if line.strip()), b"")
    text = first.removeprefix(codecs.BOM_UTF8).strip()
    if not text:
        raise Invalid(_("The file holds only blank lines."), field="file")
    return not text.startswith(b"[") and not text.endswith((b"{", b"[", b","))


def values_in(path: Path) -> Iterator[Found]:
    """Every value of the file in order; a broken one has its reason."""
    return _by_line(path) if in_lines(path) else _one_after_another(path)


def _lines_of(file: BinaryIO) -> Iterator[bytes]:
    """Lines, the end of one that is too long left out."""
    while line := file.readline(LONGEST + 1):
        yield line
        while len(line) > LONGEST and not line.endswith(b"\n"):
            line = file.readline(LONGEST + 1)
            if not line:
                return


def _by_line(path: Path) -> Iterator[Found]:
    with path.open("rb") as file:
        for number, raw in enumerate(_lines_of(file), start=1):
            line = raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
            if not line.strip():
                continue
            cut = not line.endswith(b"\n")
            if len(line) > LONGEST:
                yield Found(number, raw=_shown(line[:200]), reason=TOO_LONG)
                continue
            yield _value(number, line, cut=cut)


def _value(number: int, line: bytes, *, cut: bool) -> Found:
    reason: str
    try:
        return Found(number, DECODER.decode(line.decode()), _shown(line[:200]))
    except UnicodeDecodeError:
        reason = NO_UTF8
    except json.JSONDecodeError as error:
        ends = error.pos >= len(line.decode().rstrip()) or error.msg.startswith("Unterminated")
        reason = BREAKS_OFF if ends else _("not JSON: %(why)s", why=error.msg)
    except RecursionError:
        reason = TOO_DEEP
    except ValueError as error:  # NaN, or a number of thousands of digits
        reason = _("not JSON: %(why)s", why=str(error)[:80])
    return Found(number, raw=_shown(line[:200]), reason=reason, cut=cut)


def _shown(line: bytes) -> str:
    return line.decode("utf-8", "replace").strip()


@dataclass(slots=True)
class Text:
    """The file as text, read piece by piece; ``at`` is the place that comes next."""

    file: BinaryIO
    decoder: codecs.IncrementalDecoder
    text: str = ""
    at: int = 0
    line: int = 1
    ended: bool = False

    def more(self) -> None:
        """Read at least as much again as waits."""
        piece = self.file.read(max(CHUNK, len(self.text) - self.at))
        self.ended = not piece
        try:
            self.text = self.text[self.at :] + self.decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            raise Invalid(
                _("JSON is written in UTF-8; this file is not. Save it so and send that."),
                field="file",
            ) from error
        self.at = 0

    def go_to(self, place: int) -> None:
        self.line += self.text.count("\n", self.at, place)
        self.at = place

    def next_sign(self) -> str:
        """What comes after spaces and commas; empty at the end."""
        while True:
            match = BETWEEN.match(self.text, self.at)
            self.go_to(match.end() if match else self.at)
            if self.at < len(self.text) or self.ended:
                return self.text[self.at : self.at + 1]
            self.more()


def _one_after_another(path: Path) -> Iterator[Found]:
    with path.open("rb") as file:
        text = Text(file, codecs.getincrementaldecoder("utf-8-sig")("strict"))
        listed = text.next_sign() == "["
        if listed:
            text.go_to(text.at + 1)
        while (sign := text.next_sign()) and not (listed and sign == "]"):
            found = _next(text)
            yield found
            if found.reason:
                return  # nobody can tell where the next one begins
        if listed and not sign:
            yield Found(text.line, reason=BREAKS_OFF, cut=True)
        elif listed:
            text.go_to(text.at + 1)
            if text.next_sign():
                reason = _("more text after the end of the list")
                yield Found(text.line, raw=text.text[text.at : text.at + 200], reason=reason)


def _next(text: Text) -> Found:
    line = text.line
    while True:
        try:
            value, end = DECODER.raw_decode(text.text, text.at)
        except json.JSONDecodeError as error:
            waiting = len(text.text) - text.at
            if not text.ended and waiting <= LONGEST:
                text.more()
                continue
            reason: str = _("not JSON: %(why)s", why=error.msg)
            if text.ended and error.pos >= len(text.text.rstrip()):
                reason = BREAKS_OFF
            elif waiting > LONGEST and error.pos >= len(text.text) - CHUNK:
                reason = TOO_LONG
        except RecursionError:
            reason = TOO_DEEP
        except ValueError as error:
            reason = _("not JSON: %(why)s", why=str(error)[:80])
        else:
            raw = text.text[text.at : min(end, text.at + 200)]
            text.go_to(end)
            return Found(line, value, raw)
        raw = text.text[text.at : text.at + 200]
        return Found(line, raw=raw, reason=reason, cut=reason is BREAKS_OFF)
