from django.urls import path

from ace_portal.accounts import api

urlpatterns = [
    path("me/", api.Me.as_view(), name="me"),
    path("tokens/", api.Tokens.as_view(), name="tokens"),
    path("tokens/<slug:key>/", api.TokenDetail.as_view(), name="token-detail"),
    path("people/", api.People.as_view(), name="people"),
]
