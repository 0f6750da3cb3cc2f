"""A mail server that takes, refuses or drops what it is sent, and keeps what it took.

It knows nothing of the portal, so that what starts a portal can start one beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.harness import free_port


@dataclass
class Sink:
    """``says`` is the answer to a mail; "drop" takes it and hangs up without one."""

    port: int
    says: str = "250 OK"
    taken: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.says == "drop" or self.says.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.taken.append(message_from_bytes(content, policy=default))  # type: ignore[arg-type]
        if self.says == "drop":
            assert server.transport is not None
            server.transport.abort()
        return self.says


@contextmanager
def listening() -> Iterator[Sink]:
    """A real SMTP server on loopback."""
    sink = Sink(free_port())
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    yield sink
    controller.stop()
