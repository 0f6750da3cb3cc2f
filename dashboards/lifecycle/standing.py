"""Which gates are passed, and whether what they stood on is still so."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _

from dashboards.content.models import Dashboard, Version
from dashboards.lifecycle.models import GateReview

FIRST, LAST = 1, 7  # the eighth stage has reviews, not a gate
Stage = Dashboard.Stage
VALIDATED = Stage.VALIDATE


@dataclass(frozen=True)
class Passed:
    """A gate that let the MVP on; ``changed`` says in words what is different since."""

    review: GateReview
    changed: tuple[str, ...] = ()

    @property
    def stale(self) -> bool:
        return bool(self.changed)

    def overdue(self, today: date) -> bool:
        return self.conditional and self.review.due is not None and self.review.due < today

    def again(self, tried: Version | None) -> bool:
        """May it be decided again: for what has changed, for conditions, for another version?"""
        return self.stale or self.conditional or self.of_another(tried)

    def of_another(self, tried: Version | None) -> bool:
        """Whether a gate about a version looked at another one than is there to look at now."""
        if tried is None or self.review.stage not in {Stage.PROTOTYPE, Stage.VALIDATE}:
            return False
        seen = self.review.version
        return seen is None or seen.sha256 != tried.sha256

    @property
    def conditional(self) -> bool:
        return self.review.decision == GateReview.Decision.CONDITIONAL


def marks_of(dashboard: Dashboard, version: Version | None) -> dict[str, str]:
    """What a gate stands on → its hash; the later ones look at one version.

    Groups are those that it is planned for: to open it to one more changes no plan.
    """
    ranked = dashboard.persona.questions.order_by("rank", "pk").values_list("pk", "text")
    features = dashboard.features.values_list("name", "kind", "priority", "criterion", "column")
    parts: dict[str, Any] = {
        "1": [dashboard.problem, dashboard.hypothesis, dashboard.success_measure, list(ranked)],
        "2": dashboard.persona_id,
        "groups": sorted(dashboard.groups.values_list("pk", flat=True)),
        "3": list(features.order_by("name")),
        "4": sorted(_kpi_versions(version)) if version is not None else [],
        "5": version.sha256 if version is not None else "",
    }
    return {what: _hash(part) for what, part in parts.items()}


def _kpi_versions(version: Version) -> Iterable[int]:
    return version.tiles.values_list("kpi_version", flat=True)


def _hash(part: Any) -> str:
    return sha256(json.dumps(part, ensure_ascii=False).encode()).hexdigest()[:32]


def gates_passed(dashboard: Dashboard, reviews: Iterable[GateReview]) -> dict[int, Passed]:
    """The gates that are passed now, from all that was decided; latest decision first.

    A return undoes the gates from where it leads back to; to overrule a gate passes those before
    it that were not.
    """
    passed: dict[int, GateReview] = {}
    for review in sorted(reviews, key=lambda row: (row.created_at, row.pk)):
        if review.decision == GateReview.Decision.RETURN:
            back = review.back_to or review.stage
            passed = {stage: row for stage, row in passed.items() if stage < back}
        elif review.decision in GateReview.ONWARDS:
            passed[review.stage] = review
            if review.decision == GateReview.Decision.OVERRULE:
                for stage in range(FIRST, review.stage):
                    passed.setdefault(stage, review)
    now: dict[int | None, dict[str, str]] = {}
    for review in passed.values():
        if review.version_id not in now:
            now[review.version_id] = marks_of(dashboard, review.version)
    return {
        stage: Passed(review, _changes(stage, review, now[review.version_id]))
        for stage, review in sorted(passed.items())
    }


def _changes(stage: int, review: GateReview, now: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        words
        for what, (first, words) in _what().items()
        if first <= stage and review.marks.get(what, now[what]) != now[what]
    )


def _what() -> dict[str, tuple[int, str]]:
    """The first stage whose gate stands on it, and its words."""
    return {
        "1": (1, _("the problem or its questions")),
        "2": (2, _("the persona")),
        "groups": (2, _("the groups it is for")),
        "3": (3, _("the features")),
        "4": (4, _("the KPIs")),
        "5": (5, _("the version")),
    }
