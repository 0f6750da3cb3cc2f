"""The checks of a dataset, and who may read that its data is held back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict
from ace_portal.lib.selectors import first_or_404, there_or_404
from kpis.models import Dataset, Load, QualityCheck
from kpis.permissions import manages_data

PICKED = 50  # loads that a comparison offers


def checks_of(dataset: Dataset) -> QuerySet[QualityCheck]:
    return dataset.checks.select_related("author", "dataset__live")


def check_of(dataset: Dataset, pk: int) -> QualityCheck:
    return first_or_404(checks_of(dataset).filter(pk=pk))


def readable(person: User, abouts: Sequence[dict[str, Any]]) -> list[bool]:
    """Which events about loads a person may (still) read: as ``datasets_for`` has it."""
    return [manages_data(person)] * len(abouts)


def comparable(dataset: Dataset) -> list[Load]:
    """The loads whose columns are known, newest first."""
    loads = dataset.loads.filter(rows__isnull=False).select_related("by", "dataset")
    return list(loads[:PICKED])


def pair_of(dataset: Dataset, first: int | None, last: int | None) -> tuple[Load, Load]:
    """Two loads by their numbers; what is left out is the live one and the one before it.

    While a load is held back, it is that one beside the live one: so it is decided about.

    404 where one of them is not there or came to nothing, Conflict where there is no second one.
    """
    known = dataset.loads.filter(rows__isnull=False).select_related("by", "dataset")
    if first is None and last is None and dataset.live is not None and dataset.held is not None:
        first, last = dataset.live.number, dataset.held.number
    if last is not None:
        new = first_or_404(known.filter(number=last))
    else:
        others = known.exclude(number=first or 0)
        live = dataset.live.number if dataset.live is not None else 0
        new = there_or_404(others.filter(number=live).first() or others.first())
    if first is not None:
        return first_or_404(known.filter(number=first)), new
    others = known.exclude(pk=new.pk)
    was_live = others.filter(live_at__isnull=False)
    old = was_live.filter(number__lt=new.number).first() or was_live.first() or others.first()
    if old is None:
        raise Conflict(_("There is only one load so far; nothing to compare it with."))
    return old, new
