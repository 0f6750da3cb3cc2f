"""From the due time to the mail: once, whoever dies in between, and to nobody who lost it."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.http import QueryDict
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.jobs import services as jobs
from ace_portal.jobs.models import Job
from ace_portal.lib.errors import Conflict, NotAllowed
from ace_portal.notifications import mail as mails
from ace_portal.notifications.models import Delivery, Mail
from dashboards.content.board import board
from dashboards.content.document import parse
from dashboards.content.filters import read_state
from dashboards.content.models import Dashboard, Version
from dashboards.lifecycle.services import launches as lifecycle
from dashboards.reports.letter import compose
from dashboards.reports.models import ReportRun, Subscription
from dashboards.reports.services import runs, subscriptions
from kpis.models import Dataset, KPIVersion
from kpis.scopes import PORTAL
from tests.dashboards.reports.conftest import Deliver, come
from tests.fixtures.kpis import run_jobs
from tests.fixtures.loads import write_rows
from tests.fixtures.mailbox import Sink
from tests.fixtures.tickets import AS_OF, TICKETS, ticket_rows

pytestmark = pytest.mark.django_db(transaction=True)


def html_of(mail: EmailMessage) -> str:
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_due_report_arrives_with_the_figures_of_the_page(
    sink: Sink, member: User, live: Dashboard, released: Version, report: Subscription,
    deliver: Deliver,
) -> None:  # fmt: skip
    subscriptions.change_subscription(
        actor=member, subscription=report, query="period=last_3&priority=P1"
    )
    run = deliver()
    document = parse(released.document)
    page = board(
        document, read_state(document, QueryDict("period=last_3&priority=P1")), reader=PORTAL
    )

    assert (run.state, run.reason, run.version, run.missing) == ("sent", "", released, 0)
    [mail] = sink.taken
    html, text = html_of(mail), text_of(mail)
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace(" %", "%")
    numbers = [tile.number for tile in page.tiles if tile.number is not None]
    assert len(numbers) >= 3
    for number in numbers:
        assert str(number.value) in plain
        assert str(number.value) in text
        if number.delta is not None:
            assert f"{number.delta.text} {number.comparison}" in plain
        if number.status_word:
            assert number.status_word in plain
    for tile in page.tiles:
        assert tile.title in text
        if tile.figure is not None:
            assert tile.summary in text
    assert mail["Subject"] == f"Incident service, {page.span_words}"
    assert "Filters: Priority: P1" in text
    assert "Figures to: 10 Nov 2026, 07:00 (Europe/Berlin)" in text
    assert f"{live.get_absolute_url()}?period=last_3&priority=P1" in text


def test_letter_says_that_newer_data_is_held_back(report: Subscription, tickets: Dataset) -> None:
    tickets.behind = True
    tickets.save()

    letter = compose(report, 1)

    assert (
        "Figures to: 10 Nov 2026, 07:00 (Europe/Berlin); newer data did not pass its checks"
        in letter.text
    )


def test_pictures_are_in_the_letter_with_their_words(
    sink: Sink, released: Version, deliver: Deliver
) -> None:
    deliver()
    [mail] = sink.taken
    document = parse(released.document)
    page = board(document, read_state(document, QueryDict("")), reader=PORTAL)
    charts = [tile for tile in page.tiles
              if tile.figure is not None]  # fmt: skip
    pictures = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    named = re.findall(r'<img src="cid:([^"]+)"', html_of(mail))

    assert charts
    assert [part["Content-ID"].strip("<>") for part in pictures] == named
    assert len(named) == len(charts)
    assert all(part.get_content()[:4] == b"\x89PNG" for part in pictures)  # type: ignore[union-attr]
    assert all(tile.summary.replace("'", "&#x27;") in html_of(mail) for tile in charts)


def test_long_table_is_cut_with_a_link_to_the_rest(
    report: Subscription, released: Version, tickets: Dataset
) -> None:

    rows = [{**row, "team": f"Team {n % 30:02}"} for n, row in enumerate(ticket_rows())]
    write_rows(tickets, TICKETS, rows, as_of=AS_OF)
    letter = compose(report, 1)

    assert len(re.findall(r"<td style=[^>]*>Team \d\d</td>", letter.html)) == 20
    assert "and 10 more" in letter.html
    assert "and 10 more" in letter.text


def test_two_schedulers_and_a_late_one_give_one_run(report: Subscription) -> None:
    come(report)
    Subscription.objects.update(next_due=timezone.now() - timedelta(weeks=5))
    now = timezone.now()

    opened = [runs.send_due(now=now), runs.send_due(now=now)]

    assert opened == [1, 0]
    assert ReportRun.objects.count() == 1
    report.refresh_from_db()
    assert report.next_due == report.schedule.after(now)
    assert Job.objects.get(kind=runs.KIND).queue == "reports"


def test_worker_that_dies_before_writing_leaves_one_mail(sink: Sink, report: Subscription) -> None:
    come(report)
    runs.send_due(now=timezone.now())
    job = Job.objects.get(kind=runs.KIND)
    taken = jobs.claim(job.pk)
    assert taken is not None
    compose(report, report.runs.get().pk)  # …and it dies here: rendered, and nothing written
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    jobs.sweep()
    second = jobs.run(job.pk)

    with pytest.raises(jobs.LeaseLost):
        runs.perform(taken)  # the first was only slow: its lease is gone
    run_jobs()

    assert (second, Mail.objects.count(), len(sink.taken)) == ("done", 1, 1)
    assert report.runs.get().state == "sent"


def test_job_done_twice_writes_one_mail(report: Subscription) -> None:
    come(report)
    runs.send_due(now=timezone.now())
    job = Job.objects.get(kind=runs.KIND)
    first = jobs.run(job.pk)
    Job.objects.filter(pk=job.pk).update(state="queued", run_after=timezone.now())
    second = jobs.run(job.pk)

    assert (first, second, Mail.objects.count()) == ("done", "done", 1)
    assert report.runs.get().state == "rendered"


def lose_group(owner: User, live: Dashboard) -> str:
    lifecycle.end_launch(actor=owner, launch=live.launches.get())
    return "The dashboard is not open to this person any more."


def archive(owner: User, live: Dashboard) -> str:
    Dashboard.objects.filter(pk=live.pk).update(status="archived")
    return "The dashboard is archived; its reports have ended."


def deactivate(owner: User, live: Dashboard) -> str:
    User.objects.filter(email="member@example.org").update(is_active=False)
    return "The account is not active any more."


@pytest.mark.parametrize("lose", [lose_group, archive, deactivate])
def test_who_lost_it_gets_nothing_and_the_run_says_why(
    sink: Sink, owner: User, live: Dashboard, deliver: Deliver, lose: object
) -> None:
    why = lose(owner, live)  # type: ignore[operator]
    run = deliver()

    assert (run.state, run.reason) == ("skipped", why)
    assert (Mail.objects.count(), sink.taken) == (0, [])


@pytest.mark.parametrize("lose", [lose_group, archive, deactivate])
def test_right_is_asked_for_again_when_the_mail_goes(
    sink: Sink, owner: User, live: Dashboard, report: Subscription, lose: object
) -> None:
    come(report)
    runs.send_due(now=timezone.now())
    run_jobs()
    lose(owner, live)  # type: ignore[operator]
    run_jobs()
    run = report.runs.get()

    assert (run.state, run.reason != "", sink.taken) == ("skipped", True, [])


def test_deleted_or_ended_report_is_not_sent(
    sink: Sink, member: User, live: Dashboard, report: Subscription
) -> None:
    other = subscriptions.subscribe(actor=member, dashboard=live, every="daily", hour=9)
    for row in (report, other):
        runs.send_now(actor=member, subscription=row)
    run_jobs()
    subscriptions.delete_subscription(actor=member, subscription=report)
    subscriptions.unsubscribe(other.pk)
    run_jobs()

    assert sink.taken == []
    assert set(Mail.objects.values_list("state", flat=True)) == {"skipped"}


def test_empty_report_is_left_out_unless_it_is_wanted(
    sink: Sink, member: User, report: Subscription, deliver: Deliver
) -> None:
    nothing = "period=own&from=1999-01-01&to=1999-01-31"
    subscriptions.change_subscription(actor=member, subscription=report, query=nothing)
    skipped = deliver()
    subscriptions.change_subscription(actor=member, subscription=report, skip_empty=False)
    runs.send_now(actor=member, subscription=report)
    run_jobs()
    run_jobs()

    assert (skipped.state, skipped.reason) == ("skipped", "No tile has a figure.")
    [mail] = sink.taken
    assert "No data" in text_of(mail)


def test_tile_that_fails_says_so_and_the_owner_is_told_once(
    sink: Sink, owner: User, member: User, report: Subscription, released: Version,
    hours: KPIVersion, deliver: Deliver,
) -> None:  # fmt: skip
    hours.definition = {"measure": {"agg": "median of nothing"}}
    KPIVersion.objects.filter(pk=hours.pk).update(definition=hours.definition)
    run = deliver()
    run_jobs()

    [mail] = sink.taken
    told = Delivery.objects.filter(channel="inbox", event__kind="dashboards.report_failed")
    assert (run.state, run.missing > 0) == ("sent", True)
    assert html_of(mail).count("This could not be shown:") == run.missing
    assert "SLA attainment" in text_of(mail)
    assert [delivery.person for delivery in told] == [owner]


def test_picture_that_cannot_be_drawn_leaves_its_words(report: Subscription) -> None:
    def broken(figure: object, width: int) -> bytes:
        raise RuntimeError("no ink")

    letter = compose(report, 1, painter=broken)

    assert letter.parts == []
    assert "The picture could not be drawn." in letter.html
    assert all(name.endswith("The picture could not be drawn.") for name in letter.failures)
    assert "Lowest" in letter.html


def test_refused_mail_fails_the_run_and_can_be_tried_again(
    sink: Sink, ace: User, member: User, colleague: User, report: Subscription, deliver: Deliver
) -> None:
    sink.says = "550 no such person"
    failed = deliver()
    sink.says = "250 OK"
    with pytest.raises(NotAllowed):
        runs.try_again(actor=colleague, run=failed)
    runs.try_again(actor=ace, run=failed)
    run_jobs()
    run_jobs()

    assert (failed.state, failed.reason) == ("failed", "The mail server refuses this mail (550).")
    assert (report.runs.get().state, len(sink.taken)) == ("sent", 1)
    with pytest.raises(Conflict, match="Only a report that has failed"):
        runs.try_again(actor=ace, run=report.runs.get())


def test_mail_that_was_given_up_fails_the_run_tells_the_owner_and_may_go_later(
    sink: Sink, ace: User, owner: User, member: User, report: Subscription
) -> None:
    come(report)
    runs.send_due(now=timezone.now())
    run_jobs()
    job = Job.objects.get(kind=mails.JOB)
    Job.objects.filter(pk=job.pk).update(state="dead", error="The mail server cannot be reached.")
    written = report.runs.get().state
    mails.settle_given_up()
    failed = report.runs.get()
    told = Delivery.objects.filter(channel="inbox", event__kind="dashboards.report_failed")
    titles = [(delivery.person, delivery.event.title) for delivery in told]
    jobs.retry(actor=ace, job=job)
    run_jobs()

    assert (written, failed.state, failed.reason) == (
        "rendered", "failed", "The mail server cannot be reached."
    )  # fmt: skip
    assert titles == [(owner, "A report of Incident service did not reach Member")]
    assert (report.runs.get().state, len(sink.taken)) == ("sent", 1)


def test_work_that_breaks_down_fails_the_run_and_the_owner_hears_of_it(
    owner: User, report: Subscription, released: Version
) -> None:
    come(report)
    runs.send_due(now=timezone.now())
    Job.objects.filter(kind=runs.KIND).update(
        state="dead", error="The worker stopped in the middle of this 3 times."
    )
    settled = [runs.settle_lost(), runs.settle_lost()]

    run = report.runs.get()
    assert (settled, run.state, run.reason) == (
        [1, 0], "failed", "The worker stopped in the middle of this 3 times.",
    )  # fmt: skip
    told = Delivery.objects.filter(channel="inbox", event__kind="dashboards.report_failed")
    assert [delivery.person for delivery in told] == [owner]


def test_send_now_is_asked_once_and_checks_who_asked(
    ace: User, member: User, report: Subscription
) -> None:
    first = runs.send_now(actor=ace, subscription=report)
    again = runs.send_now(actor=ace, subscription=report)
    User.objects.filter(pk=ace.pk).update(is_ace=False)
    ended = run_jobs()
    runs.settle_lost()

    first.refresh_from_db()
    assert (first, ended[-1], first.state) == (again, "failed", "failed")
    assert "no longer may" in first.reason
    assert Mail.objects.filter(person=member).count() == 0


def test_hostile_names_stay_text(
    sink: Sink, owner: User, live: Dashboard, deliver: Deliver
) -> None:
    Dashboard.objects.filter(pk=live.pk).update(name="<img src=x onerror=alert(1)>")
    deliver()

    [mail] = sink.taken
    assert "<img src=x" not in html_of(mail)
    assert "&lt;img src=x onerror=alert(1)&gt;" in html_of(mail)


def test_nothing_is_promised_of_what_is_not_sent(member: User, report: Subscription) -> None:
    failed = ReportRun.objects.create(subscription=report, due_at=timezone.now(), state="failed")
    acts = [
        lambda: runs.send_now(actor=member, subscription=report),
        lambda: runs.try_again(actor=member, run=failed),
    ]

    Dashboard.objects.update(status="archived")
    for act in acts:
        with pytest.raises(Conflict, match="archived; its reports have ended"):
            act()
    Dashboard.objects.update(status="active")
    Subscription.objects.update(ended_at=timezone.now())
    for act in acts:
        with pytest.raises(Conflict, match="ended by the link in a mail"):
            act()

    assert ReportRun.objects.get().state == "failed"
    assert not Job.objects.filter(kind=runs.KIND).exists()


def test_subscription_with_an_odd_time_stops_no_other(
    owner: User, member: User, live: Dashboard, report: Subscription
) -> None:
    odd = subscriptions.subscribe(actor=member, dashboard=live, every="daily", hour=8)
    come(report)
    before_it = timezone.now() - timedelta(hours=1)
    Subscription.objects.filter(pk=odd.pk).update(zone="Mars/Base", next_due=before_it)
    now = timezone.now()

    opened = [runs.send_due(now=now), runs.send_due(now=now)]

    odd.refresh_from_db()
    told = Delivery.objects.filter(event__kind=runs.FAILURE_KIND, channel="inbox")
    assert opened == [1, 0]
    assert report.runs.get().state == "queued"
    assert (odd.runs.get().state, odd.next_due) == ("failed", now + timedelta(days=1))
    assert [row.person for row in told] == [owner]
