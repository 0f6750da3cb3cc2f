from django.urls import path

from feedback.api import views

urlpatterns = [
    path("threads/", views.Threads.as_view(), name="threads"),
    path("threads/<int:pk>/", views.ThreadDetail.as_view(), name="thread-detail"),
    path("threads/<int:pk>/hide/", views.ThreadHide.as_view(), name="thread-hide"),
    path("threads/<int:pk>/replies/", views.Replies.as_view(), name="thread-replies"),
    path("threads/<int:pk>/notes/", views.Notes.as_view(), name="thread-notes"),
    path("threads/<int:pk>/vote/", views.ThreadVote.as_view(), name="thread-vote"),
    path("threads/<int:pk>/follow/", views.ThreadFollow.as_view(), name="thread-follow"),
    path("threads/<int:pk>/owner/", views.ThreadOwner.as_view(), name="thread-owner"),
    path("threads/<int:pk>/moves/", views.ThreadMoves.as_view(), name="thread-moves"),
    path(
        "dashboards/<slug:slug>/threads/",
        views.DashboardThreads.as_view(),
        name="dashboard-threads",
    ),
]
