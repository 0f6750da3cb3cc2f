from django.urls import path

from ace_portal.home import api

urlpatterns = [path("search/", api.Search.as_view(), name="search")]
