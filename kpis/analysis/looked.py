"""How figures were held against what is usual, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from kpis.models import KPIVersion, Refresh


def looked_words(refresh: Refresh | None, version: KPIVersion) -> str:
    """What the marks on the curve mean, or why there are none; empty until somebody has looked."""
    if refresh is None or refresh.version_id != version.pk or refresh.looked_at is None:
        return ""
    match refresh.looked:
        case "season":
            return _(
                "A figure is marked as unusual where season and trend do not explain it: it is "
                "more than 4.5 robust standard deviations from what they expect (MSTL with "
                "exponential smoothing, by augurs)."
            )
        case "trend":
            return _(
                "A figure is marked as unusual where the trend does not explain it: it is more "
                "than 5 robust standard deviations from it (MSTL with exponential smoothing, by "
                "augurs). There are fewer than three seasons of data, so seasons are not known "
                "yet."
            )
        case "short":
            return _(
                "There are fewer than 12 full periods with enough cases: too few to say what is "
                "unusual."
            )
        case "failed":
            return _("Whether a figure is unusual could not be found out.")
        case _:
            return ""
