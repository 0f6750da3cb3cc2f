"""From what people asked for to what a version gives them."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid, NotVisible
from dashboards.content.models import Dashboard, Version
from dashboards.content.selectors import dashboards_for
from dashboards.content.services.drafts import draft_of
from dashboards.permissions import require_under_way
from feedback.models import RoadmapItem, Thread
from feedback.services.moves import move
from feedback.services.talk import require_reader
from feedback.services.threads import locked
from personas.permissions import require_ace

State = RoadmapItem.State
CHOSEN_BY_HAND = (State.LATER, State.NEXT, State.NOW)
HORIZONS = [(str(state), state.label) for state in CHOSEN_BY_HAND]


def add_item(
    *, actor: User, dashboard: Dashboard, title: str, text: str = "", state: str = State.LATER
) -> RoadmapItem:
    """Something that will come, whether somebody asked for it or not."""
    require_ace(actor)
    if not dashboards_for(actor).filter(pk=dashboard.pk).exists():
        raise NotVisible("")
    require_under_way(dashboard)
    _by_hand(state)
    item = RoadmapItem(dashboard=dashboard, title=title, text=text, state=state, author=actor)
    with transaction.atomic():
        item.full_clean()
        item.save()
        record(actor=actor, action="roadmap.add", target=item)
    return item


def change_item(
    *, actor: User, item: RoadmapItem, title: str, text: str, state: str
) -> RoadmapItem:
    """Words and horizon, as long as it is neither shipped nor dropped; in a draft it comes now."""
    require_ace(actor)
    _by_hand(state)
    with transaction.atomic():
        row = _open(item)
        if row.version is not None and state != State.NOW:
            raise Conflict(_("Version %(n)d carries it: take it out first.")
                           % {"n": row.version.number}, field="state")  # fmt: skip
        row.title, row.text, row.state = title, text, State(state)
        row.full_clean()
        row.save()
        record(actor=actor, action="roadmap.change", target=row, state=state)
    return row


def plan_thread(
    *, actor: User, thread: Thread, item: RoadmapItem | None = None, title: str = "",
    state: str = State.LATER,
) -> RoadmapItem:  # fmt: skip
    """A thread becomes (part of) an item; it is acknowledged on the way where it was not."""
    require_ace(actor)
    require_reader(actor, thread)
    with transaction.atomic():
        row = locked(thread)
        if item is None:
            item = add_item(
                actor=actor, dashboard=row.dashboard, title=title or row.title, state=state
            )
        else:
            item = _open(item)
        if item.dashboard_id != row.dashboard_id:
            raise Invalid(_("That item belongs to another dashboard."), field="item")
        if row.state == Thread.State.OPEN:
            move(row, actor=actor, to=Thread.State.ACKNOWLEDGED)
        row.item = item
        row.save(update_fields=["item", "updated_at"])
        move(row, actor=actor, to=Thread.State.PLANNED)
        if item.version_id is not None:
            move(row, actor=actor, to=Thread.State.IN_VERSION)
    return item


def put_in_draft(*, actor: User, item: RoadmapItem) -> RoadmapItem:
    """The draft in work carries it; its threads say so."""
    require_ace(actor)
    with transaction.atomic():
        row = _open(item)
        if row.version is not None:
            raise Conflict(_("It is in version %(n)d already.") % {"n": row.version.number})
        draft = draft_of(row.dashboard)
        row.version, row.state = draft, State.NOW
        row.save(update_fields=["version", "state", "updated_at"])
        record(actor=actor, action="roadmap.draft", target=row, version=draft.number)
        for thread in _threads(row, Thread.State.PLANNED):
            move(thread, actor=actor, to=Thread.State.IN_VERSION)
    return row


def take_out(*, actor: User, item: RoadmapItem) -> RoadmapItem:
    """The draft goes without it."""
    require_ace(actor)
    with transaction.atomic():
        row = _open(item)
        if row.version_id is None:
            raise Conflict(_("It is in no version."))
        row.version = None
        row.save(update_fields=["version", "updated_at"])
        record(actor=actor, action="roadmap.take_out", target=row)
        for thread in _threads(row, Thread.State.IN_VERSION):
            move(thread, actor=actor, to=Thread.State.PLANNED)
    return row


def drop_item(*, actor: User, item: RoadmapItem, reason: str) -> RoadmapItem:
    """It will not come; who asked is told why, and their threads wait for a decision again."""
    require_ace(actor)
    if not reason.strip():
        raise Invalid(_("Say why; who asked for it is told."), field="reason")
    with transaction.atomic():
        row = _open(item)
        if row.version_id is not None:
            take_out(actor=actor, item=row)
            row.version = None
        row.state, row.reason = State.DROPPED, reason.strip()
        row.full_clean()
        row.save()
        record(actor=actor, action="roadmap.drop", target=row)
        for thread in _threads(row, Thread.State.PLANNED):
            move(thread, actor=actor, to=Thread.State.ACKNOWLEDGED, reply=reason)
    return row


def ship(actor: User, version: Version) -> None:
    """What the draft carried is shipped, and each thread gets its answer."""
    for item in RoadmapItem.objects.select_for_update().filter(version=version, state=State.NOW):
        item.state = State.SHIPPED
        item.save(update_fields=["state", "updated_at"])
        record(actor=actor, action="roadmap.ship", target=item, version=version.number)
        for thread in _threads(item, Thread.State.IN_VERSION):
            words = _("It is in version %(n)d: %(what)s") % {
                "n": version.number, "what": item.text or item.title,
            }  # fmt: skip
            move(thread, actor=actor, to=Thread.State.SHIPPED, reply=words)


def lines_of(version: Version) -> list[str]:
    """Release notes: what was asked for in public, and what it got."""
    lines = []
    carried = RoadmapItem.objects.filter(version=version, state__in=[State.NOW, State.SHIPPED])
    items = carried.prefetch_related("threads")
    for item in items:
        asked = [t for t in item.threads.all() if not t.private and not t.removed]
        got = item.text or item.title
        if not asked:
            lines.append(got)
        lines += [
            _("You said “%(said)s”: %(got)s") % {"said": thread.title, "got": got}
            for thread in asked
        ]
    return lines


def _open(item: RoadmapItem) -> RoadmapItem:
    row = (
        RoadmapItem.objects.select_for_update(of=("self",))
        .select_related("dashboard", "version")
        .get(pk=item.pk)
    )
    if row.is_over:
        raise Conflict(_("It is %(state)s; that stays.") % {"state": row.get_state_display()})
    require_under_way(row.dashboard)
    return row


def _threads(item: RoadmapItem, state: Thread.State) -> list[Thread]:
    rows = Thread.objects.select_for_update(of=("self",)).select_related("dashboard", "author")
    return list(rows.filter(item=item, state=state).order_by("pk"))


def _by_hand(state: str) -> None:
    if state not in CHOSEN_BY_HAND:
        raise Invalid(_("Choose later, next or now; the rest follows."), field="state")
