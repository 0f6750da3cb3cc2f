"""Opening a dashboard to people, once its sixth gate lets it through."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.days import site_today
from ace_portal.lib.errors import Conflict
from ace_portal.notifications.services import notify
from dashboards.content.models import Dashboard, Version
from dashboards.content.selectors import released_of
from dashboards.content.services.locking import locked, locked_under_way
from dashboards.lifecycle.models import Launch
from dashboards.lifecycle.standing import VALIDATED, gates_passed
from dashboards.permissions import require_owner
from personas.models import Membership, UserGroup


def launch(
    *, actor: User, dashboard: Dashboard, group: UserGroup, announcement: str = ""
) -> Launch:
    """Open the released version to a group, from the next request on, and tell its people.

    Gate 6 must be passed or overruled, by somebody else, and what it stood on unchanged.
    """
    require_owner(actor, dashboard)
    with transaction.atomic():
        row = locked_under_way(dashboard)
        require_owner(actor, row)
        released = released_of(row)
        if released is None:
            raise Conflict(_("There is nothing to open yet: release a version first."))
        if row.launches.filter(group=group, ended_at__isnull=True).exists():
            raise Conflict(_("It is open to %(group)s already.") % {"group": group}, field="group")
        require_gate(row, released)
        opened = Launch(dashboard=row, group=group, by=actor, announcement=announcement.strip())
        opened.full_clean()
        opened.save()
        record(actor=actor, action="dashboard.launch", target=dashboard, group=group.slug)
        _announce(opened)
    return opened


def require_gate(dashboard: Dashboard, version: Version) -> None:
    """Raises ``Conflict`` with what stands in the way of opening this version to new people."""
    reviews = dashboard.gate_reviews.select_related("version")
    gate = gates_passed(dashboard, reviews).get(VALIDATED)
    if gate is None:
        raise Conflict(
            _(
                "Gate 6, test and validate, is not passed: an ACE colleague passes it, or "
                "overrules it with a reason."
            )
        )
    looked_at = gate.review.version
    if looked_at is None or looked_at.sha256 != version.sha256:
        raise Conflict(
            _("Gate 6 was decided on another version than %(n)d: a colleague decides it again.")
            % {"n": version.number}
        )
    if gate.stale:
        raise Conflict(
            _("Gate 6 was decided before %(what)s changed: a colleague decides it again.")
            % {"what": ", ".join(gate.changed)}
        )
    if gate.overdue(site_today()):
        raise Conflict(_("The conditions of gate 6 are overdue: a colleague decides it again."))


def what_closes(dashboard: Dashboard) -> str:
    """Why it can be opened to nobody now; nothing where it can."""
    released = released_of(dashboard)
    if released is None:
        return _("There is nothing to open yet: release a version first.")
    try:
        require_gate(dashboard, released)
    except Conflict as refused:
        return str(refused.message)
    return ""


def _announce(opened: Launch) -> None:
    """Tell everybody who is in the group today."""
    members = Membership.objects.valid_on(site_today()).filter(group=opened.group)
    notify(
        kind="dashboards.release", key=f"launch.{opened.pk}", actor=opened.by,
        people=User.objects.filter(pk__in=members.values("user")),
        title=_("%(name)s is open to you") % {"name": opened.dashboard.name},
        text=opened.announcement,
        url=opened.dashboard.get_absolute_url(), about={"dashboard": opened.dashboard_id},
    )  # fmt: skip


def end_launch(*, actor: User, launch: Launch) -> Launch:
    """Close it to a group; its people lose it with the next request."""
    require_owner(actor, launch.dashboard)
    with transaction.atomic():
        require_owner(actor, locked(launch.dashboard))
        row = Launch.objects.select_for_update().select_related("group").get(pk=launch.pk)
        if row.ended_at is not None:
            raise Conflict(_("It was closed to this group already."))
        row.ended_at = timezone.now()
        row.full_clean()
        row.save()
        record(actor=actor, action="dashboard.close", target=launch.dashboard, group=row.group.slug)
    return row
