"""The published KPIs that read a dataset: what other columns would do to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ace_portal.lib.errors import Invalid
from ace_portal.lib.saying import kept, said
from kpis.drift import Reader, drift_of
from kpis.engine.checks import GROUPABLE, check_columns
from kpis.engine.parsing import parse_definition
from kpis.models import Dataset, Load, RowPolicy
from kpis.selectors.data import published_on

NAMED = 5


def check_readers(dataset: Dataset, types: Mapping[str, str], *, field: str = "file") -> None:
    """Every published KPI must find its columns in these types; Invalid names all that do not."""
    broken: list[tuple[str, str, Invalid]] = []
    for version in published_on(dataset):
        try:
            check_columns(parse_definition(version.definition), types)
        except Invalid as error:
            broken.append((version.kpi.name, version.kpi.slug, error))
    if not broken:
        return
    name, slug, first = broken[0]
    message = _("The KPI “%(kpi)s” would break. %(why)s") % {
        "kpi": name, "why": said(first.message),
    }  # fmt: skip
    others = [other for other, _slug, _error in broken[1:]]
    if others:
        message += " " + ngettext(
            "So would %(n)d more: %(names)s.", "So would %(n)d more: %(names)s.", len(others)
        ) % {"n": len(others), "names": _listed(others)}
    raise Invalid(message, field=field, kpi=slug, column=first.details.get("column", "")) from first


def check_policy(dataset: Dataset, types: Mapping[str, str], *, field: str = "file") -> None:
    """The row policy must find its column: without it nobody could see a row."""
    check_column(Dataset.objects.values_list("limited_by", flat=True).get(pk=dataset.pk), types,
                 field=field)  # fmt: skip


def check_column(limited_by: int | None, types: Mapping[str, str], *, field: str = "file") -> None:
    """The same for whatever obeys the policy of a dataset (its key)."""
    policy = RowPolicy.objects.filter(dataset=limited_by).first() if limited_by else None
    if policy is not None and types.get(policy.column) not in GROUPABLE:
        raise Invalid(
            _("“%(column)s” says who sees which rows. Without it nobody would see any.")
            % {"column": policy.column},
            field=field,
            column=policy.column,
        )


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:NAMED])
    return shown + (", …" if len(names) > NAMED else "")


def drift_from_live(load: Load) -> dict[str, Any]:
    """How the columns differ from those that are live, as the load keeps it; empty for the same."""
    live = Dataset.objects.select_related("live").get(pk=load.dataset_id).live
    if live is None:
        return {}
    drift = drift_of(live.types, load.types, readers_of(load.dataset))
    if not drift:
        return {}
    told: dict[str, Any] = kept({"since": live.number, **drift.to_json()})
    return told


def readers_of(dataset: Dataset) -> list[Reader]:
    """What is published over the dataset and can be read."""
    found = []
    for version in published_on(dataset):
        try:
            definition = parse_definition(version.definition)
        except Invalid:
            continue
        found.append(Reader(version.kpi.slug, version.kpi.name, definition))
    return found
