"""How the demo's dashboard came through its gates, decided by a colleague of the owner's."""

from __future__ import annotations

from datetime import date, timedelta

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard
from dashboards.lifecycle.models import Feature
from dashboards.lifecycle.services.features import add_feature, try_feature
from dashboards.lifecycle.services.gates import decide_gate

#: name, kind, column, priority, criterion
FEATURES = (
    ("Choose a priority", "filter", "priority", "must",
     "A lead sees priority 1 alone in two clicks, on a phone, too."),
    ("See whether the target is kept", "chart", "", "must",
     "Asked on Monday morning, a lead names last week’s SLA attainment within ten seconds."),
    ("Choose a resolver group", "filter", "assignment_group", "should",
     "The page shows one group’s figures alone."),
    ("A report each Monday", "report", "", "should", "It is in the mailbox before eight."),
    ("Compare shifts", "chart", "", "wont", ""),
)  # fmt: skip


def features(owner: User, ace: User, dashboard: Dashboard) -> None:
    """Ranked; what is a Must was tried by a colleague."""
    for name, kind, column, priority, criterion in FEATURES:
        made = add_feature(
            actor=owner, dashboard=dashboard, name=name, kind=kind, column=column,
            priority=priority, criterion=criterion,
        )  # fmt: skip
        if priority == Feature.Priority.MUST:
            try_feature(actor=ace, feature=made, result=Feature.Result.PASSED)


def pass_gates(ace: User, dashboard: Dashboard, stages: range) -> None:
    for stage in stages:
        decide_gate(actor=ace, dashboard=dashboard, stage=stage, decision="pass")


def pass_with_conditions(ace: User, dashboard: Dashboard, today: date) -> None:
    """Three pilots are fewer than five: the rest of them try it within a month."""
    decide_gate(
        actor=ace, dashboard=dashboard, stage=6, decision="conditional",
        conditions="Two more leads do the tasks.", due=today + timedelta(days=30),
    )  # fmt: skip
