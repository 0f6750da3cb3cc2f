"""What the page of a KPI shows, read once and put into words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Invalid, NotVisible, PortalError
from ace_portal.lib.saying import said
from kpis import selectors
from kpis.analysis.against import compared
from kpis.analysis.looked import looked_words
from kpis.analysis.stretches import chosen_of, stretches_of
from kpis.asking import definition_of
from kpis.derived import (
    as_of_of,
    held_of,
    is_derived,
    labels_of,
    leaves_of,
    load_parts,
    parts_of,
)
from kpis.diff import Said, differences, null_rule
from kpis.display import (
    GRAINS,
    MONTHS,
    WEEKDAYS,
    condition_words,
    definition_words,
    good_text,
    watch_text,
)
from kpis.effects import effects_of
from kpis.engine.definition import Aggregate, Definition, Formula, Ratio, Share, hours_of
from kpis.engine.weeks import hours_words
from kpis.engine.words import Words
from kpis.goals import target_of
from kpis.impact import impact_of_draft
from kpis.measured import cut_versions, measured_for
from kpis.models import KPI, KPIVersion, Measurement, Target
from kpis.permissions import may_publish, may_set_target
from kpis.reformulation import Reformulation, changes_of, part_changes, reformulation_of
from kpis.scopes import datasets_of, rows_words, unlike_words
from kpis.selectors.verified import verified_of
from kpis.services.targets import BEGINNING
from kpis.sheet import restatement_rows, sheet
from personas.selectors import questions_for

State = KPIVersion.State
ATTEMPTS = 10


def page_about(user: User, kpi: KPI, number: int | None = None) -> dict[str, Any]:
    """The context of a KPI's page; a version's number shows that one's definition."""
    versions = list(selectors.versions_of(user, kpi))
    load_parts(versions)
    version = _chosen(versions, number)
    prefetch_related_objects([kpi], "targets")
    version.kpi = kpi
    values = selectors.may_see_values(user, kpi)
    published = any(v.state == State.PUBLISHED for v in versions)
    return {
        "kpi": kpi,
        "version": version,
        "draft": next((v for v in versions if v.state == State.DRAFT), None),
        "may_publish": may_publish(user, kpi) and kpi.retired_at is None,
        "may_target": may_set_target(user, kpi, published=published) and kpi.retired_at is None,
        "values": values,
        "held": held_of(version) if values else None,
        "question": questions_for(user).filter(pk=kpi.question_id).first(),
        "targets": _targets(kpi, version),
        "verified": verified_of([version]).get(version.pk),
        "may_verify": user.is_ace
        and version.state == State.PUBLISHED
        and version.author_id != user.pk,
        "versions": _history(versions),
        "runs": kpi.runs_ahead(now=timezone.now()) if user.is_ace else [],
        "steps": kpi.step_metrics.select_related("blueprint") if user.is_ace else [],
        "crumbs": [{"label": _("KPIs"), "url": reverse("kpis:kpis")}, {"label": kpi.name}],
        **_definition(version),
        **(_effects(user, kpi, version) if user.is_ace and version.state == State.DRAFT else {}),
        **(
            _figures(user, kpi, version, versions)
            if values and version.state != State.DRAFT
            else {}
        ),
        **(_compared(user, version) if values and version.state == State.PUBLISHED else {}),
        **(_attempts(kpi) if user.is_ace else {}),
    }


def _effects(user: User, kpi: KPI, draft: KPIVersion) -> dict[str, Any]:
    found = impact_of_draft(user, kpi, draft)
    return effects_of(found) if found.all else {}


def _chosen(versions: list[KPIVersion], number: int | None) -> KPIVersion:
    """The one asked for, else the published one, else the newest."""
    if number is not None:
        versions = [version for version in versions if version.number == number]
    published = [version for version in versions if version.state == State.PUBLISHED]
    for version in published or versions:
        return version
    raise NotVisible("")


def _definition(version: KPIVersion) -> dict[str, Any]:
    """The definition that settles an argument, in words."""
    try:
        definition = definition_of(version)
    except Invalid as error:
        return {"words": Words(said(error.message)), "parts": []}
    words = definition_words(definition, labels_of(version))
    return {
        "words": words,
        "parts": list(_parts(version, definition, words)),
        "made_of": [part.kpi for part in parts_of(version).values()],
    }


def _parts(version: KPIVersion, definition: Definition, words: Words) -> Iterable[tuple[str, str]]:
    if words.numerator:
        yield _("Numerator"), words.numerator
        yield _("Denominator"), words.denominator
    derived = isinstance(definition.measure, Formula)
    if not derived:
        yield _("Counting date"), ", ".join(definition.time_columns) or _("Time plays no part")
    yield _("Period"), f"{GRAINS[definition.grain]}, {definition.time_zone}"
    if definition.week_start:
        yield _("Weeks begin on"), str(WEEKDAYS[definition.week_start])
    if definition.fiscal_start != 1:
        yield _("Years begin with"), str(MONTHS[definition.fiscal_start])
    for hours in dict.fromkeys(hours_of(definition)):
        yield _("Working time"), said(hours_words(hours))
    if definition.exclusions is not None:
        rows = condition_words(definition.exclusions)
        yield _("Does not count"), _("Rows where %(w)s") % {"w": rows}
    if not derived:
        yield _("Unknown values"), null_rule(version)
    if derived:
        yield _("Never"), _("Added or averaged. Each total is computed from those of its KPIs.")
    elif isinstance(definition.basic, Share | Ratio) or quantile_like(definition):
        yield _("Never"), _("Added or averaged. Each total is computed from its own rows.")
    yield _("Split by"), ", ".join(definition.dimensions) or _("Nothing")


def quantile_like(definition: Definition) -> bool:
    """Whether a total cannot be had from the figures of its parts."""
    measure = definition.basic
    return isinstance(measure, Aggregate) and measure.agg in ("avg", "quantile", "count_distinct")


@dataclass(frozen=True)
class Past:
    """A version in the list, with what it said differently from the one before."""

    version: KPIVersion
    changes: list[Said]


def _history(versions: list[KPIVersion]) -> list[Past]:
    found = []
    for place, version in enumerate(versions):
        before = versions[place + 1] if place + 1 < len(versions) else None
        try:
            changes = differences(before, version) if before is not None else []
        except Invalid:
            changes = []
        found.append(Past(version, changes))
    return found


@dataclass(frozen=True)
class Goal:
    """A target in words."""

    target: Target
    good: str
    watch: str
    first: bool
    part: str


def _targets(kpi: KPI, version: KPIVersion) -> list[Goal]:
    """Newest first."""
    found: list[Goal] = []
    for row in kpi.targets.all():
        try:
            target = target_of(version.direction, row)
        except Invalid:
            continue
        goal = Goal(row, good_text(target, version), watch_text(target, version),
                    row.valid_from <= BEGINNING,
                    f"{row.dimension}: {row.value}" if row.part else "")  # fmt: skip
        found.insert(0, goal)
    return found


def _figures(
    user: User, kpi: KPI, version: KPIVersion, versions: list[KPIVersion]
) -> dict[str, Any]:
    found = measured_for(user, [version])
    measured = found.rows.get(version.pk, [])
    # What was reported before was measured over all rows.
    before = {} if version.pk in found.own else selectors.reported_before(version, measured)
    good = selectors.last_good(kpi)
    known = as_of_of(version) if is_derived(version) else None
    changed = [after for after, _before in changes_of(versions)]
    below = part_changes(version)
    switches = {f"v{v.number}": v.published_at for v in changed if v.published_at is not None}
    switches |= {str(v): v.published_at for v in below if v.published_at is not None}
    return {
        "sheet": sheet(version, measured, before, switches, cut=version.pk in found.own),
        "looked": "" if version.pk in found.own else looked_words(good, version),
        "changed": changed,
        "changed_below": below,
        "restated": restatement_rows(version, measured, before),
        "reformulation": _reformulated(user, version, versions, measured),
        "last_good": good,
        "figures_to": known or (good.load.as_of if good and good.load else None),
        "whose_rows": rows_words(user, datasets_of([version])),
        "unlike": unlike_words() if _is_unlike(user, version) else "",
    }


def _is_unlike(user: User, version: KPIVersion) -> bool:
    """Whether some of the KPIs that a formula comes down to are of the reader's rows alone."""
    leaves = leaves_of(version)
    return 0 < len(cut_versions(user, leaves)) < len(leaves)


def _reformulated(
    user: User, version: KPIVersion, versions: list[KPIVersion], measured: list[Measurement]
) -> Reformulation | None:
    """For who sees all rows of both: what was reported counts all of them."""
    found = reformulation_of(versions, version, measured)
    cut = found is not None and cut_versions(user, [found.before, found.after])
    return None if cut else found


def _compared(user: User, version: KPIVersion) -> dict[str, Any]:
    """The last full period beside others; nothing where there is nothing to hold it against."""
    try:
        stretch = chosen_of(version, stretches_of(version))
        return {"compared": compared(version, stretch.query, reader=user)}
    except PortalError:
        return {}


def _attempts(kpi: KPI) -> dict[str, Any]:
    attempts = list(selectors.refreshes_of(kpi)[:ATTEMPTS])
    last = attempts[0] if attempts else None
    return {
        "attempts": attempts,
        "running": last if last is not None and last.is_open else None,
        "failed": next((a for a in attempts if not a.is_open), None),
    }
