"""Who gets in, how often they may try, and when they are out again (rules 8, 20, 21)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.test import Client

from ace_portal.accounts.models import User
from ace_portal.accounts.services import change_person
from ace_portal.audit.models import AuditEntry
from tests.access.routes import all_routes
from tests.fixtures.people import PASSWORD

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]
LIMIT = 8
FOREIGN = [
    "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example",
    "\\\\evil.example", "javascript:alert(1)", "https:evil.example",
    " https://evil.example", "/\t/evil.example",
    "http://testserver@evil.example/", "data:text/html,x",
]  # fmt: skip


def sign_in(email: str, password: str, **headers: str) -> int:
    data = {"username": email, "password": password}
    return int(Client(headers=headers).post("/account/sign-in/", data).status_code)


def ask_token(email: str, password: str) -> tuple[int, str]:
    data = {"email": email, "password": password}
    response = Client().post("/api/v1/tokens/", data, "application/json")
    return response.status_code, response["Content-Type"]


def spellings(email: str) -> list[str]:
    """The same account, written differently each time."""
    return [email[:n].upper() + email[n:] for n in range(LIMIT)]


def test_throttle_counts_an_account_however_it_is_spelled(member: User) -> None:
    tried = [sign_in(email, "wrong") for email in spellings("member@example.org")]

    assert tried == [200] * (LIMIT - 1) + [429]
    assert sign_in("member@example.org", PASSWORD) == 429


def test_throttle_does_not_believe_a_forwarded_address(member: User) -> None:
    tried = [
        sign_in("member@example.org", "wrong", **{"x-forwarded-for": f"10.0.0.{n}"})
        for n in range(LIMIT)
    ]

    assert tried[-1] == 429
    assert sign_in("member@example.org", PASSWORD, **{"x-forwarded-for": "10.9.9.9"}) == 429


def test_throttle_holds_for_tokens_too_and_speaks_json(member: User) -> None:
    tried = [ask_token(email, "wrong") for email in spellings("member@example.org")]

    assert tried[0] == (401, "application/json")
    assert tried[-1] == (429, "application/json")
    assert ask_token("member@example.org", PASSWORD) == (429, "application/json")
    assert sign_in("member@example.org", PASSWORD) == 429


def test_throttle_of_one_account_leaves_the_others_alone(member: User, ace: User) -> None:
    for _ in range(LIMIT):
        sign_in("member@example.org", "wrong")

    assert sign_in("ace@example.org", PASSWORD) == 302


def sign_in_from(address: str, email: str, password: str = "wrong") -> int:
    data = {"username": email, "password": password}
    return int(Client(REMOTE_ADDR=address).post("/account/sign-in/", data).status_code)


@pytest.mark.parametrize("email", ["member@example.org", "nobody@example.org"])
def test_throttle_counts_an_account_over_all_addresses(email: str, member: User) -> None:
    tried = [sign_in_from(f"10.0.0.{n}", email) for n in range(1, 31)]

    assert tried == [200] * 29 + [429]
    assert sign_in_from("10.0.0.99", email, PASSWORD) == 429


def test_throttle_counts_an_address_over_all_accounts(member: User, ace: User) -> None:
    tried = [sign_in_from("10.0.0.1", f"somebody{n}@example.org") for n in range(60)]

    assert tried == [200] * 59 + [429]
    assert sign_in_from("10.0.0.1", "member@example.org", PASSWORD) == 429
    assert sign_in_from("10.0.0.2", "member@example.org", PASSWORD) == 302


def test_own_account_does_not_wash_an_address(member: User, ace: User) -> None:
    for n in range(59):
        sign_in_from("10.0.0.1", f"somebody{n}@example.org")
    sign_in_from("10.0.0.1", "member@example.org", PASSWORD)

    assert sign_in_from("10.0.0.1", "ace@example.org") == 429


def test_owners_sign_in_forgives_nobody_elsewhere(member: User) -> None:
    for n in range(29):
        sign_in_from(f"10.0.0.{n + 1}", "member@example.org")
    assert sign_in_from("10.1.0.1", "member@example.org", PASSWORD) == 302

    assert sign_in_from("10.2.0.1", "member@example.org") == 429


def test_trying_on_makes_the_wait_no_longer(member: User) -> None:
    for _ in range(LIMIT):
        sign_in("member@example.org", "wrong")
    before = list(AccessAttempt.objects.values_list("attempt_time", "failures_since_start"))
    for _ in range(3):
        assert sign_in("member@example.org", "wrong") == 429

    after = list(AccessAttempt.objects.values_list("attempt_time", "failures_since_start"))
    assert after == before


def test_networks_of_ipv6_count_as_one_address(member: User) -> None:
    tried = [sign_in_from(f"2001:db8::{n:x}", "member@example.org") for n in range(1, LIMIT + 1)]

    assert tried[-1] == 429


def test_behind_a_proxy_the_last_forwarded_address_counts(member: User, settings: Any) -> None:
    settings.BEHIND_PROXY = True
    tried = [
        sign_in("member@example.org", "wrong", **{"x-forwarded-for": f"10.0.0.{n}, 192.0.2.7"})
        for n in range(LIMIT)
    ]

    assert tried[-1] == 429
    other = {"x-forwarded-for": "192.0.2.8"}
    assert sign_in("member@example.org", PASSWORD, **other) == 302


def test_throttle_holds_while_redis_is_down(member: User, settings: Any) -> None:
    down = "redis://127.0.0.1:1/0"
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": down}
    }
    tried = [sign_in("member@example.org", "wrong") for _ in range(LIMIT)]

    assert tried[-1] == 429
    assert sign_in_from("10.0.0.2", "member@example.org", PASSWORD) == 302


def test_stranger_costs_as_much_time_as_somebody_known(
    member: User, outsider: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hash is nearly all of it: every attempt makes exactly one."""
    User.objects.filter(pk=outsider.pk).update(is_active=False)
    User.objects.create_user("invited@example.org", None, name="Invited")
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counting(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return str(encode(self, password, salt))

    def cost(name: str) -> int:
        hashed.clear()
        sign_in(f"{name}@example.org", "wrong")
        ask_token(f"{name}@example.org", "wrong")
        return len(hashed)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)

    costs = {name: cost(name) for name in ("member", "outsider", "invited", "nobody")}
    assert costs == dict.fromkeys(costs, 2)


def test_sign_in_says_the_same_of_strangers_and_of_the_deactivated(
    member: User, outsider: User
) -> None:
    User.objects.filter(pk=outsider.pk).update(is_active=False)

    def said(email: str, password: str) -> tuple[int, str]:
        response = Client().post("/account/sign-in/", {"username": email, "password": password})
        form = response.context["form"]
        return response.status_code, str(form.errors)

    expected = said("member@example.org", "wrong")

    assert said("nobody@example.org", "wrong") == expected
    assert said("outsider@example.org", PASSWORD) == expected
    assert ask_token("nobody@example.org", "x") == ask_token("outsider@example.org", PASSWORD)


@pytest.mark.parametrize("target", FOREIGN)
def test_sign_in_leads_nowhere_else(target: str, member: User) -> None:
    client = Client()
    data = {"username": "member@example.org", "password": PASSWORD, "next": target}

    fresh = client.post("/account/sign-in/", data)
    again = client.get("/account/sign-in/", {"next": target})

    assert (fresh.status_code, fresh["Location"]) == (302, "/")
    assert (again.status_code, again["Location"]) == (302, "/")


def test_sign_out_ends_the_session_for_every_copy_of_its_cookie(member: User) -> None:
    client = Client()
    client.post("/account/sign-in/", {"username": "member@example.org", "password": PASSWORD})
    stolen = Client(headers={"cookie": f"sessionid={client.cookies['sessionid'].value}"})
    assert stolen.get("/account/settings/").status_code == 200

    assert client.get("/account/sign-out/").status_code == 405
    client.post("/account/sign-out/")

    assert stolen.get("/account/settings/").status_code == 302
    assert Session.objects.count() == 0


def test_deactivated_person_stays_out_when_the_account_is_opened_again(
    member: User, admin: User, client_of: ClientOf
) -> None:
    client = client_of(member)
    assert client.get("/kpis/").status_code == 200

    change_person(actor=admin, person=member, is_active=False)
    assert client.get("/kpis/").status_code == 302
    change_person(actor=admin, person=member, is_active=True)

    assert client.get("/kpis/").status_code == 302


@pytest.mark.parametrize("role", ["is_ace", "may_manage_data"])
def test_lost_role_counts_with_the_next_request(
    role: str, ace: User, admin: User, client_of: ClientOf
) -> None:
    client = client_of(ace)
    assert client.get("/kpis/datasets/").status_code == 200

    change_person(actor=admin, person=ace, **{role: False})

    assert client.get("/kpis/datasets/").status_code == 403
    assert client.get("/api/v1/datasets/").status_code == 403


def test_no_page_makes_an_account_for_a_stranger() -> None:
    """The first administrator comes from the command line."""
    open_to_all = {
        (route.name, method)
        for route in all_routes()
        for method in ("GET", "POST")
        if (door := route.door(method)) is not None and door.anonymous
    }

    assert {name for name, _method in open_to_all} == {
        "accounts:sign-in", "accounts:sign-out", "api:tokens", "dashboards:embedded",
        "dashboards:embedded-picture", "dashboards:embedded-values",
        "home:healthz", "notifications:unsubscribe", "office_hours:feed",
    }  # fmt: skip
    assert User.objects.count() == 0


def test_passwords_and_tokens_are_in_no_audit_entry(
    member: User, admin: User, client_of: ClientOf
) -> None:
    canary = "canary-9d1f staple"
    browser = client_of(admin)
    browser.post("/account/people/new/", {
        "email": "new@example.org", "name": "New", "password": canary,
    })  # fmt: skip
    sign_in("new@example.org", canary)
    _status, _kind = ask_token("new@example.org", canary)
    secret = Client().post(
        "/api/v1/tokens/", {"email": "new@example.org", "password": canary}, "application/json"
    ).json()["token"]  # fmt: skip
    client_of(member).get(f"/admin/audit/?password={canary}&token={secret}")

    written = " ".join(
        f"{entry.action} {entry.object_name} {entry.details}" for entry in AuditEntry.objects.all()
    )
    assert "person.add" in written
    assert "access.denied" in written
    assert canary not in written
    assert secret not in written
