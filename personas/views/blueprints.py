"""The blueprint as a drawing, and the forms that change its draft."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.forms import attempt, form_page
from ace_portal.lib.permissions import ACE, SIGNED_IN, access
from personas import selectors
from personas.drawing import draw
from personas.forms import BlueprintEditForm, BlueprintForm, CardForm, PhaseForm, StepForm
from personas.models import Blueprint, Card
from personas.services import blueprints as services
from personas.services import drafts
from personas.views.trail import trail

FORM = ["GET", "HEAD", "POST"]


@access(SIGNED_IN)
@require_GET
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    return _drawn(request, slug, None)


@access(SIGNED_IN)
@require_GET
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    return _drawn(request, slug, number)


def _drawn(request: HttpRequest, slug: str, number: int | None) -> HttpResponse:
    user = person_of(request)
    blueprint = selectors.blueprint_for(user, slug)
    shown = selectors.drawing_of(selectors.version_for(user, blueprint, number))
    editable = user.is_ace and shown.state == "draft"
    context = {
        "crumbs": trail(blueprint.scenario, blueprint.service),
        "blueprint": blueprint,
        "version": shown,
        "versions": blueprint.versions.all() if user.is_ace else [],
        "drawing": draw(shown),
        "editable": editable,
        "missing": services.missing_for_publishing(shown) if editable else [],
    }
    return render(request, "personas/blueprint.html", context)


@access(ACE)
@require_http_methods(FORM)
def new(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    service = selectors.service_for(user, slug)
    return form_page(
        request,
        BlueprintForm(request.POST or None, service=service),
        lambda **given: services.create_blueprint(actor=user, service=service, **given),
        done=Blueprint.get_absolute_url,
        title=_("New blueprint of %(name)s") % {"name": service.name},
        crumbs=trail(_("New blueprint"), service),
        cancel_url=service.get_absolute_url(),
    )


@access(ACE)
@require_http_methods(FORM)
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    blueprint = selectors.blueprint_for(user, slug)
    names = ("scenario", "view", "as_is", "persona", "review_due")
    return form_page(
        request,
        BlueprintEditForm(
            request.POST or None,
            service=blueprint.service,
            initial={name: getattr(blueprint, name) for name in names},
        ),
        lambda **given: services.change_blueprint(actor=user, blueprint=blueprint, **given),
        done=Blueprint.get_absolute_url,
        said=_("Saved."),
        title=_("Change %(name)s") % {"name": blueprint.scenario},
        crumbs=trail(_("Change"), blueprint.service, blueprint),
        cancel_url=reverse("personas:blueprint-detail", args=[slug]),
    )


@access(ACE)
@require_POST
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    blueprint = selectors.blueprint_for(user, slug)
    if attempt(request, lambda: services.publish_version(actor=user, blueprint=blueprint)):
        messages.success(request, _("Published. It does not change any more."))
    return redirect(blueprint)


@access(ACE)
@require_POST
def start(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    blueprint = selectors.blueprint_for(user, slug)
    services.start_version(actor=user, blueprint=blueprint)
    return redirect(blueprint)


# The draft's parts -------------------------------------------------------------------------------


@access(ACE)
@require_http_methods(FORM)
def phase_new(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    blueprint = selectors.blueprint_for(user, slug)
    return form_page(
        request,
        PhaseForm(request.POST or None),
        lambda **given: drafts.add_phase(actor=user, blueprint=blueprint, **given),
        done=lambda phase: blueprint.get_absolute_url(),
        title=_("New phase"),
        crumbs=trail(_("New phase"), blueprint.service, blueprint),
        cancel_url=blueprint.get_absolute_url(),
    )


@access(ACE)
@require_POST
def phase_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = person_of(request)
    blueprint = selectors.blueprint_for(user, slug)
    phase = selectors.phase_of(blueprint, pk)
    drafts.remove_phase(actor=user, blueprint=blueprint, phase=phase)
    return redirect(blueprint)


@access(ACE)
@require_http_methods(FORM)
def step_new(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = person_of(request)
    blueprint = selectors.blueprint_for(user, slug)
    phase = selectors.phase_of(blueprint, pk)
    return form_page(
        request,
        StepForm(request.POST or None),
        lambda **given: drafts.add_step(actor=user, blueprint=blueprint, phase=phase, **given),
        done=lambda step: blueprint.get_absolute_url(),
        title=_("New step in %(phase)s") % {"phase": phase.name},
        crumbs=trail(_("New step"), blueprint.service, blueprint),
        cancel_url=blueprint.get_absolute_url(),
    )


@access(ACE)
@require_http_methods(FORM)
def step_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = person_of(request)
    blueprint = selectors.blueprint_for(user, slug)
    step = selectors.drawn_step_of(blueprint, pk)
    names = StepForm.base_fields
    return form_page(
        request,
        StepForm(request.POST or None, initial={name: getattr(step, name) for name in names}),
        lambda **given: drafts.change_step(actor=user, blueprint=blueprint, step=step, **given),
        done=lambda step: blueprint.get_absolute_url(),
        title=_("Change step"),
        crumbs=trail(step.title, blueprint.service, blueprint),
        template="personas/step_form.html",
        step=step,
        blueprint=blueprint,
        cancel_url=blueprint.get_absolute_url(),
    )


@access(ACE)
@require_POST
def step_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = person_of(request)
    blueprint = selectors.blueprint_for(user, slug)
    step = selectors.drawn_step_of(blueprint, pk)
    drafts.remove_step(actor=user, blueprint=blueprint, step=step)
    return redirect(blueprint)


@access(ACE)
@require_http_methods(FORM)
def card_new(request: HttpRequest, slug: str, pk: int, lane: str) -> HttpResponse:
    user = person_of(request)
    blueprint = selectors.blueprint_for(user, slug)
    step = selectors.drawn_step_of(blueprint, pk)
    row = selectors.lane_of(step, lane)
    return form_page(
        request,
        CardForm(request.POST or None, initial={"actor": row.label}),
        lambda **given: drafts.put_card(
            actor=user, blueprint=blueprint, step=step, lane=row, **_card_fields(given)
        ),
        done=lambda card: blueprint.get_absolute_url(),
        title=_("%(lane)s, %(step)s") % {"lane": row.get_kind_display(), "step": step.title},
        crumbs=trail(step.title, blueprint.service, blueprint),
        cancel_url=blueprint.get_absolute_url(),
    )


@access(ACE)
@require_http_methods(FORM)
def card_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = person_of(request)
    blueprint = selectors.blueprint_for(user, slug)
    card = selectors.card_of(blueprint, pk)
    return form_page(
        request,
        CardForm(request.POST or None, initial=_card_initial(card)),
        lambda **given: drafts.put_card(
            actor=user, blueprint=blueprint, step=card.step, lane=card.lane, card=card,
            **_card_fields(given),
        ),
        done=lambda card: blueprint.get_absolute_url(),
        title=_("%(lane)s, %(step)s")
        % {"lane": card.lane.get_kind_display(), "step": card.step.title},
        crumbs=trail(card.step.title, blueprint.service, blueprint),
        template="personas/card_form.html",
        card=card,
        blueprint=blueprint,
        cancel_url=blueprint.get_absolute_url(),
    )  # fmt: skip


def _card_fields(given: dict[str, Any]) -> dict[str, Any]:
    """``actor`` is the card's own word here; the service means the person who acts."""
    given["who"] = given.pop("actor")
    return given


def _card_initial(card: Card) -> dict[str, Any]:
    names = ("text", "span", "actor", "system", "channel", "evidence")
    initial: dict[str, Any] = {name: getattr(card, name) for name in names}
    for note in card.annotations.all():
        if note.kind == "failure":
            initial |= {"severity": note.severity, "failure": note.text}
        if note.kind == "emotion":
            initial["emotion"] = note.emotion
    return initial


@access(ACE)
@require_POST
def card_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = person_of(request)
    blueprint = selectors.blueprint_for(user, slug)
    card = selectors.card_of(blueprint, pk)
    drafts.remove_card(actor=user, blueprint=blueprint, card=card)
    return redirect(blueprint)
