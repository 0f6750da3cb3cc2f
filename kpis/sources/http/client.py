"""One address, asked over HTTP: the place that was judged, and no other.

Every answer is bounded in bytes and time. The token goes to this origin alone, in one header, and
stands in no sentence.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self
from urllib.parse import quote, urljoin, urlsplit

from ace_portal.lib.errors import Invalid, PortalError, Temporary
from ace_portal.lib.words import sentence as _
from kpis.sources.http.answers import Answer, refusal_of
from kpis.sources.http.asking import Origin, Site, origin_of, quoted

CONNECT_SECONDS = 10
PATIENCE = 30.0  # seconds without a byte
MOST_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)
PIECE = 1 << 16
LONGEST_WAIT = 30.0  # seconds that a page waits for its turn; what takes longer is another attempt
MOST_WAITS = 5
AGENT = "ACE-Portal"


class _Line(http.client.HTTPConnection):
    """A connection to the address that was judged, whatever the name says by now."""

    def __init__(self, site: Site, patience: float) -> None:
        origin = site.origin
        super().__init__(origin.host, origin.port, timeout=patience)
        self.site = site
        self.default_port = 443 if origin.scheme == "https" else 80

    def connect(self) -> None:
        origin = self.site.origin
        place = (self.site.address, origin.port)
        line = socket.create_connection(place, timeout=min(CONNECT_SECONDS, self.timeout or 1))
        try:
            line.settimeout(self.timeout)
            if origin.scheme == "https":
                context = ssl.create_default_context()
                line = context.wrap_socket(line, server_hostname=origin.host)
        except BaseException:
            line.close()
            raise
        self.sock = line


class Client:
    """Asks one site for one path after the other, until its time or its bytes are over."""

    def __init__(
        self,
        site: Site,
        *,
        seconds: float,
        page_bytes: int,
        patience: float = PATIENCE,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.site = site
        self.end = time.monotonic() + seconds
        self.seconds = seconds
        self.page_bytes = page_bytes
        self.patience = patience
        self.sleep = sleep
        self.waits = 0
        self._line: _Line | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *told: object) -> None:
        self.close()

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def get(self, target: str) -> Answer:
        """The answer with status 200; what else comes is a sentence. Waits where it is told to."""
        while True:
            answer = self.ask(target)
            if answer.status == 200:
                return answer
            error = refusal_of(answer)
            wait = error.details.get("wait")
            left = self.end - time.monotonic()
            if wait is None or self.waits >= MOST_WAITS or wait > min(LONGEST_WAIT, left):
                raise error
            self.waits += 1
            self.sleep(float(wait))

    def knock(self, target: str) -> None:
        """Whether anybody is there who knows the token; a base address itself may hold nothing."""
        answer = self._asked(target)
        if answer.status == 401 or answer.status >= 500:
            raise refusal_of(answer)

    def ask(self, target: str) -> Answer:
        """The answer, whatever its status; redirects are followed within the same origin."""
        for _turn in range(MOST_REDIRECTS + 1):
            answer = self._asked(target)
            if answer.status not in REDIRECTS:
                return answer
            target = self.within(answer, str(answer.headers.get("Location", "")))
        raise Invalid(_("The address sends round in circles."), field="path")

    def within(self, answer: Answer, link: str) -> str:
        """The path of a link, which may be relative; ``Invalid`` where it leads elsewhere."""
        here = self.site.origin
        try:
            whole = urljoin(f"{_spelled(here)}{answer.target}", link)
            there = origin_of(whole)
        except ValueError as error:
            raise Invalid(_("The address sends on to what is no address."), field="path") from error
        if there != here:
            raise Invalid(
                _(
                    "The address sends on to %(other)s, where the portal does not follow: the "
                    "token is for %(here)s alone.",
                    other=there.shown[:200],
                    here=here.shown[:200],
                ),
                field="path",
            )
        parts = urlsplit(whole)
        query = quote(parts.query, safe="/%:@!$&'()*+,;=~?")
        return quoted(parts.path or "/") + (f"?{query}" if query else "")

    def _asked(self, target: str) -> Answer:
        with self._in_words():
            fresh = self._line is None
            try:
                return self._once(target)
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                if fresh:
                    raise
            self.close()  # it was kept open, and the other side has let go
            return self._once(target)

    def _once(self, target: str) -> Answer:
        if self._line is None:
            self._line = _Line(self.site, self._time_left())
            self._line.connect()
        line = self._line
        if line.sock is not None:
            line.sock.settimeout(self._time_left())
        line.request("GET", target, headers=self._headers())
        response = line.getresponse()
        body = self._read(response)
        response.close()  # the line is free for the next request
        if response.will_close:
            self.close()
        return Answer(target, response.status, response.headers, body)

    def _headers(self) -> dict[str, str]:
        headers = {
            "Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": AGENT,
        }  # fmt: skip
        if self.site.token and self.site.header:
            headers[self.site.header] = self.site.token
        elif self.site.token:
            headers["Authorization"] = f"Bearer {self.site.token}"
        return headers

    def _time_left(self) -> float:
        left = self.end - time.monotonic()
        if left <= 0:
            raise Invalid(
                _(
                    "This took longer than %(n)s seconds and was stopped. Ask for less at a time.",
                    n=f"{self.seconds:g}",
                ),
                field="path",
            )
        return min(self.patience, left)

    def _read(self, response: http.client.HTTPResponse) -> bytes:
        """The body, unpacked; ``Invalid`` as soon as it is more than a page may have."""
        packing = str(response.headers.get("Content-Encoding", "identity")).strip().lower()
        if packing not in ("identity", "gzip", ""):
            raise Invalid(
                _("The answer is packed in a way (%(how)s) that was not asked for.",
                  how=packing[:40]),
                field="path",
            )  # fmt: skip
        unpack = zlib.decompressobj(31) if packing == "gzip" else None
        pieces, size = [], 0
        while piece := response.read1(PIECE):
            self._time_left()
            if unpack is not None:
                piece = unpack.decompress(piece, self.page_bytes - size + 1)
            size += len(piece)
            if size > self.page_bytes:
                raise Invalid(
                    _(
                        "A page has more than %(n)s MB. Ask for fewer rows a page.",
                        n=f"{self.page_bytes / 1e6:g}",
                    ),
                    field="size",
                )
            pieces.append(piece)
        if response.length or (unpack is not None and pieces and not unpack.eof):
            raise Temporary(_("The answer broke off."), field="url")
        return b"".join(pieces)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """What the network does, in sentences that hold no secret."""
        host = self.site.origin.host
        try:
            yield
        except PortalError:
            self.close()
            raise
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise Invalid(
                _(
                    "The certificate of “%(host)s” is not to be trusted: %(why)s.",
                    host=host,
                    why=error.verify_message or "?",
                ),
                field="url",
            ) from None
        except TimeoutError:
            self.close()
            self._time_left()
            raise Temporary(
                _("“%(host)s” takes too long to answer.", host=host), field="url"
            ) from None
        except http.client.IncompleteRead:
            self.close()
            raise Temporary(_("The answer broke off."), field="url") from None
        except zlib.error:
            self.close()
            raise Invalid(_("The answer says it is packed, and is not."), field="path") from None
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Temporary(
                _("“%(host)s” does not answer: %(what)s", host=host, what=_named(error)),
                field="url",
            ) from None


def _spelled(origin: Origin) -> str:
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    return f"{origin.scheme}://{host}:{origin.port}"


def _named(error: Exception) -> str:
    """What went wrong on the line; an answer's own words are not repeated."""
    if isinstance(error, OSError):
        return str(error.strerror or type(error).__name__)
    return type(error).__name__
