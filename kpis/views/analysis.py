"""A KPI's figures beside others: what moved them, and what they are held against."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.errors import Invalid
from ace_portal.lib.permissions import ACE, access
from ace_portal.lib.saying import said
from kpis import selectors
from kpis.analysis.against import compared
from kpis.analysis.driver_rows import driver_sheet
from kpis.analysis.drivers import moved
from kpis.analysis.parts import part_named, parts_offered
from kpis.analysis.stretches import AGAINST, before_of, chosen_of, stretches_of
from kpis.asking import definition_of
from kpis.models import KPIVersion
from kpis.views.definitions import crumbs_of


@access(ACE)
@require_GET
def kpi_drivers(request: HttpRequest, slug: str) -> HttpResponse:
    """``?by=`` a dimension, ``?period=`` the day on which one begins, ``?against=``."""
    kpi = selectors.kpi_for(person_of(request), slug)
    version = selectors.published_of(kpi)
    context: dict[str, Any] = {"kpi": kpi, "version": version, "crumbs": crumbs_of(kpi)}
    try:
        context |= _drivers(version, request)
    except Invalid as error:
        context["problem"] = said(error.message)
    return render(request, "kpis/drivers.html", context)


def _drivers(version: KPIVersion | None, request: HttpRequest) -> dict[str, Any]:
    version = published(version)
    dimensions = definition_of(version).dimensions
    if not dimensions:
        raise Invalid(_("This KPI is split by nothing, so no segment could have moved it."))
    stretches = stretches_of(version)
    stretch = chosen_of(version, stretches, request.GET.get("period", ""))
    by, against = request.GET.get("by", ""), against_in(request)
    by = by if by in dimensions else dimensions[0]
    context = {
        "dimensions": dimensions, "by": by, "stretches": stretches, "stretch": stretch,
        "against": against,
    }  # fmt: skip
    try:
        before = before_of(version, stretch.query, against)
        found = moved(version, by, before, stretch.query, reader=person_of(request))
    except Invalid as error:
        return context | {"problem": said(error.message)}
    return context | {"sheet": driver_sheet(version, found)}


@access(ACE)
@require_GET
def kpi_compare(request: HttpRequest, slug: str) -> HttpResponse:
    """``?period=`` the day on which one begins, ``?part=`` and ``?other=`` values of dimensions."""
    user = person_of(request)
    kpi = selectors.kpi_for(user, slug)
    version = selectors.published_of(kpi)
    context: dict[str, Any] = {"kpi": kpi, "version": version, "crumbs": crumbs_of(kpi)}
    try:
        version = published(version)
        stretches = stretches_of(version)
        stretch = chosen_of(version, stretches, request.GET.get("period", ""))
        offered = parts_offered(version, reader=user)
        part = part_named(offered, request.GET.get("part", ""))
        other = part_named(offered, request.GET.get("other", ""))
        context |= {
            "stretches": stretches, "stretch": stretch, "offered": offered, "part": part,
            "other": other,
            "compared": compared(
                version, stretch.query, reader=user, part=part, other=other
            ),
        }  # fmt: skip
    except Invalid as error:
        context["problem"] = said(error.message)
    return render(request, "kpis/beside.html", context)


def against_in(request: HttpRequest) -> str:
    """What the address compares with; what is neither is the period before."""
    asked = request.GET.get("against", "")
    return asked if asked in AGAINST else AGAINST[0]


def published(version: KPIVersion | None) -> KPIVersion:
    """Raises ``Invalid`` where nothing is published."""
    if version is None:
        raise Invalid(_("Only a published KPI has figures."))
    return version
