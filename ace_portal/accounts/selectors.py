"""Who is asking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request

from ace_portal.accounts.models import User


def person_of(request: HttpRequest | Request) -> User:
    """The signed-in person behind a door that let them through."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("nobody is signed in here: the view's door is open to anyone")
    return user


def account_tried(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """The account of an attempt to sign in, spelled in one way however it was typed."""
    given = credentials if credentials is not None else request.POST
    return str(given.get("username") or "").strip().lower()[:254]
