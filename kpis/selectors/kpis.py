"""Which KPIs a person may read."""

from __future__ import annotations

from django.db.models import QuerySet

from ace_portal.accounts.models import User
from kpis.models import KPI, KPIVersion
from personas.selectors import first_or_404


def kpis_for(user: User) -> QuerySet[KPI]:
    """All for the ACE; everybody else sees that published KPIs exist and what they mean."""
    kpis = KPI.objects.select_related("question__persona", "owner", "steward")
    if user.is_ace:
        return kpis
    return kpis.filter(versions__state=KPIVersion.State.PUBLISHED).distinct()


def kpi_for(user: User, slug: str) -> KPI:
    return first_or_404(kpis_for(user).filter(slug=slug))
