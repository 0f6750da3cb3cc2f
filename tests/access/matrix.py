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


ANY = Rule(frozenset(CAST))
ALL = Rule(SIGNED_IN)
TEAM = Rule(ACE_TEAM)
ADMIN = Rule(frozenset({"admin"}))


def role(*names: str) -> Rule:
    return Rule(frozenset(names))


def sees(*names: str) -> Rule:
    return Rule(ACE_TEAM | set(names), 404)


OF_GROUP = sees("member")

#: route → (who reads, who writes); one rule stands for both
RULES: dict[str, Rule | tuple[Rule, Rule]] = {
    # The start
    "home:home": ALL,
    "home:healthz": ANY,
    # Accounts
    "accounts:sign-in": ANY,
    "accounts:sign-out": ANY,
    "accounts:settings": ALL,
    "accounts:token-new": ALL,
    "accounts:token-revoke": Rule(frozenset({"member"}), 404),  # the token is the member's
    "accounts:people": ADMIN,
    "accounts:person-new": ADMIN,
    "accounts:person-edit": ADMIN,
    "audit:log": ADMIN,
    # Background work
    "jobs:jobs": TEAM,
    "jobs:progress": Rule(frozenset({"member", "ace", "owner", "admin"}), 404),  # the member asked
    "jobs:retry": TEAM,
    "jobs:cancel": TEAM,
    # Discover
    "personas:discover": ALL,
    "personas:services": ALL,
    "personas:service-new": TEAM,
    "personas:service-detail": OF_GROUP,
    "personas:service-edit": TEAM,
    "personas:service-archive": (TEAM, role("owner")),
    "personas:blueprint-new": TEAM,
    "personas:blueprint-detail": OF_GROUP,
    "personas:blueprint-version": OF_GROUP,
    "personas:blueprint-edit": TEAM,
    "personas:blueprint-publish": (TEAM, role("owner")),
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
    "personas:group-edit": role("owner"),
    "personas:membership-end": role("owner"),
    # The API
    "api:schema": ALL,
    "api:docs": ALL,
    "api:me": ALL,
    "api:tokens": (ALL, ANY),
    "api:token-detail": Rule(frozenset({"member"}), 404),
    "api:people": ADMIN,
    "api:jobs": TEAM,
    "api:job-detail": Rule(frozenset({"member", "ace", "owner", "admin"}), 404),
    "api:job-retry": TEAM,
    "api:job-cancel": TEAM,
    "api:services": (ALL, TEAM),
    "api:service-detail": (OF_GROUP, TEAM),
    "api:blueprints": (ALL, TEAM),
    "api:blueprint-detail": (OF_GROUP, TEAM),
    "api:blueprint-drawing": OF_GROUP,
    "api:blueprint-publish": (TEAM, role("owner")),
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
    "api:membership-end": (TEAM, role("owner")),
}


def rule_for(route: str, method: str) -> Rule:
    found = RULES[route]
    if isinstance(found, Rule):
        return found
    return found[0] if method in {"GET", "HEAD"} else found[1]
