"""Every route × every method × each of the cast, against the oracle in ``matrix.py``.

Each answer, a refusal too, carries the policy and stays private.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from knox.models import AuthToken

from ace_portal.accounts.models import User
from tests.access.headers import EXPECTED, carried
from tests.access.matrix import CAST, RULES, rule_for
from tests.access.routes import Route, all_routes
from tests.fixtures.people import browser_of, make_cast
from tests.fixtures.places import Places, build_places

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SPOKEN_BY_PAGES = {"GET", "POST"}
#: who tries what a route does not speak: it is refused for the method, whoever asks
CURIOUS = ("owner", "anonymous")
ROUTES = all_routes()


#: the table's world is made once
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("matrix")]


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, User]]:
    """Everybody, in one transaction for the whole table: no attempt leaves a trace."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_cast()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def places(cast: dict[str, User]) -> Places:
    return build_places(cast)


@pytest.fixture(scope="module")
def browsers(cast: dict[str, User]) -> dict[str, Client]:
    """A signed-in browser of each, and one of nobody."""
    return {name: browser_of(cast.get(name)) for name in CAST}


def test_access_matrix_lists_every_route() -> None:
    assert sorted(RULES) == [route.name for route in ROUTES]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_access_matrix_every_view_declares_its_door(route: Route) -> None:
    assert route.door("GET") is not None


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_access_matrix(route: Route, places: Places, browsers: dict[str, Client]) -> None:
    url = reverse(route.name, kwargs=places.of(route))
    wrong = []
    for name, client in browsers.items():
        for method in methods_of(route, name):
            answer = attempt(client, method, url)
            expected = expectation(route, name, method)
            if not expected(answer.status_code):
                wrong.append(f"{name} {method} {url}: {answer.status_code}")
            if carried(answer) != EXPECTED:
                wrong.append(f"{name} {method} {url}: {carried(answer)}")

    assert wrong == []


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.parameters], ids=lambda route: route.name
)
def test_access_matrix_forged_ids_are_not_found(
    route: Route, places: Places, browsers: dict[str, Client]
) -> None:
    kwargs = {
        name: "nothing-here" if isinstance(value, str) else 999_999
        for name, value in places.of(route).items()
    }
    if "lane" in kwargs:
        kwargs["lane"] = "customer"
    client = browsers["admin" if route.name.startswith("accounts:person") else "owner"]
    url = reverse(route.name, kwargs=kwargs)

    methods = spoken(route) if route.is_api else SPOKEN_BY_PAGES
    statuses = {attempt(client, method, url).status_code for method in methods}

    assert statuses <= {404, 405}
    assert 404 in statuses


def attempt(client: Client, method: str, url: str) -> HttpResponseBase:
    """One request whose effects are taken back, in the browser too."""
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        answer: HttpResponseBase = client.generic(method, url, "{}", "application/json")
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


def expectation(route: Route, name: str, method: str) -> Callable[[int], bool]:
    """What may come back: who passes gets no refusal and no failure; the others exactly theirs."""
    rule = rule_for(route.name, method)
    if name in rule.passes and (not route.is_api or method in spoken(route)):
        return lambda status: status not in {401, 403, 404, 500}
    if name in rule.passes:
        return lambda status: status in {401, 403, 405}
    if name == "anonymous":
        return lambda status: status in ({401} if route.is_api else {302})
    # A method that the view does not know is refused before or after its door.
    unknown = method not in {"GET", "POST"}
    return lambda status: (
        status == rule.refused(name) or (status == 405 and (unknown or method not in spoken(route)))
    )


def methods_of(route: Route, name: str) -> tuple[str, ...]:
    """All that does anything; the rest, which asks no database, on the first pass."""
    everything = name in CURIOUS and connection.vendor != "postgresql"
    known = spoken(route) if route.is_api else SPOKEN_BY_PAGES
    return tuple(method for method in METHODS if everything or method in known)


def spoken(route: Route) -> set[str]:
    """The methods that an API view speaks; a page says it by 405."""
    view = getattr(route.callback, "cls", None)
    if view is None:
        return set()
    return {method for method in METHODS if hasattr(view, method.lower())}


def test_access_matrix_token_is_as_good_as_a_session(places: Places, cast: dict[str, User]) -> None:
    _token, secret = AuthToken.objects.create(user=cast["member"])
    client = Client(headers={"authorization": f"Token {secret}"})

    assert client.get("/api/v1/personas/service-desk-lead/").status_code == 200
    assert client.get("/api/v1/people/").status_code == 403


def test_access_matrix_session_writes_need_the_csrf_token(cast: dict[str, User]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast["owner"], backend="django.contrib.auth.backends.ModelBackend")

    page = client.post("/discover/services/new/", {"name": "X", "code": "X"})
    api = client.post("/api/v1/services/", {"name": "X", "code": "X"}, "application/json")

    assert (page.status_code, api.status_code) == (403, 403)
