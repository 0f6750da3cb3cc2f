from django.urls import URLPattern, path

from kpis.api import (
    calendars,
    checks,
    datasets,
    figures,
    kpis,
    loads,
    measurements,
    reading,
    sources,
    templates,
    uploads,
)

DATASET = "datasets/<slug:slug>/"
dataset_urls: list[URLPattern] = [
    path("uploads/", uploads.Uploads.as_view(), name="uploads"),
    path("uploads/<int:pk>/", uploads.UploadDetail.as_view(), name="upload-detail"),
    path("datasets/", datasets.Datasets.as_view(), name="datasets"),
    path("datasets/new/sql/", datasets.PreparedDatasets.as_view(), name="dataset-prepare"),
    path("datasets/new/sql/preview/", datasets.SqlPreview.as_view(), name="sql-preview"),
    path(DATASET, datasets.DatasetDetail.as_view(), name="dataset-detail"),
    path(DATASET + "schedule/", sources.DatasetSchedule.as_view(), name="dataset-schedule"),
    path(DATASET + "asked/", reading.DatasetAsked.as_view(), name="dataset-asked"),
    path(DATASET + "reading/", reading.DatasetReading.as_view(), name="dataset-reading"),
    path(DATASET + "sql/", datasets.DatasetSql.as_view(), name="dataset-sql"),
    path(DATASET + "rebuild/", datasets.DatasetRebuild.as_view(), name="dataset-rebuild"),
    path(DATASET + "loads/", datasets.Loads.as_view(), name="loads"),
    path(DATASET + "loading/", loads.DatasetLoading.as_view(), name="dataset-loading"),
    path(DATASET + "compare/", loads.DatasetCompare.as_view(), name="dataset-compare"),
]

SOURCE = "sources/<slug:slug>/"
source_urls: list[URLPattern] = [
    path("sources/", sources.Sources.as_view(), name="sources"),
    path(SOURCE, sources.SourceDetail.as_view(), name="source-detail"),
    path(SOURCE + "test/", sources.SourceTest.as_view(), name="source-test"),
    path(SOURCE + "relations/", sources.SourceRelations.as_view(), name="source-relations"),
    path(SOURCE + "look/", sources.SourceLook.as_view(), name="source-look"),
    path(SOURCE + "sample/", reading.SourceSample.as_view(), name="source-sample"),
    path(SOURCE + "datasets/", sources.SourceDatasets.as_view(), name="source-datasets"),
]

calendar_urls: list[URLPattern] = [
    path("calendars/", calendars.Calendars.as_view(), name="calendars"),
    path("calendars/<slug:slug>/", calendars.CalendarDetail.as_view(), name="calendar-detail"),
]

LOAD = DATASET + "loads/<int:number>/"
load_urls: list[URLPattern] = [
    path(LOAD, loads.LoadDetail.as_view(), name="load-detail"),
    path(LOAD + "rollback/", loads.LoadRollback.as_view(), name="load-rollback"),
    path(LOAD + "accept/", loads.LoadAccept.as_view(), name="load-accept"),
]

CHECKS = DATASET + "checks/"
check_urls: list[URLPattern] = [
    path(CHECKS, checks.Checks.as_view(), name="dataset-checks"),
    path(CHECKS + "<int:pk>/", checks.CheckDetail.as_view(), name="check-detail"),
]

KPI = "kpis/<slug:slug>/"
kpi_urls = [
    path("kpis/", kpis.KPIs.as_view(), name="kpis"),
    path("kpi-templates/", templates.Templates.as_view(), name="kpi-templates"),
    path(
        "kpi-templates/<slug:code>/kpis/",
        templates.TemplateKPIs.as_view(),
        name="kpi-template-kpis",
    ),
    path(KPI, kpis.KPIDetail.as_view(), name="kpi-detail"),
    path(KPI + "draft/", kpis.KPIDraft.as_view(), name="kpi-draft"),
    path(KPI + "start/", kpis.KPIStart.as_view(), name="kpi-start"),
    path(KPI + "publish/", kpis.KPIPublish.as_view(), name="kpi-publish"),
    path(KPI + "retire/", kpis.KPIRetire.as_view(), name="kpi-retire"),
    path(KPI + "targets/", kpis.KPITargets.as_view(), name="kpi-targets"),
    path(KPI + "refreshes/", measurements.KPIRefreshes.as_view(), name="kpi-refreshes"),
    path(KPI + "measurements/", measurements.KPIMeasurements.as_view(), name="kpi-measurements"),
    path(KPI + "figures/", figures.KPIFigures.as_view(), name="kpi-figures"),
]

urlpatterns = dataset_urls + source_urls + calendar_urls + load_urls + check_urls + kpi_urls
