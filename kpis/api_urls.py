from django.urls import URLPattern, path

from kpis.api import (
    analysis,
    annotations,
    calendars,
    checks,
    datasets,
    figures,
    impact,
    kpis,
    lineage,
    loads,
    measurements,
    policies,
    reading,
    schedules,
    sources,
    templates,
    trees,
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
    path(DATASET + "schedule/", schedules.DatasetSchedule.as_view(), name="dataset-schedule"),
    path(DATASET + "asked/", reading.DatasetAsked.as_view(), name="dataset-asked"),
    path(DATASET + "reading/", reading.DatasetReading.as_view(), name="dataset-reading"),
    path(DATASET + "sql/", datasets.DatasetSql.as_view(), name="dataset-sql"),
    path(DATASET + "rebuild/", datasets.DatasetRebuild.as_view(), name="dataset-rebuild"),
    path(DATASET + "loads/", datasets.Loads.as_view(), name="loads"),
    path(DATASET + "loading/", loads.DatasetLoading.as_view(), name="dataset-loading"),
    path(DATASET + "lineage/", lineage.DatasetLineage.as_view(), name="dataset-lineage"),
    path(DATASET + "impact/", impact.DatasetImpact.as_view(), name="dataset-impact"),
    path(DATASET + "policy/", policies.DatasetPolicy.as_view(), name="dataset-policy"),
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

annotation_urls: list[URLPattern] = [
    path("annotations/", annotations.Annotations.as_view(), name="annotations"),
    path("annotations/<int:pk>/", annotations.AnnotationDetail.as_view(), name="annotation-detail"),
]

calendar_urls: list[URLPattern] = [
    path("calendars/", calendars.Calendars.as_view(), name="calendars"),
    path("calendars/<slug:slug>/", calendars.CalendarDetail.as_view(), name="calendar-detail"),
]

LOAD = DATASET + "loads/<int:number>/"
load_urls: list[URLPattern] = [
    path(LOAD, loads.LoadDetail.as_view(), name="load-detail"),
    path(LOAD + "impact/", impact.LoadImpact.as_view(), name="load-impact"),
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
    path(KPI + "schedule/", schedules.KPISchedule.as_view(), name="kpi-schedule"),
    path(KPI + "draft/", kpis.KPIDraft.as_view(), name="kpi-draft"),
    path(KPI + "impact/", impact.KPIImpact.as_view(), name="kpi-impact"),
    path(KPI + "start/", kpis.KPIStart.as_view(), name="kpi-start"),
    path(KPI + "publish/", kpis.KPIPublish.as_view(), name="kpi-publish"),
    path(KPI + "verify/", kpis.KPIVerify.as_view(), name="kpi-verify"),
    path(KPI + "reformulation/", measurements.KPIReformulation.as_view(), name="kpi-reformulation"),
    path(KPI + "restatements/", measurements.KPIRestatements.as_view(), name="kpi-restatements"),
    path(KPI + "retire/", kpis.KPIRetire.as_view(), name="kpi-retire"),
    path(KPI + "targets/", kpis.KPITargets.as_view(), name="kpi-targets"),
    path(KPI + "refreshes/", measurements.KPIRefreshes.as_view(), name="kpi-refreshes"),
    path(KPI + "measurements/", measurements.KPIMeasurements.as_view(), name="kpi-measurements"),
    path(KPI + "figures/", figures.KPIFigures.as_view(), name="kpi-figures"),
    path(KPI + "tree/", trees.KPITree.as_view(), name="kpi-tree"),
    path(KPI + "edges/", trees.KPIEdges.as_view(), name="kpi-edges"),
    path(KPI + "edges/<int:pk>/", trees.KPIEdgeDetail.as_view(), name="kpi-edge-detail"),
    path(KPI + "rows/", figures.KPIRows.as_view(), name="kpi-rows"),
    path(KPI + "drivers/", analysis.KPIDrivers.as_view(), name="kpi-drivers"),
    path(KPI + "comparisons/", analysis.KPIComparisons.as_view(), name="kpi-comparisons"),
]

urlpatterns = dataset_urls + source_urls + calendar_urls + load_urls + check_urls
urlpatterns += annotation_urls + kpi_urls
