"""What people read: the list, the figures, one figure explained, what it is about."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.errors import NotVisible
from ace_portal.lib.forms import form_page
from ace_portal.lib.pages import number_in, page_of
from ace_portal.lib.permissions import ACE, SIGNED_IN, access
from dashboards.content import selectors
from dashboards.content.board import board
from dashboards.content.explain import explain
from dashboards.content.filters import (
    PERIODS,
    is_filtered,
    open_tab,
    plain_address,
    query_string,
    read_state,
    settled,
    span_words,
    uncompared,
)
from dashboards.content.key_figures import headline, key_figures
from dashboards.content.models import Dashboard, Version
from dashboards.content.services import copies
from dashboards.content.services import dashboards as services
from dashboards.content.sorting import sort_tables
from dashboards.forms.dashboards import CopyForm, DashboardForm, HandOverForm
from dashboards.frame import frame, opened, trail
from dashboards.lifecycle.portfolio import portfolio_of
from dashboards.lifecycle.selectors import canvas_of
from dashboards.people import choice_for
from dashboards.permissions import (
    is_owner,
    may_hand_over,
    may_see_rows,
    require_editor,
    require_handing_over,
)
from dashboards.reading.selectors import lines_of, opening_state, views_of
from dashboards.usage.selectors.reviews import uses_of
from dashboards.usage.selectors.times import median_times, times_of
from dashboards.validation.selectors import run_to_answer
from dashboards.views.links import (
    back_url,
    explain_query,
    gate_pin_url,
    moved_url,
    pin_url,
    rows_url,
    subscribe_url,
)
from dashboards.views.usage import counted, was_filtered
from personas.selectors import questions_for

FORM = ["GET", "HEAD", "POST"]
PER_PAGE = 20
MOST_ARCHIVED = 100


@access(SIGNED_IN)
@require_GET
def dashboards(request: HttpRequest) -> HttpResponse:
    """The dashboards that one may see, with the figures that moved."""
    user = person_of(request)
    rows = selectors.launched_to(user)
    page = page_of(request, rows, size=PER_PAGE)
    released = selectors.released_by_dashboard(page.object_list)
    figures = key_figures(released, reader=user)
    items = [
        {
            "dashboard": dashboard,
            "released": released.get(dashboard.pk),
            "figures": figures.get(dashboard.pk, []),
            "headline": headline(figures.get(dashboard.pk, [])),
        }
        for dashboard in page.object_list
    ]
    context = {
        "page": page,
        "items": items,
        "archived": [] if user.is_ace else selectors.archived_for(user)[:MOST_ARCHIVED],
        "prototypes": selectors.prototypes_for(user)[:PER_PAGE],
    }
    return render(request, "dashboards/dashboards.html", context)


@access(SIGNED_IN)
@require_GET
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The figures of the version that people see; before there is one, the ACE sees its draft and
    a pilot what there is to try."""
    user, dashboard = opened(request, slug)
    version: Version | None
    if user.is_ace:
        version = selectors.released_of(dashboard) or selectors.work_of(dashboard)
    else:
        version = selectors.version_for(user, dashboard)
    if version is None:
        return render(request, "dashboards/nothing.html", frame(user, dashboard, "figures"))
    tried = version.state in Version.ON_TRIAL and not user.is_ace
    template = "dashboards/version.html" if tried else "dashboards/dashboard.html"
    view = counted(request, dashboard, version, interacted=was_filtered(request))
    return board_page(request, dashboard, version, template, "figures", view=view)


def board_page(
    request: HttpRequest, dashboard: Dashboard, version: Version, template: str, section: str,
    **more: Any,
) -> HttpResponse:  # fmt: skip
    """A version's tiles under the filters of the address; for htmx the tiles alone."""
    document = selectors.document_of(version)
    user = person_of(request)
    views = list(views_of(user, dashboard))
    state = opening_state(document, request.GET, views, opens=section == "figures")
    tab = open_tab(document, state)
    shown = board(document, state, reader=user, linked=True, tab=tab)
    query, plain = query_string(document, state), plain_address(state)
    sort_tables(shown.tiles, request.GET, explain_query(version, query))
    context: dict[str, Any] = {
        "dashboard": dashboard,
        "version": version,
        "board": shown,
        "query": explain_query(version, query),
        "own_version": explain_query(version, ""),
        "subscribe_url": subscribe_url(dashboard, version, query),
        "filtered": is_filtered(document, state),
        "plain": plain,
        "saved": lines_of(views, document, settled(state)),
        "rows_open": may_see_rows(user, dashboard),
    }
    htmx = getattr(request, "htmx", None)
    if htmx and htmx.target == "board":
        return render(request, "dashboards/_refreshed.html", context)
    presets = [
        {"value": key, "label": label, "selected": key == state.preset}
        for key, label in PERIODS.items()
    ]
    own = span_words(shown.span) if state.preset == "own" else ""
    context |= {"presets": presets, "own_words": own, **more}
    if version.state == Version.State.FROZEN:
        context["to_answer"] = run_to_answer(user, dashboard)
    return render(request, template, frame(user, dashboard, section, **context))


@access(SIGNED_IN)
@require_GET
def tile_explain(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """One figure taken apart: in the panel, or as a page of its own."""
    user, dashboard = opened(request, slug)
    version = selectors.version_for(user, dashboard, number_in(request, "version"))
    document = selectors.document_of(version)
    spec = document.tile(key)
    if spec is None or not spec.kpi_versions:
        raise NotVisible("")
    state = read_state(document, request.GET)
    view = explain(document, spec, uncompared(state), number_in(request, "kpi"), reader=user)
    query = query_string(document, state)
    counted(request, dashboard, version, interacted=True)
    context = {
        "explanation": view,
        "question": questions_for(user).filter(pk=view.source.kpi.question_id).first(),
        "version": version,
        "back": back_url(dashboard, version, query),
        "query": explain_query(version, query),
        "rows_url": rows_url(user, dashboard, key, explain_query(version, query), view.source),
        "moved_url": moved_url(dashboard, key, explain_query(version, query), view.source),
        "pin_url": pin_url(user, dashboard, version, key, query, view),
        "gate_pin_url": gate_pin_url(user, dashboard, key, query, view),
        "tile_key": key,
    }
    if getattr(request, "htmx", None):
        return render(request, "dashboards/_explain.html", {"dashboard": dashboard, **context})
    return render(request, "dashboards/explain.html", frame(user, dashboard, **context))


@access(SIGNED_IN)
@require_GET
def about(request: HttpRequest, slug: str) -> HttpResponse:
    """The MVP on one page: why it is, for whom, how far it is."""
    user, dashboard = opened(request, slug)
    context = {
        "canvas": canvas_of(user, dashboard), "may_hand_over": may_hand_over(user, dashboard),
    }  # fmt: skip
    return render(request, "dashboards/about.html", frame(user, dashboard, "about", **context))


@access(ACE)
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    persona = number_in(request, "persona")
    initial = {"persona": persona} if persona is not None else {}
    return form_page(
        request,
        DashboardForm(request.POST or None, initial=initial),
        lambda **given: services.create_dashboard(actor=user, **given),
        done=lambda dashboard: reverse("dashboards:builder", args=[dashboard.slug]),
        title=_("New dashboard"),
        intro=_("It begins with a problem. The figures follow from the persona's questions."),
        cancel_url=reverse("dashboards:dashboards"),
    )


@access(ACE)
@require_http_methods(FORM)
def copy(request: HttpRequest, slug: str) -> HttpResponse:
    """A dashboard of one's own that begins with what this one shows."""
    user, dashboard = opened(request, slug)
    return form_page(
        request,
        CopyForm(request.POST or None),
        lambda **given: copies.copy_dashboard(actor=user, dashboard=dashboard, **given),
        done=lambda made: reverse("dashboards:builder", args=[made.slug]),
        title=_("Copy the dashboard"),
        intro=_("The copy is yours and begins at stage one, with a draft that shows the same."),
        submit=_("Copy"),
        crumbs=trail(dashboard, _("Copy")),
        cancel_url=reverse("dashboards:dashboard-about", args=[dashboard.slug]),
    )


@access(ACE)
@require_http_methods(FORM)
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    user, dashboard = opened(request, slug, require_editor)
    return form_page(
        request,
        DashboardForm(
            request.POST or None,
            initial=DashboardForm.initial_of(dashboard),
            now=dashboard.persona,
            names_editors=is_owner(user, dashboard),
        ),
        lambda **given: services.change_dashboard(actor=user, dashboard=dashboard, **given),
        done=lambda changed: reverse("dashboards:dashboard-about", args=[changed.slug]),
        said=_("Saved."),
        title=_("Change %(name)s") % {"name": dashboard.name},
        crumbs=trail(dashboard, _("Change")),
        cancel_url=reverse("dashboards:dashboard-about", args=[slug]),
    )


@access(ACE)
@require_http_methods(FORM)
def hand_over(request: HttpRequest, slug: str) -> HttpResponse:
    """To another of the ACE."""
    user, dashboard = opened(request, slug, require_handing_over)
    choice = choice_for(user, dashboard, "owner", request.GET.get("find", ""))
    form = HandOverForm(request.POST or None, choice=choice)
    return form_page(
        request,
        form,
        lambda owner: services.hand_over(actor=user, dashboard=dashboard, owner=owner),
        done=lambda changed: reverse("dashboards:dashboard-about", args=[changed.slug]),
        said=_("Handed over. Both of you are told."),
        template="dashboards/person_form.html",
        choice=choice,
        picked=form["owner"],
        title=_("Hand over %(name)s") % {"name": dashboard.name},
        intro=_(
            "Who owns it leads it: its versions, its launch, its editors. You read it afterwards "
            "like the rest of the ACE, and decide at none of its gates."
        ),
        submit=_("Hand it over"),
        crumbs=trail(dashboard, _("Hand over")),
        cancel_url=reverse("dashboards:dashboard-about", args=[slug]),
    )


@access(ACE)
@require_GET
def portfolio(request: HttpRequest) -> HttpResponse:
    """Every MVP by stage."""
    columns = portfolio_of()
    rows = [dashboard for column in columns for dashboard in column.dashboards]
    times = median_times(times_of(rows).values())
    context = {"columns": columns, "uses": uses_of(rows), "times": times, "nothing": not rows}
    return render(request, "dashboards/portfolio.html", context)
