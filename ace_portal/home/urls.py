from django.urls import path

from ace_portal.home import views

app_name = "home"

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("search/palette/", views.palette, name="palette"),
    path("healthz", views.healthz, name="healthz"),
]
