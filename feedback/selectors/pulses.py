"""What people were asked after a release, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from ace_portal.accounts.models import User
from ace_portal.lib.selectors import first_or_404
from dashboards.content.models import Dashboard, Version
from dashboards.content.selectors import launched_to
from feedback.models import Pulse, PulseAnswer, Thread
from kpis.display import DASH, shown_value
from kpis.measured import measured_for
from kpis.models import KPIVersion, Measurement

FEWEST_FOR_A_SHARE = 5
SHOWN = 20
MOST_KPIS = 7


def asked_of(user: User) -> QuerySet[PulseAnswer]:
    """The questions that were put to a person, of dashboards that they may open today."""
    rows = PulseAnswer.objects.filter(person=user, pulse__asked_at__isnull=False)
    open_to_me = launched_to(user).values("pk")
    return rows.filter(pulse__version__dashboard__in=open_to_me).select_related(
        "pulse__version__dashboard"
    )


def answer_for(user: User, pulse: int) -> PulseAnswer:
    """The person's own answer to a question, given or to be given."""
    return first_or_404(asked_of(user).filter(pulse__in=Pulse.objects.filter(pk=pulse)))


def readable_pulses(person: User, abouts: Sequence[dict[str, Any]]) -> list[bool]:
    """Notification kind: was the person asked, and may they open the dashboard today?"""
    wanted = [about["pulse"] for about in abouts]
    seen = set(asked_of(person).filter(pulse__in=wanted).values_list("pulse", flat=True))
    return [pk in seen for pk in wanted]


@dataclass(frozen=True)
class KPIChange:
    """A KPI's last full period before a release, and the first full one after it."""

    name: str
    url: str
    before: str
    after: str


@dataclass(frozen=True)
class PulseResult:
    """``share`` of yes in percent, of at least five answers; else None.

    Of as many come the comments, without names and in the order of their letters.
    """

    version: Version
    asked: int
    shown: int
    answered: int
    yes: int
    partly: int
    no: int
    due_at: datetime
    kpis: list[KPIChange]
    comments: list[str]

    @property
    def share(self) -> int | None:
        return (
            round(100 * self.yes / self.answered) if self.answered >= FEWEST_FOR_A_SHARE else None
        )


def pulse_results(user: User, dashboard: Dashboard) -> list[PulseResult]:
    """What came of the last twenty questions, beside the KPIs that the threads were about."""
    choice = PulseAnswer.Choice
    pulses = Pulse.objects.filter(version__dashboard=dashboard).select_related("version")
    counted = pulses.order_by("-version__number").annotate(
        asked=Count("answers"),
        shown=Count("answers", filter=Q(answers__shown_at__isnull=False)),
        answered=Count("answers", filter=Q(answers__answered_at__isnull=False)),
        yes=Count("answers", filter=Q(answers__choice=choice.YES)),
        partly=Count("answers", filter=Q(answers__choice=choice.PARTLY)),
        no=Count("answers", filter=Q(answers__choice=choice.NO)),
    )
    found = list(counted[:SHOWN])
    kpis = kpis_around(user, [pulse.version for pulse in found])
    comments = _comments([pulse for pulse in found if pulse.answered >= FEWEST_FOR_A_SHARE])
    return [
        PulseResult(
            version=pulse.version, asked=pulse.asked, shown=pulse.shown, answered=pulse.answered,
            yes=pulse.yes, partly=pulse.partly, no=pulse.no, due_at=pulse.due_at,
            kpis=kpis.get(pulse.version_id, []), comments=comments.get(pulse.pk, []),
        )
        for pulse in found
    ]  # fmt: skip


def _comments(pulses: Sequence[Pulse]) -> dict[int, list[str]]:
    rows = PulseAnswer.objects.filter(pulse__in=pulses).exclude(comment="").order_by("comment")
    found: dict[int, list[str]] = {}
    for pulse, comment in rows.values_list("pulse", "comment"):
        found.setdefault(pulse, []).append(comment)
    return found


def kpis_around(user: User, versions: Sequence[Version]) -> dict[int, list[KPIChange]]:
    """By release the KPIs of the threads that it answered, before it and measured again after."""
    answered = Thread.objects.filter(item__version__in=versions, kpi_version__isnull=False)
    pairs = set(answered.order_by().values_list("item__version", "kpi_version__kpi"))
    published = {
        row.kpi_id: row
        for row in KPIVersion.objects.filter(
            kpi__in={kpi for _version, kpi in pairs}, state=KPIVersion.State.PUBLISHED
        ).select_related("kpi", "dataset__live")
    }
    measured = measured_for(user, published.values()).rows
    found: dict[int, list[KPIChange]] = {}
    for version in versions:
        shown = [published[kpi] for pk, kpi in pairs if pk == version.pk and kpi in published]
        shown.sort(key=lambda row: row.kpi.name)
        found[version.pk] = [
            _change(row, measured.get(row.pk, []), version.released_at)
            for row in shown[:MOST_KPIS]
            if version.released_at is not None
        ]
    return found


def _change(published: KPIVersion, rows: list[Measurement], released: datetime) -> KPIChange:
    full = [row for row in rows if not row.partial]
    return KPIChange(
        name=published.kpi.name,
        url=published.kpi.get_absolute_url(),
        before=_text(published, [row for row in full if row.period_end <= released]),
        after=_text(published, [row for row in full if row.period_start >= released][:1]),
    )


def _text(version: KPIVersion, rows: list[Measurement]) -> str:
    """The last of some figures, as it is printed; empty where there is none yet."""
    if not rows:
        return ""
    value = rows[-1].value
    return DASH if value is None else str(shown_value(value, version))
