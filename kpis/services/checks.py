"""Quality checks: what the team demands of a dataset's loads, and what a load comes to."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid
from ace_portal.lib.models import held
from ace_portal.lib.saying import kept, said
from kpis.checking.finding import Finding, not_made
from kpis.checking.rules import FRESHNESS, ROWS, SQL, Rule, check_types, rule_of, words_of
from kpis.checking.told import freshness, row_change
from kpis.models import Dataset, Load, QualityCheck
from kpis.permissions import require_data
from kpis.sandbox.afterwards import examine as examine_rows
from kpis.sandbox.afterwards import wrong_rows
from kpis.sandbox.limits import Limits
from kpis.sandbox.run import describe

MOST = 50  # checks of a dataset
PROVE_SECONDS = 10
ALL_SECONDS = 600  # for the checks of one load together


def add_check(
    *, actor: User, dataset: Dataset, kind: str, severity: str = "blocking",
    active: bool = True, **rule: Any,
) -> QualityCheck:  # fmt: skip
    """A rule for every load from the next one on. ``rule``: what ``kpis.checking.rules`` takes."""
    require_data(actor)
    if dataset.is_live:
        raise Conflict(
            _("Nothing of this dataset is copied, so no check looks through it here; "
              "extract it instead.")
        )  # fmt: skip
    proved = _proved(dataset, kind, rule)
    with transaction.atomic():
        held(dataset)
        if dataset.checks.count() >= MOST:
            raise Conflict(_("A dataset has at most %(n)d checks.") % {"n": MOST})
        check = QualityCheck(
            dataset=dataset, kind=kind, rule=proved.to_json(), severity=severity, active=active,
            author=actor,
        )  # fmt: skip
        check.full_clean()
        check.save()
        record(actor=actor, action="check.create", target=dataset, check=check.pk, kind=kind)
    return check


def change_check(
    *, actor: User, check: QualityCheck, severity: str, active: bool, **rule: Any
) -> QualityCheck:
    """Another rule of the same kind; what earlier loads came to stays as it was."""
    require_data(actor)
    proved = _proved(check.dataset, check.kind, rule)
    with transaction.atomic():
        check.rule, check.severity, check.active = proved.to_json(), severity, active
        check.full_clean()
        check.save()
        record(
            actor=actor, action="check.change", target=check.dataset, check=check.pk,
            severity=severity, active=active,
        )  # fmt: skip
    return check


def remove_check(*, actor: User, check: QualityCheck) -> None:
    require_data(actor)
    with transaction.atomic():
        record(
            actor=actor, action="check.remove", target=check.dataset, check=check.pk,
            kind=check.kind, rule=str(rule_words(check))[:500],
        )  # fmt: skip
        check.delete()


def _proved(dataset: Dataset, kind: str, given: dict[str, Any]) -> Rule:
    """The rule, tried on the columns that are live."""
    rule = rule_of(kind, given)
    live = dataset.live
    if live is None:
        raise Conflict(_("Nothing is loaded yet. A check names columns that are there."))
    check_types(rule, live.types)
    if rule.kind == SQL:
        limits = Limits(seconds=PROVE_SECONDS, memory_mb=settings.SQL_MEMORY_MB)
        describe(rule.sql, {dataset.table_name: live.file}, limits)
    return rule


def rule_words(check: QualityCheck) -> str:
    """What a check demands, for who reads it now."""
    try:
        return said(words_of(rule_of(check.kind, check.rule)))
    except Invalid as error:
        return said(error.message)


# What a load comes to ----------------------------------------------------------------------------


def examine(
    load: Load, path: Path, *, types: dict[str, str], rows: int, as_of: datetime | None
) -> list[dict[str, Any]]:
    """Each active check of the dataset over a file that is not live yet, as the load keeps it."""
    dataset = load.dataset
    checks = list(dataset.checks.filter(active=True))
    live = dataset.loads.filter(state=Load.State.LIVE).first()
    ends = time.monotonic() + ALL_SECONDS
    rules: dict[int, Rule] = {}
    found: dict[int, Finding] = {}
    for check in checks:
        try:
            rules[check.pk] = rule_of(check.kind, check.rule)
        except Invalid as error:
            found[check.pk] = not_made(error)
    over_rows = {pk: r for pk, r in rules.items() if r.kind not in (FRESHNESS, ROWS, SQL)}
    answers = examine_rows(path, [*over_rows.values()], types, _limits(ends))
    found |= dict(zip(over_rows, answers, strict=True))
    for pk, rule in rules.items():
        if rule.kind == FRESHNESS:
            found[pk] = freshness(rule, as_of, timezone.now())
        elif rule.kind == ROWS:
            found[pk] = row_change(rule, rows, live.rows if live is not None else None)
        elif rule.kind == SQL:
            found[pk] = _own_sql(rule.sql, {dataset.table_name: path}, ends)
    return [_result(check, rules.get(check.pk), found[check.pk]) for check in checks]


def _limits(ends: float) -> Limits:
    left = max(ends - time.monotonic(), 1.0)
    return Limits(seconds=left, memory_mb=settings.SQL_MEMORY_MB)


def _own_sql(sql: str, inputs: dict[str, Path], ends: float) -> Finding:
    left = ends - time.monotonic()
    if left < 1:
        return not_made(Invalid(_("The checks before it took all the time that there is.")))
    seconds = min(left, settings.SQL_SECONDS)
    return wrong_rows(sql, inputs, Limits(seconds=seconds, memory_mb=settings.SQL_MEMORY_MB))


def _result(check: QualityCheck, rule: Rule | None, found: Finding) -> dict[str, Any]:
    """What is stored: plain text in the portal's own language."""
    told = {
        "check": check.pk, "kind": check.kind, "blocking": check.is_blocking,
        "says": words_of(rule) if rule is not None else check.get_kind_display(),
        **found.to_json(),
    }  # fmt: skip
    stored: dict[str, Any] = kept(told)
    return stored


class HeldBack(Invalid):
    """A blocking check has failed: the last good load stays live."""


def refusal(results: Sequence[dict[str, Any]]) -> HeldBack | None:
    """Why a load does not go live; None where no blocking check has failed."""
    failed = [result for result in results if result["failed"] and result["blocking"]]
    if not failed:
        return None
    told = "; ".join(outcome(result) for result in failed[:3])
    more = len(failed) - 3
    if more > 0:
        told += ngettext("; and %(n)d more", "; and %(n)d more", more) % {"n": more}
    return HeldBack(
        ngettext(
            "%(n)d blocking check failed: %(told)s.", "%(n)d blocking checks failed: %(told)s.",
            len(failed),
        )
        % {"n": len(failed), "told": told},
        field="checks",
    )  # fmt: skip


def outcome(result: dict[str, Any]) -> str:
    """A failed check in a few words."""
    if result["why"]:
        return f"{result['says']} ({result['why'].rstrip('.')})"
    rows = result["rows"] or 0
    count = ngettext("%(n)s row breaks it", "%(n)s rows break it", rows) % {"n": f"{rows:,}"}
    return f"{result['says']} ({count})"
