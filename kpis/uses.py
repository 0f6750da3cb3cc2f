"""Where the figures of KPIs are shown, as the apps above say it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ace_portal.accounts.models import User
from ace_portal.lib.registries import kpi_uses


@dataclass(frozen=True, slots=True)
class Use:
    """One chart; ``split`` is the dimension by which it splits.

    ``version`` is the KPI's version that it shows, by its key. ``release`` says whether people see
    it, or it is in work.
    """

    kpi: int
    version: int
    chart: str
    split: str
    place: str
    url: str
    release: bool


def uses_of(user: User, kpis: Iterable[int]) -> list[Use]:
    """The charts of some KPIs that a person may know of, by place and chart."""
    wanted = set(kpis)
    found = [use for tell in kpi_uses.values() for use in tell(user, wanted)] if wanted else []
    return sorted(found, key=lambda use: (use.place, not use.release, use.chart))
