"""Who is asking."""

from __future__ import annotations

from django.http import HttpRequest
from rest_framework.request import Request

from ace_portal.accounts.models import User


def person_of(request: HttpRequest | Request) -> User:
    """The signed-in person behind a door that let them through."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("nobody is signed in here: the view's door is open to anyone")
    return user
