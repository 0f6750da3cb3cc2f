"""From a draft to what people see, and back to what they saw before."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.days import site_today
from ace_portal.lib.errors import Conflict, Invalid
from ace_portal.lib.registries import release_listeners, release_notes
from ace_portal.notifications.services import notify
from dashboards.content.document import Document, parse, sha256
from dashboards.content.models import Dashboard, Version
from dashboards.content.saves import changes_between
from dashboards.content.selectors import launches_of, released_of
from dashboards.content.services.checks import check_sources
from dashboards.content.services.drafts import (
    locked_work_of,
    require_draft,
    start_version,
    write_index,
)
from dashboards.content.services.locking import locked_under_way
from dashboards.permissions import require_owner
from personas.models import Membership

MAX_NOTES = 10_000


def release_version(*, actor: User, dashboard: Dashboard, notes: str = "") -> Version:
    """frozen → released, for good; the one before it → superseded.

    A draft makes the moves between in one step: a small change to what is open goes out directly.
    From the second release on, notes say what is different.
    """
    require_owner(actor, dashboard)
    with transaction.atomic():
        require_owner(actor, locked_under_way(dashboard))
        draft = require_releasable(locked_work_of(dashboard))
        document = parse(draft.document)
        before = released_of(dashboard)
        if not document.tiles:
            raise Conflict(_("There is nothing to release: the draft has no tiles."))
        check_sources(document)
        notes = notes.strip()
        if len(notes) > MAX_NOTES:
            raise Invalid(
                _("Say it in at most %(most)d characters.") % {"most": MAX_NOTES}, field="notes"
            )
        _require_change(before, draft, document)
        if before is not None and not notes:
            raise Invalid(_("Say what is different in this version."), field="notes")
        if before is not None:
            before.state = Version.State.SUPERSEDED
            before.save(update_fields=["state", "updated_at"])
        if draft.state == Version.State.DRAFT:
            for move in ("share", "freeze"):
                record(actor=actor, action=f"version.{move}", target=draft, in_one_step=True)
        draft.state, draft.notes, draft.sha256 = Version.State.RELEASED, notes, sha256(document)
        draft.released_at, draft.released_by = timezone.now(), actor
        draft.full_clean()
        draft.save()
        draft.saves.all().delete()
        write_index(draft, document)
        record(actor=actor, action="version.release", target=draft, sha256=draft.sha256)
        announce(draft, actor=actor)
        for listener in release_listeners.values():
            listener(actor, draft)
    return draft


def _require_change(before: Version | None, draft: Version, document: Document) -> None:
    """Who is told of a version finds something else in it, or an answer that the draft carries.

    An answer may lie in the data, where no document says it.
    """
    if before is None or sha256(document) != before.sha256:
        return
    if not any(lines(draft) for lines in release_notes.values()):
        raise Conflict(
            _("Nothing differs from version %(n)d, which people have: change something first.")
            % {"n": before.number}
        )


def require_releasable(version: Version | None) -> Version:
    """What is in work, if it can go out: what pilots still try is frozen first."""
    if version is not None and version.state == Version.State.PROTOTYPE:
        raise Conflict(
            _("Freeze it first: version %(n)d is with its pilots and can still be taken back.")
            % {"n": version.number}
        )
    if version is not None and version.state == Version.State.FROZEN:
        return version
    return require_draft(version)


def announce(version: Version, *, actor: User) -> None:
    """Tell everybody to whom the dashboard is open what is different."""
    groups = launches_of(version.dashboard).values("group")
    members = Membership.objects.valid_on(site_today()).filter(group__in=groups)
    notify(
        kind="dashboards.release", key=f"release.{version.pk}", actor=actor,
        people=User.objects.filter(pk__in=members.values("user")),
        title=_("%(name)s: version %(n)d is out")
        % {"name": version.dashboard.name, "n": version.number},
        text=version.notes, url=version.dashboard.get_absolute_url(),
        about={"dashboard": version.dashboard_id},
    )  # fmt: skip


def restore_version(*, actor: User, dashboard: Dashboard, version: Version) -> Version:
    """Copy an earlier version into a new draft, which goes live by a release like any other.

    Nothing returns to people unseen: its KPIs may have changed since, and notes say why.
    """
    require_owner(actor, dashboard)
    if version.dashboard_id != dashboard.pk or version.state != Version.State.SUPERSEDED:
        raise Conflict(_("Only a version that was superseded can be restored."))
    notes = _("Back to version %(n)d.") % {"n": version.number}
    with transaction.atomic():
        require_owner(actor, locked_under_way(dashboard))
        draft = start_version(actor=actor, dashboard=dashboard, copy=version, notes=notes)
        record(actor=actor, action="version.restore", target=draft, restored=version.number)
    return draft


def proposed_notes(dashboard: Dashboard, draft: Version) -> str:
    """Release notes to begin with: what differs from the version that people see."""
    if draft.notes:
        return draft.notes
    before = released_of(dashboard)
    if before is None:
        return ""
    changes = changes_between(parse(before.document), parse(draft.document))
    asked = [line for lines in release_notes.values() for line in lines(draft)]
    return "\n".join(f"- {line}" for line in [*asked, *(c.sentence() for c in changes)])
