from django.urls import URLPattern, path

from kpis.views import checks, comparing, datasets, kpis, loads, uploads

app_name = "kpis"

DATASET = "datasets/<slug:slug>/"
dataset_urls: list[URLPattern] = [
    path("datasets/", datasets.datasets, name="datasets"),
    path("datasets/new/", uploads.dataset_new, name="dataset-new"),
    path("datasets/new/sql/", datasets.dataset_prepare, name="dataset-prepare"),
    path("uploads/<int:pk>/", uploads.upload_preview, name="upload-preview"),
    path(DATASET, datasets.dataset_detail, name="dataset-detail"),
    path(DATASET + "edit/", datasets.dataset_edit, name="dataset-edit"),
    path(DATASET + "sql/", datasets.dataset_sql, name="dataset-sql"),
    path(DATASET + "load/", uploads.dataset_load, name="dataset-load"),
    path(DATASET + "rebuild/", datasets.dataset_rebuild, name="dataset-rebuild"),
    path(DATASET + "loading/", loads.dataset_loading, name="dataset-loading"),
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


KPI = "<slug:slug>/"
kpi_urls = [
    path("", kpis.kpis, name="kpis"),
    path("new/", kpis.kpi_new, name="kpi-new"),
    path(KPI, kpis.kpi_detail, name="kpi-detail"),
    path(KPI + "versions/<int:number>/", kpis.kpi_detail, name="kpi-version"),
    path(KPI + "edit/", kpis.kpi_edit, name="kpi-edit"),
    path(KPI + "draft/", kpis.kpi_draft_edit, name="kpi-draft-edit"),
    path(KPI + "start/", kpis.kpi_start, name="kpi-start"),
    path(KPI + "publish/", kpis.kpi_publish, name="kpi-publish"),
    path(KPI + "retire/", kpis.kpi_retire, name="kpi-retire"),
    path(KPI + "refresh/", kpis.kpi_refresh, name="kpi-refresh"),
    path(KPI + "targets/new/", kpis.target_new, name="target-new"),
    path(KPI + "steps/new/", kpis.step_show, name="kpi-step-new"),
    path(KPI + "steps/<int:pk>/hide/", kpis.step_hide, name="kpi-step-hide"),
]

urlpatterns = dataset_urls + load_urls + check_urls + kpi_urls
