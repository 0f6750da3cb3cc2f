from django.urls import URLPattern, path

from kpis.api import datasets

DATASET = "datasets/<slug:slug>/"
dataset_urls: list[URLPattern] = [
    path("uploads/", datasets.Uploads.as_view(), name="uploads"),
    path("uploads/<int:pk>/", datasets.UploadDetail.as_view(), name="upload-detail"),
    path("datasets/", datasets.Datasets.as_view(), name="datasets"),
    path("datasets/new/sql/", datasets.PreparedDatasets.as_view(), name="dataset-prepare"),
    path("datasets/new/sql/preview/", datasets.SqlPreview.as_view(), name="sql-preview"),
    path(DATASET, datasets.DatasetDetail.as_view(), name="dataset-detail"),
    path(DATASET + "sql/", datasets.DatasetSql.as_view(), name="dataset-sql"),
    path(DATASET + "rebuild/", datasets.DatasetRebuild.as_view(), name="dataset-rebuild"),
    path(DATASET + "loads/", datasets.Loads.as_view(), name="loads"),
    path(
        DATASET + "loads/<int:number>/rollback/",
        datasets.LoadRollback.as_view(),
        name="load-rollback",
    ),
]
kpi_urls: list[URLPattern] = []

urlpatterns = dataset_urls + kpi_urls
