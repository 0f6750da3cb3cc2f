"""Personas, their questions, and groups with dated members."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.days import site_today
from ace_portal.lib.forms import form_page, submit
from ace_portal.lib.pages import page_of
from ace_portal.lib.permissions import ACE, SIGNED_IN, access
from ace_portal.lib.selectors import first_or_404
from personas import selectors
from personas.forms import EndForm, GroupForm, MemberForm, PersonaForm, QuestionForm
from personas.models import Persona, Question, UserGroup
from personas.permissions import may_add_members, require_owner
from personas.services import people as services
from personas.views.trail import trail

FORM = ["GET", "HEAD", "POST"]


@access(SIGNED_IN)
@require_GET
def personas(request: HttpRequest) -> HttpResponse:
    rows = selectors.personas_for(person_of(request))
    context = {"page": page_of(request, rows), "crumbs": trail(_("Personas"))}
    return render(request, "personas/personas.html", context)


@access(SIGNED_IN)
@require_GET
def persona_detail(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    persona = selectors.persona_for(user, slug)
    claims = selectors.claims_of(persona)
    context = {
        "crumbs": trail(persona.name),
        "persona": persona,
        "claims": claims,
        "questions": selectors.questions_for(user).filter(persona=persona),
        "groups": selectors.groups_for(user).filter(persona=persona),
        "warnings": services.warnings_of(persona, claims) if user.is_ace else [],
    }
    return render(request, "personas/persona.html", context)


@access(ACE)
@require_http_methods(FORM)
def persona_new(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    return form_page(
        request,
        PersonaForm(request.POST or None),
        lambda **given: services.create_persona(actor=user, **given),
        done=Persona.get_absolute_url,
        title=_("New persona"),
        crumbs=trail(_("New persona")),
        intro=_("A proto persona: what you believe now. Evidence comes later."),
        cancel_url=reverse("personas:personas"),
    )


@access(ACE)
@require_http_methods(FORM)
def persona_edit(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    persona = selectors.persona_for(user, slug)
    claims = selectors.claims_of(persona)
    initial = {name: getattr(persona, name, None) for name in PersonaForm.base_fields}
    initial |= {name: [c.text for c in claims[kind]] for name, kind in services.CLAIMS.items()}
    return form_page(
        request,
        PersonaForm(request.POST or None, initial=initial),
        lambda **given: services.change_persona(actor=user, persona=persona, **given),
        done=Persona.get_absolute_url,
        said=_("Saved."),
        title=_("Change %(name)s") % {"name": persona.name},
        crumbs=trail(_("Change"), persona),
        cancel_url=reverse("personas:persona-detail", args=[slug]),
    )


@access(SIGNED_IN)
@require_GET
def question_detail(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    question = _question(request, slug, pk)
    context = {
        "crumbs": trail(question.text, question.persona),
        "question": question,
        "step": selectors.step_of(question),
    }
    return render(request, "personas/question.html", context)


def _question(request: HttpRequest, slug: str, pk: int) -> Question:
    questions = selectors.questions_for(person_of(request)).filter(persona__slug=slug, pk=pk)
    return first_or_404(questions)


@access(ACE)
@require_http_methods(FORM)
def question_new(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    persona = selectors.persona_for(user, slug)
    return form_page(
        request,
        QuestionForm(request.POST or None, persona=persona),
        lambda **given: services.ask_question(actor=user, persona=persona, **given),
        done=lambda question: persona.get_absolute_url(),
        title=_("A question of the %(name)s") % {"name": persona.name},
        crumbs=trail(_("New question"), persona),
        cancel_url=persona.get_absolute_url(),
    )


@access(ACE)
@require_http_methods(FORM)
def question_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = person_of(request)
    question = _question(request, slug, pk)
    form = QuestionForm(
        request.POST or None, persona=question.persona, initial=QuestionForm.initial_of(question)
    )
    return form_page(
        request,
        form,
        lambda **given: services.change_question(actor=user, question=question, **given),
        done=Question.get_absolute_url,
        said=_("Saved."),
        title=_("Change the question"),
        crumbs=trail(_("Change"), question.persona, question),
        cancel_url=question.get_absolute_url(),
    )


@access(ACE)
@require_POST
def question_rank(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    question = _question(request, slug, pk)
    up = request.POST.get("move") != "down"
    services.rank_question(actor=person_of(request), question=question, up=up)
    return redirect(question.persona)


@access(SIGNED_IN)
@require_GET
def groups(request: HttpRequest) -> HttpResponse:
    rows = selectors.groups_for(person_of(request))
    context = {"page": page_of(request, rows), "crumbs": trail(_("Groups"))}
    return render(request, "personas/groups.html", context)


@access(SIGNED_IN)
@require_http_methods(FORM)
def group_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The group's members of today; its owner and champions add people here."""
    user = person_of(request)
    group = selectors.group_for(user, slug)
    may_add = may_add_members(user, group, site_today())
    form = MemberForm(request.POST or None) if may_add or request.method == "POST" else None
    if request.method == "POST" and form is not None:
        added = submit(form, services.add_member, actor=user, group=group)
        if added is not None:
            messages.success(request, _("%(name)s was added.") % {"name": added.user.name})
            return redirect(group)
    rows = (
        selectors.members_of(group) if not user.is_ace else group.memberships.select_related("user")
    )
    context = {
        "crumbs": trail(group.name),
        "group": group,
        "page": page_of(request, rows),
        "names_shown": user.is_ace or group.members_see_names,
        "form": form,
        "count": selectors.members_of(group).count(),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "personas/group.html", context, status=status)


@access(ACE)
@require_http_methods(FORM)
def group_new(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    persona = request.GET.get("persona")
    initial = {"persona": selectors.persona_for(user, persona)} if persona else {}
    return form_page(
        request,
        GroupForm(request.POST or None, initial={"members_see_names": True, **initial}),
        lambda **given: services.create_group(actor=user, **given),
        done=UserGroup.get_absolute_url,
        title=_("New group"),
        crumbs=trail(_("New group")),
        cancel_url=reverse("personas:groups"),
    )


@access(ACE)
@require_http_methods(FORM)
def group_edit(request: HttpRequest, slug: str) -> HttpResponse:
    user = person_of(request)
    group = selectors.group_for(user, slug)
    require_owner(user, group)
    return form_page(
        request,
        GroupForm(request.POST or None, initial=GroupForm.initial_of(group)),
        lambda **given: services.change_group(actor=user, group=group, **given),
        done=UserGroup.get_absolute_url,
        said=_("Saved."),
        title=_("Change %(name)s") % {"name": group.name},
        crumbs=trail(_("Change"), group),
        cancel_url=group.get_absolute_url(),
    )


@access(ACE)
@require_http_methods(FORM)
def membership_end(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = person_of(request)
    group = selectors.group_for(user, slug)
    require_owner(user, group)
    membership = selectors.membership_of(group, pk)
    return form_page(
        request,
        EndForm(request.POST or None),
        lambda **given: services.end_membership(actor=user, membership=membership, **given),
        done=lambda membership: group.get_absolute_url(),
        title=_("%(name)s leaves %(group)s") % {"name": membership.user.name, "group": group.name},
        crumbs=trail(membership.user.name, group),
        cancel_url=group.get_absolute_url(),
    )
