"""Opening a dashboard to people, and the stage that follows from what is there."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid
from dashboards.content.models import Dashboard
from dashboards.content.selectors import released_of
from dashboards.lifecycle.models import Launch
from dashboards.lifecycle.stages import checks_of, evidence_of, stage_of
from dashboards.permissions import require_owner
from personas.models import UserGroup


def move_stage(*, actor: User, dashboard: Dashboard) -> Dashboard:
    """Forward as far as the evidence carries; it never goes back by itself.

    It follows from what another service has just done, within that one's check and transaction.
    """
    evidence = evidence_of(dashboard)
    stage = stage_of(checks_of(evidence), evidence)
    if stage > dashboard.stage:
        before, dashboard.stage = dashboard.stage, stage
        dashboard.save(update_fields=["stage", "updated_at"])
        record(
            actor=actor, action="dashboard.stage", target=dashboard,
            before=int(before), after=int(stage),
        )  # fmt: skip
    return dashboard


def launch(*, actor: User, dashboard: Dashboard, group: UserGroup) -> Launch:
    """Open the released version to a group, from the next request on."""
    require_owner(actor, dashboard)
    with transaction.atomic():
        Dashboard.objects.select_for_update().get(pk=dashboard.pk)
        if dashboard.status in {Dashboard.Status.ARCHIVED, Dashboard.Status.RETIRED}:
            raise Conflict(_("An archived dashboard is opened to nobody."))
        if released_of(dashboard) is None:
            raise Conflict(_("There is nothing to open yet: release a version first."))
        if dashboard.launches.filter(group=group, ended_at__isnull=True).exists():
            raise Conflict(_("It is open to %(group)s already.") % {"group": group}, field="group")
        opened = Launch(dashboard=dashboard, group=group, by=actor)
        opened.full_clean()
        opened.save()
        dashboard.groups.add(group)
        record(actor=actor, action="dashboard.launch", target=dashboard, group=group.slug)
        move_stage(actor=actor, dashboard=dashboard)
    return opened


def end_launch(*, actor: User, launch: Launch) -> Launch:
    """Close it to a group; its people lose it with the next request."""
    require_owner(actor, launch.dashboard)
    with transaction.atomic():
        row = Launch.objects.select_for_update().select_related("group").get(pk=launch.pk)
        if row.ended_at is not None:
            raise Invalid(_("It was closed to this group already."))
        row.ended_at = timezone.now()
        row.full_clean()
        row.save()
        record(actor=actor, action="dashboard.close", target=launch.dashboard, group=row.group.slug)
    return row
