"""Which sources a person may look at."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from ace_portal.accounts.models import User
from ace_portal.lib.selectors import first_or_404
from kpis.models import Dataset, DataSource


def sources_for(user: User) -> QuerySet[DataSource]:
    """All for the ACE team, without anybody's password."""
    sources = DataSource.objects.select_related("owner").defer("secret", "relations")
    sources = sources.annotate(feeds=Count("datasets")).order_by("name", "pk")
    return sources if user.is_active and user.is_ace else sources.none()


def source_for(user: User, slug: str) -> DataSource:
    sources = DataSource.objects.select_related("owner")
    seen = sources if user.is_active and user.is_ace else sources.none()
    return first_or_404(seen.filter(slug=slug))


def datasets_from(source: DataSource) -> QuerySet[Dataset]:
    return source.datasets.select_related("owner", "live")
