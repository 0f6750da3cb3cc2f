"""Deciding: who takes care of a thread, and what becomes of it, by the legal moves alone."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed
from feedback.models import MOVES, Comment, Follow, Move, Thread, Vote
from feedback.permissions import may_reopen
from feedback.selectors import threads_for
from feedback.services.talk import once, require_reader, say
from feedback.services.threads import locked, tell
from personas.permissions import require_ace

State = Thread.State
#: what a person may choose; the other moves follow from the roadmap and from releases
BY_HAND = (State.ACKNOWLEDGED, State.ANSWERED, State.DECLINED, State.DUPLICATE, State.OPEN)
NEEDS_WORDS = {State.ANSWERED, State.DECLINED, State.SHIPPED, State.OPEN}


def assign(*, actor: User, thread: Thread, owner: User | None) -> Thread:
    """Name the ACE member who takes care of it."""
    require_ace(actor)
    if owner is not None and not (owner.is_ace and owner.is_active):
        raise Invalid(_("Only somebody of the ACE takes care of feedback."), field="owner")
    with transaction.atomic():
        row = locked(thread)
        row.owner = owner
        row.save(update_fields=["owner", "updated_at"])
        key = owner.pk if owner else None
        entry = record(actor=actor, action="thread.assign", target=row, owner=key)
        if owner is not None:
            tell(
                row, actor=actor, what=f"assign-{entry.pk}", people=[owner], text=row.text,
                title=_("You take care of: %(title)s") % {"title": row.title},
            )  # fmt: skip
    return row


def decide(
    *, actor: User, thread: Thread, to: str, reply: str = "", duplicate_of: Thread | None = None
) -> Thread:
    """acknowledged, answered, declined, duplicate, or open again; see ``MOVES``."""
    if to not in BY_HAND:
        raise Conflict(_("This follows from the roadmap or from a release, not by hand."))
    require_reader(actor, thread)
    with transaction.atomic():
        if duplicate_of is not None and duplicate_of.pk < thread.pk:
            locked(duplicate_of)  # in one order, so that two merges wait for each other
        row = locked(thread)
        require_decider(actor, row, to)
        if to == State.DUPLICATE:
            duplicate_of = _other(actor, row, duplicate_of)
        row.duplicate_of = duplicate_of if to == State.DUPLICATE else None
        move(row, actor=actor, to=State(to), reply=reply)
        if duplicate_of is not None and to == State.DUPLICATE:
            _bring_people(row, duplicate_of)
    return row


def require_decider(actor: User, thread: Thread, to: str) -> None:
    """The ACE decides; the author may open what is over again."""
    require_reader(actor, thread)
    if to != State.OPEN:
        require_ace(actor)
    elif thread.is_over and not may_reopen(actor, thread):
        raise NotAllowed(_("Only its author and the ACE open it again."))


def move(thread: Thread, *, actor: User, to: Thread.State, reply: str = "") -> Move:
    """One legal step of a thread that is held, with a public reply where the move needs one."""
    before = Thread.State(thread.state)
    if to not in MOVES[before]:
        raise Conflict(
            _("%(before)s does not become %(after)s.")
            % {"before": before.label, "after": str(to.label).lower()}
        )
    comment = _words(thread, actor, to, reply)
    thread.state = to
    thread.save(update_fields=["state", "duplicate_of", "updated_at"])
    done = Move.objects.create(thread=thread, before=before, after=to, by=actor, comment=comment)
    record(actor=actor, action="thread.move", target=thread, before=before, after=to)
    tell(
        thread, actor=actor, what=f"move-{done.pk}", voters=to not in {State.ACKNOWLEDGED},
        text=reply, title=_("%(state)s: %(title)s") % {"state": to.label, "title": thread.title},
    )  # fmt: skip
    return done


def _words(thread: Thread, actor: User, to: Thread.State, reply: str) -> Comment | None:
    if reply.strip():
        return say(thread, actor, reply)
    if to in NEEDS_WORDS:
        raise Invalid(_("Say why in a reply that everybody reads."), field="reply")
    return None


def _other(actor: User, thread: Thread, chosen: Thread | None) -> Thread:
    """The thread that says the same, as it stands now."""
    other = threads_for(actor).filter(pk=chosen.pk).first() if chosen is not None else None
    if other is None:
        raise Invalid(_("Choose the thread that says the same."), field="duplicate_of")
    if other.pk == thread.pk:
        raise Invalid(_("A thread is not its own duplicate."), field="duplicate_of")
    if other.dashboard_id != thread.dashboard_id:
        raise Invalid(_("Choose a thread on the same dashboard."), field="duplicate_of")
    if other.state == State.DUPLICATE:
        raise Invalid(_("That one was merged itself; choose where it went."), field="duplicate_of")
    if other.private and not thread.private:
        raise Invalid(_("That one is private: people here could not follow."), field="duplicate_of")
    return other


def _bring_people(thread: Thread, other: Thread) -> None:
    """Who wanted the one follows the other, and counts as one more who wants it."""
    people = {thread.author_id, *thread.votes.values_list("person", flat=True)}
    for person in sorted(people):
        once(Follow(thread=other, person_id=person))
        if person != other.author_id:
            once(Vote(thread=other, person_id=person))
