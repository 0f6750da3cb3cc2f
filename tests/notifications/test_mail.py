"""From the row to a real mail server: never lost, a second copy only by a crash, the same id."""

from __future__ import annotations

import re
import socket

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from ace_portal.accounts.models import User
from ace_portal.jobs import services as jobs
from ace_portal.jobs.models import Job
from ace_portal.notifications import mail as mails
from ace_portal.notifications import services
from ace_portal.notifications.mail import Part, queue_mail
from ace_portal.notifications.models import Mail, Preference
from ace_portal.notifications.unsubscribing import unsubscribe_url
from tests.fixtures.mailbox import Sink, mails_at_once
from tests.notifications.test_services import CLOSED, tell

pytestmark = pytest.mark.django_db(transaction=True)


def a_mail(person: User, **more: object) -> Mail:
    return queue_mail(person=person, subject="Hello", text="Well met.", **more)  # type: ignore[arg-type]


def send(mail: Mail) -> str:
    """What the job of the mail ends in."""
    state = jobs.run(Job.objects.get(key=f"mail-{mail.pk}").pk)
    mail.refresh_from_db()
    return state


def test_mail_arrives_once(sink: Sink, member: User) -> None:
    mail = a_mail(member)

    first, second = send(mail), jobs.run(Job.objects.get().pk)

    assert (first, second, mail.state) == ("done", "taken", "sent")
    [arrived] = sink.taken
    assert (arrived["To"], arrived["Subject"]) == ("member@example.org", "Hello")
    assert arrived["Message-ID"] == mail.message_id


def test_server_that_asks_for_time_gets_it(sink: Sink, member: User) -> None:
    mail = a_mail(member)
    sink.says = "451 come back later"
    state = send(mail)
    Job.objects.update(run_after=mail.created_at)
    sink.says = "250 OK"

    assert (state, mail.state) == ("queued", "queued")
    assert (send(mail), mail.state, len(sink.taken)) == ("done", "sent", 1)


def test_server_that_is_away_loses_nothing(member: User, settings: Settings) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = nobody.getsockname()
        mail = a_mail(member)
        state = send(mail)

    assert (state, mail.state) == ("queued", "queued")
    assert Job.objects.get().error == "The mail server cannot be reached."


def test_server_that_hangs_is_left(member: User, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        settings.EMAIL_TIMEOUT = 0.3
        mail = a_mail(member)

        assert (send(mail), mail.state) == ("queued", "queued")


def test_refused_mail_says_so_and_is_not_tried_again(sink: Sink, member: User) -> None:
    mail = a_mail(member)
    sink.says = "550 no such person"

    assert (send(mail), mail.state) == ("done", "failed")
    assert mail.reason == "The mail server refuses this mail (550)."


def test_drop_after_the_mail_gives_one_copy_more_with_the_same_id(sink: Sink, member: User) -> None:
    mail = a_mail(member)
    sink.says = "drop"
    first = send(mail)
    Job.objects.update(run_after=mail.created_at)
    sink.says = "250 OK"
    second = send(mail)

    assert (first, second, mail.state) == ("queued", "done", "sent")
    assert [arrived["Message-ID"] for arrived in sink.taken] == [mail.message_id] * 2


def test_crash_between_sending_and_noting_gives_one_copy_more(
    sink: Sink, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = a_mail(member)
    job = Job.objects.get()
    taken = jobs.claim(job.pk)
    assert taken is not None
    mails.transmit(mail)  # …and the worker dies here, its lease runs out
    Job.objects.update(lease_until=mail.created_at)
    jobs.sweep()

    assert (send(mail), len(sink.taken)) == ("done", 2)
    assert {arrived["Message-ID"] for arrived in sink.taken} == {mail.message_id}


def test_who_lost_the_right_gets_nothing(sink: Sink, owner: User, member: User) -> None:
    services.set_preference(actor=member, mail="immediate", hour=7)
    tell(owner, member, what="gone")
    mails_at_once()
    mail = Mail.objects.get()
    CLOSED.add("gone")
    try:
        state = send(mail)
    finally:
        CLOSED.clear()

    assert (state, mail.state, sink.taken) == ("done", "skipped", [])


def test_parts_arrive_as_what_they_are(sink: Sink, member: User) -> None:
    calendar = Part.of("", "text/calendar; method=REQUEST", b"BEGIN:VCALENDAR", alternative=True)
    picture = Part.of("chart.png", "image/png", b"\x89PNG\r\n\x1a\n", cid="chart")
    send(a_mail(member, html="<p>Well met.</p>", parts=[calendar]))
    send(a_mail(member, html='<img src="cid:chart">', parts=[picture]))

    invitation, report = sink.taken
    kinds = [part.get_content_type() for part in invitation.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html", "text/calendar"]
    method = [part.get_param("method") for part in invitation.walk()][-1]
    assert method == "REQUEST"
    assert [part["Content-ID"] for part in report.walk()][-1] == "<chart>"


@pytest.mark.parametrize("subject", ["Hi\r\nBcc: x@example.org", "Hi\nX: y", "Hi\x0bthere"])
def test_subject_stays_one_line(sink: Sink, member: User, subject: str) -> None:
    send(queue_mail(person=member, subject=subject, text="x"))

    [arrived] = sink.taken
    assert (arrived["Bcc"], arrived["X"]) == (None, None)
    assert "\n" not in arrived["Subject"]


def test_one_click_ends_the_mails(sink: Sink, owner: User, member: User, client: Client) -> None:
    services.set_preference(actor=member, mail="immediate", hour=7)
    tell(owner, member)
    mails_at_once()
    send(Mail.objects.get())
    [arrived] = sink.taken
    found = re.fullmatch(r"<http://[^/]+(/.+)>", arrived["List-Unsubscribe"].strip())
    assert found is not None
    path = found.group(1)

    looked = client.get(path)
    still = Preference.objects.get(person=member).mail
    done = client.post(path, {"List-Unsubscribe": "One-Click"})

    assert arrived["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (looked.status_code, still) == (200, "immediate")
    assert (done.status_code, Preference.objects.get(person=member).mail) == (200, "none")


def test_forged_link_ends_nothing(member: User, client: Client) -> None:
    services.set_preference(actor=member, mail="immediate", hour=7)
    path = unsubscribe_url("notifications", member.pk).rpartition("8000")[2]

    other = "y" if path.endswith("x/") else "x"

    answers = [client.post(f"{path[:-2]}{other}/").status_code]
    forged = Preference.objects.get(person=member).mail
    answers.append(client.post(path).status_code)

    assert (answers, forged) == ([404, 200], "immediate")
    assert Preference.objects.get(person=member).mail == "none"


def give_up(mail: Mail) -> None:
    """What the last attempt leaves behind."""
    Job.objects.filter(key=f"mail-{mail.pk}").update(
        state="dead", error="The mail server cannot be reached."
    )


def test_mail_that_was_given_up_is_failed_once_and_the_rest_waits(
    owner: User, member: User
) -> None:
    mail, waiting = a_mail(member), a_mail(owner)
    give_up(mail)

    settled = [mails.settle_given_up(), mails.settle_given_up()]

    mail.refresh_from_db()
    waiting.refresh_from_db()
    assert (settled, mail.state, mail.reason) == (
        [1, 0], "failed", "The mail server cannot be reached."
    )  # fmt: skip
    assert (mail.is_given_up, waiting.state) == (True, "queued")


def test_mail_that_was_given_up_is_sent_once_when_it_is_tried_again(
    sink: Sink, ace: User, member: User
) -> None:
    mail = a_mail(member)
    give_up(mail)
    mails.settle_given_up()
    jobs.retry(actor=ace, job=Job.objects.get(key=f"mail-{mail.pk}"))

    assert (send(mail), mail.state, mail.reason, len(sink.taken)) == ("done", "sent", "", 1)
    assert mails.settle_given_up() == 0
