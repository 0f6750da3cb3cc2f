"""What can go wrong, in words fit for the person who did it."""

from __future__ import annotations

from typing import Any

from ace_portal.lib.words import Words


class PortalError(Exception):
    """A refusal or a failure that a person can read.

    ``message`` is a sentence for people; from a pure room it is Words, which ``lib.saying.said``
    translates where it is shown. ``field`` names the input that it belongs to, so that a
    form shows it there and the API names it. ``details`` are further facts for a page or the API.
    """

    status = 400

    def __init__(self, message: str, *, field: str = "", **details: Any) -> None:
        super().__init__(message)
        self.message = message if isinstance(message, Words) else str(message)
        self.field = field
        self.details = details


class Invalid(PortalError):
    """The input breaks a rule."""


class NotAllowed(PortalError):
    """The person may see the thing and may not do this to it."""

    status = 403


class NotVisible(PortalError):
    """The person may not know that the thing exists."""

    status = 404


class Conflict(PortalError):
    """The thing has moved on since the person looked at it, or its state forbids the move."""

    status = 409


class Temporary(PortalError):
    """It may well work later: the only kind of failure that is tried again."""

    status = 503


class TooOften(PortalError):
    """It was asked for more often than it is given."""

    status = 429
