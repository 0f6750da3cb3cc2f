"""Figures that were asked at a source after it was looked at: what they count, in words."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from kpis.asking import definition_of
from kpis.models import KPIVersion


def is_asked(version: KPIVersion) -> bool:
    """Whether its rows stay where they are, and may change between two looks."""
    load = version.dataset.live
    return load is not None and not load.path


def counts_later_rows(version: KPIVersion) -> bool:
    """Whether rows that came after the last look cannot be told from those that were there.

    Moments tell them apart; days do not, and where time plays no part there is nothing that could.
    """
    if not is_asked(version):
        return False
    columns = definition_of(version).time_columns
    types = version.dataset.live.types if version.dataset.live is not None else {}
    return not columns or any(types.get(name) != "timestamp" for name in columns)


def asked_words(versions: Iterable[KPIVersion]) -> str:
    """What may be in figures that the time of the data does not tell; empty where rows are kept."""
    asked = [version for version in versions if is_asked(version)]
    if not asked:
        return ""
    if any(counts_later_rows(version) for version in asked):
        return _(
            "Asked where the data lies: rows that came, changed or went after the last look may "
            "be counted."
        )
    return _(
        "Asked where the data lies: rows that came after the last look are left out; of rows that "
        "changed or went since, what is true now counts."
    )
