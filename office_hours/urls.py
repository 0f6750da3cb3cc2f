from django.urls import path

from office_hours.views import ama, booking, feeds, hours, lessons, questions

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

ama_urls = [
    path("sessions/ama/", ama.sessions, name="ama-list"),
    path("sessions/ama/new/", ama.new, name="ama-new"),
    path("sessions/ama/<int:pk>/", ama.detail, name="ama-detail"),
    path("sessions/ama/<int:pk>/stage/", ama.stage, name="ama-stage"),
    path("sessions/ama/<int:pk>/edit/", ama.edit, name="ama-edit"),
    path("sessions/ama/<int:pk>/publish/", ama.publish, name="ama-publish"),
    path("sessions/ama/<int:pk>/start/", ama.start, name="ama-start"),
    path("sessions/ama/<int:pk>/cancel/", ama.cancel, name="ama-cancel"),
    path("sessions/ama/<int:pk>/close/", ama.close, name="ama-close"),
    path("sessions/ama/<int:pk>/questions/", questions.questions, name="ama-questions"),
]

question_urls = [
    path("sessions/ama/questions/<int:pk>/edit/", questions.edit, name="question-edit"),
    path("sessions/ama/questions/<int:pk>/vote/", questions.vote, name="question-vote"),
    path("sessions/ama/questions/<int:pk>/answer/", questions.answer, name="question-answer"),
    path("sessions/ama/questions/<int:pk>/defer/", questions.defer, name="question-defer"),
    path("sessions/ama/questions/<int:pk>/hide/", questions.hide, name="question-hide"),
    path("sessions/ama/questions/<int:pk>/<slug:how>/", questions.move, name="question-move"),
]

lesson_urls = [
    path("lessons/", lessons.lessons, name="lessons"),
    path("lessons/new/", lessons.new, name="lesson-new"),
    path("lessons/<int:pk>/", lessons.detail, name="lesson-detail"),
    path("lessons/<int:pk>/edit/", lessons.edit, name="lesson-edit"),
    path("lessons/<int:pk>/archive/", lessons.archive, name="lesson-archive"),
    path("lessons/<int:pk>/restore/", lessons.restore, name="lesson-restore"),
    path("lessons/<int:pk>/helped/", lessons.helped, name="lesson-helped"),
]

urlpatterns = [*bookings, *availability, *feed, *ama_urls, *question_urls, *lesson_urls]
