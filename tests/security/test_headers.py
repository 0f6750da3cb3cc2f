"""What every answer carries, whatever it is (rules 7, 22); of each page, see ``tests/access``."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client, override_settings

from ace_portal.accounts.models import User
from tests.access.headers import EXPECTED, carried

pytestmark = pytest.mark.django_db

KEY = "".join(map(chr, range(48, 123)))
ClientOf = Callable[[User | None], Client]
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("path", "status", "extra"),
    [
        ("/nothing/here/", 404, {}),
        ("/api/v1/nothing/", 404, {}),
        ("/kpis", 301, {}),
        ("/", 400, {"headers": {"host": "evil.example"}}),
        ("/?q=%00", 400, {}),
    ],
)
def test_refusals_carry_the_policy(path: str, status: int, extra: dict) -> None:
    response = Client().get(path, **extra)

    assert response.status_code == status
    assert carried(response) == EXPECTED


def test_failure_carries_the_policy_and_says_nothing_of_itself(
    monkeypatch: pytest.MonkeyPatch, member: User, client_of: ClientOf
) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("canary-5f2e of the inside")

    monkeypatch.setattr("kpis.selectors.kpis_for", broken)
    monkeypatch.setattr("kpis.selectors.catalogue_for", broken)
    client = client_of(member)
    client.raise_request_exception = False

    page, api = client.get("/kpis/"), client.get("/api/v1/kpis/")

    assert (page.status_code, api.status_code) == (500, 500)
    for response in (page, api):
        assert carried(response) == EXPECTED
        assert "canary" not in response.content.decode()
        assert "Traceback" not in response.content.decode()


def test_forged_form_gets_a_page_of_ours(member: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")

    response = client.post("/account/settings/", {"name": "X"})

    assert response.status_code == 403
    assert carried(response) == EXPECTED
    assert "<style" not in response.content.decode()
    assert [t.name for t in response.templates][:1] == ["403.html"]


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "X"])
@pytest.mark.parametrize("path", ["/kpis/", "/api/v1/kpis/", "/account/settings/"])
def test_unknown_methods_are_refused(
    method: str, path: str, member: User, client_of: ClientOf
) -> None:
    assert client_of(member).generic(method, path).status_code == 405


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override"])
def test_method_is_not_overridden(header: str, owner: User, client_of: ClientOf) -> None:
    client = client_of(owner)

    response = client.post("/api/v1/me/", {}, "application/json", headers={header: "GET"})

    assert response.status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/static/../ace_portal/settings.py", "/static/%2e%2e/%2e%2e/etc/passwd", "/static/",
        "/static/..%2f..%2fmanage.py", "/static//etc/passwd", "/media/", "/uploads/",
    ],
)  # fmt: skip
def test_files_outside_the_static_folder_are_not_served(path: str) -> None:
    assert Client().get(path).status_code == 404


@override_settings(ALLOWED_HOSTS=["portal.example"])
def test_foreign_host_is_refused_however_it_is_told() -> None:
    client = Client()

    assert client.get("/account/sign-in/", headers={"host": "evil.example"}).status_code == 400
    told = client.get("/", headers={"host": "portal.example", "x-forwarded-host": "evil.example"})
    assert told["Location"] == "/account/sign-in/?next=/"


def settings_in(**environment: str) -> subprocess.CompletedProcess[str]:
    code = (
        "from django.conf import settings as s; print(s.SESSION_COOKIE_SECURE, "
        "s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_HTTPONLY, "
        "s.SESSION_COOKIE_SAMESITE, s.CSRF_COOKIE_SAMESITE, s.SECURE_SSL_REDIRECT, "
        "s.SECURE_HSTS_SECONDS)"
    )
    kept = {key: os.environ[key] for key in ("PATH", "ACE_DATA_DIR")}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**kept, "DJANGO_SETTINGS_MODULE": "ace_portal.settings", **environment},
        capture_output=True,
        text=True,
    )


def test_production_cookies_travel_over_tls_alone() -> None:
    done = settings_in(SECRET_KEY=KEY)

    assert done.stdout == "True True True True Lax Lax True 31536000\n"


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({}, "SECRET_KEY needs at least 50 random characters."),
        ({"SECRET_KEY": "short"}, "SECRET_KEY needs at least 50 random characters."),
        (
            {"SECRET_KEY": "django-insecure-" + "a" * 60},
            "SECRET_KEY needs at least 50 random characters.",
        ),
        ({"SECRET_KEY": "ab" * 30}, "SECRET_KEY repeats itself; make it of random characters."),
        ({"SECRET_KEY": KEY, "DEBUG": "1"}, "DEBUG stays off in production."),
        (
            {"SECRET_KEY": KEY, "ALLOWED_HOSTS": "*"},
            "ALLOWED_HOSTS names the hosts; '*' is not one in production.",
        ),
    ],
)
def test_production_does_not_start_unsafe(environment: dict[str, str], sentence: str) -> None:
    done = settings_in(**environment)

    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].endswith(sentence)
