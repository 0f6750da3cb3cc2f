"""The API's map, version 1."""

from __future__ import annotations

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from ace_portal.lib.permissions import SIGNED_IN

app_name = "api"

schema = SpectacularAPIView.as_view()
docs = SpectacularSwaggerSplitView.as_view(url_name="api:schema")
for view in (schema, docs):
    view.cls.door = SIGNED_IN

urlpatterns = [
    path("schema/", schema, name="schema"),
    path("docs/", docs, name="docs"),
    path("", include("ace_portal.accounts.api_urls")),
    path("", include("ace_portal.jobs.api_urls")),
]
