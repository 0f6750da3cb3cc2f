"""Naming pilots, showing them a version, taking it back, and what was learned beside them."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.days import is_ahead
from ace_portal.lib.errors import Conflict, Invalid
from ace_portal.notifications.services import notify
from dashboards.content.document import parse
from dashboards.content.models import Dashboard, Version
from dashboards.content.selectors import work_of
from dashboards.content.services.checks import check_sources
from dashboards.content.services.drafts import locked_work_of
from dashboards.content.services.locking import locked, locked_under_way
from dashboards.permissions import require_owner
from dashboards.prototypes.models import MAX_WHY, Pilot, Walkthrough
from dashboards.prototypes.selectors import could_walk_through, pilot_people, pilots_of
from personas.permissions import require_ace

KIND = "dashboards.pilot"
State = Version.State


# Pilots ------------------------------------------------------------------------------------------


def invite_pilot(*, actor: User, dashboard: Dashboard, person: User) -> Pilot:
    """Name a tester, who is told; what is there to try is open to them at once."""
    require_owner(actor, dashboard)
    with transaction.atomic():
        require_owner(actor, locked_under_way(dashboard))
        if not person.is_active:
            raise Invalid(_("This account is not active."), field="person")
        if dashboard.pilots.filter(user=person, ended_at__isnull=True).exists():
            raise Conflict(_("%(person)s is a pilot already.") % {"person": person}, field="person")
        pilot = Pilot(dashboard=dashboard, user=person, invited_by=actor)
        pilot.full_clean()
        pilot.save()
        record(actor=actor, action="pilot.invite", target=dashboard, person=person.pk)
        _welcome(pilot, actor)
    return pilot


def end_pilot(*, actor: User, pilot: Pilot) -> Pilot:
    """They lose what is there to try with the next request; what they answered stays."""
    require_owner(actor, pilot.dashboard)
    with transaction.atomic():
        require_owner(actor, locked(pilot.dashboard))
        row = Pilot.objects.select_for_update().get(pk=pilot.pk)
        if row.ended_at is not None:
            raise Conflict(_("They were no pilot any more."))
        row.ended_at = timezone.now()
        row.full_clean()
        row.save()
        record(actor=actor, action="pilot.end", target=pilot.dashboard, person=row.user_id)
    return row


def _welcome(pilot: Pilot, actor: User) -> None:
    """Where there is nothing to try yet, the list of dashboards is where it will be."""
    work = work_of(pilot.dashboard)
    there = work is not None and work.state in Version.ON_TRIAL
    notify(
        kind=KIND, key=f"pilot.{pilot.pk}", actor=actor, people=[pilot.user],
        title=_("You are asked to try %(name)s") % {"name": pilot.dashboard.name},
        text=_("Try it, and say what you find.") if there
        else _("You are told when there is something to try."),
        url=_address(work) if work is not None and there else reverse("dashboards:dashboards"),
        about={"dashboard": pilot.dashboard_id},
    )  # fmt: skip


# Moves -------------------------------------------------------------------------------------------


def share_prototype(*, actor: User, dashboard: Dashboard) -> Version:
    """draft → prototype: its pilots see it from the next request on, and are told."""
    with transaction.atomic():
        version = _taken(actor, dashboard, State.DRAFT)
        document = parse(version.document)
        if not document.tiles:
            raise Conflict(_("There is nothing to try: the draft has no tiles."))
        check_sources(document)
        if not pilots_of(dashboard).exists():
            raise Conflict(_("Name somebody who tries it first."))
        version.prototype_at = version.prototype_at or timezone.now()
        entry = _move(actor, version, State.PROTOTYPE, "version.share")
        notify(
            kind=KIND, key=f"prototype.{entry}", actor=actor, people=pilot_people(dashboard),
            title=_("%(name)s: version %(n)d is there to try")
            % {"name": dashboard.name, "n": version.number},
            text=_("Figures are real. Say what helps you and what does not."),
            url=_address(version),
            about={"dashboard": dashboard.pk, "version": version.pk},
        )  # fmt: skip
    return version


def withdraw_prototype(*, actor: User, dashboard: Dashboard) -> Version:
    """prototype → draft: to change it; its pilots see it no longer."""
    with transaction.atomic():
        version = _taken(actor, dashboard, State.PROTOTYPE)
        _move(actor, version, State.DRAFT, "version.withdraw")
    return version


def freeze_version(*, actor: User, dashboard: Dashboard) -> Version:
    """prototype → frozen: what is validated is what people will get."""
    with transaction.atomic():
        version = _taken(actor, dashboard, State.PROTOTYPE)
        version.frozen_at = timezone.now()
        _move(actor, version, State.FROZEN, "version.freeze")
    return version


def thaw_version(*, actor: User, dashboard: Dashboard, reason: str) -> Version:
    """frozen → draft, with a reason: what was found is mended, and validated again."""
    reason = reason.strip()
    with transaction.atomic():
        version = _taken(actor, dashboard, State.FROZEN)
        if not reason:
            raise Invalid(_("Say why it has to change after all."), field="reason")
        if len(reason) > MAX_WHY:
            raise Invalid(
                _("Say it in at most %(most)d characters.") % {"most": MAX_WHY}, field="reason"
            )
        version.frozen_at = None
        _move(actor, version, State.DRAFT, "version.thaw", reason=reason)
    return version


def _taken(actor: User, dashboard: Dashboard, state: State) -> Version:
    """The version in work, locked, if it is in this state and the owner asks."""
    require_owner(actor, dashboard)
    require_owner(actor, locked_under_way(dashboard))
    version = locked_work_of(dashboard)
    if version is None:
        raise Conflict(_("No version is in work: start one first."))
    if version.state != state:
        raise Conflict(
            _("That is not possible now: version %(n)d is “%(state)s”.")
            % {"n": version.number, "state": version.get_state_display()}
        )
    return version


def _move(actor: User, version: Version, to: State, action: str, **details: str) -> int:
    """Write it down; answers the key of the audit's entry, which names this one time."""
    version.state = to
    version.full_clean()
    version.save()
    return int(record(actor=actor, action=action, target=version, **details).pk)


def _address(version: Version) -> str:
    slug = version.dashboard.slug
    return reverse("dashboards:version-detail", args=[slug, version.number])


# Walkthroughs ------------------------------------------------------------------------------------


def record_walkthrough(
    *,
    actor: User,
    dashboard: Dashboard,
    person: User,
    held_on: date,
    notes: str,
    changes: str = "",
) -> Walkthrough:
    """Somebody of the ACE sat beside a person of the persona who tried the version in work."""
    require_ace(actor)
    with transaction.atomic():
        locked_under_way(dashboard)
        version = locked_work_of(dashboard)
        if version is None or version.prototype_at is None:
            raise Conflict(_("Nobody was shown this version yet: share it with its pilots first."))
        row = Walkthrough(version=version, by=actor)
        _write(row, person, held_on, notes, changes)
        record(actor=actor, action="walkthrough.record", target=row)
    return row


def change_walkthrough(
    *,
    actor: User,
    walkthrough: Walkthrough,
    person: User,
    held_on: date,
    notes: str,
    changes: str = "",
) -> Walkthrough:
    """What was changed because of it is often known later; a released version's stay."""
    require_ace(actor)
    with transaction.atomic():
        locked_under_way(walkthrough.version.dashboard)
        row = Walkthrough.objects.select_for_update().get(pk=walkthrough.pk)
        if row.version.state in Version.SEALED:
            raise Conflict(_("The version is released: what was written about it stays."))
        _write(row, person, held_on, notes, changes)
        record(actor=actor, action="walkthrough.change", target=row)
    return row


def _write(row: Walkthrough, person: User, held_on: date, notes: str, changes: str) -> None:
    if is_ahead(held_on):
        raise Invalid(_("This day is still to come."), field="held_on")
    known = could_walk_through(row.version.dashboard).filter(pk=person.pk).exists()
    if not known and person.pk != row.person_id:
        raise Invalid(
            _("%(person)s is neither a pilot nor in a group of this dashboard.")
            % {"person": person},
            field="person",
        )
    row.person, row.held_on = person, held_on
    row.notes, row.changes = notes.strip(), changes.strip()
    row.full_clean()
    row.save()
