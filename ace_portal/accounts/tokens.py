"""Who comes with a token; DRF imports this early."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.utils import timezone
from knox import auth
from knox.models import AuthToken

from ace_portal.accounts.models import User


class TokenAuthentication(auth.TokenAuthentication):  # type: ignore[misc]
    """Reads and writes times in the person's zone, as a page does for a session.

    ``PersonalTimeZoneMiddleware``, which cannot know a token's person yet, ends that.
    """

    def validate_user(self, auth_token: AuthToken) -> tuple[User, AuthToken]:
        user, token = super().validate_user(auth_token)
        timezone.activate(ZoneInfo(user.time_zone))
        return user, token
