from django.urls import URLPattern, path

from kpis.views import datasets, uploads

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
    path(DATASET + "loads/<int:number>/rollback/", datasets.load_rollback, name="load-rollback"),
]
kpi_urls: list[URLPattern] = []

urlpatterns = dataset_urls + kpi_urls
