from django.urls import path

from ace_portal.notifications import api

urlpatterns = [
    path("notifications/", api.Notifications.as_view(), name="notifications"),
    path("notifications/<int:pk>/read/", api.NotificationRead.as_view(), name="notification-read"),
    path(
        "notification-preference/",
        api.NotificationPreference.as_view(),
        name="notification-preference",
    ),
    path("mails/", api.Mails.as_view(), name="mails"),
]
