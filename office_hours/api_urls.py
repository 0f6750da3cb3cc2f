from django.urls import path

from office_hours.api import booking, hours

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

urlpatterns = [*bookings, *availability]
