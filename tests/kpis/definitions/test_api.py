"""The API: the same services, the same sentences, figures in full precision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

from ace_portal.accounts.models import User
from kpis.engine.schema import DEFINITION_SCHEMA
from kpis.models import KPI, Dataset
from tests.fixtures.kpis import SLA, run_jobs
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db

Open = Callable[[User | None], Client]
ROOT = "/api/v1/kpis/"


@pytest.fixture
def given(world: World, incidents: Dataset) -> dict[str, Any]:
    return {
        "name": "SLA attainment", "category": "quality", "question": world.question.pk,
        "dataset": incidents.slug, "definition": SLA, "unit": "percent", "precision": 1,
    }  # fmt: skip


def test_golden_path(owner: User, given: dict[str, Any], client_of: Open) -> None:
    client = client_of(owner)

    def post(path: str, body: Any = None) -> Any:
        answer = client.post(ROOT + path, body or {}, content_type="application/json")
        assert answer.status_code < 300, answer.json()
        return answer.json()

    created = post("", given)
    at = f"{created['slug']}/"
    assert [v["state"] for v in created["versions"]] == ["draft"]
    changed = client.put(
        ROOT + at + "draft/", {**given, "precision": 2}, content_type="application/json"
    )
    assert changed.json()["precision"] == 2
    post(at + "targets/", {"valid_from": "2024-01-01", "good": 0.8, "watch": 0.7})
    assert post(at + "publish/")["state"] == "published"
    assert run_jobs() == ["done"]
    assert post(at + "refreshes/")["state"] == "queued"
    assert run_jobs() == ["done"]
    attempts = client.get(ROOT + at + "refreshes/").json()["results"]
    assert [(a["state"], a["error"], a["load"]) for a in attempts] == [("done", "", 1)] * 2
    newest = client.get(ROOT + at + "measurements/").json()["results"][0]
    assert (newest["value"], newest["partial"], newest["rows"]) == (0.8, True, 10)
    assert post(at + "start/", {"reason": "Better"})["number"] == 2
    detail = client.patch(ROOT + at, {"name": "SLA"}, content_type="application/json").json()
    assert (detail["name"], detail["slug"]) == ("SLA", "sla-attainment")
    assert post(at + "retire/", {"reason": "Nobody asks"})["versions"][1]["state"] == "retired"


def test_figures_answer_a_query_in_full_precision(
    ace: User, measured: KPI, client_of: Open
) -> None:
    body = {
        "grain": "month", "by": ["priority"], "start": "2024-03-01", "end": "2024-04-01",
        "where": {"column": "team", "op": "is not null"},
    }  # fmt: skip
    answer = client_of(ace).post(
        f"{ROOT}{measured.slug}/figures/", body, content_type="application/json"
    )

    found = answer.json()
    figures = [(f["segment"], f["numerator"], f["denominator"]) for f in found["figures"]]
    assert (found["load"], found["version"], found["by"]) == (1, 1, ["priority"])
    assert sum(f[2] for f in figures) == 27
    assert [f["value"] for f in found["figures"]] == [n / d for _s, n, d in figures]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"by": ["made_sla"]}, "by"),
        ({"start": "2024-05-01", "end": "2024-04-01"}, "end"),
        ({"where": {"column": "gone", "op": "is null"}}, "where.column"),
        ({"where": {"op": "="}}, "where.column"),
    ],
)
def test_query_that_cannot_be_answered_names_its_field(
    ace: User, measured: KPI, client_of: Open, body: dict[str, Any], field: str
) -> None:
    answer = client_of(ace).post(
        f"{ROOT}{measured.slug}/figures/", body, content_type="application/json"
    )

    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_refusal_names_the_place_in_the_definition(
    owner: User, given: dict[str, Any], client_of: Open
) -> None:
    given["definition"] = {"measure": {"share": {"of": {"column": "hops", "op": "~", "value": 1}}}}

    answer = client_of(owner).post(ROOT, given, content_type="application/json")

    assert (answer.status_code, answer.json()["field"]) == (400, "definition.measure.share.of.op")


DEEDS = [
    ("put", "draft/"), ("post", "start/"), ("post", "publish/"), ("post", "retire/"),
    ("post", "targets/"), ("post", "refreshes/"), ("get", "refreshes/"),
    ("get", "measurements/"), ("post", "figures/"), ("patch", ""),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), DEEDS)
def test_deeds_and_values_are_the_aces(
    member: User, measured: KPI, client_of: Open, method: str, path: str
) -> None:
    url = f"{ROOT}{measured.slug}/{path}"

    codes = [getattr(client_of(p), method)(url).status_code for p in (member, None)]
    assert codes == [403, 401]


def test_staff_read_published_definitions_alone(
    member: User, measured: KPI, make_kpi: Callable[..., KPI], client_of: Open
) -> None:
    draft = make_kpi("A draft")
    client = client_of(member)

    assert [k["slug"] for k in client.get(ROOT).json()["results"]] == [measured.slug]
    assert [v["number"] for v in client.get(f"{ROOT}{measured.slug}/").json()["versions"]] == [1]
    assert client.get(f"{ROOT}{draft.slug}/").status_code == 404


def test_definition_schema_is_published(db: None) -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    body = schema["paths"]["/api/v1/kpis/"]["post"]["requestBody"]["content"]["application/json"]
    name = body["schema"]["$ref"].rpartition("/")[2]
    reference = schema["components"]["schemas"][name]["properties"]["definition"]["$ref"]

    whole = {"$ref": reference, "components": schema["components"]}
    assert [e.message for e in Draft202012Validator(whole).iter_errors(SLA)] == []
    assert list(Draft202012Validator(whole).iter_errors({"measure": {}})) != []
    assert [e.message for e in Draft202012Validator(DEFINITION_SCHEMA).iter_errors(SLA)] == []
