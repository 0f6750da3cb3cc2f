"""A message broker made of files, for one machine without a server.

Kombu's own writes a message under the name that readers look for, so a reader can see half of it,
lose it and end the worker. Here a message appears under its name only when it is whole.
"""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from time import monotonic_ns
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES
from kombu.transport.filesystem import Channel as FileChannel
from kombu.transport.filesystem import Transport as FileTransport
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps

SCHEME = "acefiles"


class Channel(FileChannel):
    """Write beside, then rename: a rename is whole or has not happened."""

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        name = f"{monotonic_ns()}_{uuid.uuid4()}.{queue}.msg"
        part = folder / f".{name}.part"
        try:
            with part.open("wb") as file:
                file.write(str_to_bytes(dumps(payload)))
            os.replace(part, folder / name)  # noqa: PTH105
        except OSError as error:
            part.unlink(missing_ok=True)
            raise ChannelError(f"Cannot add file {name!r} to directory {folder}") from error


class Transport(FileTransport):
    Channel = Channel


def register() -> None:
    """Make ``acefiles://`` a broker's address."""
    TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
