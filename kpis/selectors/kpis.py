"""Which KPIs a person may read, and whose values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from ace_portal.accounts.models import User
from ace_portal.lib.registries import value_grants
from ace_portal.lib.selectors import first_or_404
from kpis.models import KPI, KPIDriver, KPIVersion, StepMetric
from personas.selectors import questions_for

State = KPIVersion.State


def kpis_for(user: User) -> QuerySet[KPI]:
    """All for the ACE; everybody else sees that published KPIs exist and what they mean."""
    kpis = KPI.objects.select_related("question__persona", "question__decision", "owner", "steward")
    if user.is_ace:
        return kpis
    return kpis.filter(versions__state=State.PUBLISHED).distinct()


def readable(person: User, abouts: Sequence[dict[str, Any]]) -> list[bool]:
    """Which events about the work on KPIs a person may (still) read: the ACE's are theirs."""
    return [person.is_active and person.is_ace] * len(abouts)


def kpi_for(user: User, slug: str) -> KPI:
    return first_or_404(kpis_for(user).filter(slug=slug))


def catalogue_for(user: User, *, search: str = "", category: str = "") -> QuerySet[KPI]:
    """The KPIs of the catalogue with the version that counts; retired ones come last."""
    kpis = kpis_for(user)
    if category in KPI.Category.values:
        kpis = kpis.filter(category=category)
    # A search finds nothing by words that the person may not read.
    open_questions = questions_for(user).values("pk")
    for word in search.split()[:6]:
        kpis = kpis.filter(
            Q(name__icontains=word)
            | Q(description__icontains=word)
            | Q(question__in=open_questions, question__text__icontains=word)
            | Q(owner__name__icontains=word)
        )
    versions = KPIVersion.objects.select_related("dataset__live").order_by("-number")
    return kpis.prefetch_related(
        Prefetch("versions", queryset=versions.defer("reason"), to_attr="all_versions"), "targets"
    ).order_by("retired_at", "name", "pk")


def owners_for(user: User) -> QuerySet[User]:
    """Who owns one of the KPIs that a person knows of."""
    owned = kpis_for(user).order_by().values("owner")
    return User.objects.filter(pk__in=owned).order_by("name", "pk")


def valued_kpis(user: User) -> QuerySet[KPI]:
    """The KPIs whose values a person may see: the ACE all, others through their dashboards."""
    kpis = kpis_for(user)
    if user.is_ace:
        return kpis
    granted: set[int] = set()
    grants = [grant for _name, grant in value_grants.items()]
    for grant in grants:
        granted |= set(grant(user))
    return kpis.filter(pk__in=granted)


def published_kpis(user: User) -> QuerySet[KPI]:
    """The KPIs that have figures, for who may compute with them."""
    return kpis_for(user).filter(versions__state=State.PUBLISHED).order_by("name", "pk").distinct()


def may_see_values(user: User, kpi: KPI) -> bool:
    return user.is_ace or valued_kpis(user).filter(pk=kpi.pk).exists()


def versions_of(user: User, kpi: KPI) -> QuerySet[KPIVersion]:
    """The versions of a KPI, newest first; drafts are the ACE's."""
    versions = kpi.versions.select_related("dataset__live", "author", "published_by")
    return versions if user.is_ace else versions.exclude(state=State.DRAFT)


def step_metric_of(kpi: KPI, pk: int) -> StepMetric:
    """Where on a blueprint the KPI is shown."""
    return first_or_404(kpi.step_metrics.select_related("kpi").filter(pk=pk))


def driver_of(kpi: KPI, pk: int) -> KPIDriver:
    """What somebody said drives the KPI."""
    rows = kpi.driver_links.select_related("kpi__owner", "driver", "author")
    return first_or_404(rows.filter(pk=pk))


def published_of(kpi: KPI) -> KPIVersion | None:
    """The version whose figures everybody sees, with its data."""
    return _first(kpi, State.PUBLISHED)


def draft_of(kpi: KPI) -> KPIVersion | None:
    return _first(kpi, State.DRAFT)


def _first(kpi: KPI, state: str) -> KPIVersion | None:
    versions = kpi.versions.select_related("dataset__live", "kpi")
    return versions.filter(state=state).first()
