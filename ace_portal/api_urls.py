"""The API's map, version 1."""

from __future__ import annotations

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from ace_portal.lib.permissions import SIGNED_IN


class Schema(SpectacularAPIView):
    door = SIGNED_IN


class Reference(SpectacularSwaggerSplitView):
    door = SIGNED_IN


app_name = "api"

urlpatterns = [
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", Reference.as_view(url_name="api:schema"), name="docs"),
    path("", include("ace_portal.accounts.api_urls")),
    path("", include("ace_portal.jobs.api_urls")),
    path("", include("ace_portal.notifications.api_urls")),
    path("", include("personas.api_urls")),
    path("", include("kpis.api_urls")),
    path("", include("dashboards.api_urls")),
    path("", include("feedback.api_urls")),
    path("", include("office_hours.api_urls")),
    path("", include("ace_portal.thread.api_urls")),
    path("", include("ace_portal.home.api_urls")),
]
