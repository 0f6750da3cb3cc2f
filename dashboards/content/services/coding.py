"""A dashboard's draft from the text that a repository keeps of it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, Invalid
from dashboards.content.code import document_in
from dashboards.content.compare import Change
from dashboards.content.document import EMPTY, Document, parse, sha256, to_json
from dashboards.content.models import Dashboard, Version
from dashboards.content.saves import changes_between
from dashboards.content.selectors import released_of, work_of
from dashboards.content.services.checks import check_sources
from dashboards.content.services.drafts import put_document, start_version
from dashboards.permissions import require_editor


def changes_in(dashboard: Dashboard, text: str) -> list[Change]:
    """What applying a text would change, in words; nothing is written.

    It is held against the draft, else against what is released. Raises ``Invalid`` as applying it
    would.
    """
    document = _document_for(dashboard, text)
    check_sources(document)
    against = _newest(dashboard)
    return changes_between(parse(against.document) if against is not None else EMPTY, document)


def apply_code(
    *, actor: User, dashboard: Dashboard, text: str, revision: int | None = None
) -> Version:
    """The draft says what the text says; a new one is begun where there is none.

    A text that changes nothing changes nothing: the version that says the same is returned. With
    ``revision`` only over the draft that was seen.
    """
    require_editor(actor, dashboard)
    document = _document_for(dashboard, text)
    with transaction.atomic():
        newest = _newest(dashboard)
        if newest is not None and newest.sha256 == sha256(document):
            return newest
        draft = work_of(dashboard) or start_version(actor=actor, dashboard=dashboard)
        return put_document(
            actor=actor, dashboard=dashboard, document=to_json(document),
            revision=draft.revision if revision is None else revision,
        )  # fmt: skip


def _document_for(dashboard: Dashboard, text: str) -> Document:
    slug, document = document_in(text)
    if slug not in ("", dashboard.slug):
        raise Invalid(
            _("This text is for “%(other)s”. Change its line “dashboard:” to use it here.")
            % {"other": slug[:80]},
            field="text",
        )
    return document


def _newest(dashboard: Dashboard) -> Version | None:
    return work_of(dashboard) or released_of(dashboard)


def version_to_keep(dashboard: Dashboard) -> Version:
    """What a repository keeps: the draft, else what is released; ``Conflict`` without any."""
    version = _newest(dashboard)
    if version is None:
        raise Conflict(_("There is no version yet."))
    return version
