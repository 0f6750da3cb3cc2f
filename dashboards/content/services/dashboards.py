"""The MVP itself: what it is for, for whom, by whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed
from ace_portal.lib.models import free_slug
from ace_portal.notifications.services import notify
from dashboards.content.models import Dashboard
from dashboards.content.services.locking import locked_under_way
from dashboards.permissions import is_owner, require_editor, require_handing_over
from personas.models import Persona, UserGroup
from personas.permissions import require_ace

OWNER_KIND = "dashboards.owner"


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
        _require_living(dashboard.persona)
        dashboard.full_clean()
        dashboard.save()
        people = _set_people(dashboard, groups, editors)
        record(actor=actor, action="dashboard.create", target=dashboard, **people)
    return dashboard


def change_dashboard(
    *,
    actor: User,
    dashboard: Dashboard,
    groups: Iterable[UserGroup] | None = None,
    editors: Iterable[User] | None = None,
    **fields: Any,
) -> Dashboard:
    """What the canvas says; only the owner names editors and hands it over.

    What somebody has left behind who is not at work any more, an editor may give an owner.
    """
    require_editor(actor, dashboard)
    with transaction.atomic():
        row = locked_under_way(dashboard)
        require_editor(actor, row)  # as it is now, whatever was on the page
        before, persona = row.owner, row.persona
        chosen = _chosen(actor, row, editors)
        for name, value in fields.items():
            setattr(row, name, value)
        if row.owner != before:
            _require_heir(actor, before, row.owner)
            row.former_owners.add(before)  # who had it does not decide at its gates
        if row.persona != persona:
            _require_living(row.persona)
        row.full_clean()
        row.save(update_fields=[*fields, "updated_at"])
        people = _set_people(row, groups, chosen)
        if row.owner != before:
            people["owner"] = {"old": before.pk, "new": row.owner_id}
        entry = record(
            actor=actor, action="dashboard.change", target=row, fields=sorted(fields), **people
        )
        if row.owner != before:
            _tell_owners(actor, row, before, key=f"owner.{entry.pk}")
        dashboard.refresh_from_db()
    return dashboard


def hand_over(*, actor: User, dashboard: Dashboard, owner: User) -> Dashboard:
    """Another leads it from now on; both are told."""
    require_handing_over(actor, dashboard)
    if owner.pk == dashboard.owner_id:
        raise Conflict(_("%(person)s owns it already.") % {"person": owner}, field="owner")
    return change_dashboard(actor=actor, dashboard=dashboard, owner=owner)


def _require_heir(actor: User, before: User, owner: User) -> None:
    if before != actor and before.is_active:
        raise NotAllowed(_("Only the owner hands a dashboard over."))
    if not (owner.is_ace and owner.is_active):
        raise Invalid(_("The owner is a member of the ACE team."), field="owner")


def _tell_owners(actor: User, dashboard: Dashboard, before: User, *, key: str) -> None:
    """The next owner, and the one before, who keeps it in writing that it is theirs no more."""
    about: dict[str, Any] = {
        "kind": OWNER_KIND, "about": {"dashboard": dashboard.pk},
        "url": reverse("dashboards:dashboard-about", args=[dashboard.slug]),
    }  # fmt: skip
    names = {"name": dashboard.name, "owner": dashboard.owner.name, "before": before.name}
    notify(
        key=key, actor=actor, people=[dashboard.owner], title=_("%(name)s is yours now") % names,
        text=_("%(before)s had it until now.") % names, **about,
    )  # fmt: skip
    notify(
        key=f"{key}.before", actor=None, people=[before],
        title=_("%(name)s is handed over") % names,
        text=_("%(owner)s owns it now. You read it like the rest of the ACE.") % names, **about,
    )  # fmt: skip


def _require_living(persona: Persona) -> None:
    if persona.state == Persona.State.RETIRED:
        raise Invalid(
            _("%(persona)s is retired: choose another persona.") % {"persona": persona},
            field="persona",
        )


def _chosen(actor: User, dashboard: Dashboard, editors: Iterable[User] | None) -> list[User] | None:
    """Refused where somebody else than the owner names others than there are."""
    if editors is None:
        return None
    chosen = list(editors)
    now = set(dashboard.editors.values_list("pk", flat=True))
    if {person.pk for person in chosen} != now and not is_owner(actor, dashboard):
        raise NotAllowed(_("Only the owner names editors."))
    return chosen


def _set_people(
    dashboard: Dashboard, groups: Iterable[UserGroup] | None, editors: Iterable[User] | None
) -> dict[str, Any]:
    """Answers with who came and who went, as the audit keeps it."""
    changes: dict[str, Any] = {}
    if groups is not None:
        changes |= _set("groups", dashboard.groups, groups)
    if editors is not None:
        chosen = list(editors)
        if not all(person.is_ace for person in chosen):
            raise Invalid(_("Editors are members of the ACE team."), field="editors")
        changes |= _set("editors", dashboard.editors, chosen)
    return changes


def _set(name: str, rows: Any, wanted: Iterable[models.Model]) -> dict[str, Any]:
    before = set(rows.values_list("pk", flat=True))
    rows.set(list(wanted))
    after = set(rows.values_list("pk", flat=True))
    changes = {"added": sorted(after - before), "removed": sorted(before - after)}
    return {name: changes} if before != after else {}
