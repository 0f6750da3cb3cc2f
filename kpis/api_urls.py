from django.urls import URLPattern

dataset_urls: list[URLPattern] = []
kpi_urls: list[URLPattern] = []

urlpatterns = dataset_urls + kpi_urls
