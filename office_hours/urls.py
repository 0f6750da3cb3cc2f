from django.urls import path

from office_hours.views import booking, feeds, hours

app_name = "office_hours"

bookings = [
    path("sessions/", booking.sessions, name="sessions"),
    path("sessions/hosts/<int:pk>/", booking.host_book, name="host-book"),
    path("sessions/<int:pk>/", booking.detail, name="booking-detail"),
    path("sessions/<int:pk>/move/", booking.move, name="booking-move"),
    path("sessions/<int:pk>/cancel/", booking.cancel, name="booking-cancel"),
    path("sessions/<int:pk>/outcome/", booking.outcome, name="booking-outcome"),
    path("sessions/<int:pk>/thread/", booking.thread, name="booking-thread"),
    path("dashboards/<slug:slug>/tiles/<slug:key>/book/", booking.tile_book, name="tile-book"),
]

availability = [
    path("sessions/hours/", hours.hours, name="hours"),
    path("sessions/hours/settings/", hours.settings, name="hours-settings"),
    path("sessions/hours/rules/new/", hours.rule_new, name="rule-new"),
    path("sessions/hours/rules/<int:pk>/edit/", hours.rule_edit, name="rule-edit"),
    path("sessions/hours/rules/<int:pk>/remove/", hours.rule_remove, name="rule-remove"),
    path("sessions/hours/days/new/", hours.day_new, name="day-new"),
    path("sessions/hours/days/<int:pk>/remove/", hours.day_remove, name="day-remove"),
]

feed = [
    path("sessions/feed/new/", feeds.feed_new, name="feed-new"),
    path("sessions/feed/<int:pk>/revoke/", feeds.feed_revoke, name="feed-revoke"),
    path("sessions/feed/<slug:token>.ics", feeds.feed, name="feed"),
]

urlpatterns = [*bookings, *availability, *feed]
