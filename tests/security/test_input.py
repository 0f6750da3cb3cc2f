"""Whatever is sent, the answer is an answer: never a failure of the portal (rules 30, 35, 36)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django import forms
from django.apps import apps
from django.db import connection, models, transaction
from django.test import Client
from django.urls import reverse

from ace_portal.accounts.models import User
from dashboards.content.models import Version
from dashboards.validation.models import Task
from kpis.models import KPIVersion
from personas.models import Step
from personas.services.blueprints import start_version
from tests.access.routes import Route, all_routes
from tests.access.test_access_matrix import spoken
from tests.fixtures.kpis import OFFICE_WEEK
from tests.fixtures.places import Places

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]

DIGITS = "9" * 5_000
HOSTILE = [
    "a\0b", "a\r\nBcc: b@example.org", "\U0010ffff", "-1", "NaN", "1e400", DIGITS, str(2**63),
    "0001-01-01", "9999-12-31", "999999999 23:59:59", "../../etc/passwd", "a" * 100_000,
]  # fmt: skip
PARAMETERS = (
    "page", "page_size", "q", "category", "version", "kpi", "period", "dataset", "question",
    "persona", "from", "to", "type", "next", "priority", "team", "grain", "step", "format",
    "ordering", "search", "limit", "offset", "month", "day", "first", "last", "by", "against",
    "part", "other", "owner", "status", "verified", "split-by", "compare-with", "tile",
    "find", "for", "find-value", "find-page", "tab", "on-tile", "team-from", "team-to",
    "view", "side-a", "side-b", "wall-page", "wall-every", "wall-also",
)  # fmt: skip
ROUTES = all_routes()
APPS = (
    "api", "accounts", "audit", "dashboards", "feedback", "home", "jobs", "kpis", "notifications",
    "office_hours", "personas",
)  # fmt: skip
#: JSON as Python writes it, and as only a person who means harm does
BODIES = [
    b"", b"null", b"[]", b"1", b'"x"', b"{", b"\xff\xfe", b"NaN", b'{"name": NaN}', b"\0",
    b"[" * 100_000, b'{"a":' * 50_000, b'{"good": 1e400}',
]  # fmt: skip


def sample(of: list[Any], place: int, *, every: int = 6) -> list[Any]:
    """Every sixth value or fewer, others in the next place and on the next database.

    All values meet all routes and fields many times over, not each of them each, unless
    ``ACE_TEST_EVERY_VALUE`` is set.
    """
    if os.environ.get("ACE_TEST_EVERY_VALUE"):
        return of
    return of[(place + every // 2 * (connection.vendor == "postgresql")) % every :: every]


def failures(client: Client, requests: Iterator[tuple[str, Callable[[], Any]]]) -> list[str]:
    """What each request answered, where the portal failed; their effects are taken back."""
    client.raise_request_exception = False
    found = []
    for what, send in requests:
        with transaction.atomic():
            status = send().status_code
            transaction.set_rollback(True)
        if status >= 500:
            found.append(f"{what}: {status}")
    return found


@pytest.mark.parametrize("app", APPS)
def test_address_never_makes_a_page_fail(
    app: str, places: Places, owner: User, admin: User, client_of: ClientOf
) -> None:
    client = client_of(admin if app in {"accounts", "audit"} else owner)
    urls = {route.name: reverse(route.name, kwargs=places.of(route)) for route in routes_of(app)}

    def requests() -> Iterator[tuple[str, Callable[[], Any]]]:
        for place, (name, url) in enumerate(urls.items()):
            for value in sample(HOSTILE[:-1], place):
                asked = dict.fromkeys(PARAMETERS, value)
                if name.startswith(("dashboards:", "api:dashboard")):
                    asked |= {"period": "own"}
                address = f"{url}?{urlencode(asked)}"
                yield f"{name} {value[:20]!r}", lambda address=address: client.get(address)

    assert failures(client, requests()) == []


@pytest.mark.parametrize("app", APPS[1:])
def test_field_never_makes_a_form_fail(
    app: str, places: Places, owner: User, admin: User, client_of: ClientOf
) -> None:
    client = client_of(admin if app in {"accounts", "audit"} else owner)

    def requests() -> Iterator[tuple[str, Callable[[], Any]]]:
        for number, route in enumerate(routes_of(app)):
            url = reverse(route.name, kwargs=places.of(route))
            page = client.get(url)
            found = [value for value in flat(page.context) if isinstance(value, forms.BaseForm)]
            good = {name: good_value(form[name]) for form in found for name in form.fields}
            tried = [dict.fromkeys(good, value) for value in sample(HOSTILE, number) if good]
            for place, name in enumerate(good):
                values = sample(HOSTILE, number + place, every=12)
                tried += [{**good, name: value} for value in values]
            for data in tried:
                what = f"{route.name} { {n: v[:20] for n, v in data.items() if v in HOSTILE} }"
                yield what, lambda url=url, data=data: client.post(url, data)

    assert failures(client, requests()) == []


def routes_of(app: str) -> list[Route]:
    return [route for route in ROUTES if route.name.partition(":")[0] == app]


def flat(context: Any) -> list[Any]:
    layers = context if isinstance(context, list) else [context]
    return [value for layer in layers if layer is not None for value in layer.flatten().values()]


def good_value(bound: forms.BoundField) -> Any:
    """What the form proposes, else the first choice, else a word."""
    value = bound.value()
    if value not in (None, "", []):
        return (
            [getattr(v, "pk", v) for v in value]
            if isinstance(value, list)
            else (getattr(value, "pk", value))
        )
    choices = [key for key, _label in getattr(bound.field, "choices", []) if str(key)]
    if choices:
        return str(choices[0])
    if isinstance(bound.field, forms.DateField):
        return "2030-01-01"
    return "1" if isinstance(bound.field, forms.FloatField | forms.IntegerField) else "word"


def test_body_never_makes_the_api_fail(places: Places, owner: User, client_of: ClientOf) -> None:
    client = client_of(owner)

    def requests() -> Iterator[tuple[str, Callable[[], Any]]]:
        for place, route in enumerate(routes_of("api")):
            url = reverse(route.name, kwargs=places.of(route))
            for method in sorted(spoken(route) - {"GET"}):
                for body in sample(BODIES, place, every=2):
                    yield (
                        f"{method} {route.name} {body[:12]!r}",
                        lambda method=method, url=url, body=body: client.generic(
                            method, url, body, content_type="application/json"
                        ),
                    )

    assert failures(client, requests()) == []


#: route → (method, a body that is taken)
def taken_bodies(sla: KPIVersion, world: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    draft = {"dataset": sla.dataset.slug, "definition": sla.definition}
    tile = {"key": "a", "type": "text", "title": "T", "width": 6, "text": "words"}
    document = {
        "schema": 1,
        "tiles": [tile, {"key": "b", "type": "number", "width": 6, "kpi_version": sla.pk}],
        "filters": {
            "period": {"preset": "own", "from": "2026-01-01", "to": "2026-02-01"},
            "choices": [{"key": "team", "column": "team", "label": "Team"}],
        },
    }
    return {
        "api:kpis": ("POST", {**draft, "name": "N", "category": "quality",
                              "question": world.question.pk, "refresh_every": "01:00:00"}),
        "api:kpi-detail": ("PATCH", {"name": "N", "refresh_every": "01:00:00", "baseline": 0.5,
                                     "baseline_note": "b", "steward": "owner@example.org"}),
        "api:kpi-draft": ("PUT", draft),
        "api:kpi-schedule": ("PUT", {"schedule": "30 7 * * 1-5", "schedule_zone": "UTC"}),
        "api:annotations": ("POST", {"at": "2026-03-04T05:06:00Z",
                                     "until": "2026-03-05T05:06:00Z", "title": "T", "text": "x",
                                     "dataset": sla.dataset.slug}),
        "api:calendars": ("POST", {"name": "N", "time_zone": "UTC", "week": OFFICE_WEEK,
                                   "holidays": ["2026-12-25"]}),
        "api:calendar-detail": ("PUT", {"name": "N", "time_zone": "UTC", "week": OFFICE_WEEK}),
        "api:kpi-start": ("POST", {"reason": "because"}),
        "api:kpi-targets": ("POST", {"valid_from": "2026-01-01", "good": 0.9, "watch": 0.8,
                                     "dimension": "team", "value": "Network"}),
        "api:kpi-figures": ("POST", {"grain": "month", "by": ["team"], "start": "2026-01-01",
                                     "end": "2026-02-01",
                                     "where": {"column": "team", "op": "=", "value": "x"}}),
        "api:kpi-rows": ("POST", {"limit": 5, "start": "2026-10-01",
                                  "where": {"column": "team", "op": "=", "value": "x"}}),
        "api:kpi-drivers": ("POST", {"by": "team", "start": "2026-10-01", "end": "2026-11-01",
                                     "against": "year"}),
        "api:kpi-edges": ("POST", {"driver": "ticket-volume", "sign": "with", "reason": "r"}),
        "api:kpi-comparisons": ("POST", {"start": "2026-10-01", "end": "2026-11-01",
                                         "dimension": "team", "value": "Network",
                                         "other": "Identity"}),
        "api:draft": ("PUT", {"revision": 1, "document": document}),
        "api:embeds": ("POST", {"days": 30, "origins": ["https://example.org"]}),
        "api:saved-views": ("POST", {"name": "N", "filters": "period=all&team=x", "opens": True}),
        "api:saved-view-detail": ("PUT", {"name": "N", "opens": True}),
        "api:draft-code": ("PUT", {"text": json.dumps(document), "revision": 1}),
        "api:draft-release": ("POST", {"notes": "n"}),
        "api:draft-undo": ("POST", {"revision": 1}),
        "api:draft-redo": ("POST", {"revision": 1}),
        "api:draft-tile": ("PATCH", {"revision": 1, "to": 1, "width": 6, "height": 4}),
        "api:draft-tile-copy": ("POST", {"revision": 1}),
        "api:draft-begin": ("POST", {"beginning": "depth", "kpis": {"kpi": sla.pk}}),
        "api:draft-tabs": ("POST", {"revision": 1, "title": "T"}),
        "api:draft-tab": ("PATCH", {"revision": 1, "title": "T", "to": 1}),
        "api:draft-tab-remove": ("POST", {"revision": 1}),
        **bodies_of_a_trial(sla),
        "api:dashboards": ("POST", {"name": "N", "problem": "p", "hypothesis": "h",
                                    "success_measure": "s", "persona": world.persona.slug,
                                    "groups": [world.group.slug], "review_due": "2030-01-01"}),
        "api:dashboard-copy": ("POST", {"name": "N"}),
        "api:dashboard-owner": ("POST", {"owner": "ace@example.org"}),
        "api:dashboard-reviews": ("POST", {"verdict": "pivot", "reason": "r",
                                           "next_due": "2030-01-01"}),
        "api:dashboard-decisions": ("POST", {"text": "t", "made_on": "2026-01-01",
                                              "filters": "period=all", "kpi_version": 1}),
        "api:decision-outcome": ("PUT", {"outcome": "o"}),
        "api:launches": ("POST", {"group": world.other_group.slug}),
        "api:personas": ("POST", {"name": "N", "decisions": ["d"], "review_due": "2030-01-01"}),
        "api:questions": ("POST", {"text": "t", "decision": world.question.decision_id,
                                   "blueprint": world.blueprint.slug, "step_key": "x"}),
        "api:members": ("POST", {"email": "outsider@example.org", "valid_from": "2026-01-01",
                                 "valid_to": "2027-01-01"}),
        "api:me": ("PUT", {"name": "N", "time_zone": "UTC", "theme": "dark"}),
        "api:sql-preview": ("POST", {"sql": "SELECT 1"}),
        "api:dataset-detail": ("PUT", {"name": "N", "description": "d"}),
        "api:kpi-template-kpis": ("POST", {
            "question": world.question.pk, "dataset": "tickets", "name": "N",
            "roles": {"opened": "opened_at", "closed": "closed_at"}}),
        "api:sources": ("POST", {"name": "N", "kind": "postgresql", "host": "127.0.0.1",
                                 "port": 5432, "database": "d", "user": "u", "password": "p",
                                 "url": "http://127.0.0.1:1", "header": "X-Key"}),
        "api:source-sample": ("POST", {"path": "/p", "parameters": [["a", "b"]], "rows_at": "r",
                                       "paging": "cursor", "parameter": "p", "next_at": "n",
                                       "size_parameter": "s", "size": 9, "first": 1, "depth": 2,
                                       "mark_parameter": "m", "mark_format": "iso"}),
        "api:dataset-asked": ("PUT", {"schema": "main", "table": "t", "time_zone": "UTC"}),
        "api:dataset-reading": ("PUT", {"mark_column": "c", "overlap": 1, "overlap_unit": "days",
                                        "keys": ["a"], "keep": 3}),
        "api:source-datasets": ("POST", {"name": "N", "schema": "main", "table": "t",
                                         "placement": "extract", "time_zone": "UTC"}),
        "api:dataset-checks": ("POST", {"kind": "range", "columns": ["hours"], "least": "0",
                                        "most": "9", "severity": "warning", "active": True}),
        "api:check-detail": ("PUT", {"columns": ["team"], "severity": "warning", "active": True}),
        "api:dataset-loading": ("PUT", {"mode": "upsert", "keys": ["team"], "last_wins": True,
                                        "keep": 3}),
        "api:dataset-impact": ("POST", {"types": {"team": "integer"}}),
        "api:dataset-policy": ("PUT", {"column": "team", "attribute": "a", "rules": [
            {"group": world.group.slug, "values": ["x"]}]}),
        "api:load-accept": ("POST", {"reason": "r"}),
        "api:loads": ("POST", {"upload": 1, "mode": "append", "keys": ["a"], "last_wins": False}),
        "api:datasets": ("POST", {"upload": 1, "name": "N", "types": {"a": "text"},
                                  "null_tokens": ["x"], "time_zone": "UTC", "encoding": "utf-8"}),
        "api:tokens": ("POST", {"email": "owner@example.org", "password": "x"}),
    }  # fmt: skip


def bodies_of_a_trial(sla: KPIVersion) -> dict[str, tuple[str, dict[str, Any]]]:
    pilot = "colleague@example.org"
    task = Task.objects.values_list("pk", flat=True).first() or 0
    return {
        "api:pilots": ("POST", {"person": "member@example.org"}),
        "api:prototype-moves": ("POST", {"move": "thaw", "reason": "r"}),
        "api:walkthroughs": ("POST", {"person": pilot, "held_on": "2026-01-01", "notes": "n",
                                      "changes": "c"}),
        "api:validation-run": ("PUT", {"keyboard": "passed", "contrast": "failed",
                                       "access_note": "a", "note": "n"}),
        "api:validation-tasks": ("POST", {"text": "t", "expected": "e"}),
        "api:validation-results": ("POST", {"task": task, "success": True, "person": pilot,
                                            "answer": "a", "seconds": 4, "comment": "c"}),
        "api:validation-sus": ("POST", {"answers": [3] * 10, "person": pilot}),
        "api:validation-reconciliations": ("POST", {
            "kpi_version": sla.pk, "start": "2026-10-01", "end": "2026-10-31",
            "filter": "priority", "value": "P1", "expected": "75", "source": "s"}),
    }  # fmt: skip


TRIAL = [
    "api:pilots", "api:prototype-moves", "api:walkthroughs", "api:validation-run",
    "api:validation-tasks", "api:validation-results", "api:validation-sus",
    "api:validation-reconciliations",
]  # fmt: skip


@pytest.mark.parametrize("name", [
    *TRIAL,
    "api:kpis", "api:kpi-detail", "api:kpi-start", "api:kpi-edges", "api:draft",
    "api:dashboards", "api:dashboard-copy", "api:personas", "api:questions", "api:me",
    "api:dataset-detail", "api:dataset-loading", "api:dataset-policy", "api:services",
    "api:groups", "api:blueprints", "api:blueprint-phases", "api:phase-steps", "api:step-cards",
])  # fmt: skip
def test_text_that_is_no_line_is_kept_in_no_line(
    name: str, places: Places, owner: User, sla: KPIVersion, world: Any,
    client_of: ClientOf,
) -> None:  # fmt: skip
    """Taken or refused: no column of one line ever holds two (rule 30)."""
    value = "a\r\nBcc: b@example.org"
    client = client_of(owner)
    client.raise_request_exception = False
    kwargs = places.of(next(r for r in ROUTES if r.name == name))
    if name in {"api:blueprint-phases", "api:phase-steps", "api:step-cards"}:
        draft = start_version(actor=owner, blueprint=world.blueprint)
        step = Step.objects.filter(phase__version=draft)
        place = {"api:phase-steps": "phase", "api:step-cards": "pk"}.get(name)
        kwargs |= {"pk": step.values_list(place, flat=True)[0]} if place else {}
    url = reverse(name, kwargs=kwargs)
    method, good = (taken_bodies(sla, world) | more_bodies(world))[name]
    with transaction.atomic():
        body = json.dumps(good)
        assert client.generic(method, url, body, "application/json").status_code < 300
        transaction.set_rollback(True)
    wrong, texts = [], [path for path in places_in(good) if isinstance(at(good, path), str)]
    for path in texts:
        with transaction.atomic():
            body = json.dumps(put(good, path, value))
            status = client.generic(method, url, body, "application/json").status_code
            if status >= 500 or lines_with(value):
                wrong.append(f"{path}: {status} {lines_with(value)}")
            transaction.set_rollback(True)

    assert wrong == []
    assert texts


def more_bodies(world: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    return {
        "api:questions": ("POST", {"text": "t", "decision": world.question.decision_id,
                                   "workaround": "w"}),
        "api:services": ("POST", {"name": "N", "code": "N", "description": "d",
                                  "service_hours": "h", "consumers": "c"}),
        "api:groups": ("POST", {"name": "N", "persona": world.persona.slug}),
        "api:blueprints": ("POST", {"service": world.service.slug, "scenario": "s"}),
        "api:blueprint-phases": ("POST", {"name": "N"}),
        "api:phase-steps": ("POST", {"title": "t"}),
        "api:step-cards": ("POST", {"lane": "customer", "text": "t", "who": "a", "system": "s",
                                    "channel": "c", "severity": 3, "failure": "f"}),
    }  # fmt: skip


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        value = value[part]
    return value


def lines_with(value: str) -> list[str]:
    """The columns of one line that hold a text, and the documents with one in a line."""
    found = []
    for model in apps.get_models():
        fields = [f for f in model._meta.concrete_fields if isinstance(f, models.CharField)]
        found += [
            f"{model.__name__}.{field.name}"
            for field in fields
            if model._base_manager.filter(**{f"{field.name}__contains": value}).exists()
        ]
    for version in Version.objects.all():
        tiles = [{**tile, "text": ""} for tile in version.document["tiles"]]
        if json.dumps(value)[1:-1] in json.dumps([tiles, version.document["filters"]]):
            found.append("Version.document")
    return found


VALUES: list[Any] = [
    *HOSTILE, 10**400, -(10**400), 2**63, 2**31, 1e308, None, True, [], {}, [[]], {"a": "\0"},
    ["\0"], [None], "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("name", [
    *TRIAL,
    "api:kpis", "api:kpi-detail", "api:kpi-draft", "api:kpi-start", "api:kpi-targets",
    "api:kpi-schedule",
    "api:kpi-figures", "api:kpi-rows", "api:kpi-drivers", "api:kpi-comparisons", "api:kpi-edges",
    "api:draft", "api:embeds", "api:saved-views", "api:draft-code", "api:draft-release",
    "api:dashboards",
    "api:launches", "api:draft-tile", "api:draft-tab", "api:draft-begin", "api:draft-undo",
    "api:dashboard-owner",
    "api:dashboard-copy",
    "api:dashboard-reviews", "api:dashboard-decisions", "api:decision-outcome", "api:personas",
    "api:questions", "api:members", "api:me", "api:sql-preview", "api:dataset-detail",
    "api:datasets", "api:kpi-template-kpis", "api:sources", "api:source-datasets",
    "api:source-sample", "api:dataset-asked", "api:dataset-reading",
    "api:dataset-checks", "api:check-detail", "api:dataset-loading", "api:load-accept",
    "api:loads", "api:tokens",
])  # fmt: skip
def test_value_never_makes_the_api_fail(
    name: str, places: Places, owner: User, sla: KPIVersion, world: Any, client_of: ClientOf
) -> None:
    route = next(route for route in ROUTES if route.name == name)
    url = reverse(name, kwargs=places.of(route))
    method, good = taken_bodies(sla, world)[name]
    client = client_of(owner)

    def requests() -> Iterator[tuple[str, Callable[[], Any]]]:
        for place, path in enumerate(places_in(good)):
            for value in sample(VALUES, place):
                body = json.dumps(put(good, path, value)).encode()
                what = f"{path} {str(value)[:20]!r}"
                yield what, lambda body=body: send(client, method, url, body)
            body = json.dumps(put(good, path, "@@")).replace('"@@"', "1e400").encode()
            yield f"{path} 1e400", lambda body=body: send(client, method, url, body)

    assert failures(client, requests()) == []


def send(client: Client, method: str, url: str, body: bytes) -> Any:
    """Write, then read what was written: an answer may fail later than the write."""
    response = client.generic(method, url, body, content_type="application/json")
    if response.status_code >= 400:
        return response
    return client.get(url)


def places_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in pairs:
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from places_in(inner, (*path, key))


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(value[path[0]], path[1:], new)
    return copy
