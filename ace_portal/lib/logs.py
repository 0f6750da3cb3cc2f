"""What never stands in a log: the secret in the address of a feed."""

from __future__ import annotations

import logging
import re

_SECRET = re.compile(r"(/feed/)[A-Za-z0-9_-]{20,}")


def without_secret(text: str) -> str:
    """An address, or a text with one in it, without what opens the feed."""
    return _SECRET.sub(r"\1…", text)


class WithoutSecrets(logging.Filter):
    """On every handler: the web framework writes the address of a request that it refuses."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if "/feed/" in message:
            record.msg, record.args = without_secret(message), ()
        return True
