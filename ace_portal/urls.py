"""The site map: one list an app."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("ace_portal.home.urls")),
    path("account/", include("ace_portal.accounts.urls")),
    path("admin/", include("ace_portal.audit.urls")),
    path("background/", include("ace_portal.jobs.urls")),
    path("notifications/", include("ace_portal.notifications.urls")),
    path("discover/", include("personas.urls")),
    path("kpis/", include("kpis.urls")),
    path("", include("dashboards.urls")),
    path("", include("feedback.urls")),
    path("", include("office_hours.urls")),
    path("api/v1/", include("ace_portal.api_urls")),
]

handler400 = "ace_portal.lib.views.unreadable"
handler404 = "ace_portal.lib.views.not_found"
handler403 = "ace_portal.lib.views.forbidden"
handler500 = "ace_portal.lib.views.failed"
