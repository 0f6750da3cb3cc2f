"""Who may do what to services, blueprints, personas and groups."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import NotAllowed
from personas.models import Blueprint, Membership, Persona, Service, UserGroup


def require_ace(user: User) -> None:
    if not (user.is_active and user.is_ace):
        raise NotAllowed(_("Only the ACE team does this."))


def require_owner(user: User, thing: Service | Blueprint | Persona | UserGroup) -> None:
    """The ACE member who owns the thing."""
    require_ace(user)
    if thing.owner_id != user.pk:
        raise NotAllowed(_("Only %(owner)s, who owns this, does that.") % {"owner": thing.owner})


def may_add_members(user: User, group: UserGroup, today: date) -> bool:
    """The group's owner, and its champions."""
    if not user.is_active:
        return False
    if user.is_ace and group.owner_id == user.pk:
        return True
    champions = Membership.objects.valid_on(today).filter(role=Membership.Role.CHAMPION)
    return champions.filter(group=group, user=user).exists()
