"""What people change about themselves and administrators about people."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from knox.models import AuthToken

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Invalid, NotVisible
from ace_portal.lib.models import held, one_line, write
from ace_portal.lib.permissions import ADMIN, SIGNED_IN, admit
from ace_portal.lib.registries import person_listeners

ROLES = ("is_admin", "is_ace", "may_manage_data")


def add_person(
    *, actor: User | None, email: str, name: str, password: str = "", **fields: Any
) -> User:
    """A new account; ``actor`` None is the command line."""
    if actor is not None:
        admit(actor, ADMIN)
    _check_password(password, User(email=email, name=name))
    fields |= _tidied(fields)
    with transaction.atomic():
        person = User.objects.create_user(email, password or None, name=name, **fields)
        record(actor=actor, action="person.add", target=person, roles=_roles(person))
    return person


def change_person(*, actor: User, person: User, **fields: Any) -> User:
    """Change name, roles or whether the account is active."""
    if person == actor and not (fields.get("is_admin", True) and fields.get("is_active", True)):
        raise Invalid(_("Another administrator has to take your own rights away."))
    with transaction.atomic():
        both = User.objects.select_for_update().filter(pk__in=[actor.pk, person.pk])
        rows = {row.pk: row for row in both.order_by("pk")}  # two who meet wait in one order
        admit(rows[actor.pk], ADMIN)
        row = rows[person.pk]
        write(row, fields | _tidied(fields), exclude=["password"])
        if not row.is_active:
            AuthToken.objects.filter(user=row).delete()
            _end_sessions(row)
        record(
            actor=actor, action="person.change", target=row, roles=_roles(row),
            attributes=row.attributes,
        )  # fmt: skip
        for tell in person_listeners.values():
            tell(actor, row)
    return row


def change_settings(*, actor: User, name: str, time_zone: str, theme: str, job_title: str) -> User:
    """A person's own name, zone and theme."""
    with transaction.atomic():
        row = held(actor)
        admit(row, SIGNED_IN)
        given = {"name": name, "time_zone": time_zone, "theme": theme, "job_title": job_title}
        write(row, given, exclude=["password"])
        record(actor=actor, action="person.settings", target=row)
    return row


def choose_theme(*, actor: User, theme: str) -> User:
    """Light, dark or as the system, from the menu and the palette."""
    if theme not in User.Theme.values:
        raise Invalid(_("Choose light, dark or as the system."), field="theme")
    with transaction.atomic():
        actor.theme = theme
        actor.save(update_fields=["theme", "updated_at"])
        record(actor=actor, action="person.theme", target=actor, theme=theme)
    return actor


def make_token(*, actor: User) -> tuple[AuthToken, str]:
    """A token for the API and its secret, which is shown once and stored only as a hash."""
    with transaction.atomic():
        token, secret = AuthToken.objects.create(user=actor)
        record(actor=actor, action="token.make", target=actor, token=token.token_key)
    return token, secret


def revoke_token(*, actor: User, token_key: str) -> None:
    with transaction.atomic():
        gone, _rows = AuthToken.objects.filter(user=actor, token_key=token_key).delete()
        if not gone:
            raise NotVisible(_("There is no such token."))
        record(actor=actor, action="token.revoke", target=actor, token=token_key)


def _tidied(fields: dict[str, Any]) -> dict[str, Any]:
    """The attributes of what is given, if they are: no empty values, none twice."""
    if "attributes" not in fields:
        return {}
    found = {
        one_line(name): list(dict.fromkeys(text for value in values if (text := one_line(value))))
        for name, values in fields["attributes"].items()
    }
    return {"attributes": {name: values for name, values in found.items() if values}}


def _end_sessions(person: User) -> None:
    """Else they would be good again on the day that the account is."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(person.pk):
            session.delete()


def _roles(person: User) -> list[str]:
    return [role for role in ROLES if getattr(person, role)]


def _check_password(password: str, person: User) -> None:
    if not password:
        return
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="password") from error
