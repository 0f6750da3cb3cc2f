"""The life of a blueprint: draft, published, superseded."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid
from ace_portal.lib.models import free_slug, held, write
from personas.models import (
    Blueprint,
    BlueprintVersion,
    Lane,
    Phase,
    Service,
    Step,
)
from personas.permissions import require_ace, require_owner
from personas.services.drafts import draft_of

#: a journey to begin with, by value stream
PHASES = {
    "incident": (_n("Detect"), _n("Log"), _n("Triage"), _n("Diagnose"), _n("Resolve"),
                 _n("Confirm"), _n("Learn")),
    "request": (_n("Find"), _n("Ask"), _n("Approve"), _n("Fulfil"), _n("Confirm")),
    "change": (_n("Propose"), _n("Assess"), _n("Approve"), _n("Build"), _n("Deploy"), _n("Review")),
    "problem": (_n("Notice"), _n("Record"), _n("Investigate"), _n("Work around"), _n("Fix")),
    "onboarding": (_n("Announce"), _n("Prepare"), _n("Start"), _n("Learn"), _n("Settle")),
}  # fmt: skip
LANES = tuple(Lane.Kind.values)


def create_blueprint(
    *, actor: User, service: Service, scenario: str, value_stream: str, **fields: Any
) -> Blueprint:
    """A blueprint with a draft: five lanes, and the phases that its value stream usually has."""
    require_ace(actor)
    fields.setdefault("owner", actor)
    with transaction.atomic():
        blueprint = Blueprint(
            slug=free_slug(Blueprint, scenario),
            service=service,
            scenario=scenario,
            value_stream=value_stream,
            **fields,
        )
        _check_view(blueprint)
        blueprint.full_clean()
        blueprint.save()
        version = BlueprintVersion.objects.create(blueprint=blueprint, number=1)
        for order, kind in enumerate(LANES):
            Lane.objects.create(version=version, kind=kind, order=order)
        for order, name in enumerate(PHASES[value_stream]):
            phase = Phase.objects.create(version=version, name=_(name), order=order)
            Step.objects.create(phase=phase, title=phase.name, order=0)
        record(actor=actor, action="blueprint.create", target=blueprint)
    return blueprint


def change_blueprint(*, actor: User, blueprint: Blueprint, **fields: Any) -> Blueprint:
    """What stands beside the drawing: scenario, persona, view, review."""
    require_ace(actor)
    with transaction.atomic():
        row = held(blueprint)
        for name, value in fields.items():
            setattr(row, name, value)
        _check_view(row)
        write(row, fields)
        record(actor=actor, action="blueprint.change", target=row)
    return row


def _check_view(blueprint: Blueprint) -> None:
    if blueprint.view == Blueprint.View.TO_BE and blueprint.as_is is None:
        raise Invalid(_("A to-be blueprint names the as-is one that it replaces."), field="as_is")
    if blueprint.as_is is not None and blueprint.as_is == blueprint:
        raise Invalid(_("A blueprint does not replace itself."), field="as_is")
    today = Blueprint.objects.filter(view=Blueprint.View.AS_IS, service=blueprint.service)
    if blueprint.as_is is not None and not today.filter(pk=blueprint.as_is.pk).exists():
        raise Invalid(
            _("What is replaced is an as-is blueprint of the same service; choose one."),
            field="as_is",
        )
    replaced = blueprint.pk is not None and blueprint.to_be_blueprints.exists()
    if blueprint.view == Blueprint.View.TO_BE and replaced:
        raise Invalid(_("Another blueprint replaces this one, so it stays as is."), field="view")


def missing_for_publishing(version: BlueprintVersion) -> list[str]:
    """What a draft still lacks, in sentences; empty means it can be published."""
    kinds = {lane.kind for lane in version.lanes.all()}
    missing = [
        _("The %(lane)s lane is missing.") % {"lane": Lane.Kind(kind).label}
        for kind in (Lane.Kind.CUSTOMER, Lane.Kind.FRONTSTAGE, Lane.Kind.SUPPORT)
        if kind not in kinds
    ]
    steps = [step for phase in version.phases.all() for step in phase.steps.all()]
    if not steps:
        missing.append(_("There is no step yet."))
    for step in steps:
        seen = any(card.lane.kind == Lane.Kind.CUSTOMER for card in step.cards.all())
        if not seen and not step.no_customer_action and not _spanned(step, steps):
            missing.append(
                _("“%(step)s” needs a customer card, or say that the customer does nothing there.")
                % {"step": step.title}
            )
    return missing


def _spanned(step: Step, steps: list[Step]) -> bool:
    """Whether a customer card of an earlier step reaches over this one."""
    place = steps.index(step)
    return any(
        card.lane.kind == Lane.Kind.CUSTOMER and steps.index(earlier) + card.span > place
        for earlier in steps[:place]
        for card in earlier.cards.all()
    )


def publish_version(*, actor: User, blueprint: Blueprint) -> BlueprintVersion:
    """draft → published; the one before it → superseded."""
    require_owner(actor, blueprint)
    with transaction.atomic():
        draft = draft_of(blueprint)
        missing = missing_for_publishing(draft)
        if missing:
            raise Invalid(" ".join(missing), missing=missing)
        blueprint.versions.filter(state=BlueprintVersion.State.PUBLISHED).update(
            state=BlueprintVersion.State.SUPERSEDED
        )
        draft.state = BlueprintVersion.State.PUBLISHED
        draft.published_at, draft.published_by = timezone.now(), actor
        draft.save()
        record(actor=actor, action="blueprint.publish", target=blueprint, version=draft.number)
    return draft


def start_version(*, actor: User, blueprint: Blueprint) -> BlueprintVersion:
    """A new draft that begins as a copy of the newest version; steps keep their keys."""
    require_ace(actor)
    with transaction.atomic():
        newest = blueprint.versions.select_for_update().first()
        if newest is None or newest.state == BlueprintVersion.State.DRAFT:
            raise Conflict(_("There is a draft already."))
        draft = BlueprintVersion.objects.create(blueprint=blueprint, number=newest.number + 1)
        _copy_drawing(newest, draft)
        record(actor=actor, action="blueprint.start", target=blueprint, version=draft.number)
    return draft


def _copy_drawing(source: BlueprintVersion, target: BlueprintVersion) -> None:
    lanes = {
        lane.pk: Lane.objects.create(
            version=target, kind=lane.kind, label=lane.label, order=lane.order
        )
        for lane in source.lanes.all()
    }
    for phase in source.phases.all():
        new_phase = Phase.objects.create(version=target, name=phase.name, order=phase.order)
        for step in phase.steps.all():
            cards = list(step.cards.all())
            step.pk, step.phase = None, new_phase
            step.save()
            for card in cards:
                annotations = list(card.annotations.all())
                card.pk, card.step, card.lane = None, step, lanes[card.lane_id]
                card.save()
                for annotation in annotations:
                    annotation.pk, annotation.card = None, card
                    annotation.save()
