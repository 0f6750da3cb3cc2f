"""A figure that a gate was decided by stays as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, Invalid
from dashboards.content.models import Dashboard, Version
from dashboards.content.services import drafts, releases
from dashboards.lifecycle.models import GateReview
from dashboards.lifecycle.services import pins
from dashboards.lifecycle.services.gates import decide_gate
from kpis.models import Dataset
from kpis.services.policies import set_policy
from tests.fixtures.loads import write_rows
from tests.fixtures.people import make_person
from tests.fixtures.tickets import AS_OF, TICKETS, ticket_rows
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]
WHY = "The figure is reason enough."


def number_of(version: Version) -> tuple[str, int]:
    """The first tile with a number, and its KPI version."""
    tile = next(t for t in version.document["tiles"] if t["type"] == "number")
    return tile["key"], tile["kpi_version"]


def decide(actor: User, version: Version, **more: Any) -> GateReview:
    key, kpi_version = number_of(version)
    given = {"tile": key, "kpi_version": kpi_version, "filters": "period=last_3", **more}
    return decide_gate(
        actor=actor, dashboard=version.dashboard, stage=1, decision="overrule", reason=WHY, **given
    )


def test_pinned_figure_keeps_its_value_after_data_reloads(
    ace: User, working_draft: Version, tickets: Dataset, client_of: Open
) -> None:
    key, kpi_version = number_of(working_draft)
    slug = working_draft.dashboard.slug
    client = client_of(ace)
    explained = reverse("dashboards:tile-explain", args=[slug, key])
    panel = client.get(f"{explained}?version=1&period=last_3").context
    was = panel["explanation"]
    form = client.get(panel["gate_pin_url"])
    bound = form.context["form"]
    given = {name: bound[name].value() for name in ("tile", "filters")}
    answer = client.post(
        form.request["PATH_INFO"], {**given, "decision": "overrule", "reason": WHY}
    )
    write_rows(tickets, TICKETS, ticket_rows(2), as_of=AS_OF)
    now = client.get(f"{explained}?version=1&period=last_3").context["explanation"]
    pin = GateReview.objects.get().pinned
    page = client.get(reverse("dashboards:gates", args=[slug])).text

    assert given == {"tile": f"{key}:{kpi_version}", "filters": "period=last_3"}
    assert (form.context["pin"]["value"], answer.status_code) == (was.value, 302)
    assert (pin["value"], pin["number"], pin["load"]) == (was.value, was.figure.value, 1)
    assert now.figure.value != pin["number"]
    assert f"<b>{was.value}</b>" in page
    assert f"{explained}?kpi={kpi_version}&amp;version=1&amp;period=last_3" in page


def test_decision_without_a_figure_keeps_none(
    ace: User, working_draft: Version, client_of: Open
) -> None:
    url = f"/api/v1/dashboards/{working_draft.dashboard.slug}/gates/decisions/"
    said = {"stage": 1, "decision": "overrule", "reason": WHY}
    told = client_of(ace).post(url, said, "application/json")

    assert (told.status_code, told.json()["pinned"]) == (201, {})


def test_figure_that_is_not_there_is_refused_at_its_field_and_nothing_is_decided(
    ace: User, working_draft: Version, client_of: Open
) -> None:
    dashboard = working_draft.dashboard
    with pytest.raises(Invalid, match="no figure behind this tile"):
        decide(ace, working_draft, tile="gone", kpi_version=None)
    page = client_of(ace).post(
        reverse("dashboards:gate-decide", args=[dashboard.slug, 1]),
        {"decision": "overrule", "reason": WHY, "tile": "gone:1"},
    )

    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["tile"]
    assert WHY in page.text
    assert not GateReview.objects.exists()


def test_gate_without_a_version_offers_no_figure(
    ace: User, dashboard: Dashboard, client_of: Open
) -> None:
    page = client_of(ace).get(reverse("dashboards:gate-decide", args=[dashboard.slug, 1]))

    assert "tile" not in page.context["form"].fields
    with pytest.raises(Invalid, match="no version yet"):
        decide_gate(
            actor=ace, dashboard=dashboard, stage=1, decision="overrule", reason=WHY, tile="t1"
        )


def test_figure_of_a_version_that_was_overtaken_is_refused(
    ace: User, owner: User, working_draft: Version
) -> None:
    key, _kpi = number_of(working_draft)
    kept = pins.pinned_at(ace, working_draft.dashboard, 1, tile=key)
    releases.release_version(actor=owner, dashboard=working_draft.dashboard)
    newer = drafts.start_version(actor=owner, dashboard=working_draft.dashboard)

    with pytest.raises(Conflict, match="Another version is in work"):
        pins.require_shown_by(kept, newer)


def test_owner_is_offered_no_decision_by_their_own_figure(
    owner: User, working_draft: Version, client_of: Open
) -> None:
    key, _kpi = number_of(working_draft)
    explained = reverse("dashboards:tile-explain", args=[working_draft.dashboard.slug, key])

    assert client_of(owner).get(f"{explained}?version=1").context["gate_pin_url"] == ""


def test_figure_of_other_rows_than_the_readers_is_left_out(
    ace: User, owner: User, world: World, working_draft: Version, tickets: Dataset, client_of: Open
) -> None:
    value = decide(ace, working_draft).pinned["value"]
    set_policy(
        actor=owner, dataset=tickets, column="team", attribute="", rules={world.group: ["Network"]}
    )
    some = client_of(make_person("analyst", is_ace=True))
    slug = working_draft.dashboard.slug
    page = some.get(reverse("dashboards:gates", args=[slug])).text
    told = some.get(f"/api/v1/dashboards/{slug}/gates/decisions/").json()["results"][0]
    whole = client_of(owner).get(f"/api/v1/dashboards/{slug}/gates/decisions/").json()["results"][0]

    assert "of other rows than those that are open to you" in page
    assert f"<b>{value}</b>" not in page
    assert told["pinned"] == {"left_out": True}
    assert (whole["pinned"]["value"], "scope" in whole["pinned"]) == (value, False)


def test_page_of_many_pins_asks_no_more_than_that_of_one(
    ace: User, working_draft: Version, client_of: Open
) -> None:
    client = client_of(ace)
    url = reverse("dashboards:gates", args=[working_draft.dashboard.slug])

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        return len(captured)

    def pin() -> None:
        decide_gate(
            actor=ace, dashboard=working_draft.dashboard, stage=1, decision="return", reason=WHY,
            back_to=1, tile=number_of(working_draft)[0],
        )  # fmt: skip

    pin()
    queries()
    one = queries()
    for _more in range(4):
        pin()
    assert queries() == one
