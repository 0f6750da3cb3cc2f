"""Where the pages of a dashboard lead: each address with the filters that are in use."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.urls import reverse

from ace_portal.accounts.models import User
from dashboards.content import selectors
from dashboards.content.explain import Explanation
from dashboards.content.models import Dashboard, Version
from dashboards.content.sources import Source
from dashboards.lifecycle.standing import LAST
from dashboards.permissions import may_see_rows, may_vouch
from kpis.derived import is_derived


def explain_query(version: Version, query: str) -> str:
    """What a link to an explanation carries: the filters, and the version unless it is live."""
    if version.state == Version.State.RELEASED:
        return query
    return "&".join(part for part in (f"version={version.number}", query) if part)


def pairs_in(query: str) -> list[tuple[str, str]]:
    """The names and values of an address, as the fields of a form keep them."""
    return parse_qsl(query, keep_blank_values=True)


def back_url(dashboard: Dashboard, version: Version, query: str) -> str:
    """To the page whose figure is looked at, under the same filters."""
    back = dashboard.get_absolute_url()
    if version.state != Version.State.RELEASED:
        back = reverse("dashboards:version-detail", args=[dashboard.slug, version.number])
    return f"{back}?{query}" if query else back


def rows_url(user: User, dashboard: Dashboard, key: str, query: str, source: Source) -> str:
    """To the rows behind a figure; empty where one may not see them, or it has none of its own."""
    if not may_see_rows(user, dashboard) or is_derived(source.version):
        return ""
    address = reverse("dashboards:tile-rows", args=[dashboard.slug, key])
    own = urlencode({"kpi": source.version.pk})
    return f"{address}?{own}&{query}" if query else f"{address}?{own}"


def moved_url(dashboard: Dashboard, key: str, query: str, source: Source) -> str:
    """To what moved the figure; empty where nothing could be compared."""
    if not source.dimensions or not source.timed:
        return ""
    address = reverse("dashboards:tile-drivers", args=[dashboard.slug, key])
    own = urlencode({"kpi": source.version.pk})
    return f"{address}?{own}&{query}" if query else f"{address}?{own}"


def pin_url(
    user: User, dashboard: Dashboard, version: Version, key: str, query: str, view: Explanation
) -> str:
    """To a decision that keeps this figure; empty where none can be written down."""
    released = version.state == Version.State.RELEASED
    if not released or dashboard.is_over or view.figure is None:
        return ""
    if not selectors.launched_to(user).filter(pk=dashboard.pk).exists():
        return ""
    address = reverse("dashboards:decisions", args=[dashboard.slug])
    own = urlencode({"tile": key, "kpi": view.source.version.pk})
    return f"{address}?{own}&{query}" if query else f"{address}?{own}"


def gate_pin_url(user: User, dashboard: Dashboard, key: str, query: str, view: Explanation) -> str:
    """To the decision at the present gate that keeps this figure; empty for who decides none."""
    if dashboard.is_over or dashboard.stage > LAST or view.figure is None:
        return ""
    if not may_vouch(user, dashboard):
        return ""
    address = reverse("dashboards:gate-decide", args=[dashboard.slug, dashboard.stage])
    own = urlencode({"tile": key, "kpi": view.source.version.pk})
    return f"{address}?{own}&{query}" if query else f"{address}?{own}"


def subscribe_url(dashboard: Dashboard, version: Version, query: str) -> str:
    """To a report under these filters; empty where nothing would be sent."""
    if dashboard.is_over or version.state != Version.State.RELEASED:
        return ""
    address = reverse("dashboards:report-new", args=[dashboard.slug])
    return f"{address}?{urlencode({'filters': query})}" if query else address


def next_query(query: str, search: str, number: int) -> str:
    """To the next values, of the same search and under the same filters."""
    words = {"find-value": search} if search else {}
    own = urlencode({**words, "find-page": number})
    return f"?{query}&{own}" if query else f"?{own}"
