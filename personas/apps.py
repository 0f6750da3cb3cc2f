from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.navigation import Entry, add_entry
from ace_portal.lib.needs import add_needs


class PersonasConfig(AppConfig):
    name = "personas"

    def ready(self) -> None:
        from personas import needs, search

        search.sign_in()
        add_needs("persona reviews", needs.reviews_due)
        add_needs("blueprint drafts", needs.drafts_of)
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
