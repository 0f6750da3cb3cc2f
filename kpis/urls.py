from django.urls import URLPattern, path

from kpis.views import (
    analysis,
    annotations,
    calendars,
    checks,
    comparing,
    datasets,
    definitions,
    kpis,
    lineage,
    loads,
    policies,
    queries,
    reading,
    schedules,
    sources,
    templates,
    trees,
    uploads,
)

app_name = "kpis"

DATASET = "datasets/<slug:slug>/"
dataset_urls: list[URLPattern] = [
    path("datasets/", datasets.datasets, name="datasets"),
    path("lineage/", lineage.lineage, name="lineage"),
    path("datasets/new/", uploads.dataset_new, name="dataset-new"),
    path("datasets/new/sql/", queries.dataset_prepare, name="dataset-prepare"),
    path("uploads/<int:pk>/", uploads.upload_preview, name="upload-preview"),
    path(DATASET, datasets.dataset_detail, name="dataset-detail"),
    path(DATASET + "edit/", datasets.dataset_edit, name="dataset-edit"),
    path(DATASET + "schedule/", schedules.dataset_schedule, name="dataset-schedule"),
    path(DATASET + "asked/", reading.dataset_asked, name="dataset-asked"),
    path(DATASET + "reading/", reading.dataset_reading, name="dataset-reading"),
    path(DATASET + "sql/", queries.dataset_sql, name="dataset-sql"),
    path(DATASET + "load/", uploads.dataset_load, name="dataset-load"),
    path(DATASET + "rebuild/", datasets.dataset_rebuild, name="dataset-rebuild"),
    path(DATASET + "loading/", loads.dataset_loading, name="dataset-loading"),
    path(DATASET + "policy/", policies.dataset_policy, name="dataset-policy"),
]

LOAD = DATASET + "loads/<int:number>/"
load_urls = [
    path(DATASET + "loads/compare/", comparing.load_compare, name="dataset-compare"),
    path(LOAD, loads.load_detail, name="load-detail"),
    path(LOAD + "rollback/", loads.load_rollback, name="load-rollback"),
    path(LOAD + "accept/", loads.load_accept, name="load-accept"),
]

check_urls = [
    path(DATASET + "checks/new/", checks.check_choose, name="dataset-check-choose"),
    path(DATASET + "checks/new/<slug:kind>/", checks.check_new, name="check-new"),
    path(DATASET + "checks/<int:pk>/edit/", checks.check_edit, name="check-edit"),
    path(DATASET + "checks/<int:pk>/remove/", checks.check_remove, name="check-remove"),
]

SOURCE = "sources/<slug:slug>/"
source_urls: list[URLPattern] = [
    path("sources/", sources.sources, name="sources"),
    path("sources/new/", sources.source_new, name="source-new"),
    path(SOURCE, sources.source_detail, name="source-detail"),
    path(SOURCE + "edit/", sources.source_edit, name="source-edit"),
    path(SOURCE + "columns/", sources.source_columns, name="source-columns"),
    path(SOURCE + "test/", sources.source_test, name="source-test"),
    path(SOURCE + "remove/", sources.source_remove, name="source-remove"),
    path(SOURCE + "datasets/new/", sources.source_dataset, name="source-dataset"),
]

ANNOTATION = "annotations/<int:pk>/"
annotation_urls: list[URLPattern] = [
    path("annotations/", annotations.annotation_list, name="annotations"),
    path("annotations/new/", annotations.annotation_new, name="annotation-new"),
    path(ANNOTATION, annotations.annotation_edit, name="annotation-edit"),
    path(ANNOTATION + "remove/", annotations.annotation_remove, name="annotation-remove"),
]

CALENDAR = "calendars/<slug:slug>/"
calendar_urls: list[URLPattern] = [
    path("calendars/", calendars.calendars, name="calendars"),
    path("calendars/new/", calendars.calendar_new, name="calendar-new"),
    path(CALENDAR + "edit/", calendars.calendar_edit, name="calendar-edit"),
    path(CALENDAR + "delete/", calendars.calendar_delete, name="calendar-delete"),
]

KPI = "<slug:slug>/"
kpi_urls = [
    path("", kpis.kpis, name="kpis"),
    path("new/", definitions.kpi_new, name="kpi-new"),
    path("new/formula/", definitions.kpi_derive, name="kpi-derive"),
    path("templates/", templates.templates, name="templates"),
    path("templates/<slug:code>/", templates.template_use, name="template-use"),
    path("tree/", trees.trees, name="trees"),
    path(KPI, kpis.kpi_detail, name="kpi-detail"),
    path(KPI + "versions/<int:number>/", kpis.kpi_detail, name="kpi-version"),
    path(KPI + "edit/", kpis.kpi_edit, name="kpi-edit"),
    path(KPI + "schedule/", schedules.kpi_schedule, name="kpi-schedule"),
    path(KPI + "draft/", definitions.kpi_draft_edit, name="kpi-draft-edit"),
    path(KPI + "start/", kpis.kpi_start, name="kpi-start"),
    path(KPI + "publish/", kpis.kpi_publish, name="kpi-publish"),
    path(KPI + "verify/", kpis.kpi_verify, name="kpi-verify"),
    path(KPI + "retire/", kpis.kpi_retire, name="kpi-retire"),
    path(KPI + "refresh/", kpis.kpi_refresh, name="kpi-refresh"),
    path(KPI + "targets/new/", kpis.target_new, name="target-new"),
    path(KPI + "tree/", trees.kpi_tree, name="kpi-tree"),
    path(KPI + "tree/new/", trees.driver_new, name="driver-new"),
    path(KPI + "tree/<int:pk>/remove/", trees.driver_remove, name="driver-remove"),
    path(KPI + "drivers/", analysis.kpi_drivers, name="kpi-drivers"),
    path(KPI + "compare/", analysis.kpi_compare, name="kpi-compare"),
    path(KPI + "steps/new/", kpis.step_show, name="kpi-step-new"),
    path(KPI + "steps/<int:pk>/hide/", kpis.step_hide, name="kpi-step-hide"),
]

urlpatterns = dataset_urls + load_urls + check_urls + source_urls + calendar_urls
urlpatterns += annotation_urls + kpi_urls
