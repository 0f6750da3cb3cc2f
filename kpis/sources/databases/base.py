"""What every kind of database can do for the portal, and what is known of what lies in it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ace_portal.lib.errors import Invalid, PortalError, Temporary
from ace_portal.lib.words import sentence as _
from kpis.sources.marks import After, in_zone

TLS = ("verify", "require", "off")
CONNECT_SECONDS = 10
RELATIONS_SHOWN = 2_000

#: why a column has no place in a dataset
NO_PLACE = _("bytes, lists and structures have no place in a dataset")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a database is and how to get in.

    ``address`` is the numeric one that was judged and is connected to; ``host`` is the name that a
    certificate has to carry. A file database has only ``file``.
    """

    kind: str
    host: str = ""
    port: int = 0
    address: str = ""
    database: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    tls: str = "verify"
    file: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Place:
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or a view; ``rows`` is the database's own estimate, None where it has none."""

    schema: str
    name: str
    kind: str  # table | view
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Attribute:
    """A column of a query: the database's name of its type, ours, and the SQL that makes it so.

    ``type`` is one of ``sources.base.TYPES``, or empty where the column is left out. ``naive`` says
    that its stamps carry no zone.
    """

    name: str
    native: str
    type: str
    sql: str
    naive: bool = False


class Database(ABC):
    """One kind of database.

    Names and numbers that come from people are quoted or bound by the adapter; a typed query has
    passed the gate of this dialect before.
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    default_port: ClassVar[int] = 0
    default_schema: ClassVar[str] = ""
    #: sqlglot's name of the dialect, for the gate of typed SQL
    grammar: ClassVar[str]
    #: functions that typed SQL may call here, beside those that are allowed everywhere
    functions: ClassVar[frozenset[str]] = frozenset()
    is_file: ClassVar[bool] = False
    #: whether people may write queries of their own
    takes_sql: ClassVar[bool] = True
    #: whether figures can be computed inside it, nothing copied
    is_live: ClassVar[bool] = False

    @abstractmethod
    def engine(self, place: Place, *, seconds: float, pool: int = 1) -> sa.Engine:
        """An engine whose connections only read and whose statements end after ``seconds``."""

    @abstractmethod
    def check_rights(self, connection: sa.Connection) -> None:
        """Raise ``Invalid``, with the statement that mends it, where the role could write."""

    @abstractmethod
    def relations(self, connection: sa.Connection) -> list[Relation]:
        """Tables and views that the role can read, those of the system left out."""

    @abstractmethod
    def attributes(self, connection: sa.Connection, query: str) -> list[Attribute]:
        """The columns that a query gives, without its rows."""

    @abstractmethod
    def copy(
        self, connection: sa.Connection, query: str, attributes: Sequence[Attribute], out: IO[bytes]
    ) -> None:
        """Write the rows of ``query`` to ``out`` as ``rows.written`` does: whole rows each time."""

    def rows(self, connection: sa.Connection, query: str) -> Iterator[Sequence[Any]]:
        """The rows of a query, a thousand at a time."""
        result = connection.execution_options(stream_results=True, yield_per=1_000)
        return iter(result.exec_driver_sql(query))

    def names(self, connection: sa.Connection, query: str) -> list[str]:
        """What the columns of a query are called; no row is read."""
        return list(connection.exec_driver_sql(f"SELECT * FROM ({query}) AS q LIMIT 0").keys())

    def quoted(self, name: str) -> str:
        """A name as this database writes it."""
        return '"' + name.replace('"', '""') + '"'

    def table(self, schema: str, name: str) -> str:
        return ".".join(self.quoted(part) for part in (schema, name) if part)

    def selected(
        self, query: str, attributes: Sequence[Attribute], *, where: str = "", limit: int = 0
    ) -> str:
        """``query`` with each column in our type; those that have none are left out."""
        columns = ", ".join(f"{a.sql} AS {self.quoted(a.name)}" for a in attributes if a.type)
        text = f"SELECT {columns} FROM ({query}) AS q"
        if where:
            text += f" WHERE {where}"
        return f"{text} LIMIT {limit}" if limit else text

    def newer(self, attributes: Sequence[Attribute], after: After, time_zone: str) -> str:
        """The condition that a row lies after the mark; empty where the columns are other ones.

        The mark is a number, date or stamp of ours, spelled out here: no text of anybody is.
        """
        if not after.fits({a.name: a.type for a in attributes if a.type}):
            return ""
        attribute = next(a for a in attributes if a.name == after.column)
        value = after.value
        if isinstance(value, datetime) and attribute.naive and time_zone != "UTC":
            value = in_zone(value, time_zone)
        return self.exceeds(attribute, value)

    def exceeds(self, attribute: Attribute, value: int | float | date | datetime) -> str:
        """The condition that a column is greater; a stamp is naive, in UTC or as the column is."""
        return f"{attribute.sql} > {self.spelled(value)}"

    def spelled(self, value: int | float | date | datetime) -> str:
        """A number, a date or a naive stamp as this database writes it."""
        if isinstance(value, datetime):
            return f"TIMESTAMP '{value.isoformat(sep=' ', timespec='microseconds')}'"
        if isinstance(value, date):
            return f"DATE '{value.isoformat()}'"
        return repr(value)

    def literal(self, connection: sa.Connection, value: str) -> str:
        """A text as this database writes it."""
        return "'" + value.replace("'", "''") + "'"

    @contextmanager
    def reading(self, place: Place, *, seconds: float) -> Iterator[sa.Connection]:
        """A connection for one task; failures of the database in words that hold no secret."""
        engine = self.engine(place, seconds=seconds)
        try:
            with engine.connect() as connection:
                yield connection
        except (DBAPIError, SQLAlchemyError, OSError) as error:
            raise self.in_words(error, place) from None
        finally:
            engine.dispose()

    def in_words(self, error: Exception, place: Place) -> PortalError:
        """What the database says. Its words may quote a row, never the password."""
        text = str(getattr(error, "orig", None) or error)
        first = next((line.strip() for line in text.splitlines() if line.strip()), "")
        first = first.replace(place.password, "…") if place.password else first
        if self.is_refusal(error, text):
            return Invalid(
                _("The database lets nobody in with this name and password: %(what)s", what=first),
                field="password",
            )
        if self.is_slow(error, text):
            return Invalid(
                _("The database took too long and was told to stop. Ask for less."), field="sql"
            )
        if self.is_away(error, text):
            return Temporary(_("The database does not answer: %(what)s", what=first), field="host")
        return Invalid(_("The database says: %(what)s", what=first[:500]), field="sql")

    def is_refusal(self, error: Exception, text: str) -> bool:
        """Whether name or password were wrong."""
        return False

    def is_slow(self, error: Exception, text: str) -> bool:
        """Whether the statement ran into its time limit."""
        return False

    def is_away(self, error: Exception, text: str) -> bool:
        """Whether the connection could not be made, or broke."""
        return isinstance(error, OSError) or bool(getattr(error, "connection_invalidated", False))


def file_of(place: Place) -> Path:
    """The file of a file database; a sentence where it is not there."""
    path = Path(place.file)
    if not path.is_file():
        raise Temporary(_("The file “%(name)s” is not there.", name=path.name), field="file")
    return path
