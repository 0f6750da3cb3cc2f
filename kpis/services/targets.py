"""What is good, from a day on."""

from __future__ import annotations

from datetime import date
from typing import TypedDict

from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid
from kpis.asking import definition_of
from kpis.goals import target_of
from kpis.models import KPI, KPIVersion, Target
from kpis.permissions import may_set_target, require_publisher
from kpis.selectors import draft_of, published_of

#: a target without a first day of its own holds from here on
BEGINNING = date(2000, 1, 1)


class Goal(TypedDict, total=False):
    """The thresholds of a target, in the measure's own unit: a share is a fraction of one."""

    valid_from: date
    good: float
    watch: float
    good_high: float | None
    watch_high: float | None


def set_target(
    *,
    actor: User,
    kpi: KPI,
    valid_from: date,
    good: float,
    watch: float,
    good_high: float | None = None,
    watch_high: float | None = None,
    dimension: str = "",
    value: str = "",
) -> Target:
    """The target in force from a day on; the same day again replaces it.

    With a ``dimension`` it holds for one ``value`` of it alone. Owner and steward set it; before
    anything is published, every ACE member does.
    """
    require_target_setter(actor, kpi)
    version = published_of(kpi) or draft_of(kpi)
    if version is None or kpi.retired_at is not None:
        raise Conflict(_("This KPI is retired."))
    _check_part(version, dimension, value)
    with transaction.atomic():
        key = {"kpi": kpi, "valid_from": valid_from, "dimension": dimension, "value": value}
        target = Target.objects.filter(**key).first() or Target(**key)
        target.good, target.watch = good, watch
        band = version.direction == KPIVersion.Direction.BAND
        target.good_high, target.watch_high = (good_high, watch_high) if band else (None, None)
        check_target(version.direction, version.unit, target)
        target.full_clean()
        target.save()
        record(
            actor=actor, action="kpi.target", target=kpi,
            valid_from=valid_from.isoformat(), good=good, watch=watch,
            **({"dimension": dimension, "value": value} if dimension else {}),
        )  # fmt: skip
    return target


def _check_part(version: KPIVersion, dimension: str, value: str) -> None:
    if not dimension and not value:
        return
    if dimension not in definition_of(version).dimensions:
        raise Invalid(
            _("The KPI cannot be split by “%(name)s”.") % {"name": dimension}, field="dimension"
        )
    if not value:
        raise Invalid(_("Say for which value it holds."), field="value")


def require_target_setter(actor: User, kpi: KPI) -> None:
    if not may_set_target(actor, kpi, published=published_of(kpi) is not None):
        require_publisher(actor, kpi)


def check_target(direction: str, unit: str, target: Target) -> None:
    """Raise ``Invalid`` where thresholds contradict the direction, in the unit that people read."""
    if unit == KPIVersion.Unit.PERCENT:
        target = Target(
            good=target.good * 100, watch=target.watch * 100,
            good_high=_percent(target.good_high), watch_high=_percent(target.watch_high),
        )  # fmt: skip
    target_of(direction, target)


def check_targets(version: KPIVersion) -> None:
    """Raise ``Invalid`` where the KPI's targets contradict a version's direction."""
    for target in version.kpi.targets.all():
        try:
            check_target(version.direction, version.unit, target)
        except Invalid as error:
            raise Invalid(
                _("The target from %(day)s was set for another direction.")
                % {"day": target.valid_from.isoformat()},
                field="direction",
            ) from error


def _percent(value: float | None) -> float | None:
    return None if value is None else value * 100
