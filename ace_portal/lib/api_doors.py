"""How an API view says who may come in; apart from ``api.py`` because DRF imports it early."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import exceptions
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from ace_portal.lib.permissions import SIGNED_IN, Door

if TYPE_CHECKING:
    from rest_framework.views import APIView


class DeclaredAccess(BasePermission):
    """A view names its ``door``, or one per method in ``doors``; without one it stays closed."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        door = door_of(view, request.method or "GET")
        if door is None:
            return False
        if door.anonymous:
            return True
        user = request.user
        if not user.is_authenticated:
            raise exceptions.NotAuthenticated
        return bool(user.is_active and door.lets(user))


def door_of(view: Any, method: str) -> Door | None:
    """The door of an API view for an HTTP method."""
    doors: dict[str, Door] = getattr(view, "doors", {})
    return doors.get(method) or getattr(view, "door", None)


class SignedIn(BasePermission):
    """For third-party views that know no doors."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user.is_authenticated and SIGNED_IN.lets(request.user))
