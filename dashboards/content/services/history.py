"""One step back in a draft, and forward again; the history outlives the page and its reader."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict
from dashboards.content.document import parse
from dashboards.content.models import Dashboard, Save, Version
from dashboards.content.services.drafts import draft_of, require_seen, save_draft
from dashboards.content.services.locking import locked_under_way
from dashboards.permissions import require_editor


def undo(*, actor: User, dashboard: Dashboard, revision: int) -> Version:
    """The draft says again what it said before the last change, whoever made that."""
    with transaction.atomic():
        draft, here = _here(actor, dashboard, revision)
        target = _save(draft, here.back if here else None)
        if target is None:
            raise Conflict(_("There is nothing to undo."))
        save_draft(
            actor, draft, parse(target.document), "undone",
            back=target.back, forward=draft.revision,
        )  # fmt: skip
    return draft


def redo(*, actor: User, dashboard: Dashboard, revision: int) -> Version:
    """What was undone last is there again."""
    with transaction.atomic():
        draft, here = _here(actor, dashboard, revision)
        target = _save(draft, here.forward if here else None)
        if target is None:
            raise Conflict(_("There is nothing to redo."))
        save_draft(
            actor, draft, parse(target.document), "redone",
            back=draft.revision, forward=target.forward,
        )  # fmt: skip
    return draft


def _here(actor: User, dashboard: Dashboard, revision: int) -> tuple[Version, Save | None]:
    require_editor(actor, dashboard)
    require_editor(actor, locked_under_way(dashboard))
    draft = draft_of(dashboard)
    require_seen(draft, revision)
    return draft, _save(draft, draft.revision)


def _save(draft: Version, revision: int | None) -> Save | None:
    return draft.saves.filter(revision=revision).first() if revision else None
