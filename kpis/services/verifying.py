"""Somebody other than the author says that a KPI's figures are right."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed
from kpis.models import KPI, KPIVersion, Verification
from kpis.selectors import published_of
from kpis.selectors.verified import fingerprints_of
from personas.permissions import require_ace


def verify_kpi(*, actor: User, kpi: KPI, note: str) -> Verification:
    """``note`` says against what it was compared. It holds for this definition over this data."""
    version = require_verifier(actor, kpi)
    if not note.strip():
        raise Invalid(_("Say what you compared it with."), field="note")
    with transaction.atomic():
        row = Verification(
            version=version, by=actor, note=note.strip(),
            fingerprint=fingerprints_of([version])[version.pk],
        )  # fmt: skip
        row.full_clean()
        row.save()
        record(actor=actor, action="kpi.verify", target=kpi, version=version.number)
    return row


def require_verifier(actor: User, kpi: KPI) -> KPIVersion:
    """The published version, for somebody of the ACE who did not write it."""
    require_ace(actor)
    version = published_of(kpi)
    if version is None:
        raise Conflict(_("Only a published KPI can be verified."))
    if version.author_id == actor.pk:
        raise NotAllowed(_("You wrote this definition, so somebody else of the ACE verifies it."))
    return version
