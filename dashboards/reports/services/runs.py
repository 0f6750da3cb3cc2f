"""From a due time to a mail: opened once, rendered by a worker, written with the run's new state.

queued → rendered → sent | failed → queued; queued → skipped. The job has the lease; what it does
twice leaves one mail.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.jobs.models import Job
from ace_portal.jobs.services import Run, enqueue, register_handler
from ace_portal.lib.errors import Conflict
from ace_portal.notifications.mail import queue_mail
from ace_portal.notifications.models import Mail
from ace_portal.notifications.services import notify
from dashboards.reports.letter import Letter, compose
from dashboards.reports.models import ReportRun, Subscription
from dashboards.reports.permissions import require_steering
from dashboards.reports.selectors import why_nothing_is_sent

KIND = "reports.run"
MAIL_KIND = "dashboards.report"
FAILURE_KIND = "dashboards.report_failed"
ATTEMPTS = 3
AT_A_TIME = 500
PAUSE = timedelta(days=1)

log = logging.getLogger("ace.reports")

State = ReportRun.State


def send_due(*, now: datetime) -> int:
    """Open a run for each subscription whose time has come; answers how many.

    The one conditional update of ``next_due`` decides between schedulers that run at once. Times
    that were missed are caught up by one run.
    """
    settle_lost()
    due = Subscription.objects.filter(active=True, next_due__lte=now).order_by("next_due")
    opened = 0
    for subscription in due[:AT_A_TIME]:
        assert subscription.next_due is not None
        try:
            with transaction.atomic():
                if _take_turn(subscription, subscription.schedule.after(now)):
                    _open(subscription, subscription.next_due, None)
                    opened += 1
        except Exception:  # whatever it is: the reports of others go out
            log.exception("report subscription %s was not opened", subscription.pk)
            _put_off(subscription, subscription.next_due, now)
    return opened


def _take_turn(subscription: Subscription, following: datetime) -> bool:
    turn = Subscription.objects.filter(
        pk=subscription.pk, active=True, next_due=subscription.next_due
    )
    return bool(turn.update(next_due=following))


def _put_off(subscription: Subscription, due_at: datetime, now: datetime) -> None:
    """What could not be opened is a run that failed, and comes up again in a day."""
    with transaction.atomic():
        if not _take_turn(subscription, now + PAUSE):
            return
        reason = _("It could not be started. If its time is odd, change it.")
        run, fresh = ReportRun.objects.get_or_create(
            subscription=subscription, due_at=due_at,
            defaults={"state": State.FAILED, "reason": reason, "ended_at": now},
        )  # fmt: skip
        if fresh:
            title = _("A report of %(name)s failed") % {"name": subscription.dashboard.name}
            _tell_owner(run, title, reason)


def _open(subscription: Subscription, due_at: datetime, actor: User | None) -> ReportRun:
    run, fresh = ReportRun.objects.get_or_create(
        subscription=subscription, due_at=due_at, defaults={"asked_by": actor}
    )
    if fresh:
        _enqueue(run, actor)
    return run


def _enqueue(run: ReportRun, actor: User | None) -> None:
    run.job = enqueue(
        kind=KIND, payload={"run": run.pk}, actor=actor, key=f"report-{run.pk}", queue="reports",
        max_attempts=ATTEMPTS,
    )  # fmt: skip
    run.save(update_fields=["job", "updated_at"])


def send_now(*, actor: User, subscription: Subscription) -> ReportRun:
    """One report at once, to its person; while one that was asked for waits, it is that one."""
    require_steering(actor, subscription)
    with transaction.atomic():
        row = Subscription.objects.select_for_update().get(pk=subscription.pk)
        _require_sending(row)
        waiting = row.runs.filter(state=State.QUEUED, asked_by__isnull=False).first()
        if waiting is not None:
            return waiting
        run = _open(row, timezone.now(), actor)
        record(actor=actor, action="report.send", target=subscription)
    return run


def _require_sending(subscription: Subscription) -> None:
    if subscription.ended_at is not None:
        raise Conflict(_("This report was ended by the link in a mail. Resume it first."))
    why = why_nothing_is_sent(subscription)
    if why:
        raise Conflict(why)


def try_again(*, actor: User, run: ReportRun) -> ReportRun:
    """failed → queued, by a person."""
    require_steering(actor, run.subscription)
    with transaction.atomic():
        row = _locked(run.pk)
        if row is None or row.state != State.FAILED:
            raise Conflict(_("Only a report that has failed can be tried again."))
        _require_sending(row.subscription)
        row.state, row.reason, row.mail, row.ended_at = State.QUEUED, "", None, None
        row.asked_by = actor
        row.save()
        _enqueue(row, actor)
        record(actor=actor, action="report.retry", target=row.subscription)
    return row


@register_handler(KIND)
def perform(run: Run) -> None:
    """Render, then write the mail and the run's state together, or the reason why there is none."""
    report = _with_all(ReportRun.objects.all()).filter(pk=run.payload["run"]).first()
    if report is None or report.state != State.QUEUED:
        with run.completion():
            return  # it was ended, or a worker that died has done it
    run.check(lambda actor: require_steering(actor, report.subscription))
    why = why_nothing_is_sent(report.subscription)
    letter = None if why else compose(report.subscription, report.pk)
    if letter is not None and letter.empty and report.subscription.skip_empty:
        why = _("No tile has a figure.")
    with run.completion():
        row = _locked(report.pk)
        if row is None:
            return
        run.check(lambda actor: require_steering(actor, report.subscription))
        why = why_nothing_is_sent(row.subscription) or why
        if why or letter is None:
            _end(row, State.SKIPPED, why)
        else:
            _hand_over(row, letter)


def _hand_over(report: ReportRun, letter: Letter) -> None:
    """queued → rendered, with the mail; the owner is told of what it could not show."""
    subscription = report.subscription
    about = {"subscription": subscription.pk}
    report.mail = queue_mail(
        person=subscription.person, subject=letter.subject, text=letter.text, html=letter.html,
        parts=letter.parts, unsubscribe=("report", subscription.pk), kind=MAIL_KIND, about=about,
    )  # fmt: skip
    report.state, report.version = State.RENDERED, letter.version
    report.missing = len(letter.failures)
    report.save()
    if letter.failures:
        title = ngettext(
            "A report of %(name)s went out without %(n)d tile",
            "A report of %(name)s went out without %(n)d tiles",
            len(letter.failures),
        ) % {"name": subscription.dashboard.name, "n": len(letter.failures)}
        _tell_owner(report, title, "\n".join(letter.failures))


def mail_ended(mail: Mail) -> None:
    """Mail listener: rendered → sent, failed or skipped, in the transaction of the mail's end.

    The owner is told of a failure; a mail that was given up and is tried again moves on from there.
    """
    ends = {
        Mail.State.SENT: State.SENT,
        Mail.State.FAILED: State.FAILED,
        Mail.State.SKIPPED: State.SKIPPED,
    }
    if mail.kind != MAIL_KIND or mail.state not in ends:
        return
    rows = _with_all(ReportRun.objects.select_for_update(of=("self",)))
    for row in rows.filter(mail=mail, state__in=[State.RENDERED, State.FAILED]):
        _end(row, ends[Mail.State(mail.state)], mail.reason)
        if row.state == State.FAILED:
            person, name = row.subscription.person, row.subscription.dashboard.name
            title = _("A report of %(name)s did not reach %(person)s")
            _tell_owner(row, title % {"name": name, "person": person}, row.reason, "-mail")


def settle_lost() -> int:
    """queued → failed where the job has ended without an outcome; the owner is told."""
    over = [Job.State.FAILED, Job.State.DEAD, Job.State.CANCELLED]
    lost = ReportRun.objects.filter(state=State.QUEUED, job__state__in=over)
    settled = 0
    for pk in lost.values_list("pk", flat=True)[:AT_A_TIME]:
        with transaction.atomic():
            row = _locked(pk)
            if row is None or row.state != State.QUEUED or row.job is None or row.job.is_open:
                continue
            _end(row, State.FAILED, row.job.error or _("The work was stopped."))
            title = _("A report of %(name)s failed") % {"name": row.subscription.dashboard.name}
            _tell_owner(row, title, row.reason)
            settled += 1
    return settled


def _tell_owner(report: ReportRun, title: str, text: str, what: str = "") -> None:
    """Once per run and ``what``, whatever is tried again."""
    subscription = report.subscription
    notify(
        kind=FAILURE_KIND, key=f"report-run-{report.pk}{what}", actor=None,
        people=[subscription.dashboard.owner], title=title, text=text,
        url=subscription.get_absolute_url(), about={"dashboard": subscription.dashboard_id},
    )  # fmt: skip


def _end(report: ReportRun, state: State, reason: str) -> None:
    report.state, report.reason, report.ended_at = state, reason[:300], timezone.now()
    report.save(update_fields=["state", "reason", "ended_at", "updated_at"])


def _with_all(rows: QuerySet[ReportRun]) -> QuerySet[ReportRun]:
    return rows.select_related("subscription__person", "subscription__dashboard__owner", "job")


def _locked(pk: int) -> ReportRun | None:
    return _with_all(ReportRun.objects.select_for_update(of=("self",))).filter(pk=pk).first()
