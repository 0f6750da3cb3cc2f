"""The first rows of an address: looked at like a file, before anything is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, Invalid, PortalError
from ace_portal.lib.saying import kept, said
from kpis.models import DataSource, Upload
from kpis.permissions import require_data
from kpis.places import site_of
from kpis.sandbox.addresses import sample_of
from kpis.services import uploads
from kpis.sources.http.asking import KIND as HTTP
from kpis.sources.http.asking import Asked
from kpis.sources.parquet import sha256_of

NAME = 200


def take_sample(*, actor: User, source: DataSource, asked: Mapping[str, Any]) -> Upload:
    """Ask for the first rows and look at them as at a file that somebody sent.

    ``asked``: what ``kpis.sources.http.asking`` takes. Nothing is kept where nothing came.
    """
    require_data(actor)
    if source.kind != HTTP:
        raise Conflict(_("This source is a database: choose a table of it, or write a query."))
    wanted = Asked.from_json(asked)
    with uploads.new_file() as (path, target):
        found = sample_of(site_of(source), wanted, target, caps=uploads.caps())
        if not found.rows:
            raise Invalid(
                _("There are no rows there now, so nobody can see what they hold."), field="rows_at"
            )
        note = said(found.note) if found.complete else _first(found.note)
        upload = Upload(
            name=_named(source, wanted), path=path, bytes=target.stat().st_size,
            sha256=sha256_of(target), kind="json", source=source, asked=wanted.to_json(),
        )  # fmt: skip
        try:
            return uploads.keep(actor=actor, upload=upload, told=[kept(note)])
        except PortalError as error:
            error.field = "path" if error.field == "file" else error.field
            raise


def _first(note: str) -> str:
    return _("%(note)s There are more: these are the first.") % {"note": said(note)}


def _named(source: DataSource, asked: Asked) -> str:
    """What the sample is called: the last part of its path."""
    last = asked.path.rstrip("/").rpartition("/")[2]
    return (last or source.name)[:NAME]
