"""Words between people, and who wants the same."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, NotVisible
from dashboards.permissions import require_under_way
from feedback.models import Comment, Follow, Thread, Vote
from feedback.selectors import threads_for
from feedback.services.threads import locked, tell
from personas.permissions import require_ace
from personas.selectors import people_of_ace


def reply(*, actor: User, thread: Thread, text: str) -> Comment:
    """A word that everybody in the thread reads; the first one of the ACE is an answer."""
    require_reader(actor, thread)
    require_under_way(thread.dashboard)
    with transaction.atomic():
        row = locked(thread)
        comment = say(row, actor, text)
        tell(
            row, actor=actor, what=f"reply-{comment.pk}", text=text,
            title=_("%(who)s replied: %(title)s") % {"who": actor.name, "title": row.title},
        )  # fmt: skip
    return comment


def say(thread: Thread, actor: User, text: str) -> Comment:
    """Write a public comment into a thread that is held; the caller tells people of it."""
    comment = Comment(thread=thread, author=actor, text=text.strip())
    comment.full_clean()
    comment.save()
    now = timezone.now()
    if actor.is_ace and actor.pk != thread.author_id and thread.answered_at is None:
        thread.answered_at = now
    thread.active_at = now
    thread.save(update_fields=["answered_at", "active_at", "updated_at"])
    once(Follow(thread=thread, person=actor))
    record(actor=actor, action="thread.reply", target=thread, comment=comment.pk)
    return comment


def add_note(*, actor: User, thread: Thread, text: str) -> Comment:
    """A word for the ACE alone."""
    require_ace(actor)
    require_reader(actor, thread)
    with transaction.atomic():
        comment = Comment(thread=thread, author=actor, text=text.strip(), internal=True)
        comment.full_clean()
        comment.save()
        record(actor=actor, action="thread.note", target=thread, comment=comment.pk)
        owner = [thread.owner] if thread.owner else list(people_of_ace())
        tell(
            thread, actor=actor, what=f"note-{comment.pk}", text=text, people=owner,
            kind="feedback.note",
            title=_("%(who)s noted: %(title)s") % {"who": actor.name, "title": thread.title},
        )  # fmt: skip
    return comment


def vote(*, actor: User, thread: Thread, on: bool) -> bool:
    """“Me too”, or not any more; answers whether it counts now."""
    require_reader(actor, thread)
    require_under_way(thread.dashboard)
    if on and thread.author_id == actor.pk:
        raise Conflict(_("It is yours already: it counts without your vote."))
    with transaction.atomic():
        if on:
            once(Vote(thread=thread, person=actor))
        else:
            Vote.objects.filter(thread=thread, person=actor).delete()
        record(actor=actor, action="thread.vote", target=thread, on=on)
    return on


def follow(*, actor: User, thread: Thread, on: bool) -> bool:
    """Hear of a thread, or not any more; answers whether the person follows now."""
    require_reader(actor, thread)
    with transaction.atomic():
        if on:
            once(Follow(thread=thread, person=actor))
        else:
            Follow.objects.filter(thread=thread, person=actor).delete()
        record(actor=actor, action="thread.follow", target=thread, on=on)
    return on


def once(row: Model) -> None:
    """Write the row unless the person has one, whoever takes it away or writes it meanwhile."""
    type(row)._default_manager.bulk_create([row], ignore_conflicts=True)


def require_reader(actor: User, thread: Thread) -> None:
    if not threads_for(actor).filter(pk=thread.pk).exists():
        raise NotVisible("")
