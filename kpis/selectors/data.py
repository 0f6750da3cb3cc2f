"""Which data a person may look at."""

from __future__ import annotations

from django.db.models import QuerySet

from ace_portal.accounts.models import User
from kpis.models import Dataset
from personas.selectors import first_or_404


def datasets_for(user: User) -> QuerySet[Dataset]:
    """All for ACE members who manage data; nobody else sees rows or their files."""
    datasets = Dataset.objects.select_related("owner", "live")
    if user.is_ace and user.may_manage_data:
        return datasets
    return datasets.none()


def dataset_for(user: User, slug: str) -> Dataset:
    return first_or_404(datasets_for(user).filter(slug=slug))
