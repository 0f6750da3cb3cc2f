"""Personas, what we claim of them, what they ask, and the groups that they stand for."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.days import site_today
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed
from ace_portal.lib.models import free_slug, held, write
from personas.models import Blueprint, Claim, Membership, Persona, Question, UserGroup
from personas.permissions import may_add_members, require_ace, require_owner
from personas.selectors import steps_of

#: claims by the name under which they are given, one text a line
CLAIMS = {"decisions": "decision", "goals": "goal", "jobs": "job", "pains": "pain"}


def create_persona(*, actor: User, **fields: Any) -> Persona:
    """A proto persona. ``decisions``, ``goals``, ``jobs`` and ``pains`` are lists of texts."""
    require_ace(actor)
    with transaction.atomic():
        claims = _take_claims(fields)
        persona = Persona(slug=free_slug(Persona, fields["name"]), owner=actor, **fields)
        persona.full_clean()
        persona.save()
        _write_claims(persona, claims)
        record(actor=actor, action="persona.create", target=persona)
    return persona


def change_persona(*, actor: User, persona: Persona, **fields: Any) -> Persona:
    """Claims that keep their text keep how sure we are of them."""
    require_ace(actor)
    with transaction.atomic():
        row = held(persona)
        claims = _take_claims(fields)
        write(row, fields)
        _write_claims(row, claims)
        record(actor=actor, action="persona.change", target=row)
    return row


def _take_claims(fields: dict[str, Any]) -> dict[str, list[str]]:
    claims = {kind: list(fields.pop(name)) for name, kind in CLAIMS.items() if name in fields}
    if "decision" in claims and not claims["decision"]:
        raise Invalid(
            _("Name at least one decision: what does this person do differently with figures?"),
            field="decisions",
        )
    return claims


def _write_claims(persona: Persona, claims: dict[str, list[str]]) -> None:
    for kind, texts in claims.items():
        existing = {claim.text: claim for claim in persona.claims.filter(kind=kind)}
        gone = [claim for text, claim in existing.items() if text not in texts]
        for claim in gone:
            if claim.questions.exists():
                raise Invalid(
                    _("“%(text)s” is the decision of a question; change the question first.")
                    % {"text": claim.text},
                    field="decisions",
                )
            claim.delete()
        for order, text in enumerate(dict.fromkeys(texts)):
            claim = existing.get(text) or Claim(persona=persona, kind=kind, text=text)
            claim.order = order
            claim.full_clean()
            claim.save()


def warnings_of(persona: Persona, claims: dict[str, list[Claim]]) -> list[str]:
    """What usually makes a persona useless, in sentences; nothing is refused."""
    said = []
    everybody = {"everyone", "everybody", "all users", "users", "all staff", "employees"}
    if persona.name.strip().lower() in everybody:
        said.append(_("A persona for everybody helps nobody: name a role."))
    solutions = ("dashboard", "report", "chart", "excel", "power bi")
    said += [
        _("“%(goal)s” is a solution. What does it let them do?") % {"goal": claim.text}
        for claim in claims["goal"]
        if any(word in claim.text.lower() for word in solutions)
    ]
    if not claims["goal"] and not claims["pain"] and not claims["job"]:
        said.append(_("There are no goals, jobs or pains yet, so this is a job title only."))
    return said


def ask_question(
    *, actor: User, persona: Persona, step: tuple[Blueprint, str] | None = None, **fields: Any
) -> Question:
    """A question of a persona, ranked last. ``step`` is (blueprint, step key)."""
    require_ace(actor)
    with transaction.atomic():
        rank = persona.questions.aggregate(last=Max("rank"))["last"] or 0
        question = Question(persona=persona, rank=rank + 1, **fields)
        question.blueprint, question.step_key = _place(question, step)
        question.full_clean()
        question.save()
        record(actor=actor, action="question.ask", target=question)
    return question


def change_question(
    *, actor: User, question: Question, step: tuple[Blueprint, str] | None = None, **fields: Any
) -> Question:
    require_ace(actor)
    with transaction.atomic():
        row = held(question)
        for name, value in fields.items():
            setattr(row, name, value)
        blueprint, key = _place(row, step)
        write(row, {**fields, "blueprint": blueprint, "step_key": key})
        record(actor=actor, action="question.change", target=row)
    return row


def _place(question: Question, step: tuple[Blueprint, str] | None) -> tuple[Blueprint | None, str]:
    """Where a question of this decision arises, if both are what they should be."""
    if question.decision.persona_id != question.persona_id or question.decision.kind != "decision":
        raise Invalid(_("Choose a decision of this persona."), field="decision")
    if step is not None and step[1] not in {s.key for s in steps_of(step[0])}:
        raise Invalid(_("This step is not in the blueprint any more."), field="step")
    return step or (None, "")


def rank_question(*, actor: User, question: Question, up: bool) -> Question:
    """Swap places with the neighbour above or below."""
    require_ace(actor)
    with transaction.atomic():
        rows = list(question.persona.questions.select_for_update().order_by("rank", "pk"))
        place = rows.index(question)
        other = place - 1 if up else place + 1
        if 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]
        for rank, row in enumerate(rows, start=1):
            row.rank = rank
        Question.objects.bulk_update(rows, ["rank"])
        record(actor=actor, action="question.rank", target=question)
    question.refresh_from_db()
    return question


def create_group(*, actor: User, name: str, persona: Persona, **fields: Any) -> UserGroup:
    require_ace(actor)
    with transaction.atomic():
        group = UserGroup(
            slug=free_slug(UserGroup, name), name=name, persona=persona, owner=actor, **fields
        )
        group.full_clean()
        group.save()
        record(actor=actor, action="group.create", target=group)
    return group


def change_group(*, actor: User, group: UserGroup, **fields: Any) -> UserGroup:
    with transaction.atomic():
        row = held(group)
        require_owner(actor, row)
        write(row, fields)
        record(actor=actor, action="group.change", target=row)
    return row


def add_member(
    *,
    actor: User,
    group: UserGroup,
    email: str,
    valid_from: date,
    valid_to: date | None = None,
    role: str = Membership.Role.MEMBER,
) -> Membership:
    """Put a person into a group for a time; memberships of one person never overlap."""
    with transaction.atomic():
        group = held(group)
        if not may_add_members(actor, group, site_today()):
            raise NotAllowed(_("Only the owner of the group and its champions add people."))
        person = User.objects.filter(email__iexact=email, is_active=True).first()
        if person is None:
            raise Invalid(_("Nobody here has the email “%(email)s”.") % {"email": email},
                          field="email")  # fmt: skip
        if valid_to is not None and valid_to < valid_from:
            raise Invalid(_("The last day is before the first."), field="valid_to")
        _require_apart(group, person, valid_from, valid_to, field="email")
        membership = Membership(
            group=group, user=person, role=role, valid_from=valid_from, valid_to=valid_to
        )
        membership.full_clean()
        membership.save()
        record(actor=actor, action="group.add", target=group, person=person.email, role=role)
    return membership


def end_membership(*, actor: User, membership: Membership, last_day: date) -> Membership:
    """The person is in the group up to ``last_day``, included."""
    with transaction.atomic():
        group = held(membership.group)
        require_owner(actor, group)
        row = held(membership)
        if last_day < row.valid_from:
            raise Invalid(_("The last day is before the first."), field="last_day")
        _require_apart(group, row.user, row.valid_from, last_day, field="last_day", but=row)
        write(row, {"valid_to": last_day})
        record(
            actor=actor, action="group.end", target=group,
            person=row.user.email, last_day=last_day.isoformat(),
        )  # fmt: skip
    return row


def _require_apart(
    group: UserGroup, person: User, first: date, last: date | None, *, field: str,
    but: Membership | None = None,
) -> None:  # fmt: skip
    """Memberships of one person in a group that is held never overlap."""
    others = group.memberships.filter(user=person)
    if but is not None:
        others = others.exclude(pk=but.pk)
    overlap = others.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=first))
    if last is not None:
        overlap = overlap.filter(valid_from__lte=last)
    if overlap.exists():
        raise Conflict(
            _("%(name)s is in the group at that time already.") % {"name": person.name},
            field=field,
        )
