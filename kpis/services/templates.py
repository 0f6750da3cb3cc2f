"""KPIs made of a template of the catalogue and the columns of a dataset."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict
from ace_portal.lib.saying import said
from kpis.catalogue.filling import definition_of, template_of
from kpis.models import KPI, Dataset
from kpis.services.kpis import create_kpi
from personas.models import Question
from personas.permissions import require_ace


def create_from_template(
    *,
    actor: User,
    template: str,
    question: Question,
    dataset: Dataset,
    roles: Mapping[str, str],
    name: str = "",
) -> KPI:
    """A KPI with a first draft: the template's measure over the columns that play its roles.

    ``roles``: role → column, and ``<role>_value`` for the value that counts as yes.
    """
    require_ace(actor)
    chosen = template_of(template)
    if dataset.live is None:
        raise Conflict(_("The data of this KPI has not been loaded yet."), field="dataset")
    distinct = {column["name"]: column.get("distinct") for column in dataset.live.columns}
    definition = definition_of(
        chosen, dataset.live.types, roles, distinct=distinct, time_zone=dataset.counting_zone
    )
    return create_kpi(
        actor=actor, name=name.strip() or str(said(chosen.name)), question=question,
        dataset=dataset, definition=definition, category=chosen.category, unit=chosen.unit,
        unit_label=chosen.label, precision=chosen.precision, direction=chosen.direction,
        description=str(said(chosen.formula)),
    )  # fmt: skip
