"""What the demo's people know of their KPIs: what drives what, a target of its own, who checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from ace_portal.accounts.models import User
from kpis.models import KPI
from kpis.services import drivers, targets
from kpis.services.verifying import verify_kpi

#: KPI, what drives it, how, and why people think so
DRIVERS = (
    ("Satisfaction (CSAT)", "Time to resolve", "against",
     "Of those who waited longer than a day, half are content; of the others nearly all."),
    ("Satisfaction (CSAT)", "SLA attainment", "with",
     "People hold us to what we promised, not to the clock."),
    ("Time to resolve", "Reassignment rate", "with",
     "Each handoff costs a place in the next queue."),
    ("Time to resolve", "Work per shift", "with",
     "The more comes in for each person on duty, the longer everything waits."),
)  # fmt: skip


def tell(people: Mapping[str, User], today: date) -> None:
    """Drivers between KPIs that there are, P1's own target, and a definition that was compared."""
    known = {kpi.name: kpi for kpi in KPI.objects.all()}
    for name, driver, sign, reason in DRIVERS:
        if driver in known:
            drivers.add_driver(
                actor=people["owner"], kpi=known[name], driver=known[driver], sign=sign,
                reason=reason,
            )  # fmt: skip
    targets.set_target(
        actor=people["owner"], kpi=known["SLA attainment"], dimension="priority", value="P1",
        valid_from=today - timedelta(days=400), good=0.95, watch=0.85,
    )  # fmt: skip
    verify_kpi(
        actor=people["ace"], kpi=known["Incident volume"],
        note="Two months of the desk tool's own report, to the last incident.",
    )  # fmt: skip
