"""Two change the same row: what one has changed meanwhile stays when the other saves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db.models import Model

from ace_portal.accounts import services as accounts
from ace_portal.accounts.models import User
from ace_portal.lib.errors import NotAllowed, NotVisible
from office_hours.services import availability
from personas.models import UserGroup
from personas.services import blueprints, catalogue, people
from tests.fixtures.world import World
from tests.office_hours.conftest import make_rule

pytestmark = pytest.mark.django_db


def mine(member: User) -> dict[str, Any]:
    return {"name": "Max", "time_zone": "UTC", "theme": "dark", "job_title": member.job_title}


#: what is changed → the row, what the one changes meanwhile, and how the other saves the old row
Case = tuple[Model, dict[str, Any], Callable[[Any], Model]]
CASES: dict[str, Callable[[World, User, User, User], Case]] = {
    "settings": lambda world, owner, member, admin: (
        member, {"is_ace": True},
        lambda row: accounts.change_settings(actor=row, **mine(member)),
    ),
    "person": lambda world, owner, member, admin: (
        member, {"is_active": False, "theme": "dark"},
        lambda row: accounts.change_person(actor=admin, person=row, name="Max"),
    ),
    "persona": lambda world, owner, member, admin: (
        world.persona, {"state": "validated"},
        lambda row: people.change_persona(actor=owner, persona=row, name="Lead"),
    ),
    "question": lambda world, owner, member, admin: (
        world.question, {"rank": 7},
        lambda row: people.change_question(actor=owner, question=row, text="Why?"),
    ),
    "group": lambda world, owner, member, admin: (
        world.group, {"name": "Leads"},
        lambda row: people.change_group(actor=owner, group=row, members_see_names=False),
    ),
    "blueprint": lambda world, owner, member, admin: (
        world.blueprint, {"archived_at": datetime(2026, 1, 1, tzinfo=UTC)},
        lambda row: blueprints.change_blueprint(actor=owner, blueprint=row, scenario="Locked out"),
    ),
    "service": lambda world, owner, member, admin: (
        world.service, {"archived_at": datetime(2026, 1, 1, tzinfo=UTC)},
        lambda row: catalogue.change_service(actor=owner, service=row, name="Identity"),
    ),
    "rule": lambda world, owner, member, admin: (
        make_rule(owner), {"valid_until": date(2030, 1, 1)},
        lambda row: availability.change_rule(actor=owner, rule=row, minutes=45),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", CASES)
def test_change_of_an_old_row_leaves_what_another_has_changed(
    kind: str, world: World, owner: User, member: User, admin: User
) -> None:
    row, meanwhile, save = CASES[kind](world, owner, member, admin)
    stale = type(row)._default_manager.get(pk=row.pk)
    type(row)._default_manager.filter(pk=row.pk).update(**meanwhile)

    answered = save(stale)

    kept = type(row)._default_manager.filter(pk=row.pk)
    assert kept.filter(**meanwhile).exists()
    assert {name: getattr(answered, name) for name in meanwhile} == meanwhile


def test_who_was_deactivated_meanwhile_changes_nothing(member: User) -> None:
    User.objects.filter(pk=member.pk).update(is_active=False)

    with pytest.raises(NotAllowed):
        accounts.change_settings(actor=member, **mine(member))

    member.refresh_from_db()
    assert (member.is_active, member.name) == (False, "Member")


def test_who_is_no_administrator_any_more_changes_nobody(admin: User, member: User) -> None:
    User.objects.filter(pk=admin.pk).update(is_admin=False)

    with pytest.raises(NotAllowed):
        accounts.change_person(actor=admin, person=member, is_admin=True)


def test_who_owns_the_group_no_more_does_not_change_it(
    owner: User, ace: User, world: World
) -> None:
    UserGroup.objects.filter(pk=world.group.pk).update(owner=ace)

    with pytest.raises(NotAllowed):
        people.change_group(actor=owner, group=world.group, name="Mine")


def test_rule_that_was_removed_meanwhile_is_not_found(owner: User) -> None:
    rule = make_rule(owner)
    stale = type(rule).objects.get(pk=rule.pk)
    availability.remove_rule(actor=owner, rule=rule)

    with pytest.raises(NotVisible):
        availability.change_rule(actor=owner, rule=stale, minutes=45)
