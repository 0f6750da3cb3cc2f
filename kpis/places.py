"""Where a source is at this moment, judged each time that somebody goes there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from ace_portal.lib.crypto import unsealed
from ace_portal.lib.errors import Invalid
from ace_portal.lib.outgoing import address_of, is_own_database
from kpis.models import DataSource
from kpis.sources.databases.base import Place
from kpis.sources.databases.registry import database_of
from kpis.sources.http.asking import Site, origin_of


def place_of(source: DataSource) -> Place:
    """Where the source is, judged now: names may have moved, networks may have been closed."""
    database = database_of(source.kind)
    if database.is_file:
        return Place(kind=source.kind, file=str(_file(source.file)))
    port = source.port or database.default_port
    address = address_of(source.host, port)
    if source.kind == "postgresql" and is_own_database(address, port, source.database):
        raise Invalid(
            _("This is where the portal keeps its own rows; it is no source of data."),
            field="database",
        )
    return Place(
        kind=source.kind, host=source.host, port=port, address=address, database=source.database,
        user=source.user, password=unsealed(source.secret), tls=source.tls,
    )  # fmt: skip


def site_of(source: DataSource) -> Site:
    """Where the address is, judged now, and the token that opens it."""
    origin = origin_of(source.url)
    address = address_of(origin.host, origin.port, field="url")
    return Site(source.url, address, source.header, unsealed(source.secret))


def files_offered() -> list[str]:
    """The names of the files in the operator's folder, in order."""
    if not settings.SOURCE_FILES_DIR:
        return []
    folder = Path(settings.SOURCE_FILES_DIR)
    found: Iterable[Path] = folder.iterdir() if folder.is_dir() else ()
    return sorted(file.name for file in found if file.is_file() and not file.name.startswith("."))


def _file(name: str) -> Path:
    if not settings.SOURCE_FILES_DIR:
        raise Invalid(
            _("Choose a file of the folder that the operator names with ACE_SOURCE_FILES_DIR."),
            field="file",
        )
    if name not in files_offered():
        raise Invalid(
            _("The file “%(name)s” is not in the folder of files that are sources.")
            % {"name": name},
            field="file",
        )
    folder = Path(settings.SOURCE_FILES_DIR).resolve()
    path = (folder / name).resolve()
    if not path.is_relative_to(folder) or path.is_relative_to(Path(settings.DATA_DIR)):
        raise Invalid(_("This file lies outside the folder for data sources."), field="file")
    return path
