"""A picture that somebody sends, decoded and encoded anew: nothing of its file is kept."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from ace_portal.lib.errors import Invalid

MAX_BYTES = 5 * 1024 * 1024
#: what is decoded at most, and how wide and high what is kept may be
MAX_PIXELS, MAX_SIDE = 24_000_000, 2_000
FORMATS = ("PNG", "JPEG", "WEBP")
#: by the name in the database: what Pillow and what a browser call it
KINDS = {"png": ("PNG", "image/png"), "jpeg": ("JPEG", "image/jpeg")}
QUALITY = 88
FIELD = "file"


@dataclass(frozen=True, slots=True)
class Taken:
    """A picture as it is kept; ``sha256`` is that of ``data``."""

    data: bytes
    kind: str
    width: int
    height: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def taken(file: IO[bytes]) -> Taken:
    """The picture in a file; raises ``Invalid`` where there is none, or where it is too large.

    Its first frame, upright, without its metadata: a JPEG where it came as one, else a PNG.
    """
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Invalid(
            _("A picture has at most %(mb)d MB.") % {"mb": MAX_BYTES // 1024**2}, field=FIELD
        )
    if b"<svg" in data[:2048].lower():
        raise Invalid(
            _("An SVG can hold scripts, so it is not taken: send a PNG, a JPEG or a WebP."),
            field=FIELD,
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _anew(data)
    except Invalid:
        raise
    except Exception as error:  # whatever the decoder says of bytes that are no picture
        raise Invalid(
            _("This is no picture that can be read: send a PNG, a JPEG or a WebP."), field=FIELD
        ) from error


def _too_many_dots() -> Invalid:
    return Invalid(
        _("A picture has at most %(n)d million dots.") % {"n": MAX_PIXELS // 10**6}, field=FIELD
    )


def _anew(data: bytes) -> Taken:
    # Few pages take a picture: the library is loaded with the first.
    from PIL import Image, ImageOps

    try:
        found = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:  # far beyond our own limit
        raise _too_many_dots() from error
    with found as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise _too_many_dots()
        kind = "jpeg" if opened.format == "JPEG" else "png"
        clear = kind == "png" and opened.has_transparency_data
        mode = "RGBA" if clear else "RGB"
        # Made smaller before anything else: a copy at full size is as large as the limit allows.
        small = opened.convert(mode) if opened.mode in {"P", "1"} else opened
        small.thumbnail((MAX_SIDE, MAX_SIDE))
        plain = ImageOps.exif_transpose(small).convert(mode)
    # A new picture from the dots alone: what came beside them stays behind.
    fresh = Image.frombytes(plain.mode, plain.size, plain.tobytes())
    out = io.BytesIO()
    more = {"quality": QUALITY} if kind == "jpeg" else {"optimize": True}
    fresh.save(out, KINDS[kind][0], **more)
    return Taken(out.getvalue(), kind, *fresh.size)
