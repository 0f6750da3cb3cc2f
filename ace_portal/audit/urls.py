from django.urls import path

from ace_portal.audit import views

app_name = "audit"

urlpatterns = [path("audit/", views.log, name="log")]
