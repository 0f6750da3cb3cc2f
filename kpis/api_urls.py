from django.urls import URLPattern, path

from kpis.api import kpis

dataset_urls: list[URLPattern] = []

KPI = "kpis/<slug:slug>/"
kpi_urls = [
    path("kpis/", kpis.KPIs.as_view(), name="kpis"),
    path(KPI, kpis.KPIDetail.as_view(), name="kpi-detail"),
    path(KPI + "draft/", kpis.KPIDraft.as_view(), name="kpi-draft"),
    path(KPI + "start/", kpis.KPIStart.as_view(), name="kpi-start"),
    path(KPI + "publish/", kpis.KPIPublish.as_view(), name="kpi-publish"),
    path(KPI + "retire/", kpis.KPIRetire.as_view(), name="kpi-retire"),
    path(KPI + "targets/", kpis.KPITargets.as_view(), name="kpi-targets"),
    path(KPI + "refreshes/", kpis.KPIRefreshes.as_view(), name="kpi-refreshes"),
    path(KPI + "measurements/", kpis.KPIMeasurements.as_view(), name="kpi-measurements"),
    path(KPI + "figures/", kpis.KPIFigures.as_view(), name="kpi-figures"),
]

urlpatterns = dataset_urls + kpi_urls
