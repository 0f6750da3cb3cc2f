"""Where an address is, and what is asked of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self
from urllib.parse import quote, urlencode, urlsplit

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _

KIND = "http"
PORTS = {"http": 80, "https": 443}
PAGINGS = ("none", "page", "offset", "next", "link", "cursor")
MARK_FORMATS = ("iso", "date", "seconds", "milliseconds")
MOST_PARAMETERS = 50
MOST_SIZE = 100_000
DEEPEST = 2
NO_SIGN = re.compile(r"[\x00-\x20\x7f\u2028\u2029]")
HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,62}")
#: headers that say something else than who asks
TAKEN = frozenset(
    ("host", "connection", "content-length", "transfer-encoding", "accept", "accept-encoding",
     "user-agent", "te", "upgrade", "range", "expect")
)  # fmt: skip
#: how the parameter is called that each way of paging sets, where nothing else is said
USUAL = {"page": "page", "offset": "offset", "cursor": "cursor"}


@dataclass(frozen=True, slots=True)
class Origin:
    """Who answers: no connection goes to another one."""

    scheme: str
    host: str
    port: int

    @property
    def shown(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"


def origin_of(url: str) -> Origin:
    """The origin of an absolute address; ``ValueError`` where it has none."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError(url)
    host = parts.hostname.encode("idna").decode() if not parts.hostname.isascii() else None
    return Origin(parts.scheme, host or parts.hostname, parts.port or PORTS[parts.scheme])


@dataclass(frozen=True, slots=True)
class Site:
    """A base address and how to get in. ``address`` is the numeric one that was judged."""

    url: str
    address: str = ""
    header: str = ""  # which carries the token; empty: Authorization, as a bearer
    token: str = field(default="", repr=False)

    @property
    def origin(self) -> Origin:
        return origin_of(self.url)

    @property
    def path(self) -> str:
        return quoted(urlsplit(self.url).path).rstrip("/")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Site:
        return cls(**data)


def quoted(path: str) -> str:
    """A path as it is sent; what is quoted already stays so."""
    return quote(path, safe="/%:@!$&'()*+,;=~")


def check_url(url: str) -> None:
    """Raise ``Invalid`` for what is no base address."""
    try:
        parts = urlsplit(url)
        origin_of(url)
    except ValueError as error:  # also for a port that is none, and UnicodeError
        raise Invalid(
            _("Begin the address with https:// or http:// and the name of the machine."),
            field="url",
        ) from error
    if NO_SIGN.search(url):
        raise Invalid(_("The address holds what is no part of one."), field="url")
    if parts.username is not None or parts.password is not None:
        raise Invalid(
            _("Leave name and password out of the address: a token has its own field."),
            field="url",
        )
    if parts.query or parts.fragment or "?" in url or "#" in url:
        raise Invalid(
            _("This is the base address alone: each dataset says its own parameters."), field="url"
        )


def check_header(name: str) -> None:
    """Raise ``Invalid`` for a header that cannot carry a token."""
    if name and (not HEADER.fullmatch(name) or name.lower() in TAKEN):
        raise Invalid(
            _("“%(name)s” is no header that could carry a token.", name=name[:80]), field="header"
        )


def check_token(token: str) -> None:
    """Raise ``Invalid`` for what no header can carry."""
    if not all(" " <= sign <= "~" for sign in token):
        raise Invalid(_("A token is one line of letters, digits and signs."), field="password")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: a path with its parameters, where the rows lie, how the pages go on."""

    path: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    rows_at: str = ""  # where in the body the list is; empty: the body is the list
    paging: str = "none"
    parameter: str = ""  # that says which page, offset or cursor
    size_parameter: str = ""
    size: int = 0  # rows of a page; 0: as many as the address gives
    first: int = 1  # the number of the first page
    next_at: str = ""  # where in the body the next link or cursor is
    depth: int = 1  # how deep an object becomes columns of its own
    mark_parameter: str = ""  # that asks for what is newer
    mark_format: str = "iso"

    def __post_init__(self) -> None:
        _check_path(self.path)
        _check_parameters(self)
        _one_of("paging", self.paging, PAGINGS)
        _one_of("mark_format", self.mark_format, MARK_FORMATS)
        _between("size", self.size, 0, MOST_SIZE)
        _between("first", self.first, 0, 1_000_000)
        _between("depth", self.depth, 0, DEEPEST)
        if self.paging in ("next", "cursor") and not self.next_at:
            raise Invalid(_("Say where in the body the next one is named."), field="next_at")
        if self.size and not self.size_parameter and self.paging in USUAL:
            raise Invalid(
                _("Say which parameter asks for that many rows a page."), field="size_parameter"
            )

    @property
    def paged_by(self) -> str:
        """The parameter that each page sets."""
        return self.parameter or USUAL.get(self.paging, "")

    def target(self, site: Site, **more: str) -> str:
        """Path and parameters as they are sent; ``more`` win over those of the same name."""
        pairs = [pair for pair in self.parameters if pair[0] not in more]
        if self.size and self.size_parameter and self.size_parameter not in more:
            pairs.append((self.size_parameter, str(self.size)))
        path = site.path + (quoted("/" + self.path.lstrip("/")) if self.path else "") or "/"
        query = urlencode([*pairs, *more.items()])
        return f"{path}?{query}" if query else path

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "parameters": [list(pair) for pair in self.parameters]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        unknown = sorted(set(data) - {known.name for known in fields(cls)})
        if unknown:
            raise Invalid(_("“%(name)s” has no place here.", name=unknown[0]), field=unknown[0])
        pairs = data.get("parameters", ())
        return cls(**{**data, "parameters": tuple((str(name), str(to)) for name, to in pairs)})


def _check_path(path: str) -> None:
    if "://" in path or path.startswith("//"):
        raise Invalid(_("Write what comes after the base address, not a whole one."), field="path")
    if "?" in path or "#" in path:
        raise Invalid(_("Write what comes after the “?” as parameters."), field="path")
    if NO_SIGN.search(path) or "\\" in path:
        raise Invalid(_("The path holds what is no part of one."), field="path")


def _check_parameters(asked: Asked) -> None:
    if len(asked.parameters) > MOST_PARAMETERS:
        raise Invalid(
            _("At most %(n)s parameters are allowed.", n=MOST_PARAMETERS), field="parameters"
        )
    names = [name for name, _value in asked.parameters]
    if "" in names:
        raise Invalid(_("A parameter has no name."), field="parameters")


def _one_of(field_: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise Invalid(_("Choose one of %(known)s.", known=", ".join(known)), field=field_)


def _between(field_: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise Invalid(
            _("A number from %(least)s to %(most)s.", least=f"{least:,}", most=f"{most:,}"),
            field=field_,
        )
