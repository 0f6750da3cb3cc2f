from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.navigation import Entry, add_entry


class PersonasConfig(AppConfig):
    name = "personas"

    def ready(self) -> None:
        add_entry(
            "discover",
            Entry(
                label=_("Discover"),
                icon="route",
                url_name="personas:discover",
                order=60,
                prefixes=("/discover/",),
                group=_("ACE team"),
                visible=lambda user: user.is_ace,
            ),
        )
