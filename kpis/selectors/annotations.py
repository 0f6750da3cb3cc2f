"""What happened to the data."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from ace_portal.accounts.models import User
from ace_portal.lib.selectors import first_or_404
from kpis.models import Annotation

#: the newest that charts show
SHOWN = 200


def annotations_for(user: User) -> QuerySet[Annotation]:
    """All for the ACE; others read them on the charts that they may see."""
    rows = Annotation.objects.all() if user.is_ace else Annotation.objects.none()
    return rows.select_related("dataset", "by")


def annotation_for(user: User, pk: int) -> Annotation:
    return first_or_404(annotations_for(user).filter(pk=pk))


def annotations_over(datasets: Iterable[int]) -> list[Annotation]:
    """What stands on charts over any of these datasets, oldest first; one query."""
    rows = Annotation.objects.filter(Q(dataset=None) | Q(dataset__in=set(datasets)))
    return list(rows.only("at", "until", "title", "text", "dataset")[:SHOWN])[::-1]
