"""Data sources: how to get in, proved before it is kept, never with more rights than to read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.crypto import sealed
from ace_portal.lib.errors import Conflict, Invalid, PortalError, Temporary
from ace_portal.lib.models import free_slug
from ace_portal.lib.saying import kept, said
from kpis.models import DataSource
from kpis.permissions import require_data
from kpis.places import place_of, site_of
from kpis.sandbox.addresses import knock_at_site
from kpis.sandbox.databases import columns_at, knock_at, look_at
from kpis.sandbox.outside import written
from kpis.sources.databases.base import Database, Relation
from kpis.sources.databases.looking import Look
from kpis.sources.databases.registry import DATABASES, database_of
from kpis.sources.http.asking import KIND as HTTP
from kpis.sources.http.asking import check_header, check_token, check_url
from kpis.sources.origins import LABELS

#: where a password would go: with another of these it has to be said again
WHITHER = ("kind", "host", "port", "user", "tls", "url", "header")
#: whose columns are told at once, and for how long they are remembered
COLUMNS_OF, COLUMNS_SECONDS = 20, 300
FIELDS = (
    "name", "kind", "host", "port", "database", "user", "tls", "file", "at_once", "url", "header",
)  # fmt: skip


def create_source(*, actor: User, password: str = "", **fields: Any) -> DataSource:
    """A source that was reached just now with a role that can only read; else nothing is made.

    ``fields`` are those of ``FIELDS``: a server has host, port, database, user, tls; a file
    database has ``file``, a name in the operator's folder; an address has url and header, and
    its token is the password.
    """
    require_data(actor)
    source = DataSource(owner=actor, slug=free_slug(DataSource, fields["name"]))
    _fill(source, fields)
    source.secret = _sealed(source, password)
    found = _tried(source)
    with transaction.atomic():
        _seen(source, found)
        record(actor=actor, action="source.create", target=source, kind=source.kind)
    return source


def change_source(
    *, actor: User, source: DataSource, password: str = "", **fields: Any
) -> DataSource:
    """Another way in, tried before it is kept; an empty password stays as it is.

    Where the password would go elsewhere, it has to be typed again.
    """
    require_data(actor)
    before = {name: getattr(source, name) for name in WHITHER}
    _fill(source, fields)
    if source.kind != before["kind"]:
        raise Invalid(_("A source keeps its kind. Make a new one."), field="kind")
    moved = any(getattr(source, name) != value for name, value in before.items())
    if moved and source.secret and not password:
        raise Invalid(_("Type the password again: it would go elsewhere now."), field="password")
    if password:
        source.secret = _sealed(source, password)
    found = _tried(source)
    with transaction.atomic():
        _seen(source, found)
        record(actor=actor, action="source.change", target=source)
    return source


def try_source(*, actor: User, source: DataSource) -> DataSource:
    """Knock again: what is there now, or why nobody gets in; both are kept."""
    require_data(actor)
    try:
        found = _tried(source)
    except PortalError as error:
        DataSource.objects.filter(pk=source.pk).update(
            trouble=kept(error.message), tested_at=timezone.now()
        )
        raise
    with transaction.atomic():
        _seen(source, found)
        record(actor=actor, action="source.test", target=source)
    return source


def remove_source(*, actor: User, source: DataSource) -> None:
    """Gone with its password, unless a dataset needs it."""
    require_data(actor)
    with transaction.atomic():
        source = DataSource.objects.select_for_update().get(pk=source.pk)
        used = source.datasets.order_by("name").first()
        if used is not None:
            raise Conflict(
                _("“%(name)s” comes from this source. Remove what uses it first.") % {"name": used}
            )
        record(actor=actor, action="source.remove", target=source)
        source.delete()


def look_into(*, actor: User, source: DataSource, rows: int = 50, **asked: str) -> Look:
    """Columns and first rows of a table (``schema``, ``table``) or of typed ``sql``."""
    require_data(actor)
    if source.kind == HTTP:
        raise Conflict(_("An address has no tables: take a sample of what it answers."))
    return look_at(place_of(source), asked, rows=rows)


def columns_in(*, actor: User, source: DataSource, tables: Sequence[str]) -> dict[str, list[str]]:
    """What the columns of tables are called, by the names that ``tables_in`` gives them.

    A name that the source does not have, and each beyond the first ``COLUMNS_OF``, has none.
    """
    require_data(actor)
    known = tables_in(source)
    wanted = {name: known[name] for name in dict.fromkeys(tables) if name in known}
    keys = {
        name: f"columns-1:{source.pk}:{source.updated_at.timestamp()}:{_hash_of(relation)}"
        for name, relation in list(wanted.items())[:COLUMNS_OF]
    }
    found: dict[str, list[str]] = cache.get_many(keys.values())
    missing = [name for name, key in keys.items() if key not in found]
    if missing:
        read = columns_at(place_of(source), [wanted[name] for name in missing])
        fresh = {keys[name]: columns for name, columns in zip(missing, read, strict=True)}
        cache.set_many(fresh, COLUMNS_SECONDS)
        found |= fresh
    return {name: found[key] for name, key in keys.items()}


def tables_in(source: DataSource) -> dict[str, dict[str, str]]:
    """The tables and views of a database that takes typed SQL, by the name that a query uses."""
    database = DATABASES.get(source.kind)
    if database is None or not database.takes_sql:
        return {}
    return {
        written(database, row["schema"], row["name"], home=source.database): {
            "schema": row["schema"], "table": row["name"],
        }
        for row in source.relations
    }  # fmt: skip


def _hash_of(relation: dict[str, str]) -> str:
    """A table in the key of a cache."""
    return hashlib.sha256(repr(sorted(relation.items())).encode()).hexdigest()[:32]


def _fill(source: DataSource, fields: dict[str, Any]) -> None:
    unknown = sorted(set(fields) - set(FIELDS))
    if unknown:
        raise Invalid(_("“%(name)s” has no place here.") % {"name": unknown[0]}, field=unknown[0])
    for name, value in fields.items():
        setattr(source, name, value)
    if source.kind == HTTP:
        _fill_address(source)
    else:
        _fill_database(source, database_of(source.kind))
    source.full_clean()


def _fill_database(source: DataSource, database: Database) -> None:
    source.url = source.header = ""
    if database.is_file:
        source.host = source.database = source.user = source.secret = ""
        source.port = None
        _needed(source, "file")
    else:
        source.file = ""
        source.port = source.port or database.default_port
        _needed(source, "host", "user", *(("database",) if source.kind == "postgresql" else ()))


def _fill_address(source: DataSource) -> None:
    source.host = source.database = source.user = source.file = ""
    source.port = None
    _needed(source, "url")
    source.url = source.url.strip().rstrip("/")
    check_url(source.url)
    check_header(source.header)


def _needed(source: DataSource, *names: str) -> None:
    for name in names:
        if not getattr(source, name):
            raise Invalid(_("This is needed."), field=name)


def _sealed(source: DataSource, password: str) -> str:
    if source.kind == HTTP:
        check_token(password)
    return sealed(password)


def _tried(source: DataSource) -> list[Relation]:
    """What can be read there; Invalid where nobody gets in, for it is the input that says where."""
    try:
        if source.kind == HTTP:
            knock_at_site(site_of(source))
            return []
        return knock_at(place_of(source))
    except Temporary as error:
        raise Invalid(error.message, field=error.field) from error


def _seen(source: DataSource, found: list[Relation]) -> None:
    source.relations = [asdict(relation) for relation in found]
    source.tested_at, source.trouble = timezone.now(), ""
    source.save()


def kinds() -> list[tuple[str, str]]:
    """Kind → its name."""
    return [(kind, said(label)) for kind, label in LABELS.items()]
