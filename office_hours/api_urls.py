from django.urls import path

from office_hours.api import ama, booking, hours, lessons, questions

bookings = [
    path("hosts/", booking.Hosts.as_view(), name="hosts"),
    path("hosts/<int:pk>/slots/", booking.HostSlots.as_view(), name="host-slots"),
    path("bookings/", booking.Bookings.as_view(), name="bookings"),
    path("bookings/<int:pk>/", booking.BookingDetail.as_view(), name="booking-detail"),
    path("bookings/<int:pk>/move/", booking.BookingMove.as_view(), name="booking-move"),
    path("bookings/<int:pk>/cancel/", booking.BookingCancel.as_view(), name="booking-cancel"),
    path("bookings/<int:pk>/outcome/", booking.BookingOutcome.as_view(), name="booking-outcome"),
    path("bookings/<int:pk>/notes/", booking.BookingNotes.as_view(), name="booking-notes"),
    path("bookings/<int:pk>/thread/", booking.BookingThread.as_view(), name="booking-thread"),
]

availability = [
    path("hours/", hours.Hours.as_view(), name="hours"),
    path("hours/rules/", hours.Rules.as_view(), name="hours-rules"),
    path("hours/rules/<int:pk>/", hours.RuleDetail.as_view(), name="hours-rule"),
    path("hours/days/", hours.OtherDays.as_view(), name="hours-days"),
    path("hours/days/<int:pk>/", hours.OtherDayDetail.as_view(), name="hours-day"),
    path("feeds/", hours.Feeds.as_view(), name="feeds"),
    path("feeds/<int:pk>/", hours.FeedDetail.as_view(), name="feed-detail"),
]

ama_urls = [
    path("ama/", ama.Sessions.as_view(), name="ama-list"),
    path("ama/<int:pk>/", ama.SessionDetail.as_view(), name="ama-detail"),
    path("ama/<int:pk>/publish/", ama.SessionPublish.as_view(), name="ama-publish"),
    path("ama/<int:pk>/start/", ama.SessionStart.as_view(), name="ama-start"),
    path("ama/<int:pk>/cancel/", ama.SessionCancel.as_view(), name="ama-cancel"),
    path("ama/<int:pk>/close/", ama.SessionClose.as_view(), name="ama-close"),
    path("ama/<int:pk>/questions/", questions.SessionQuestions.as_view(), name="ama-questions"),
]

question_urls = [
    path("ama-questions/<int:pk>/", questions.QuestionDetail.as_view(), name="ama-question-detail"),
    path(
        "ama-questions/<int:pk>/vote/", questions.QuestionVote.as_view(), name="ama-question-vote"
    ),
    path(
        "ama-questions/<int:pk>/moves/",
        questions.QuestionMoves.as_view(),
        name="ama-question-moves",
    ),
]

lesson_urls = [
    path("lessons/", lessons.Lessons.as_view(), name="lessons"),
    path("lessons/<int:pk>/", lessons.LessonDetail.as_view(), name="lesson-detail"),
    path("lessons/<int:pk>/restore/", lessons.LessonRestore.as_view(), name="lesson-restore"),
    path("lessons/<int:pk>/helped/", lessons.LessonHelped.as_view(), name="lesson-helped"),
]

urlpatterns = [*bookings, *availability, *ama_urls, *question_urls, *lesson_urls]
