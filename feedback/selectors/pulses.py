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
from feedback.models import Pulse, PulseAnswer
from kpis.display import DASH, shown_value
from kpis.models import KPI, KPIVersion, Measurement
from kpis.selectors import measurements_of, published_of

FEWEST_FOR_A_SHARE = 5


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
    """``share`` of yes in percent, of at least five answers; else None."""

    version: Version
    asked: int
    shown: int
    answered: int
    yes: int
    partly: int
    no: int
    due_at: datetime
    kpis: list[KPIChange]

    @property
    def share(self) -> int | None:
        return (
            round(100 * self.yes / self.answered) if self.answered >= FEWEST_FOR_A_SHARE else None
        )


def pulse_results(dashboard: Dashboard) -> list[PulseResult]:
    """What came of the question, beside the KPIs that the threads were about."""
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
    return [
        PulseResult(
            version=pulse.version, asked=pulse.asked, shown=pulse.shown, answered=pulse.answered,
            yes=pulse.yes, partly=pulse.partly, no=pulse.no, due_at=pulse.due_at,
            kpis=kpis_around(pulse.version),
        )
        for pulse in counted[:20]
    ]  # fmt: skip


def kpis_around(version: Version) -> list[KPIChange]:
    """The KPIs of the threads that a release answered, measured before it and again after it."""
    kpis = KPI.objects.filter(versions__threads__item__version=version).distinct()
    found = []
    for kpi in kpis.order_by("name")[:7]:
        published = published_of(kpi)
        if published is None or version.released_at is None:
            continue
        rows = [
            row for row in measurements_of([published]).get(published.pk, []) if not row.partial
        ]
        before = [row for row in rows if row.period_end <= version.released_at]
        after = [row for row in rows if row.period_start >= version.released_at]
        found.append(
            KPIChange(
                name=kpi.name,
                url=kpi.get_absolute_url(),
                before=_text(published, before),
                after=_text(published, after[:1]),
            )
        )
    return found


def _text(version: KPIVersion, rows: list[Measurement]) -> str:
    """The last of some figures, as it is printed; empty where there is none yet."""
    if not rows:
        return ""
    value = rows[-1].value
    return DASH if value is None else str(shown_value(value, version))
