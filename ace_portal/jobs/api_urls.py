from django.urls import path

from ace_portal.jobs import api

urlpatterns = [
    path("jobs/", api.Jobs.as_view(), name="jobs"),
    path("jobs/<int:pk>/", api.JobDetail.as_view(), name="job-detail"),
    path("jobs/<int:pk>/retry/", api.JobRetry.as_view(), name="job-retry"),
    path("jobs/<int:pk>/cancel/", api.JobCancel.as_view(), name="job-cancel"),
]
