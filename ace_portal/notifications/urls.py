from django.urls import path

from ace_portal.notifications import views

app_name = "notifications"

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read/", views.read_all, name="read"),
    path("<int:pk>/", views.follow, name="follow"),
    path("settings/", views.settings, name="settings"),
    path("mails/", views.mails, name="mails"),
    path("mails/<int:pk>/", views.mail, name="mail"),
    path("mails/<int:pk>/parts/<int:number>/", views.mail_part, name="mail-part"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
