"""What a person may read of services, blueprints, personas and groups."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Prefetch, Q, QuerySet

from ace_portal.accounts.models import User
from ace_portal.lib.days import site_today
from ace_portal.lib.selectors import first_or_404, there_or_404
from personas.models import (
    Blueprint,
    BlueprintVersion,
    Card,
    Claim,
    Lane,
    Membership,
    Persona,
    Phase,
    Question,
    Service,
    Step,
    UserGroup,
)


def memberships_today(user: User) -> QuerySet[Membership]:
    """The memberships of a person that are valid today, by the site's day."""
    return Membership.objects.valid_on(site_today()).filter(user=user)


def groups_for(user: User) -> QuerySet[UserGroup]:
    """All groups for the ACE, else those that one is in today."""
    groups = UserGroup.objects.select_related("persona", "owner")
    if user.is_ace:
        return groups
    return groups.filter(pk__in=memberships_today(user).values("group"))


def group_for(user: User, slug: str) -> UserGroup:
    return first_or_404(groups_for(user).filter(slug=slug))


def members_of(group: UserGroup, day: date | None = None) -> QuerySet[Membership]:
    """Who is in the group on a day (today)."""
    valid = Membership.objects.valid_on(day or site_today())
    return valid.filter(group=group).select_related("user")


def membership_of(group: UserGroup, pk: int) -> Membership:
    return first_or_404(group.memberships.filter(pk=pk).select_related("user", "group"))


def personas_for(user: User) -> QuerySet[Persona]:
    """All personas for the ACE, else those of one's groups."""
    personas = Persona.objects.select_related("owner")
    if user.is_ace:
        return personas
    return personas.filter(groups__in=memberships_today(user).values("group")).distinct()


def persona_for(user: User, slug: str) -> Persona:
    return first_or_404(personas_for(user).filter(slug=slug))


def claims_of(persona: Persona) -> dict[str, list[Claim]]:
    """The persona's claims by kind."""
    by_kind: dict[str, list[Claim]] = {kind: [] for kind in Claim.Kind.values}
    for claim in persona.claims.all():
        by_kind[claim.kind].append(claim)
    return by_kind


def questions_for(user: User) -> QuerySet[Question]:
    """The questions of the personas that a person may see, most important first."""
    questions = Question.objects.select_related("persona", "decision", "blueprint__service")
    if user.is_ace:
        return questions
    return questions.filter(persona__in=personas_for(user))


def question_for(user: User, pk: int) -> Question:
    return first_or_404(questions_for(user).filter(pk=pk))


def blueprints_for(user: User) -> QuerySet[Blueprint]:
    """All for the ACE; else those published that lead to a persona of one's groups."""
    blueprints = Blueprint.objects.select_related("service", "owner", "persona")
    if user.is_ace:
        return blueprints
    mine = personas_for(user).values("pk")
    led = Q(persona__in=mine) | Q(questions__persona__in=mine)
    published = Q(versions__state=BlueprintVersion.State.PUBLISHED)
    return blueprints.filter(led).filter(published).distinct()


def blueprint_for(user: User, slug: str) -> Blueprint:
    return first_or_404(blueprints_for(user).filter(slug=slug))


def services_for(user: User) -> QuerySet[Service]:
    """All for the ACE, else those of the blueprints that one may see."""
    services = Service.objects.select_related("owner")
    if user.is_ace:
        return services
    return services.filter(blueprints__in=blueprints_for(user)).distinct()


def service_for(user: User, slug: str) -> Service:
    return first_or_404(services_for(user).filter(slug=slug))


def version_for(user: User, blueprint: Blueprint, number: int | None = None) -> BlueprintVersion:
    """One version; without a number the draft for the ACE, else the published one."""
    versions = blueprint.versions.all()
    if not user.is_ace:
        versions = versions.filter(state=BlueprintVersion.State.PUBLISHED)
    if number is not None:
        return first_or_404(versions.filter(number=number))
    drafts = versions.filter(state=BlueprintVersion.State.DRAFT)
    published = versions.filter(state=BlueprintVersion.State.PUBLISHED)
    return there_or_404(drafts.first() or published.first() or versions.first())


def drawing_of(version: BlueprintVersion) -> BlueprintVersion:
    """The version with everything that its drawing needs, in six queries."""
    steps = Step.objects.prefetch_related("cards__annotations", "cards__lane")
    rows = BlueprintVersion.objects.prefetch_related(
        "lanes", Prefetch("phases__steps", queryset=steps)
    ).select_related("blueprint__service", "blueprint__owner")
    return rows.get(pk=version.pk)


def phase_of(blueprint: Blueprint, pk: int) -> Phase:
    """Another blueprint's phase is not found, and so with steps and cards."""
    return first_or_404(Phase.objects.filter(version__blueprint=blueprint, pk=pk))


def drawn_step_of(blueprint: Blueprint, pk: int) -> Step:
    steps = Step.objects.filter(phase__version__blueprint=blueprint, pk=pk)
    return first_or_404(steps.select_related("phase__version"))


def card_of(blueprint: Blueprint, pk: int) -> Card:
    cards = Card.objects.filter(step__phase__version__blueprint=blueprint, pk=pk)
    return first_or_404(cards.select_related("lane", "step__phase__version"))


def lane_of(step: Step, kind: str) -> Lane:
    """The lane of a kind in the drawing of a step."""
    return first_or_404(Lane.objects.filter(version=step.phase.version, kind=kind))


def steps_of(blueprint: Blueprint) -> list[Step]:
    """The steps of the published version, or of the draft where nothing is published."""
    versions = blueprint.versions
    version = (
        versions.filter(state=BlueprintVersion.State.PUBLISHED).first()
        or versions.filter(state=BlueprintVersion.State.DRAFT).first()
    )
    if version is None:
        return []
    return list(Step.objects.filter(phase__version=version))


def step_of(question: Question) -> Step | None:
    """Where a question arises, in the blueprint that stands now."""
    if question.blueprint is None or not question.step_key:
        return None
    return next((s for s in steps_of(question.blueprint) if s.key == question.step_key), None)


def people_of_ace() -> QuerySet[User]:
    return User.objects.filter(is_active=True, is_ace=True).order_by("name")


def as_words(span: timedelta) -> str:
    """A duration in the largest unit that reads well: ``8 min``, ``1.9 h``, ``5 d``."""
    minutes = span.total_seconds() / 60
    for size, unit in ((1440, "d"), (60, "h")):
        if minutes >= size:
            return f"{minutes / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{minutes:.0f} min"
