"""Which KPIs show their figures at a step of a blueprint."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Invalid
from kpis.models import KPI, StepMetric
from personas.models import Blueprint
from personas.permissions import require_ace
from personas.selectors import steps_of


def show_at_step(*, actor: User, kpi: KPI, blueprint: Blueprint, step_key: str) -> StepMetric:
    require_ace(actor)
    if step_key not in {step.key for step in steps_of(blueprint)}:
        raise Invalid(_("This step is not in the blueprint any more."), field="step")
    with transaction.atomic():
        metric, made = StepMetric.objects.get_or_create(
            kpi=kpi, blueprint=blueprint, step_key=step_key
        )
        if made:
            record(
                actor=actor, action="kpi.show", target=kpi, blueprint=blueprint.pk, step=step_key
            )
    return metric


def hide_at_step(*, actor: User, metric: StepMetric) -> StepMetric:
    require_ace(actor)
    with transaction.atomic():
        record(
            actor=actor, action="kpi.hide", target=metric.kpi, blueprint=metric.blueprint_id,
            step=metric.step_key,
        )  # fmt: skip
        metric.delete()
    return metric
