"""Signing in and out, one's settings, tokens and the people page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from knox.models import AuthToken

from ace_portal.accounts.models import User, validate_time_zone
from ace_portal.audit.models import AuditEntry
from tests.fixtures.people import PASSWORD

ClientOf = Callable[[User | None], Client]


def sign_in(client: Client, email: str, password: str):
    return client.post("/account/sign-in/", {"username": email, "password": password})


def test_sign_in_takes_the_email_in_any_case_and_rotates_the_session(member: User) -> None:
    client = Client()
    client.get("/account/sign-in/")
    session = client.session
    session["before"] = True
    session.save()
    before = session.session_key

    response = sign_in(client, "MEMBER@example.org", PASSWORD)

    assert (response.status_code, response.url) == (302, "/")
    assert client.session.session_key != before


def test_sign_in_says_the_same_of_a_stranger_and_a_wrong_password(member: User) -> None:
    said = [
        re.findall(r"do not go together", sign_in(Client(), email, "wrong").content.decode())
        for email in ("member@example.org", "nobody@example.org")
    ]

    assert said[0] == said[1]
    assert said[0]


def test_sign_in_is_throttled_per_account_and_address(member: User) -> None:
    codes = [sign_in(Client(), "member@example.org", "wrong").status_code for _ in range(9)]

    assert codes[0] == 200
    assert codes[-1] == 429
    assert sign_in(Client(), "member@example.org", PASSWORD).status_code == 429


def test_sign_in_goes_nowhere_else(member: User) -> None:
    response = Client().post(
        "/account/sign-in/?next=https://evil.example/",
        {"username": "member@example.org", "password": PASSWORD, "next": "https://evil.example/"},
    )

    assert response.url == "/"


def test_deactivated_person_is_out_with_the_next_request(
    member: User, admin: User, client_of: ClientOf
) -> None:
    client = client_of(member)
    _token, secret = AuthToken.objects.create(user=member)
    assert client.get("/account/settings/").status_code == 200

    client_of(admin).post(f"/account/people/{member.pk}/edit/", {"name": "Member"})

    assert client.get("/account/settings/").status_code == 302
    response = Client().get("/api/v1/me/", headers={"authorization": f"Token {secret}"})
    assert response.status_code == 401


def test_settings_keep_what_was_typed_and_save_nothing_when_refused(
    member: User, client_of: ClientOf
) -> None:
    response = client_of(member).post(
        "/account/settings/",
        {"name": "New Name", "time_zone": "Mars/Base", "theme": "dark", "job_title": ""},
    )

    member.refresh_from_db()
    assert (response.status_code, member.name, member.theme) == (200, "Member", "system")
    assert b'value="New Name"' in response.content


def test_settings_change_zone_and_theme(member: User, client_of: ClientOf) -> None:
    client_of(member).post(
        "/account/settings/",
        {"name": "M", "time_zone": "Asia/Tokyo", "theme": "dark", "job_title": "Lead"},
    )

    member.refresh_from_db()
    assert (member.time_zone, member.theme, member.job_title) == ("Asia/Tokyo", "dark", "Lead")


def test_theme_answers_the_menus_script_and_a_form(member: User, client_of: ClientOf) -> None:
    """204 is kept; what is refused is told on a page."""
    client, headers = client_of(member), {"HX-Request": "true"}

    answers = [
        client.post("/account/theme/", {"theme": theme}, headers=asked).status_code
        for theme, asked in (("dark", headers), ("pink", headers), ("light", {}))
    ]
    signed_out = Client().post("/account/theme/", {"theme": "dark"}, headers=headers)

    member.refresh_from_db()
    assert (answers, member.theme, signed_out.status_code) == ([204, 302, 302], "light", 302)


def test_token_is_shown_once_stored_hashed_and_revoked(member: User, client_of: ClientOf) -> None:
    client = client_of(member)
    response = client.post("/account/tokens/new/")
    page, secret = response.content.decode(), response.context["secret"]
    again = client.get("/account/settings/").content.decode()
    headers = {"authorization": f"Token {secret}"}

    assert (secret in page, secret in again) == (True, False)
    assert ["Authorization: Token …" in again, 'href="/api/v1/docs/"' in again] == [True, True]
    assert secret not in str(dict(client.session.items()))
    assert 'action="/account/settings/"' in page
    assert AuthToken.objects.get().digest != secret
    assert Client().get("/api/v1/me/", headers=headers).json()["email"] == "member@example.org"
    client.post(f"/account/tokens/{secret[:15]}/revoke/")
    assert Client().get("/api/v1/me/", headers=headers).status_code == 401


def test_admin_adds_a_person_who_can_sign_in(admin: User, client_of: ClientOf) -> None:
    client_of(admin).post(
        "/account/people/new/",
        {"email": "new@example.org", "name": "New", "password": PASSWORD, "is_ace": "on"},
    )

    person = User.objects.get(email="new@example.org")
    assert (person.is_ace, person.is_admin, person.check_password(PASSWORD)) == (True, False, True)
    assert AuditEntry.objects.filter(action="person.add", actor=admin).count() == 1


def test_admin_gets_a_sentence_beside_a_taken_email(
    admin: User, member: User, client_of: ClientOf
) -> None:
    response = client_of(admin).post(
        "/account/people/new/",
        {"email": "Member@example.org", "name": "Again", "password": PASSWORD},
    )

    assert (response.status_code, User.objects.count()) == (200, 2)
    assert response.context["form"].errors["email"]


def test_admin_cannot_lock_everybody_out(admin: User, client_of: ClientOf) -> None:
    client_of(admin).post(f"/account/people/{admin.pk}/edit/", {"name": "Admin"})

    admin.refresh_from_db()
    assert (admin.is_admin, admin.is_active) == (True, True)


def test_extra_fields_never_bind(member: User, client_of: ClientOf) -> None:
    client_of(member).post(
        "/account/settings/",
        {"name": "M", "time_zone": "UTC", "theme": "dark", "is_admin": "on", "is_ace": "on"},
    )

    member.refresh_from_db()
    assert (member.name, member.is_admin, member.is_ace) == ("M", False, False)


def test_audit_entries_cannot_be_changed(admin: User) -> None:
    entry = AuditEntry.objects.create(actor=admin, action="test")

    for act in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(action="other"),
    ):
        with pytest.raises(TypeError):
            act()


@pytest.mark.parametrize("name", ["Mars", "localtime"])  # the second is another on each machine
def test_what_is_no_place_is_no_time_zone(name: str) -> None:
    with pytest.raises(ValidationError, match="is not a time zone"):
        validate_time_zone(name)
