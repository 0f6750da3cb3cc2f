"""Forty templates: each a definition over columns of the right types, and a KPI in the portal."""

from __future__ import annotations

from typing import Any

import pytest

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Invalid
from kpis.catalogue.filling import VALUE, definition_of, fitting, guesses
from kpis.catalogue.roles import ROLES
from kpis.catalogue.templates import TEMPLATES, Template
from kpis.engine.parsing import parse_definition
from kpis.models import KPI, Dataset
from kpis.services.templates import create_from_template
from tests.fixtures.world import World

INCIDENTS = {
    "number": "text", "opened_at": "timestamp", "resolved_at": "timestamp",
    "closed_at": "timestamp", "made_sla": "boolean", "reassignment_count": "integer",
    "reopen_count": "integer", "priority": "text", "assignment_group": "text",
    "knowledge": "boolean",
}  # fmt: skip


def columns_for(template: Template) -> dict[str, str]:
    """A column for each role, of the first type that it takes."""
    return {key: ROLES[key].types[0] for key in template.roles}


def test_there_are_forty_with_names_of_their_own() -> None:
    assert len(TEMPLATES) == len({t.name for t in TEMPLATES.values()}) == 40


@pytest.mark.parametrize("code", TEMPLATES)
def test_template_makes_a_definition(code: str) -> None:
    template = TEMPLATES[code]
    types = columns_for(template)
    given = {key: key for key in template.roles} | {
        key + VALUE: "P1" for key in template.roles if ROLES[key].value
    }
    definition = definition_of(template, types, given, time_zone="Europe/Berlin")
    assert parse_definition(definition).time_columns
    assert definition["time_zone"] == "Europe/Berlin"


def test_columns_suggest_the_templates_that_they_fit() -> None:
    assert [t.code for t in fitting(INCIDENTS)] == [
        "incident-volume", "closed-volume", "net-flow", "backlog", "time-to-resolve", "mttr",
        "p90-resolve", "sla-attainment", "handoff-free", "reassignment-rate", "reopen-rate",
        "major-incidents", "problem-age", "knowledge-use",
    ]  # fmt: skip
    assert guesses(TEMPLATES["handoff-free"], INCIDENTS) == {
        "closed": "closed_at", "reassigned": "reassignment_count", "reopened": "reopen_count",
    }  # fmt: skip


@pytest.mark.parametrize(("given", "field"), [
    ({"closed": "closed_at"}, "met"),
    ({"closed": "closed_at", "met": "gone"}, "met"),
    ({"closed": "priority", "met": "made_sla"}, "closed"),
    ({"closed": "closed_at", "met": "priority"}, "met_value"),
    ({"closed": "closed_at", "met": "reopen_count", "met_value": "x"}, "met_value"),
])  # fmt: skip
def test_role_that_is_not_filled_is_named(given: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        definition_of(TEMPLATES["sla-attainment"], INCIDENTS, given)
    assert refused.value.field == field


@pytest.mark.django_db
def test_template_becomes_a_draft(owner: User, world: World, tickets: Dataset) -> None:
    kpi = create_from_template(
        actor=owner, template="backlog", question=world.question, dataset=tickets,
        roles={"opened": "opened_at", "closed": "closed_at"},
    )  # fmt: skip
    version = kpi.versions.get()
    assert (kpi.name, version.state, version.direction) == ("Backlog", "draft", "down")
    assert version.definition["measure"] == {
        "stock": {"opened": "opened_at", "closed": "closed_at"}
    }


@pytest.mark.django_db
def test_days_of_a_template_begin_where_those_of_a_form_do(
    owner: User, world: World, tickets: Dataset, settings: Any
) -> None:
    settings.DEFAULT_USER_TIME_ZONE = "Asia/Tokyo"
    Dataset.objects.filter(pk=tickets.pk).update(kind=Dataset.Kind.PREPARED, time_zone="UTC")
    tickets.refresh_from_db()

    kpi = create_from_template(
        actor=owner, template="backlog", question=world.question, dataset=tickets,
        roles={"opened": "opened_at", "closed": "closed_at"},
    )  # fmt: skip
    assert kpi.versions.get().definition["time_zone"] == "Asia/Tokyo"


@pytest.mark.django_db
def test_page_says_which_template_was_chosen(owner: User, tickets: Dataset, client_of: Any) -> None:
    page = client_of(owner).get(f"/kpis/templates/backlog/?dataset={tickets.slug}").content.decode()

    assert "From the template: opened by then and not closed." in page
    assert "Compute it from other KPIs instead" not in page


@pytest.mark.django_db
def test_page_asks_for_the_roles(
    owner: User, world: World, tickets: Dataset, client_of: Any
) -> None:
    client = client_of(owner)
    assert b"Within a band" in client.get(f"/kpis/templates/?dataset={tickets.slug}").content
    url = f"/kpis/templates/backlog/?question={world.question.pk}&dataset={tickets.slug}"
    refused = client.post(url, {"name": "Open tickets", "opened": "opened_at", "closed": ""})
    assert (refused.status_code, b"Which column is it?" in refused.content) == (422, True)
    client.post(url, {"name": "Open tickets", "opened": "opened_at", "closed": "closed_at"})
    assert KPI.objects.get().name == "Open tickets"
    assert client.get("/kpis/templates/nothing/").status_code == 404
