"""What KPIs are made of and driven by."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.forms import form_page
from ace_portal.lib.permissions import ACE, SIGNED_IN, access
from kpis import selectors
from kpis.analysis.trees import roots_for, trees_for
from kpis.forms.kpis import DriverForm
from kpis.models import KPIDriver
from kpis.permissions import may_publish, require_publisher
from kpis.selectors.tree import graph_of_kpis
from kpis.services import drivers as services
from kpis.views.definitions import crumbs_of

PER_PAGE = 10


@access(SIGNED_IN)
@require_GET
def trees(request: HttpRequest) -> HttpResponse:
    """Each KPI that has something below it and nothing above."""
    user, graph = person_of(request), graph_of_kpis()
    page = Paginator(roots_for(user, graph), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "trees": trees_for(user, page.object_list, graph),
               "crumbs": crumbs_of()}  # fmt: skip
    return render(request, "kpis/trees.html", context)


@access(SIGNED_IN)
@require_GET
def kpi_tree(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    kpi = selectors.kpi_for(user, slug)
    graph = graph_of_kpis()
    above = [edge.parent for edge in graph.above.get(kpi.pk, ())]
    context = {
        "kpi": kpi,
        "tree": next(iter(trees_for(user, [kpi.pk], graph)), None),
        "above": selectors.kpis_for(user).filter(pk__in=above).order_by("name", "pk"),
        "may_state": may_publish(user, kpi) and kpi.retired_at is None,
        "stated": kpi.driver_links.filter(driver__in=selectors.kpis_for(user).values("pk"))
        .select_related("driver", "author"),
        "crumbs": crumbs_of(kpi),
    }  # fmt: skip
    return render(request, "kpis/tree.html", context)


@access(ACE)
@require_http_methods(["GET", "HEAD", "POST"])
def driver_new(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    kpi = selectors.kpi_for(user, slug)
    require_publisher(user, kpi)
    return form_page(
        request,
        DriverForm(request.POST or None, user=user, kpi=kpi),
        lambda **given: services.add_driver(actor=user, kpi=kpi, **given),
        done=lambda link: reverse("kpis:kpi-tree", args=[slug]),
        said=_("Saved."),
        title=_("What drives %(name)s") % {"name": kpi.name},
        intro=_("Formulas are in the tree by themselves. Here you say what people know."),
        cancel_url=reverse("kpis:kpi-tree", args=[slug]),
        crumbs=crumbs_of(kpi),
    )


@access(ACE)
@require_POST
def driver_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = person_of(request)
    link: KPIDriver = selectors.driver_of(selectors.kpi_for(user, slug), pk)
    services.remove_driver(actor=user, link=link)
    messages.success(request, _("Taken out of the tree."))
    return redirect("kpis:kpi-tree", slug)
