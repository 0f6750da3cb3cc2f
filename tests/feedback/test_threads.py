"""Saying something about a tile, and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed, NotVisible
from ace_portal.notifications.models import Delivery
from dashboards.content.models import Dashboard
from dashboards.content.seen import shown
from dashboards.content.services import drafts, releases
from feedback import selectors
from feedback.models import Comment, Follow, Thread
from feedback.services import talk
from feedback.services import threads as services

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]


def told(person: User) -> list[str]:
    rows = Delivery.objects.filter(person=person, channel="inbox").order_by("pk")
    return list(rows.values_list("event__title", flat=True))


def test_thread_keeps_what_was_seen(member: User, live: Dashboard, chart: str) -> None:
    thread = services.open_thread(
        actor=member, dashboard=live, tile_key=chart, kind="question", text="Why the dip?",
        filters="period=last_12&priority=P1",
    )  # fmt: skip

    seen = shown(thread.seen)
    assert thread.version == live.versions.get(state="released")
    assert thread.kpi_version_id == thread.seen["kpi_version"]
    assert ("P1" in seen["filters"], "priority=P1" in seen["query"]) == (True, True)
    assert seen["as_of"].isoformat() == "2026-11-10T06:00:00+00:00"
    assert seen["figure"]["data"]
    assert len(seen["table"].rows) > 0


def test_thread_stays_readable_when_the_tile_is_gone(
    owner: User, member: User, live: Dashboard, thread: Thread
) -> None:
    before = shown(thread.seen)["table"].rows
    drafts.start_version(actor=owner, dashboard=live)
    draft = drafts.draft_of(live)
    kept = {**draft.document, "tiles": [
        tile for tile in draft.document["tiles"] if tile["key"] != thread.tile_key
    ]}  # fmt: skip
    drafts.put_document(actor=owner, dashboard=live, revision=draft.revision, document=kept)
    releases.release_version(actor=owner, dashboard=live, notes="Without it.")

    again = selectors.thread_for(member, thread.pk)

    assert shown(again.seen)["table"].rows == before
    with pytest.raises(NotVisible):
        services.open_thread(
            actor=member, dashboard=live, tile_key=thread.tile_key, kind="idea", text="Back?"
        )


def test_title_is_the_first_sentence(thread: Thread) -> None:
    assert thread.title == "Can we split it by shift?"
    assert services.title_of("word " * 40).endswith("word…")
    assert services.title_of("# Hello\n\nthere") == "Hello"


def test_empty_words_are_refused(member: User, live: Dashboard, chart: str) -> None:
    with pytest.raises(ValidationError):
        services.open_thread(actor=member, dashboard=live, tile_key=chart, kind="idea", text="")

    assert (Thread.objects.count(), Follow.objects.count()) == (0, 0)


def test_nobody_else_opens_one(colleague: User, live: Dashboard, chart: str) -> None:
    with pytest.raises(NotVisible):
        services.open_thread(
            actor=colleague, dashboard=live, tile_key=chart, kind="idea", text="Let me in."
        )


def test_private_thread_is_between_author_and_ace(
    ace: User, member: User, mate: User, live: Dashboard, chart: str
) -> None:
    thread = services.open_thread(
        actor=member, dashboard=live, tile_key=chart, kind="data", text="Look.", private=True
    )

    readers = [p for p in (ace, member, mate) if selectors.threads_for(p).filter(pk=thread.pk)]
    assert readers == [ace, member]
    with pytest.raises(NotVisible):
        talk.reply(actor=mate, thread=thread, text="I guessed the number.")


def test_members_talk_to_each_other_and_the_ace(
    owner: User, member: User, mate: User, thread: Thread
) -> None:
    talk.reply(actor=mate, thread=thread, text="For us, too.")
    between = Thread.objects.get(pk=thread.pk).answered_at
    talk.reply(actor=owner, thread=thread, text="That fits a filter.")

    assert between is None
    assert Thread.objects.get(pk=thread.pk).answered_at is not None
    assert told(owner)[0] == "Idea on Do we keep the SLA?: Can we split it by shift?"
    assert told(mate) == ["Owner replied: Can we split it by shift?"]
    assert told(member) == [
        "Mate replied: Can we split it by shift?", "Owner replied: Can we split it by shift?"
    ]  # fmt: skip


def test_note_is_read_by_the_ace_alone(
    ace: User, owner: User, member: User, thread: Thread
) -> None:
    talk.add_note(actor=ace, thread=thread, text="They asked last year, too.")

    assert selectors.comments_for(member, thread).count() == 0
    assert selectors.comments_for(owner, thread).count() == 1
    assert told(member) == []
    with pytest.raises(NotAllowed):
        talk.add_note(actor=member, thread=thread, text="Me, too.")


def test_vote_counts_once_and_not_ones_own(member: User, mate: User, thread: Thread) -> None:
    talk.vote(actor=mate, thread=thread, on=True)
    talk.vote(actor=mate, thread=thread, on=True)
    with pytest.raises(Conflict):
        talk.vote(actor=member, thread=thread, on=True)

    assert selectors.thread_for(mate, thread.pk).votes_n == 1
    talk.vote(actor=mate, thread=thread, on=False)
    assert selectors.thread_for(mate, thread.pk).votes_n == 0


def test_who_unfollows_hears_no_more(owner: User, member: User, thread: Thread) -> None:
    talk.follow(actor=member, thread=thread, on=False)
    talk.reply(actor=owner, thread=thread, text="Yes.")

    assert told(member) == ["Owner replied: Can we split it by shift?"]  # the author always hears


def test_author_changes_the_words_until_they_are_answered(
    owner: User, member: User, mate: User, thread: Thread
) -> None:
    services.change_text(actor=member, thread=thread, kind="question", text="By team instead?")
    assert Thread.objects.get().title == "By team instead?"
    with pytest.raises(NotAllowed):
        services.change_text(actor=mate, thread=thread, kind="idea", text="Mine now.")
    talk.reply(actor=owner, thread=thread, text="Yes.")

    with pytest.raises(Conflict):
        services.change_text(actor=member, thread=thread, kind="idea", text="Never mind.")


def test_withdrawn_and_hidden_threads_are_gone(
    owner: User, member: User, live: Dashboard, chart: str, thread: Thread
) -> None:
    other = services.open_thread(
        actor=member, dashboard=live, tile_key=chart, kind="idea", text="Rude words."
    )
    services.withdraw(actor=member, thread=thread)
    with pytest.raises(Invalid):
        services.hide(actor=owner, thread=other, reason=" ")
    services.hide(actor=owner, thread=other, reason="Please say it kindly.")

    assert list(selectors.threads_for(owner)) == []
    assert told(member) == ["The ACE has hidden what you wrote: Rude words."]
    with pytest.raises(NotAllowed):
        services.withdraw(actor=owner, thread=other)


def test_words_are_markdown_that_does_no_harm(
    owner: User, thread: Thread, client_of: ClientOf
) -> None:
    Comment.objects.all().delete()
    hostile = "<script>alert(1)</script> [x](javascript:alert(1))"
    talk.reply(actor=owner, thread=thread, text=hostile)
    page = client_of(owner).get(thread.get_absolute_url()).content.decode()

    assert ("<script>alert(1)" in page, 'href="javascript:' in page) == (False, False)
    assert "<strong>split</strong>" in page
