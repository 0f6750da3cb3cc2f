"""What is drawn: phases, steps and cards of the draft; what is published stays as it is."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid
from personas.models import Annotation, Blueprint, BlueprintVersion, Card, Lane, Phase, Step
from personas.permissions import require_ace


def draft_of(blueprint: Blueprint) -> BlueprintVersion:
    """The draft, locked for this transaction; a published version never changes."""
    draft = (
        BlueprintVersion.objects.select_for_update()
        .filter(blueprint=blueprint, state=BlueprintVersion.State.DRAFT)
        .first()
    )
    if draft is None:
        raise Conflict(_("A published blueprint does not change. Start a new version."))
    return draft


def name_lane(*, actor: User, blueprint: Blueprint, lane: Lane, label: str) -> Lane:
    """Say who acts in a lane."""
    require_ace(actor)
    with transaction.atomic():
        _in_draft(lane.version, blueprint)
        lane.label = label
        lane.full_clean()
        lane.save()
        record(actor=actor, action="blueprint.draw", target=blueprint, lane=label)
    return lane


def add_phase(*, actor: User, blueprint: Blueprint, name: str) -> Phase:
    """A phase at the end, with its first step."""
    require_ace(actor)
    with transaction.atomic():
        draft = draft_of(blueprint)
        phase = Phase(version=draft, name=name, order=_next(draft.phases.all()))
        phase.full_clean()
        phase.save()
        Step.objects.create(phase=phase, title=name[:80], order=0)
        record(actor=actor, action="blueprint.draw", target=blueprint, phase=name)
    return phase


def remove_phase(*, actor: User, blueprint: Blueprint, phase: Phase) -> Phase:
    require_ace(actor)
    with transaction.atomic():
        _in_draft(phase.version, blueprint)
        record(actor=actor, action="blueprint.draw", target=blueprint, removed=phase.name)
        phase.delete()
    return phase


def add_step(*, actor: User, blueprint: Blueprint, phase: Phase, **fields: Any) -> Step:
    """A step at the end of a phase."""
    require_ace(actor)
    with transaction.atomic():
        _in_draft(phase.version, blueprint)
        step = Step(phase=phase, order=_next(phase.steps.all()), **fields)
        return _save_step(actor, blueprint, step)


def change_step(*, actor: User, blueprint: Blueprint, step: Step, **fields: Any) -> Step:
    require_ace(actor)
    with transaction.atomic():
        _in_draft(step.phase.version, blueprint)
        for name, value in fields.items():
            setattr(step, name, value)
        return _save_step(actor, blueprint, step)


def _save_step(actor: User, blueprint: Blueprint, step: Step) -> Step:
    waits = [step.wait_min, step.wait_typical, step.wait_max]
    known = [wait for wait in waits if wait is not None]
    if known != sorted(known):
        raise Invalid(
            _("The shortest wait comes first: shortest, typical, longest."), field="wait_typical"
        )
    step.full_clean()
    step.save()
    record(actor=actor, action="blueprint.draw", target=blueprint, step=step.title)
    return step


def remove_step(*, actor: User, blueprint: Blueprint, step: Step) -> Step:
    require_ace(actor)
    with transaction.atomic():
        _in_draft(step.phase.version, blueprint)
        record(actor=actor, action="blueprint.draw", target=blueprint, removed=step.title)
        step.delete()
    return step


def put_card(
    *,
    actor: User,
    blueprint: Blueprint,
    step: Step,
    lane: Lane,
    card: Card | None = None,
    severity: int | None = None,
    failure: str = "",
    emotion: int | None = None,
    who: str = "",
    **fields: Any,
) -> Card:
    """Write a card, new or changed, with its failure point (severity 1 to 5) and emotion."""
    require_ace(actor)
    if failure and severity is None:
        raise Invalid(_("A failure point needs a severity from 1 to 5."), field="severity")
    if fields.get("evidence") == Card.Evidence.VERIFIED:
        raise Invalid(
            _("What is verified has evidence, and a card has none yet: say “Partly seen”."),
            field="evidence",
        )
    with transaction.atomic():
        draft = _in_draft(step.phase.version, blueprint)
        if lane.version_id != draft.pk:
            raise Conflict(_("This lane belongs to another version."))
        card = card or Card()
        card.step, card.lane, card.actor = step, lane, who
        for name, value in fields.items():
            setattr(card, name, value)
        card.full_clean()
        card.save()
        card.annotations.all().delete()
        if severity is not None:
            _annotate(card, kind="failure", severity=severity, text=failure)
        if emotion is not None:
            _annotate(card, kind="emotion", emotion=emotion)
        record(actor=actor, action="blueprint.draw", target=blueprint, card=card.text)
    return card


def _annotate(card: Card, **fields: Any) -> None:
    annotation = Annotation(card=card, **fields)
    annotation.full_clean()
    annotation.save()


def remove_card(*, actor: User, blueprint: Blueprint, card: Card) -> Card:
    require_ace(actor)
    with transaction.atomic():
        _in_draft(card.step.phase.version, blueprint)
        record(actor=actor, action="blueprint.draw", target=blueprint, removed=card.text)
        card.delete()
    return card


def _in_draft(version: BlueprintVersion, blueprint: Blueprint) -> BlueprintVersion:
    draft = draft_of(blueprint)
    if version.pk != draft.pk:
        raise Conflict(_("A published blueprint does not change. Start a new version."))
    return draft


def _next(rows: Any) -> int:
    highest: int | None = rows.aggregate(highest=Max("order"))["highest"]
    return 0 if highest is None else highest + 1
