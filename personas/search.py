"""How services, blueprints, personas, questions and groups are found, and what one begins here."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ace_portal.lib.permissions import ACE
from ace_portal.lib.search import Action, Provider, add_action, add_provider
from personas import selectors


def sign_in() -> None:
    add_provider(
        "services",
        Provider(
            _("Services"), "layers", 50, selectors.services_for, "name", ("code", "description"),
            where=lambda service: service.code,
        ),
    )  # fmt: skip
    add_provider(
        "blueprints",
        Provider(
            _("Blueprints"), "route", 51, selectors.blueprints_for, "scenario", ("service__name",),
            where=lambda blueprint: blueprint.service.name,
        ),
    )  # fmt: skip
    add_provider(
        "personas",
        Provider(
            _("Personas"), "user", 52, selectors.personas_for, "name", ("about", "quote"),
            where=lambda persona: persona.get_state_display(),
        ),
    )  # fmt: skip
    add_provider(
        "questions",
        Provider(
            _("Questions"), "why", 53, selectors.questions_for, "text",
            where=lambda question: question.persona.name,
        ),
    )  # fmt: skip
    add_provider(
        "groups",
        Provider(
            _("Groups"), "users", 54, selectors.groups_for, "name",
            where=lambda group: group.persona.name,
        ),
    )  # fmt: skip
    for order, (name, label, icon, url_name) in enumerate(
        (
            ("new service", _("New service"), "layers", "personas:service-new"),
            ("new persona", _("New persona"), "user", "personas:persona-new"),
            ("new group", _("New group"), "users", "personas:group-new"),
        )
    ):
        add_action(name, Action(label, icon, url_name, 40 + order, ACE, also=_("create add")))
