"""What one version says differently from another, in words."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from ace_portal.lib.saying import said
from kpis.derived import is_derived, labels_of
from kpis.display import MONTHS, WEEKDAYS, condition_words, definition_words
from kpis.engine.definition import Stock, hours_of
from kpis.engine.weeks import hours_words
from kpis.figures import definition_of
from kpis.models import KPIVersion

Said = dict[str, str]


def differences(before: KPIVersion, after: KPIVersion) -> list[Said]:
    """``{kind, what, before, after}`` each, for the ``changes`` tag."""
    then, now = _said(before), _said(after)
    return list(_compare(then, now))


def _compare(then: Said, now: Said) -> Iterator[Said]:
    for what, new in now.items():
        old = then.get(what, "")
        if old == new:
            continue
        kind = "added" if not old else "removed" if not new else "changed"
        yield {"kind": kind, "what": what, "before": old, "after": new}


def _said(version: KPIVersion) -> Said:
    definition = definition_of(version)
    exclusions = definition.exclusions
    worked = dict.fromkeys(hours_of(definition))
    return {
        _("Formula"): definition_words(definition, labels_of(version)).formula,
        _("Left out"): "" if exclusions is None else condition_words(exclusions),
        _("Counting date"): ", ".join(definition.time_columns),
        _("Grain"): definition.grain,
        _("Time zone"): definition.time_zone,
        _("Weeks begin"): str(WEEKDAYS[definition.week_start]),
        _("Years begin"): str(MONTHS[definition.fiscal_start]),
        _("Working hours"): "; ".join(said(hours_words(hours)) for hours in worked),
        _("Split by"): ", ".join(definition.dimensions),
        _("Unknown conditions"): null_rule(version),
        _("Few cases below"): str(definition.min_cases),
        _("Dataset"): "" if is_derived(version) else version.dataset.name,
        _("Unit"): f"{version.get_unit_display()} {version.unit_label}".strip(),
        _("Decimals"): str(version.precision),
        _("Direction"): version.get_direction_display(),
    }


def null_rule(version: KPIVersion) -> str:
    """What happens to rows whose condition is unknown, or whose value is empty."""
    definition = definition_of(version)
    if isinstance(definition.basic, Stock):
        return _("A row without a closing date is still open")
    if definition.null_rule == "exclude":
        return _("A row whose condition is unknown is left out")
    return _("A row whose condition is unknown counts as not met; empty values are left out")
