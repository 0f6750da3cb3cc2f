"""How administrators find people, and what everybody does about themselves."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ace_portal.accounts.models import User
from ace_portal.lib.permissions import ADMIN, ANYONE, SIGNED_IN
from ace_portal.lib.search import Action, Provider, add_action, add_provider


def sign_in() -> None:
    add_provider(
        "people",
        Provider(
            _("People"), "users", 90, people_for, "name", ("email",),
            where=lambda person: person.email, url=address_of,
        ),
    )  # fmt: skip
    add_action(
        "new person",
        Action(_("New person"), "user", "accounts:person-new", 80, ADMIN, also=_("add account")),
    )
    add_action(
        "my settings",
        Action(
            _("My settings"), "settings", "accounts:settings", 90,
            also=_("zone language token password"),
        ),
    )  # fmt: skip
    themes = (
        ("light", _("Theme: light")), ("dark", _("Theme: dark")),
        ("system", _("Theme: as the system")),
    )  # fmt: skip
    for order, (value, label) in enumerate(themes):
        add_action(
            f"theme {value}",
            Action(
                label, "eye", "accounts:theme", 91 + order, SIGNED_IN, also=_("mode appearance"),
                sends=("theme", value),
            ),
        )  # fmt: skip
    add_action(
        "sign out",
        Action(
            _("Sign out"), "out", "accounts:sign-out", 99, ANYONE, also=_("log out"),
            sends=("", ""),
        ),
    )  # fmt: skip


def people_for(user: User) -> QuerySet[User]:
    """Accounts are the administrators' affair."""
    return User.objects.all() if user.is_admin else User.objects.none()


def address_of(person: Any) -> str:
    return reverse("accounts:person-edit", args=[person.pk])
