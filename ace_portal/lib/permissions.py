"""Each route says who may come in; what says nothing is closed.

``@access(SIGNED_IN)`` declares a view's door and guards it. The selectors behind a door decide on
the single object. The access matrix of the tests is made from these declarations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _lazy

from ace_portal.lib.errors import NotAllowed

View = Callable[..., HttpResponseBase]


ROLE = _lazy("Your role does not include this. Ask an administrator if it should.")


@dataclass(frozen=True)
class Door:
    """Who may come through: ``lets(user)`` for a signed-in person; ``anonymous`` for anybody.

    ``why`` tells who is refused what it takes.
    """

    name: str
    lets: Callable[[Any], bool]
    anonymous: bool = False
    why: str | Promise = ROLE


ANYONE = Door("anyone", lambda user: True, anonymous=True)
SIGNED_IN = Door("signed in", lambda user: True)
ACE = Door("ace", lambda user: user.is_ace)
DATA = Door(
    "data",
    lambda user: user.is_ace and user.may_manage_data,
    why=_lazy(
        "Datasets and their loads are for members of the ACE who manage data. An administrator "
        "gives that right, under People."
    ),
)
ADMIN = Door("admin", lambda user: user.is_admin)
OPERATIONS = Door("operations", lambda user: user.is_ace or user.is_admin)


def admit(user: Any, door: Door) -> None:
    """Raise ``NotAllowed`` unless the door lets this signed-in person through."""
    if not (user.is_active and door.lets(user)):
        raise NotAllowed(str(door.why))


def access(door: Door) -> Callable[[View], View]:
    """Declare and guard the door of a view."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not door.anonymous:
                if not request.user.is_authenticated:
                    return redirect_to_login(request.get_full_path())
                admit(request.user, door)
            return view(request, *args, **kwargs)

        guarded.door = door  # type: ignore[attr-defined]
        return guarded

    return declare
