"""The checks that need no rows: what a load tells of itself is enough."""

from __future__ import annotations

from datetime import datetime, timedelta

from ace_portal.lib.words import sentence as _
from kpis.checking.finding import PASSED, Finding
from kpis.checking.rules import Rule, unable


def freshness(rule: Rule, as_of: datetime | None, now: datetime) -> Finding:
    """Whether the latest time in the data is recent enough; both moments are aware."""
    if as_of is None:
        return Finding(failed=True, why=unable(_("The data has no column with times.")))
    hours = rule.hours or 0
    if now - as_of <= timedelta(hours=hours):
        return Finding(failed=False)
    old = (now - as_of).total_seconds() / 3600
    return Finding(
        failed=True,
        why=_(
            "The latest time in the data is %(n)s hours ago; at most %(most)s are allowed.",
            n=f"{old:,.1f}",
            most=f"{hours:g}",
        ),
    )


def row_change(rule: Rule, rows: int, live_rows: int | None) -> Finding:
    """Whether the number of rows has moved too far from that of the load that is live."""
    if not live_rows:
        return PASSED  # nothing to compare with
    if abs(rows - live_rows) * 100 <= (rule.percent or 0) * live_rows:
        return PASSED
    return Finding(
        failed=True,
        why=_(
            "Rows go from %(before)s to %(rows)s: %(change)s %% instead of at most %(most)s %%.",
            rows=f"{rows:,}",
            before=f"{live_rows:,}",
            change=f"{(rows - live_rows) * 100 / live_rows:+.1f}",
            most=f"{rule.percent or 0:g}",
        ),
    )
