"""How a dashboard is used: adoption, reviews, decisions, and each person's own views."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.days import site_today
from ace_portal.lib.errors import PortalError
from ace_portal.lib.forms import form_page
from ace_portal.lib.pages import number_of, page_of
from ace_portal.lib.permissions import ACE, SIGNED_IN, access
from dashboards.content.models import Dashboard, Version
from dashboards.content.pinning import pin_of
from dashboards.content.selectors import launched_to, released_number, released_of
from dashboards.forms.usage import DecisionForm, OutcomeForm, ReviewForm
from dashboards.frame import frame, opened, trail
from dashboards.usage.models import ViewEvent
from dashboards.usage.permissions import may_conclude, require_conclusion
from dashboards.usage.selectors import reviews as selectors
from dashboards.usage.selectors.adoption import adoption_of, adoption_since_launch
from dashboards.usage.selectors.times import times_of
from dashboards.usage.services import decisions, reviews
from dashboards.usage.services import views as services

FORM = ["GET", "HEAD", "POST"]
PER_PAGE = 30


def counted(
    request: HttpRequest, dashboard: Dashboard, version: Version, *, interacted: bool = False
) -> ViewEvent | None:
    """Count that somebody reads this page; None where nothing is counted.

    What a browser fetches before anybody asks for it is no view.
    """
    if "prefetch" in request.headers.get("Sec-Purpose", ""):
        return None
    return services.note_view(
        actor=person_of(request), dashboard=dashboard, version=version, interacted=interacted
    )


def was_filtered(request: HttpRequest) -> bool:
    """Whether the person has just changed a filter here, with htmx or without JavaScript.

    A link with filters from elsewhere, as a mail has them, is no such change.
    """
    htmx = getattr(request, "htmx", None)
    if htmx and htmx.target == "board":
        return True
    came_from = urlsplit(request.headers.get("Referer", "")).path
    return bool(request.GET) and came_from == request.path


@access(ACE)
@require_GET
def adoption(request: HttpRequest, slug: str) -> HttpResponse:
    """How far it is used, over the last thirty days and since its launch."""
    user, dashboard = opened(request, slug)
    context = {
        "recent": adoption_of(dashboard),
        "launched": adoption_since_launch(dashboard),
        "times": times_of([dashboard])[dashboard.pk],
        "reviews": selectors.reviews_of(dashboard)[:3],
        "decisions": selectors.decisions_of(user, dashboard)[:3],
    }
    return render(
        request, "dashboards/adoption.html", frame(user, dashboard, "adoption", **context)
    )


@access(ACE)
@require_http_methods(FORM)
def review(request: HttpRequest, slug: str) -> HttpResponse:
    """The figures since the last review, the verdict that they propose, and what was decided."""
    user, dashboard = opened(request, slug)
    look = selectors.look_of(dashboard)
    page = page_of(request, selectors.reviews_of(dashboard), size=PER_PAGE)
    initial = {"verdict": look.proposal.verdict, "next_due": look.next_due}
    return form_page(
        request,
        ReviewForm(request.POST or None, initial=initial),
        lambda **given: reviews.hold_review(actor=user, dashboard=dashboard, **given),
        done=lambda held: reverse("dashboards:reviews", args=[slug]),
        said=_("The review is recorded."),
        template="dashboards/reviews.html",
        submit=_("Record the review"),
        look=look,
        held_today=any(row.held_on == site_today() for row in page.object_list),
        page=page,
        **frame(user, dashboard, "adoption"),
    )


@access(SIGNED_IN)
@require_http_methods(FORM)
def decision_list(request: HttpRequest, slug: str) -> HttpResponse:
    """What people decided because of this dashboard, and a form for one more."""
    user, dashboard = opened(request, slug)
    under_way = not dashboard.is_over
    page = page_of(request, selectors.decisions_of(user, dashboard), size=PER_PAGE)
    rows = [
        {"decision": row, "mine": under_way and may_conclude(user, row)}
        for row in selectors.as_open_to(user, page.object_list)
    ]
    form = DecisionForm(request.POST or None, initial=_decision_in(request))
    return form_page(
        request,
        form,
        lambda **given: decisions.log_decision(actor=user, dashboard=dashboard, **given),
        done=lambda made: reverse("dashboards:decisions", args=[slug]),
        said=_("The decision is written down, with today's figures."),
        template="dashboards/decisions.html",
        submit=_("Write it down"),
        rows=rows,
        page=page,
        open=under_way and released_number(user, dashboard) is not None,
        pin=_pin(user, dashboard, form) if under_way else None,
        **frame(user, dashboard, "decisions"),
    )


def _decision_in(request: HttpRequest) -> dict[str, Any]:
    """What the address pins: ``?tile=``, ``?kpi=`` and the filters of the dashboard's page."""
    given = request.GET.copy()
    key, kpi_version = given.pop("tile", [""])[-1], number_of(given.pop("kpi", [""])[-1])
    found: dict[str, Any] = {"made_on": site_today()}
    if key:
        found |= {"tile": key, "filters": given.urlencode(), "kpi_version": kpi_version}
    return found


def _pin(user: User, dashboard: Dashboard, form: DecisionForm) -> dict[str, Any] | None:
    """The figure that would be kept, as it is now; nothing where there is none."""
    key, filters = (str(form[name].value() or "") for name in ("tile", "filters"))
    version = released_of(dashboard) if key else None
    if version is None or not launched_to(user).filter(pk=dashboard.pk).exists():
        return None
    try:
        kpi_version = number_of(str(form["kpi_version"].value() or ""))
        return pin_of(version, key, filters, kpi_version, reader=user)
    except PortalError:
        return None


@access(SIGNED_IN)
@require_http_methods(FORM)
def decision_outcome(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, dashboard = opened(request, slug)
    decision = selectors.decision_of(user, dashboard, pk)
    require_conclusion(user, decision)
    back = reverse("dashboards:decisions", args=[slug])
    return form_page(
        request,
        OutcomeForm(request.POST or None, initial={"outcome": decision.outcome}),
        lambda **given: decisions.conclude_decision(actor=user, decision=decision, **given),
        done=lambda concluded: back,
        said=_("Saved."),
        title=_("What came of it"),
        intro=decision.text,
        crumbs=trail(dashboard, _("What came of it")),
        cancel_url=back,
    )


@access(SIGNED_IN)
@require_GET
def own_views(request: HttpRequest, slug: str) -> HttpResponse:
    """What is counted, and what was counted of oneself."""
    user, dashboard = opened(request, slug)
    page = page_of(request, selectors.views_of(user, dashboard), size=PER_PAGE)
    context: dict[str, Any] = {"page": page, "days": selectors.days_kept()}
    return render(request, "dashboards/own_views.html", frame(user, dashboard, **context))


@access(SIGNED_IN)
@require_POST
def view_report(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """For how many seconds the page was in sight; sent twice it says the same."""
    user, dashboard = opened(request, slug)
    seconds = number_of(request.POST.get("seconds", "")) or 0
    services.report_seconds(actor=user, dashboard=dashboard, pk=pk, seconds=seconds)
    return HttpResponse(status=204)
