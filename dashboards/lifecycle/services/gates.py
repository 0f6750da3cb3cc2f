"""What is decided at the gates, by somebody who does not own the MVP, for good."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Unpack

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.days import is_over, site_today
from ace_portal.lib.errors import Conflict, Invalid
from ace_portal.notifications.services import notify
from dashboards.content.models import Dashboard
from dashboards.content.services.locking import locked, locked_under_way
from dashboards.lifecycle.evidence import Evidence, evidence_of
from dashboards.lifecycle.models import GateReview
from dashboards.lifecycle.permissions import require_decider, require_restorer
from dashboards.lifecycle.selectors import gate_url, gates_of
from dashboards.lifecycle.services.pins import Figure, pinned_at, require_shown_by
from dashboards.lifecycle.standing import FIRST, LAST, gates_passed, marks_of
from dashboards.permissions import require_editor
from personas.selectors import people_of_ace

LONGEST_CONDITION = timedelta(days=366)
Decision = GateReview.Decision


def ask_for_gate(*, actor: User, dashboard: Dashboard) -> Dashboard:
    """Tell the team that the present gate waits for somebody to decide."""
    require_editor(actor, dashboard)
    with transaction.atomic():
        row = locked_under_way(dashboard)
        require_editor(actor, row)
        if row.stage > LAST:
            raise Conflict(_("All seven gates are passed; from now on there are reviews."))
        if row.gate_asked_at is not None:
            raise Conflict(_("The team was asked already."))
        dashboard.gate_asked_at = row.gate_asked_at = timezone.now()
        row.save(update_fields=["gate_asked_at", "updated_at"])
        record(actor=actor, action="gate.ask", target=row, stage=int(row.stage))
        notify(
            kind="dashboards.gate", key=f"gate.ask.{row.pk}.{row.gate_asked_at.timestamp()}",
            actor=actor, people=people_of_ace().exclude(pk=row.owner_id),
            title=_("%(name)s: gate %(n)d waits for a decision")
            % {"name": row.name, "n": row.stage},
            url=gate_url(row), about={"dashboard": row.pk},
        )  # fmt: skip
    return dashboard


def decide_gate(
    *,
    actor: User,
    dashboard: Dashboard,
    stage: int,
    decision: str,
    reason: str = "",
    conditions: str = "",
    due: date | None = None,
    back_to: int | None = None,
    **figure: Unpack[Figure],
) -> GateReview:
    """Pass, pass with conditions, overrule, return or stop; each keeps what the gate said.

    So is the figure behind a ``tile`` of the version that the gate is about, where one is named.
    To pass, nothing may be missing; to overrule, a reason is put on record, and a gate further on
    may be chosen. A gate that was passed is decided again where what it stood on has changed.
    """
    require_decider(actor, dashboard)
    pinned = pinned_at(actor, dashboard, stage, **figure)
    with transaction.atomic():
        row = locked_under_way(dashboard)
        require_decider(actor, row)  # it may have changed hands since
        evidence = evidence_of(row)
        _require_turn(row, evidence, stage, decision)
        first = min(int(row.stage), stage) if decision == Decision.OVERRULE else stage
        said = [
            {"stage": gate.number, "kind": line.kind, "text": line.text, "value": line.value}
            for gate in gates_of(row, evidence)[first - 1 : stage]
            for line in gate.checks
        ]
        given = _checked(row, stage, decision, said, reason, conditions, due, back_to)
        version = evidence.looked_at(stage)
        require_shown_by(pinned, version)
        review = GateReview(
            dashboard=row, stage=stage, decision=decision, version=version, checks=said,
            marks=marks_of(row, version), pinned=pinned, owner=row.owner, decider=actor, **given,
        )  # fmt: skip
        review.full_clean()
        review.save()
        _move(row, review)
        dashboard.refresh_from_db()
        record(
            actor=actor, action=f"gate.{decision}", target=row, stage=stage, review=review.pk,
            missing=sum(line["kind"] != "good" for line in said),
        )  # fmt: skip
        _tell(review)
    return review


def restore_dashboard(*, actor: User, dashboard: Dashboard, reason: str) -> Dashboard:
    """archived → active: by its owner or an administrator, with a reason."""
    require_restorer(actor, dashboard)
    with transaction.atomic():
        row = locked(dashboard)
        require_restorer(actor, row)
        if row.status != Dashboard.Status.ARCHIVED:
            raise Conflict(_("Only what is archived is brought back."))
        if not reason.strip():
            raise Invalid(_("Say why."), field="reason")
        row.status = dashboard.status = Dashboard.Status.ACTIVE
        row.save(update_fields=["status", "updated_at"])
        record(actor=actor, action="dashboard.restore", target=row, reason=reason.strip())
    return dashboard


def _require_turn(dashboard: Dashboard, evidence: Evidence, stage: int, decision: str) -> None:
    if not FIRST <= stage <= LAST:
        raise Invalid(_("There are seven gates; after them come reviews."), field="stage")
    if decision not in Decision.values:
        raise Invalid(_("Pass, pass with conditions, overrule, return or stop."), field="decision")
    if stage == dashboard.stage or (stage > dashboard.stage and decision == Decision.OVERRULE):
        return
    if stage > dashboard.stage:
        raise Conflict(
            _("Gate %(n)d comes after gate %(here)d, which is not passed yet.")
            % {"n": stage, "here": dashboard.stage},
            field="stage",
        )
    passed = gates_passed(dashboard, dashboard.gate_reviews.select_related("version")).get(stage)
    settled = passed is not None and not passed.again(evidence.tried.version)
    if settled and decision != Decision.RETURN:
        raise Conflict(_("Gate %(n)d is passed, and nothing has changed since.") % {"n": stage})


def _checked(
    dashboard: Dashboard,
    stage: int,
    decision: str,
    said: list[dict[str, Any]],
    reason: str,
    conditions: str,
    due: date | None,
    back_to: int | None,
) -> dict[str, Any]:
    """The fields that belong to a decision; refuses what is missing."""
    missing = [line["text"] for line in said if line["kind"] != "good"]
    reason, conditions = reason.strip(), conditions.strip()
    if decision == Decision.PASS and missing:
        raise Conflict(
            _("It cannot pass yet: %(missing)s.") % {"missing": "; ".join(missing)},
            field="decision", missing=missing,
        )  # fmt: skip
    if decision not in {Decision.PASS, Decision.CONDITIONAL} and not reason:
        raise Invalid(_("Say why: it stays on record."), field="reason")
    given: dict[str, Any] = {"reason": reason}
    if decision == Decision.CONDITIONAL:
        given |= {"conditions": conditions, "due": _due(conditions, due)}
    if decision == Decision.RETURN:
        given["back_to"] = back_to = stage if back_to is None else back_to
        if not FIRST <= back_to <= min(stage, dashboard.stage):
            raise Invalid(_("It goes back to this stage or an earlier one."), field="back_to")
    return given


def _due(conditions: str, due: date | None) -> date:
    if not conditions:
        raise Invalid(_("Say what is still to be done."), field="conditions")
    if due is None or is_over(due) or due > site_today() + LONGEST_CONDITION:
        raise Invalid(_("Name a day within a year."), field="due")
    return due


def _move(dashboard: Dashboard, review: GateReview) -> None:
    if review.decision in GateReview.ONWARDS:
        dashboard.stage = max(int(dashboard.stage), review.stage + 1)
    elif review.decision == Decision.RETURN:
        dashboard.stage = review.back_to or review.stage
    elif review.decision == Decision.STOP:
        dashboard.status = Dashboard.Status.ARCHIVED
    dashboard.gate_asked_at = None
    dashboard.save(update_fields=["stage", "status", "gate_asked_at", "updated_at"])


def _tell(review: GateReview) -> None:
    dashboard = review.dashboard
    notify(
        kind="dashboards.gate", key=f"gate.{review.pk}", actor=review.decider,
        people=[dashboard.owner, *User.objects.filter(pk__in=dashboard.editors.values("pk"))],
        title=_("%(name)s, gate %(n)d: %(decision)s")
        % {"name": dashboard.name, "n": review.stage,
           "decision": review.get_decision_display().lower()},
        text="\n\n".join(part for part in (review.reason, review.conditions) if part),
        url=gate_url(dashboard), about={"dashboard": dashboard.pk},
    )  # fmt: skip
