"""Writing down what was learned, and saying that it helped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid, NotVisible
from dashboards.content.models import Dashboard
from dashboards.content.selectors import dashboards_for
from kpis.models import KPI
from kpis.selectors import kpis_for
from office_hours.models import AMASession, Lesson, LessonHelp
from office_hours.permissions.lessons import require_lesson_hand
from office_hours.selectors.ama import sessions_for
from office_hours.selectors.lessons import lessons_for, owners_for
from personas.models import UserGroup
from personas.selectors import groups_for


def write_lesson(
    *,
    actor: User,
    dashboards: Sequence[Dashboard] = (),
    kpis: Sequence[KPI] = (),
    sessions: Sequence[AMASession] = (),
    groups: Sequence[UserGroup] = (),
    **fields: Any,
) -> Lesson:
    """About at least one thing that the author may open; for everybody or for groups of theirs."""
    with transaction.atomic():
        lesson = Lesson(author=actor)
        _write(actor, lesson, fields)
        _link(actor, lesson, dashboards=dashboards, kpis=kpis, sessions=sessions, groups=groups)
        record(actor=actor, action="lesson.write", target=lesson)
    return lesson


def change_lesson(
    *,
    actor: User,
    lesson: Lesson,
    dashboards: Sequence[Dashboard] = (),
    kpis: Sequence[KPI] = (),
    sessions: Sequence[AMASession] = (),
    groups: Sequence[UserGroup] = (),
    **fields: Any,
) -> Lesson:
    """Its author and the ACE; links to what the person may not open stay as they are."""
    _require_reader(actor, lesson)
    require_lesson_hand(actor, lesson)
    with transaction.atomic():
        row = _locked(lesson)
        _write(actor, row, fields)
        _link(actor, row, dashboards=dashboards, kpis=kpis, sessions=sessions, groups=groups)
        record(actor=actor, action="lesson.change", target=row)
    return row


def archive_lesson(*, actor: User, lesson: Lesson) -> Lesson:
    """It is out of the lists; its author and the ACE can bring it back."""
    return _set_archived(actor, lesson, archived=True)


def restore_lesson(*, actor: User, lesson: Lesson) -> Lesson:
    return _set_archived(actor, lesson, archived=False)


def say_it_helped(*, actor: User, lesson: Lesson, on: bool) -> bool:
    """“Helped me”, or not after all; answers whether it counts now."""
    _require_reader(actor, lesson)
    if on and lesson.author_id == actor.pk:
        raise Conflict(_("It is yours; others say whether it helped them."))
    with transaction.atomic():
        if on:
            LessonHelp.objects.get_or_create(lesson=lesson, person=actor)
        else:
            LessonHelp.objects.filter(lesson=lesson, person=actor).delete()
        record(actor=actor, action="lesson.help", target=lesson, on=on)
    return on


def not_open(field: str) -> Invalid:
    """What is not there and what one may not open are told alike."""
    return Invalid(_("Choose of what you may open."), field=field)


def no_owner() -> Invalid:
    """Nobody learns here who has an account."""
    return Invalid(_("Choose yourself or somebody of the ACE."), field="owner")


def _set_archived(actor: User, lesson: Lesson, *, archived: bool) -> Lesson:
    _require_reader(actor, lesson)
    require_lesson_hand(actor, lesson)
    with transaction.atomic():
        row = _locked(lesson)
        if (row.archived_at is not None) == archived:
            raise Conflict(_("That is done already."))
        row.archived_at = timezone.now() if archived else None
        row.save(update_fields=["archived_at", "updated_at"])
        action = "lesson.archive" if archived else "lesson.restore"
        record(actor=actor, action=action, target=row)
    return row


def _write(actor: User, lesson: Lesson, fields: dict[str, Any]) -> None:
    before = lesson.owner_id
    for name, value in fields.items():
        setattr(lesson, name, value)
    owner = lesson.owner_id
    if owner not in {None, before} and not owners_for(actor).filter(pk=owner or 0).exists():
        raise no_owner()
    lesson.full_clean()
    lesson.save()


def _link(actor: User, lesson: Lesson, **chosen: Sequence[Any]) -> None:
    """Set what it is about and for whom: of what the actor may open, what they chose."""
    mine = {
        "dashboards": dashboards_for(actor), "kpis": kpis_for(actor),
        "sessions": sessions_for(actor), "groups": groups_for(actor),
    }  # fmt: skip
    if lesson.everybody:
        chosen["groups"] = []
    for name, rows in chosen.items():
        wanted = {row.pk for row in rows}
        open_to_me = set(mine[name].filter(pk__in=wanted).values_list("pk", flat=True))
        if wanted - open_to_me:
            raise not_open(name)
        linked = getattr(lesson, name)
        everybody_now = name == "groups" and lesson.everybody
        kept = [] if everybody_now else linked.exclude(pk__in=mine[name].values("pk"))
        linked.set([*kept, *open_to_me])
    if not (lesson.dashboards.exists() or lesson.kpis.exists() or lesson.sessions.exists()):
        raise Invalid(
            _("Say what it is about: a dashboard, a KPI or a session."), field="dashboards"
        )
    if not lesson.everybody and not lesson.groups.exists():
        raise Invalid(_("Say for which groups, or make it for everybody."), field="groups")


def _locked(lesson: Lesson) -> Lesson:
    return Lesson.objects.select_for_update(of=("self",)).get(pk=lesson.pk)


def _require_reader(actor: User, lesson: Lesson) -> None:
    if not lessons_for(actor).filter(pk=lesson.pk).exists():
        raise NotVisible("")
