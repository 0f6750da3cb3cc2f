"""A thread from its first word to its end by its author or the ACE."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid, NotVisible
from ace_portal.lib.markdown import to_line
from ace_portal.notifications.services import notify
from dashboards.content.models import Dashboard, Version
from dashboards.content.seen import look_at
from dashboards.content.selectors import dashboards_for, released_of, version_for
from dashboards.permissions import require_under_way
from dashboards.usage.services.views import note_view
from feedback.models import Follow, Thread
from feedback.permissions import require_author, require_unanswered
from feedback.selectors import told_of
from personas.permissions import require_ace

KIND = "feedback.thread"
LONGEST_TITLE = 80


def open_thread(
    *,
    actor: User,
    dashboard: Dashboard,
    tile_key: str,
    kind: str,
    text: str,
    private: bool = False,
    filters: str = "",
    version: Version | None = None,
) -> Thread:
    """Say something about a tile; what the actor sees of it under ``filters`` is kept.

    ``filters`` is the query of the dashboard's address. ``version`` is the released one unless the
    ACE looks at another.
    """
    if not dashboards_for(actor).filter(pk=dashboard.pk).exists():
        raise NotVisible("")
    require_under_way(dashboard)
    seen_version = version_for(actor, dashboard, version.number if version else None)
    seen = look_at(seen_version, tile_key, QueryDict(filters[:2000]), reader=actor)
    now = timezone.now()
    thread = Thread(
        dashboard=dashboard, version=seen_version, tile_key=tile_key, kind=kind, text=text,
        private=private, title=title_of(text), author=actor, active_at=now, seen=seen,
        kpi_version_id=seen["kpi_version"],
    )  # fmt: skip
    with transaction.atomic():
        thread.full_clean()
        thread.save()
        Follow.objects.create(thread=thread, person=actor)
        record(actor=actor, action="thread.open", target=thread)
        tell(
            thread, actor=actor, what="open",
            people=[dashboard.owner, *User.objects.filter(pk__in=dashboard.editors.values("pk"))],
            title=_("%(kind)s on %(tile)s: %(title)s")
            % {"kind": thread.get_kind_display(), "tile": seen["title"], "title": thread.title},
            text=text,
        )  # fmt: skip
    note_view(actor=actor, dashboard=dashboard, version=seen_version, interacted=True)
    return thread


def open_from_question(
    *, actor: User, author: User, dashboard: Dashboard, owner: User, text: str, private: bool
) -> Thread:
    """What somebody asked aloud about a dashboard as a whole, on no tile; the owner answers it.

    The asker is its author and is told by whoever calls.
    """
    require_ace(actor)
    version = released_of(dashboard)
    if version is None:
        raise Conflict(_("It has no released version that people could speak of."))
    thread = Thread(
        dashboard=dashboard, version=version, tile_key="", kind=Thread.Kind.QUESTION, text=text,
        private=private, title=title_of(text), author=author, owner=owner,
        active_at=timezone.now(), seen=_whole(dashboard),
    )  # fmt: skip
    with transaction.atomic():
        # A key is asked for where people point at a tile; here there is none.
        thread.full_clean(exclude=["tile_key"])
        thread.save()
        Follow.objects.create(thread=thread, person=author)
        record(actor=actor, action="thread.open_from_question", target=thread, author=author.pk)
        tell(
            thread, actor=actor, what=f"assign-{owner.pk}", people=[owner], text=text,
            title=_("You take care of: %(title)s") % {"title": thread.title},
        )  # fmt: skip
    return thread


def _whole(dashboard: Dashboard) -> dict[str, Any]:
    """What stands in ``seen`` for a dashboard as a whole: its name, and no figure."""
    return {
        "title": dashboard.name, "type": "text", "unit_line": "", "filters": "", "query": "",
        "span": "", "as_of": None, "kpi_version": None, "number": None, "figure": None,
        "summary": "", "table": None, "error": "", "kpi_versions": [],
        "scope": "",
    }  # fmt: skip


def change_text(*, actor: User, thread: Thread, kind: str, text: str) -> Thread:
    """The author's own words, until the ACE has answered."""
    require_author(actor, thread)
    with transaction.atomic():
        row = locked(thread)
        require_unanswered(row)
        row.kind, row.text, row.title = kind, text, title_of(text)
        row.full_clean()
        row.save()
        record(actor=actor, action="thread.change", target=row)
    return row


def withdraw(*, actor: User, thread: Thread) -> Thread:
    """The author takes it back; nobody reads it any more."""
    require_author(actor, thread)
    return _remove(actor, thread, Thread.Removed.WITHDRAWN)


def hide(*, actor: User, thread: Thread, reason: str) -> Thread:
    """The ACE takes it away from everybody, and tells the author why."""
    require_ace(actor)
    if not reason.strip():
        raise Invalid(_("Say why; the author is told."), field="reason")
    with transaction.atomic():
        row = _remove(actor, thread, Thread.Removed.HIDDEN, reason=reason)
        notify(
            kind="feedback.hidden", key=f"thread.hidden:{row.pk}", actor=actor,
            people=[row.author], title=_("The ACE has hidden what you wrote: %(t)s")
            % {"t": row.title}, text=reason, url="/feedback/", about={},
        )  # fmt: skip
    return row


def _remove(actor: User, thread: Thread, how: str, **details: str) -> Thread:
    with transaction.atomic():
        row = locked(thread)
        if row.removed:
            raise Conflict(_("It is gone already."))
        row.removed = how
        row.save(update_fields=["removed", "updated_at"])
        record(actor=actor, action=f"thread.{how}", target=row, **details)
    return row


# For the other services --------------------------------------------------------------------------


def locked(thread: Thread) -> Thread:
    """The row as it is now, held until the transaction ends."""
    return (
        Thread.objects.select_for_update(of=("self",))
        .select_related("dashboard", "author", "owner")
        .get(pk=thread.pk)
    )


def tell(
    thread: Thread,
    *,
    actor: User,
    what: str,
    title: str,
    text: str,
    people: Iterable[User] | None = None,
    kind: str = KIND,
    voters: bool = False,
) -> None:
    """Tell who asked and who follows; ``what`` names the happening within the thread."""
    told = people if people is not None else told_of(thread, voters=voters)
    notify(
        kind=kind, key=f"thread.{thread.pk}.{what}", actor=actor, people=told, title=title,
        text=to_line(text)[:500], url=thread.get_absolute_url(), about={"thread": thread.pk},
    )  # fmt: skip


def title_of(text: str) -> str:
    """The first sentence, in one line and not too long."""
    line = next((part for part in text.strip().splitlines() if part.strip()), "")
    first = re.split(r"(?<=[.!?])\s", to_line(line), maxsplit=1)[0]
    if len(first) <= LONGEST_TITLE:
        return first or _("Without words")
    return f"{first[:LONGEST_TITLE].rpartition(' ')[0] or first[:LONGEST_TITLE]}…"
