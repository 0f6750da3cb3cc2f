"""From sources over datasets and KPIs to dashboards, drawn."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.pages import page_of
from ace_portal.lib.permissions import DATA, access
from kpis.flow import flow_of
from kpis.lineage import dataset_key, graph_for
from kpis.selectors.data import datasets_for
from kpis.views.datasets import trail

PER_PAGE = 12


@access(DATA)
@require_GET
def lineage(request: HttpRequest) -> HttpResponse:
    """Some datasets at a time, with all that they come from and lead to."""
    user = person_of(request)
    page = page_of(request, datasets_for(user), size=PER_PAGE)
    graph = graph_for(user).around(dataset_key(dataset.pk) for dataset in page)
    context = {"crumbs": trail(_("Lineage")), "page": page, "flow": flow_of(graph)}
    return render(request, "kpis/lineage.html", context)
