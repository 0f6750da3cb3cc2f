from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.navigation import Entry, add_entry


class HomeConfig(AppConfig):
    name = "ace_portal.home"
    label = "home"

    def ready(self) -> None:
        from ace_portal.lib.permissions import ACE, OPERATIONS

        add_entry("home", Entry(_("Home"), "home", "home:home", 10))
        add_entry(
            "work",
            Entry(
                _("Background work"), "clock", "jobs:jobs", 95, ("/background/",),
                group=_("ACE team"), visible=ACE.lets,
            ),
        )  # fmt: skip
        add_entry(
            "operations",
            Entry(
                _("Background work"), "clock", "jobs:jobs", 102, ("/background/",),
                group=_("Administration"),
                visible=lambda user: OPERATIONS.lets(user) and not ACE.lets(user),
            ),
        )  # fmt: skip
        for order, (name, label, icon, url, path) in enumerate(
            (
                ("people", _("People"), "users", "accounts:people", "/account/people/"),
                ("audit", _("Audit log"), "history", "audit:log", "/admin/audit/"),
            )
        ):
            add_entry(
                name,
                Entry(
                    label, icon, url, 100 + order, (path,),
                    group=_("Administration"), visible=lambda user: user.is_admin,
                ),
            )  # fmt: skip
