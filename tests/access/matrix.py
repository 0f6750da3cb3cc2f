"""The oracle: who gets through which route, as the table of rights says it.

Each route names its kind:
- ``ANY``: everybody, signed in or not;
- ``ALL``: everybody who is signed in;
- ``ROLE(names)``: a role's door; everybody else gets 403;
- ``SEES(names)``: an object; who may not know of it gets 404.
Anonymous people get the sign-in page (401 from the API) everywhere but at ``ANY``.
A route may have one kind for reading and another for writing.
"""

from __future__ import annotations

from dataclasses import dataclass

CAST = ("anonymous", "outsider", "colleague", "member", "ace", "owner", "admin")
ACE_TEAM = frozenset({"ace", "owner"})
SIGNED_IN = frozenset(CAST) - {"anonymous"}


@dataclass(frozen=True)
class Rule:
    """Who passes, and what the others get."""

    passes: frozenset[str]
    refusal: int = 403
    unknown_to: frozenset[str] = frozenset()  # to these it is as if there were nothing: 404

    def refused(self, name: str) -> int:
        return 404 if name in self.unknown_to else self.refusal


ANY = Rule(frozenset(CAST))
ALL = Rule(SIGNED_IN)
TEAM = Rule(ACE_TEAM)
ADMIN = Rule(frozenset({"admin"}))


def role(*names: str) -> Rule:
    return Rule(frozenset(names))


def sees(*names: str) -> Rule:
    return Rule(ACE_TEAM | set(names), 404)


OPERATIONS = role("ace", "owner", "admin")
OF_GROUP = sees("member")
OWNER = role("owner")
#: the owner's upload, or hours: another person of the team cannot tell that they are there
OWN_UPLOAD = Rule(frozenset({"owner"}), 403, frozenset({"ace"}))

MEMBERS_OWN = Rule(frozenset({"member"}), 404)

#: the member wrote it; the team reads it and may not change it
MEMBERS_WORDS = Rule(frozenset({"member"}), 403, frozenset({"outsider", "colleague", "admin"}))
DECIDES = Rule(ACE_TEAM, 403, frozenset({"outsider", "colleague", "admin"}))
#: the dashboard is open to the member, its single rows are not
ROWS = DECIDES

#: the member booked it with the owner: nobody else can tell that it is there
BOOKED = Rule(frozenset({"member", "owner"}), 404)
HOSTED = Rule(frozenset({"owner"}), 403, frozenset({"outsider", "colleague", "ace", "admin"}))

#: the colleague is the pilot of another dashboard, of which nobody else outside the team can tell
PILOTED = sees("colleague")
#: archived, and released to nobody: an administrator brings it back without reading it
RESTORES = Rule(frozenset({"owner", "admin"}), 403, frozenset({"outsider", "colleague", "member"}))
#: a pilot answers; the team looks at it, and writes down what a pilot did on a page of its own
ANSWERS = (PILOTED, Rule(frozenset({"colleague"}), 403, frozenset({"outsider", "member", "admin"})))

#: route → (who reads, who writes); one rule stands for both
RULES: dict[str, Rule | tuple[Rule, Rule]] = {
    # The start
    "home:home": ALL,
    "home:search": ALL,
    "home:palette": ALL,
    "home:healthz": ANY,
    # Accounts
    "accounts:sign-in": ANY,
    "accounts:sign-out": ANY,
    "accounts:settings": ALL,
    "accounts:theme": ALL,
    "accounts:token-new": ALL,
    "accounts:token-revoke": Rule(frozenset({"member"}), 404),  # the token is the member's
    "accounts:people": ADMIN,
    "accounts:person-new": ADMIN,
    "accounts:person-edit": ADMIN,
    "audit:log": ADMIN,
    # Background work
    "jobs:jobs": OPERATIONS,
    "jobs:progress": Rule(frozenset({"member", "ace", "owner", "admin"}), 404),  # the member asked
    "jobs:retry": OPERATIONS,
    "jobs:cancel": OPERATIONS,
    # Notifications: the member's
    "notifications:inbox": ALL,
    "notifications:read": ALL,
    "notifications:follow": MEMBERS_OWN,
    "notifications:settings": ALL,
    "notifications:mails": ALL,
    "notifications:mail": MEMBERS_OWN,
    "notifications:mail-part": MEMBERS_OWN,
    "notifications:unsubscribe": ANY,
    # Discover
    "personas:discover": ALL,
    "personas:services": ALL,
    "personas:service-new": TEAM,
    "personas:service-detail": OF_GROUP,
    "personas:service-edit": TEAM,
    "personas:service-archive": (TEAM, OWNER),
    "personas:blueprint-new": TEAM,
    "personas:blueprint-detail": OF_GROUP,
    "personas:blueprint-version": OF_GROUP,
    "personas:blueprint-edit": TEAM,
    "personas:blueprint-publish": (TEAM, OWNER),
    "personas:blueprint-start": TEAM,
    "personas:phase-new": TEAM,
    "personas:phase-remove": TEAM,
    "personas:step-new": TEAM,
    "personas:step-edit": TEAM,
    "personas:step-remove": TEAM,
    "personas:card-new": TEAM,
    "personas:card-edit": TEAM,
    "personas:card-remove": TEAM,
    "personas:personas": ALL,
    "personas:persona-new": TEAM,
    "personas:persona-detail": OF_GROUP,
    "personas:persona-edit": TEAM,
    "personas:question-new": TEAM,
    "personas:question-detail": OF_GROUP,
    "personas:question-edit": TEAM,
    "personas:question-rank": TEAM,
    "personas:groups": ALL,
    "personas:group-new": TEAM,
    "personas:group-detail": OF_GROUP,
    "personas:group-edit": OWNER,
    "personas:membership-end": OWNER,
    # Data: the team has the right to manage it
    "kpis:datasets": TEAM,
    "kpis:templates": TEAM,
    "kpis:template-use": TEAM,
    "kpis:sources": TEAM,
    "kpis:source-new": TEAM,
    "kpis:source-detail": TEAM,
    "kpis:source-edit": TEAM,
    "kpis:source-columns": TEAM,
    "kpis:source-test": TEAM,
    "kpis:source-remove": TEAM,
    "kpis:source-dataset": TEAM,
    "kpis:dataset-new": TEAM,
    "kpis:dataset-prepare": TEAM,
    "kpis:dataset-detail": TEAM,
    "kpis:dataset-edit": TEAM,
    "kpis:dataset-schedule": TEAM,
    "kpis:dataset-asked": TEAM,
    "kpis:dataset-reading": TEAM,
    "kpis:dataset-sql": TEAM,
    "kpis:dataset-load": TEAM,
    "kpis:dataset-rebuild": TEAM,
    "kpis:dataset-loading": TEAM,
    "kpis:dataset-policy": TEAM,
    "kpis:lineage": TEAM,
    "kpis:dataset-compare": TEAM,
    "kpis:dataset-check-choose": TEAM,
    "kpis:check-new": TEAM,
    "kpis:check-edit": TEAM,
    "kpis:check-remove": TEAM,
    "kpis:load-detail": TEAM,
    "kpis:load-rollback": OWNER,
    "kpis:load-accept": OWNER,
    "kpis:upload-preview": OWN_UPLOAD,
    "kpis:calendars": TEAM,
    "kpis:calendar-new": TEAM,
    "kpis:calendar-edit": TEAM,
    "kpis:calendar-delete": TEAM,
    # KPIs: that one is published, and what it means, is no secret
    "kpis:kpis": ALL,
    "kpis:kpi-new": TEAM,
    "kpis:kpi-derive": TEAM,
    "kpis:kpi-detail": ALL,
    "kpis:kpi-version": ALL,
    "kpis:kpi-edit": TEAM,
    "kpis:kpi-draft-edit": TEAM,
    "kpis:kpi-start": TEAM,
    "kpis:kpi-publish": (TEAM, OWNER),
    "kpis:kpi-verify": role("ace"),  # the owner is its author
    "kpis:kpi-retire": OWNER,
    "kpis:kpi-refresh": TEAM,
    "kpis:target-new": OWNER,
    "kpis:trees": ALL,
    "kpis:kpi-tree": ALL,
    "kpis:driver-new": OWNER,
    "kpis:driver-remove": OWNER,
    "kpis:kpi-drivers": TEAM,
    "kpis:kpi-compare": TEAM,
    "kpis:kpi-step-new": TEAM,
    "kpis:kpi-step-hide": TEAM,
    # Dashboards: launched to the member's group, version 2 in draft
    "dashboards:dashboards": ALL,
    "dashboards:portfolio": TEAM,
    "dashboards:dashboard-new": TEAM,
    "dashboards:dashboard-detail": OF_GROUP,
    "dashboards:dashboard-about": OF_GROUP,
    "dashboards:dashboard-edit": OWNER,
    "dashboards:dashboard-owner": OWNER,
    "dashboards:tile-explain": OF_GROUP,
    "dashboards:tile-drivers": OF_GROUP,
    "dashboards:tile-rows": ROWS,
    "dashboards:tile-rows-file": ROWS,
    "dashboards:versions": OF_GROUP,
    "dashboards:version-detail": OF_GROUP,
    "dashboards:version-compare": TEAM,
    "dashboards:version-start": (TEAM, OWNER),
    "dashboards:version-assemble": (TEAM, OWNER),
    "dashboards:version-release": OWNER,
    "dashboards:version-restore": (TEAM, OWNER),
    "dashboards:builder": TEAM,
    "dashboards:filters-edit": OWNER,
    "dashboards:tile-new": OWNER,
    "dashboards:tile-edit": OWNER,
    "dashboards:tile-move": (TEAM, OWNER),
    "dashboards:tile-remove": (TEAM, OWNER),
    "dashboards:launch": OWNER,
    "dashboards:launch-end": (TEAM, OWNER),
    # Features and gates; the owner decides at none of their own
    "dashboards:gates": TEAM,
    "dashboards:gate-ask": (TEAM, OWNER),
    "dashboards:gate-decide": role("ace"),
    "dashboards:dashboard-restore": RESTORES,
    "dashboards:features": TEAM,
    "dashboards:feature-new": OWNER,
    "dashboards:feature-edit": OWNER,
    "dashboards:feature-remove": (TEAM, OWNER),
    "dashboards:feature-try": TEAM,
    "api:features": (TEAM, OWNER),
    "api:feature-detail": (TEAM, OWNER),
    "api:feature-try": TEAM,
    "api:gates": TEAM,
    "api:gate-ask": (TEAM, OWNER),
    "api:gate-decisions": (TEAM, role("ace")),
    "api:dashboard-restore": (TEAM, RESTORES),
    # Use: the member's view and decision
    "dashboards:dashboard-adoption": TEAM,
    "dashboards:reviews": TEAM,
    "dashboards:decisions": OF_GROUP,
    "dashboards:decision-outcome": OF_GROUP,
    "dashboards:own-views": OF_GROUP,
    "dashboards:view-report": MEMBERS_OWN,
    # A prototype of the owner's, frozen, with the colleague as its pilot
    "dashboards:prototype": TEAM,
    "dashboards:prototype-share": (TEAM, OWNER),
    "dashboards:prototype-withdraw": (TEAM, OWNER),
    "dashboards:prototype-freeze": (TEAM, OWNER),
    "dashboards:prototype-thaw": OWNER,
    "dashboards:pilot-new": OWNER,
    "dashboards:pilot-end": (TEAM, OWNER),
    "dashboards:walkthrough-new": TEAM,
    "dashboards:walkthrough-edit": TEAM,
    "dashboards:validation": TEAM,
    "dashboards:validation-new": TEAM,
    "dashboards:validation-run": TEAM,
    "dashboards:validation-edit": TEAM,
    "dashboards:validation-sign": (TEAM, role("ace")),  # not the owner
    "dashboards:validation-answer": ANSWERS,
    "dashboards:validation-sus": ANSWERS,
    "dashboards:task-new": TEAM,
    "dashboards:task-edit": TEAM,
    "dashboards:task-remove": TEAM,
    "dashboards:result-new": TEAM,
    "dashboards:reconciliation-new": TEAM,
    "dashboards:reconciliation-remove": TEAM,
    # Reports by mail: one of the member's
    "dashboards:reports": ALL,
    "dashboards:report-new": OF_GROUP,
    "dashboards:report-detail": OF_GROUP,
    "dashboards:report-edit": OF_GROUP,
    "dashboards:report-pause": OF_GROUP,
    "dashboards:report-resume": OF_GROUP,
    "dashboards:report-delete": OF_GROUP,
    "dashboards:report-send": OF_GROUP,
    "dashboards:report-run-again": OF_GROUP,
    # Feedback: a thread of the member's, on a tile of the live dashboard
    "feedback:inbox": ALL,
    "feedback:dashboard-threads": OF_GROUP,
    "feedback:tile-threads": OF_GROUP,
    "feedback:thread-detail": OF_GROUP,
    "feedback:thread-reply": OF_GROUP,
    "feedback:thread-vote": OF_GROUP,
    "feedback:thread-follow": OF_GROUP,
    "feedback:thread-edit": MEMBERS_WORDS,
    "feedback:thread-withdraw": MEMBERS_WORDS,
    "feedback:thread-hide": TEAM,
    "feedback:thread-assign": TEAM,
    "feedback:thread-decide": DECIDES,
    "feedback:thread-plan": TEAM,
    "feedback:pulse": MEMBERS_OWN,
    "feedback:roadmap": OF_GROUP,
    "feedback:item-new": TEAM,
    "feedback:item-edit": TEAM,
    "feedback:item-draft": TEAM,
    "feedback:item-drop": TEAM,
    # Sessions: the owner's hours, and the member's booking of a tile with them
    "office_hours:sessions": ALL,
    "office_hours:host-book": Rule(SIGNED_IN - {"owner"}, 404),  # nobody books themselves
    "office_hours:tile-book": OF_GROUP,
    "office_hours:booking-detail": BOOKED,
    "office_hours:booking-move": BOOKED,
    "office_hours:booking-cancel": BOOKED,
    "office_hours:booking-outcome": HOSTED,
    "office_hours:booking-thread": HOSTED,
    "office_hours:hours": TEAM,
    "office_hours:hours-settings": TEAM,
    "office_hours:rule-new": TEAM,
    "office_hours:rule-edit": OWN_UPLOAD,
    "office_hours:rule-remove": OWN_UPLOAD,
    "office_hours:day-new": TEAM,
    "office_hours:day-remove": OWN_UPLOAD,
    "office_hours:feed": ANY,  # the secret in the address is the right
    "office_hours:feed-new": ALL,
    "office_hours:feed-revoke": MEMBERS_OWN,
    # Sessions: the owner's, announced to the member's group; the member's question waits
    "office_hours:ama-list": ALL,
    "office_hours:ama-new": TEAM,
    "office_hours:ama-detail": OF_GROUP,
    "office_hours:ama-stage": OF_GROUP,
    "office_hours:ama-questions": OF_GROUP,
    "office_hours:ama-edit": OWNER,
    "office_hours:ama-publish": OWNER,
    "office_hours:ama-start": OWNER,
    "office_hours:ama-cancel": OWNER,
    "office_hours:ama-close": OWNER,
    "office_hours:question-edit": OF_GROUP,
    "office_hours:question-vote": OF_GROUP,
    "office_hours:question-answer": TEAM,
    "office_hours:question-defer": TEAM,
    "office_hours:question-hide": TEAM,
    "office_hours:question-move": TEAM,
    # Lessons: the member's, for their group
    "office_hours:lessons": ALL,
    "office_hours:lesson-new": ALL,
    "office_hours:lesson-detail": OF_GROUP,
    "office_hours:lesson-edit": OF_GROUP,
    "office_hours:lesson-archive": OF_GROUP,
    "office_hours:lesson-restore": OF_GROUP,
    "office_hours:lesson-helped": OF_GROUP,
    # The API
    "api:search": ALL,
    "api:schema": ALL,
    "api:docs": ALL,
    "api:me": ALL,
    "api:tokens": (ALL, ANY),
    "api:token-detail": Rule(frozenset({"member"}), 404),
    "api:people": ADMIN,
    "api:jobs": OPERATIONS,
    "api:job-detail": Rule(frozenset({"member", "ace", "owner", "admin"}), 404),
    "api:job-retry": OPERATIONS,
    "api:job-cancel": OPERATIONS,
    "api:notifications": ALL,
    "api:notification-read": MEMBERS_OWN,
    "api:notification-preference": ALL,
    "api:mails": ALL,
    "api:services": (ALL, TEAM),
    "api:service-detail": (OF_GROUP, TEAM),
    "api:blueprints": (ALL, TEAM),
    "api:blueprint-detail": (OF_GROUP, TEAM),
    "api:blueprint-drawing": OF_GROUP,
    "api:blueprint-publish": (TEAM, OWNER),
    "api:blueprint-start": TEAM,
    "api:blueprint-phases": TEAM,
    "api:phase-steps": TEAM,
    "api:step-cards": TEAM,
    "api:personas": (ALL, TEAM),
    "api:persona-detail": (OF_GROUP, TEAM),
    "api:questions": (OF_GROUP, TEAM),
    "api:question-detail": (OF_GROUP, TEAM),
    "api:question-rank": TEAM,
    "api:groups": (ALL, TEAM),
    "api:group-detail": (OF_GROUP, TEAM),
    "api:members": OF_GROUP,
    "api:membership-end": (TEAM, OWNER),
    "api:thread": OF_GROUP,  # a persona's
    "api:uploads": TEAM,
    "api:upload-detail": OWN_UPLOAD,
    "api:calendars": TEAM,
    "api:calendar-detail": TEAM,
    "api:datasets": TEAM,
    "api:kpi-templates": TEAM,
    "api:kpi-template-kpis": TEAM,
    "api:sources": TEAM,
    "api:source-detail": TEAM,
    "api:source-test": TEAM,
    "api:source-relations": TEAM,
    "api:source-look": TEAM,
    "api:source-sample": TEAM,
    "api:source-datasets": TEAM,
    "api:dataset-detail": TEAM,
    "api:dataset-prepare": TEAM,
    "api:dataset-schedule": TEAM,
    "api:dataset-asked": TEAM,
    "api:dataset-reading": TEAM,
    "api:dataset-sql": TEAM,
    "api:dataset-rebuild": TEAM,
    "api:sql-preview": TEAM,
    "api:loads": TEAM,
    "api:load-detail": TEAM,
    "api:load-impact": TEAM,
    "api:load-rollback": (TEAM, OWNER),
    "api:load-accept": (TEAM, OWNER),
    "api:dataset-loading": TEAM,
    "api:dataset-policy": TEAM,
    "api:dataset-impact": TEAM,
    "api:dataset-lineage": TEAM,
    "api:kpi-impact": TEAM,
    "api:dataset-compare": TEAM,
    "api:dataset-checks": TEAM,
    "api:check-detail": TEAM,
    "api:kpis": (ALL, TEAM),
    "api:kpi-detail": (ALL, TEAM),
    "api:kpi-draft": TEAM,
    "api:kpi-start": TEAM,
    "api:kpi-publish": (TEAM, OWNER),
    "api:kpi-verify": (TEAM, role("ace")),  # the owner is its author
    "api:kpi-reformulation": TEAM,
    "api:kpi-restatements": TEAM,
    "api:kpi-retire": (TEAM, OWNER),
    "api:kpi-targets": (TEAM, OWNER),
    "api:kpi-refreshes": TEAM,
    "api:kpi-measurements": TEAM,
    "api:kpi-figures": TEAM,
    "api:kpi-tree": ALL,
    "api:kpi-edges": (TEAM, OWNER),
    "api:kpi-edge-detail": (TEAM, OWNER),
    "api:kpi-drivers": TEAM,
    "api:kpi-rows": TEAM,
    "api:kpi-comparisons": TEAM,
    "api:dashboards": (ALL, TEAM),
    "api:dashboard-detail": (OF_GROUP, OWNER),
    "api:dashboard-owner": OWNER,
    "api:dashboard-people": TEAM,
    "api:dashboard-figures": OF_GROUP,
    "api:dashboard-adoption": TEAM,
    "api:dashboard-reviews": TEAM,
    "api:dashboard-decisions": OF_GROUP,
    "api:decision-outcome": OF_GROUP,
    "api:dashboard-views": OF_GROUP,
    "api:dashboard-times": TEAM,
    "api:times": TEAM,
    "api:versions": OF_GROUP,
    "api:version-detail": OF_GROUP,
    "api:version-compare": TEAM,
    "api:version-restore": (TEAM, OWNER),
    "api:draft": (TEAM, OWNER),
    "api:draft-start": (TEAM, OWNER),
    "api:draft-assemble": (TEAM, OWNER),
    "api:draft-release": (TEAM, OWNER),
    "api:prototype": TEAM,
    "api:prototype-moves": (TEAM, OWNER),
    "api:pilots": (TEAM, OWNER),
    "api:pilot-end": (TEAM, OWNER),
    "api:walkthroughs": TEAM,
    "api:walkthrough-detail": TEAM,
    "api:validation-runs": (PILOTED, TEAM),
    "api:validation-run": TEAM,
    "api:validation-sign": (TEAM, role("ace")),
    "api:validation-tasks": (PILOTED, TEAM),
    "api:validation-task": TEAM,
    "api:validation-results": PILOTED,
    "api:validation-sus": PILOTED,
    "api:validation-reconciliations": TEAM,
    "api:validation-reconciliation": TEAM,
    "api:threads": ALL,
    "api:dashboard-threads": OF_GROUP,
    "api:thread-detail": (OF_GROUP, MEMBERS_WORDS),
    "api:thread-hide": TEAM,
    "api:thread-replies": OF_GROUP,
    "api:thread-notes": TEAM,
    "api:thread-vote": OF_GROUP,
    "api:thread-follow": OF_GROUP,
    "api:thread-owner": TEAM,
    "api:thread-moves": OF_GROUP,
    "api:thread-plan": TEAM,
    "api:dashboard-roadmap": (OF_GROUP, TEAM),
    "api:dashboard-pulses": TEAM,
    "api:item-detail": (OF_GROUP, TEAM),
    "api:item-draft": TEAM,
    "api:item-drop": TEAM,
    "api:pulses": ALL,
    "api:pulse-answer": MEMBERS_OWN,
    "api:subscriptions": ALL,
    "api:dashboard-subscriptions": OF_GROUP,
    "api:subscription-detail": OF_GROUP,
    "api:subscription-send": OF_GROUP,
    "api:subscription-runs": OF_GROUP,
    "api:subscription-run-again": OF_GROUP,
    "api:hosts": ALL,
    "api:host-slots": Rule(SIGNED_IN - {"owner"}, 404),
    "api:bookings": ALL,
    "api:booking-detail": BOOKED,
    "api:booking-move": BOOKED,
    "api:booking-cancel": BOOKED,
    "api:booking-outcome": HOSTED,
    "api:booking-notes": HOSTED,
    "api:booking-thread": HOSTED,
    "api:hours": TEAM,
    "api:hours-rules": TEAM,
    "api:hours-rule": OWN_UPLOAD,
    "api:hours-days": TEAM,
    "api:hours-day": OWN_UPLOAD,
    "api:feeds": ALL,
    "api:feed-detail": MEMBERS_OWN,
    "api:ama-list": (ALL, TEAM),
    "api:ama-detail": (OF_GROUP, OWNER),
    "api:ama-publish": OWNER,
    "api:ama-start": OWNER,
    "api:ama-cancel": OWNER,
    "api:ama-close": OWNER,
    "api:ama-questions": OF_GROUP,
    "api:ama-question-detail": OF_GROUP,
    "api:ama-question-vote": OF_GROUP,
    "api:ama-question-moves": TEAM,
    "api:lessons": ALL,
    "api:lesson-detail": OF_GROUP,
    "api:lesson-restore": OF_GROUP,
    "api:lesson-helped": OF_GROUP,
    "api:launches": (TEAM, OWNER),
    "api:launch-end": (TEAM, OWNER),
}


def rule_for(route: str, method: str) -> Rule:
    found = RULES[route]
    if isinstance(found, Rule):
        return found
    return found[0] if method in {"GET", "HEAD"} else found[1]
