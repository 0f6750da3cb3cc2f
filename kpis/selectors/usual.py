"""Which figures season and trend do not explain, and what was looked at."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F, Q

from kpis.derived import is_derived
from kpis.models import KPIVersion, Measurement, Refresh
from kpis.selectors.history import of_last_good


def unusual_of(versions: Iterable[KPIVersion]) -> dict[int, list[Measurement]]:
    """Per version (its key) the unusual figures of its last good refresh, in one query.

    ``refresh`` is read with each. Nothing over an older load than ``dataset.live``: what is shown
    has not been looked at yet. A derived KPI has many loads; its figures are to be compared.
    """
    known = {version.pk: version for version in versions}
    odd = Q(value__lt=F("usual_low")) | Q(value__gt=F("usual_high"))
    looked_at = Measurement.objects.filter(odd, version__in=list(known), partial=False)
    rows = of_last_good(looked_at).select_related("refresh")
    found: dict[int, list[Measurement]] = {}
    for row in rows.order_by("version", "period_start"):
        version = known[row.version_id]
        if is_derived(version) or row.load_id == version.dataset.live_id:
            found.setdefault(version.pk, []).append(row)
    return found


def last_look(version: KPIVersion) -> Refresh | None:
    """The last good refresh; None where its figures are not those of the live load."""
    refresh = (
        Refresh.objects.filter(version=version, state=Refresh.State.DONE).order_by("-pk").first()
    )
    if refresh is None or is_derived(version) or refresh.load_id == version.dataset.live_id:
        return refresh
    return None
