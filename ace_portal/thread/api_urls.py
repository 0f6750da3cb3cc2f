from django.urls import path

from ace_portal.thread import api

urlpatterns = [path("thread/<slug:kind>/<slug:key>/", api.Thread.as_view(), name="thread")]
