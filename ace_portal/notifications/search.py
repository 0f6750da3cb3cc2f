"""What one does about notifications from the palette."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ace_portal.lib.search import Action, add_action


def sign_in() -> None:
    add_action("notifications", Action(_("Notifications"), "bell", "notifications:inbox", 20))
    add_action(
        "how I am told",
        Action(_("How I am told"), "send", "notifications:settings", 21, also=_("mail digest")),
    )
