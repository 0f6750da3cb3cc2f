from django.urls import URLPattern

app_name = "kpis"

dataset_urls: list[URLPattern] = []
kpi_urls: list[URLPattern] = []

urlpatterns = dataset_urls + kpi_urls
