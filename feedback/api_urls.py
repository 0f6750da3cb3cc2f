from django.urls import path

from feedback.api import roadmap, views

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
    path("threads/<int:pk>/plan/", roadmap.ThreadPlan.as_view(), name="thread-plan"),
    path("roadmap/<int:pk>/", roadmap.ItemDetail.as_view(), name="item-detail"),
    path("roadmap/<int:pk>/draft/", roadmap.ItemDraft.as_view(), name="item-draft"),
    path("roadmap/<int:pk>/drop/", roadmap.ItemDrop.as_view(), name="item-drop"),
    path("pulses/", roadmap.MyPulses.as_view(), name="pulses"),
    path("pulses/<int:pk>/answer/", roadmap.PulseAnswers.as_view(), name="pulse-answer"),
    path("dashboards/<slug:slug>/roadmap/", roadmap.Roadmap.as_view(), name="dashboard-roadmap"),
    path("dashboards/<slug:slug>/pulses/", roadmap.Results.as_view(), name="dashboard-pulses"),
    path(
        "dashboards/<slug:slug>/threads/",
        views.DashboardThreads.as_view(),
        name="dashboard-threads",
    ),
]
