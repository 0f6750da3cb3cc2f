"""Loads that a check holds back: kept, shown, and made live anyway by who answers for the data."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid
from kpis.models import Dataset, Load
from kpis.permissions import require_dataset_owner
from kpis.services.loads import go_live
from kpis.services.readers import check_readers


def accept_load(*, actor: User, load: Load, reason: str) -> Load:
    """rejected → live, against a failed check: the owner's word, which stays on record."""
    require_dataset_owner(actor, load.dataset)
    reason = reason.strip()
    if not reason:
        raise Invalid(_("Say why these rows are good enough."), field="reason")
    with transaction.atomic():
        dataset = Dataset.objects.select_for_update().get(pk=load.dataset_id)
        load = Load.objects.select_related("dataset").get(pk=load.pk)
        if not load.is_held or not load.file.is_file():
            raise Conflict(
                _("Only a load that a check holds back, and whose file is kept, is made live.")
            )
        _require_still_fits(dataset, load)
        check_readers(dataset, load.types)
        load.reason, load.error = reason, ""
        load.clean_fields(exclude=_all_but("reason"))
        go_live(dataset=dataset, load=load)
        record(actor=actor, action="load.accept", target=load, why=reason)
    return load


def _all_but(name: str) -> set[str]:
    return {field.name for field in Load._meta.concrete_fields} - {name}


def _require_still_fits(dataset: Dataset, load: Load) -> None:
    """What was merged, or is older than what is live, would take newer rows away."""
    newest = dataset.loads.filter(live_at__isnull=False).aggregate(last=Max("number"))["last"]
    if newest is not None and newest > load.number:
        raise Conflict(
            _("Load %(n)d has gone live since then. Send the file of this one again.")
            % {"n": newest}
        )
    base = load.report.get("merge", {}).get("base")
    live = dataset.live.number if dataset.live is not None else 0
    if base is not None and base != live:
        raise Conflict(
            _("The rows were merged with load %(base)d, and load %(live)d is live now. "
              "Send the file again.")
            % {"base": base, "live": live}
        )  # fmt: skip
