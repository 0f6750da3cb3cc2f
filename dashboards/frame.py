"""What every page of one dashboard has around its content."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.registries import dashboard_tabs
from dashboards.content.models import Dashboard, Version
from dashboards.content.selectors import Standing, audience_of, dashboard_for, standing_of
from dashboards.permissions import is_owner, may_edit


def opened(
    request: HttpRequest, slug: str, require: Callable[[User, Dashboard], None] | None = None
) -> tuple[User, Dashboard]:
    """Who asks, and the dashboard, if they may know of it and, with ``require``, act on it."""
    user = person_of(request)
    dashboard = dashboard_for(user, slug)
    if require is not None:
        require(user, dashboard)
    return user, dashboard


def frame(user: User, dashboard: Dashboard, tab: str = "", /, **context: Any) -> dict[str, Any]:
    """Title, state, byline and tabs."""
    standing = standing_of(user, dashboard)
    released = standing.released
    audience = audience_of(user, dashboard)
    return {
        "dashboard": dashboard,
        "title": dashboard.name,
        "released": released,
        "draft": standing.work,
        "to_try": to_try(user, standing),
        "audience": audience,
        "may_edit": may_edit(user, dashboard),
        "owns": is_owner(user, dashboard),
        "may_steer": is_owner(user, dashboard) and not dashboard.is_over,
        "pill": pill(dashboard, released, audience.open),
        "crumbs": trail(dashboard),
        "tabs": tabs(user, dashboard, tab, standing),
        **context,
    }


def to_try(user: User, standing: Standing) -> Version | None:
    """What a pilot may open beside the figures that everybody sees."""
    work = standing.work
    return work if work is not None and not user.is_ace and work.state in work.ON_TRIAL else None


def trail(dashboard: Dashboard, *labels: str) -> list[dict[str, str]]:
    """Where a page is, from the list down."""
    return [
        {"label": _("Dashboards"), "url": reverse("dashboards:dashboards")},
        {"label": dashboard.name, "url": dashboard.get_absolute_url()},
        *({"label": label, "url": ""} for label in labels),
    ]


def pill(dashboard: Dashboard, released: Version | None, launched: bool) -> tuple[str, str]:
    """The state in a kind and a word."""
    if dashboard.status != Dashboard.Status.ACTIVE:
        return "watch", dashboard.get_status_display()
    if released is None:
        stage = Dashboard.Stage(dashboard.stage)
        return "none", _("Stage %(n)d: %(name)s") % {"n": stage, "name": stage.label}
    if launched:
        return "live", _("Live, v%(n)d") % {"n": released.number}
    return "watch", _("Released, v%(n)d, open to nobody") % {"n": released.number}


def tabs(user: User, dashboard: Dashboard, here: str, standing: Standing) -> list[dict[str, Any]]:
    """Our own sections, and those that higher apps have signed in."""
    pages = [
        ("figures", _("Figures"), "dashboard-detail", None),
        ("versions", _("Versions"), "versions", standing.count),
        ("about", _("About"), "dashboard-about", None),
    ]
    used = [("decisions", _("Decisions"), "decisions", None)] if standing.released else []
    if user.is_ace:
        pages.append(("prototype", _("Prototype"), "prototype", None))
        used.append(("adoption", _("Adoption"), "dashboard-adoption", None))
    own, after = ([_tab(dashboard, *page) for page in some] for some in (pages, used))
    signed_in = [make(user, dashboard) for make in dashboard_tabs.values()]
    return [{**tab, "current": tab["key"] == here} for tab in [*own, *signed_in, *after]]


def _tab(
    dashboard: Dashboard, key: str, label: str, name: str, count: int | None
) -> dict[str, Any]:
    url = reverse(f"dashboards:{name}", args=[dashboard.slug])
    return {"key": key, "label": label, "url": url, "count": count}
