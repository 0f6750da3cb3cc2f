from django.urls import path

from feedback.views import lists, pulses, roadmap, threads

app_name = "feedback"

urlpatterns = [
    path("feedback/", lists.inbox, name="inbox"),
    path("feedback/<int:pk>/", threads.detail, name="thread-detail"),
    path("feedback/<int:pk>/reply/", threads.reply, name="thread-reply"),
    path("feedback/<int:pk>/vote/", threads.vote, name="thread-vote"),
    path("feedback/<int:pk>/follow/", threads.follow, name="thread-follow"),
    path("feedback/<int:pk>/edit/", threads.edit, name="thread-edit"),
    path("feedback/<int:pk>/withdraw/", threads.withdraw, name="thread-withdraw"),
    path("feedback/<int:pk>/hide/", threads.hide, name="thread-hide"),
    path("feedback/<int:pk>/assign/", threads.assign, name="thread-assign"),
    path("feedback/<int:pk>/decide/<slug:to>/", threads.decide, name="thread-decide"),
    path("feedback/<int:pk>/plan/", roadmap.plan, name="thread-plan"),
    path("feedback/pulses/<int:pk>/", pulses.pulse, name="pulse"),
    path("dashboards/<slug:slug>/roadmap/", roadmap.roadmap, name="roadmap"),
    path("dashboards/<slug:slug>/roadmap/new/", roadmap.new, name="item-new"),
    path("dashboards/<slug:slug>/roadmap/<int:pk>/edit/", roadmap.edit, name="item-edit"),
    path("dashboards/<slug:slug>/roadmap/<int:pk>/draft/", roadmap.draft, name="item-draft"),
    path("dashboards/<slug:slug>/roadmap/<int:pk>/drop/", roadmap.drop, name="item-drop"),
    path("dashboards/<slug:slug>/feedback/", lists.dashboard_threads, name="dashboard-threads"),
    path(
        "dashboards/<slug:slug>/tiles/<slug:key>/feedback/",
        lists.tile_threads,
        name="tile-threads",
    ),
]
