"""The MVP itself: what it is for, for whom, by whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Invalid, NotAllowed
from ace_portal.lib.models import free_slug
from dashboards.content.models import Dashboard
from dashboards.permissions import is_owner, require_editor
from personas.models import UserGroup
from personas.permissions import require_ace


def create_dashboard(
    *,
    actor: User,
    name: str,
    groups: Iterable[UserGroup] = (),
    editors: Iterable[User] = (),
    **fields: Any,
) -> Dashboard:
    """An MVP at stage one, owned by whoever began it."""
    require_ace(actor)
    with transaction.atomic():
        dashboard = Dashboard(slug=free_slug(Dashboard, name), name=name, owner=actor, **fields)
        dashboard.full_clean()
        dashboard.save()
        _set_people(dashboard, groups, editors)
        record(actor=actor, action="dashboard.create", target=dashboard)
    return dashboard


def change_dashboard(
    *,
    actor: User,
    dashboard: Dashboard,
    groups: Iterable[UserGroup] | None = None,
    editors: Iterable[User] | None = None,
    **fields: Any,
) -> Dashboard:
    """What the canvas says; only the owner names editors and hands it over."""
    require_editor(actor, dashboard)
    if "owner" in fields and fields["owner"] != dashboard.owner and not is_owner(actor, dashboard):
        raise NotAllowed(_("Only the owner hands a dashboard over."))
    with transaction.atomic():
        before = dashboard.owner
        for name, value in fields.items():
            setattr(dashboard, name, value)
        if not dashboard.owner.is_ace:
            raise Invalid(_("The owner is a member of the ACE team."), field="owner")
        dashboard.full_clean()
        dashboard.save()
        if dashboard.owner != before:
            dashboard.former_owners.add(before)  # who had it does not decide at its gates
        _set_people(dashboard, groups, editors if is_owner(actor, dashboard) else None)
        record(actor=actor, action="dashboard.change", target=dashboard, fields=sorted(fields))
    return dashboard


def _set_people(
    dashboard: Dashboard, groups: Iterable[UserGroup] | None, editors: Iterable[User] | None
) -> None:
    if groups is not None:
        dashboard.groups.set(groups)
    if editors is not None:
        chosen = list(editors)
        if not all(person.is_ace for person in chosen):
            raise Invalid(_("Editors are members of the ACE team."), field="editors")
        dashboard.editors.set(chosen)
