"""The API says the same of prototypes and their validation as the pages, by the same rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard, Version
from dashboards.prototypes import services as prototypes
from dashboards.validation.models import Task, ValidationRun
from kpis.models import KPIVersion
from tests.fixtures.trials import OCTOBER_P1

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]
GOOD = [4, 2, 5, 1, 4, 2, 5, 1, 4, 2]


def send(client: Client, dashboard: Dashboard, path: str, how: str = "post", **given: Any) -> Any:
    where = f"/api/v1/dashboards/{dashboard.slug}/{path}"
    return getattr(client, how)(where, given, content_type="application/json")


def rows(client: Client, dashboard: Dashboard, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/api/v1/dashboards/{dashboard.slug}/{path}").json()[
        "results"
    ]
    return found


def test_whole_way_of_a_prototype(
    client_of: Open, owner: User, ace: User, pilot: User, dashboard: Dashboard,
    working_draft: Version, volume: KPIVersion,
) -> None:  # fmt: skip
    mine, theirs = client_of(owner), client_of(ace)
    move = "prototype/moves/"
    early = send(mine, dashboard, move, move="share")
    named = send(mine, dashboard, "pilots/", person=pilot.email)
    shared = send(mine, dashboard, move, move="share")
    walk = send(
        theirs, dashboard, "walkthroughs/", person=pilot.email, held_on="2026-11-01", notes="Looked"
    )
    changed = send(
        theirs, dashboard, f"walkthroughs/{walk.json()['id']}/", "put", person=pilot.email,
        held_on="2026-11-01", notes="Looked", changes="The filter is on top.",
    )  # fmt: skip
    frozen = send(mine, dashboard, move, move="freeze")
    run = f"validation/{send(theirs, dashboard, 'validation/').json()['id']}/"
    task = send(theirs, dashboard, run + "tasks/", text="How many?", expected="23").json()["id"]
    tried = send(client_of(pilot), dashboard, run + "results/", task=task, success=True, seconds=40)
    scale = send(theirs, dashboard, run + "sus/", answers=GOOD, person=pilot.email)
    compared = send(
        theirs, dashboard, run + "reconciliations/", kpi_version=volume.pk, start="2026-10-01",
        end="2026-10-31", filter="priority", value="P1", expected=str(OCTOBER_P1), source="Desk",
    )  # fmt: skip
    send(theirs, dashboard, run, "put", keyboard="passed", contrast="passed")
    refused = send(mine, dashboard, run + "sign/")
    signed = send(theirs, dashboard, run + "sign/")
    released = send(mine, dashboard, "draft/release/")

    assert (early.status_code, named.status_code) == (409, 201)
    assert [shared.json()["state"], frozen.json()["state"]] == ["prototype", "frozen"]
    assert changed.json()["changes"] == "The filter is on top."
    assert (tried.json()["by"], scale.json()["score"]) == (pilot.email, 85.0)
    assert (compared.json()["met"], compared.json()["difference"]) == (True, "0.000000")
    assert (refused.status_code, signed.json()["state"]) == (403, "signed")
    assert released.json()["state"] == "released"
    found = theirs.get(f"/api/v1/dashboards/{dashboard.slug}/{run}").json()
    assert {name: found[name] for name in ("people", "task_success", "sus", "reconciled")} == {
        "people": 1, "task_success": 1.0, "sus": 85.0, "reconciled": 1,
    }  # fmt: skip


def test_pilot_reads_their_own_and_no_right_answers(
    client_of: Open, owner: User, ace: User, pilot: User, member: User, on_trial: Dashboard,
    run: ValidationRun, task: Task,
) -> None:  # fmt: skip
    prototypes.invite_pilot(actor=owner, dashboard=on_trial, person=member)
    base = f"validation/{run.pk}/"
    for person in (pilot, member):
        client = client_of(person)
        assert (
            send(client, on_trial, base + "results/", task=task.pk, success=True).status_code == 201
        )
        assert send(client, on_trial, base + "sus/", answers=GOOD).status_code == 201

    def seen(person: User) -> list[list[str]]:
        client = client_of(person)
        return [
            [row["person"] for row in rows(client, on_trial, base + name)]
            for name in ("results/", "sus/")
        ]

    everybody = [pilot.email, member.email]
    assert (seen(pilot), seen(ace)) == ([[pilot.email]] * 2, [everybody] * 2)
    wanted = [rows(client_of(p), on_trial, base + "tasks/")[0]["expected"] for p in (pilot, ace)]
    assert wanted == ["", "23"]
    assert [row["id"] for row in rows(client_of(pilot), on_trial, "validation/")] == [run.pk]
    assert client_of(pilot).get(
        f"/api/v1/dashboards/{on_trial.slug}/{base}"
    ).status_code == 403  # fmt: skip


def test_nobody_answers_for_another(
    client_of: Open, ace: User, pilot: User, outsider: User, on_trial: Dashboard,
    run: ValidationRun, task: Task,
) -> None:  # fmt: skip
    base = f"validation/{run.pk}/"

    def status(actor: User, person: str, path: str, **given: Any) -> int:
        return int(
            send(client_of(actor), on_trial, base + path, person=person, **given).status_code
        )

    result = {"path": "results/", "task": task.pk, "success": True}
    scale = {"path": "sus/", "answers": GOOD}
    for given in (result, scale):
        assert status(pilot, outsider.email, **given) == 400
        assert status(ace, outsider.email, **given) == 400
        assert status(ace, "", **given) == 403
        assert status(outsider, pilot.email, **given) == 404


def test_move_that_is_none_is_refused(client_of: Open, owner: User, on_trial: Dashboard) -> None:
    client = client_of(owner)

    unknown = send(client, on_trial, "prototype/moves/", move="release")
    reasoned = send(client, on_trial, "prototype/moves/", move="withdraw", reason="Because")
    thawed = send(client, on_trial, "prototype/moves/", move="thaw", reason="Because")

    assert (unknown.status_code, reasoned.status_code, thawed.status_code) == (400, 400, 409)
    assert on_trial.versions.get().state == "prototype"


def test_ended_pilot_is_gone_from_the_list(
    client_of: Open, owner: User, ace: User, pilot: User, on_trial: Dashboard
) -> None:
    row = rows(client_of(ace), on_trial, "pilots/")[0]

    refused = send(client_of(ace), on_trial, f"pilots/{row['id']}/end/")
    ended = send(client_of(owner), on_trial, f"pilots/{row['id']}/end/")

    assert (refused.status_code, ended.status_code) == (403, 200)
    assert ended.json()["ended_at"] is not None
    assert rows(client_of(ace), on_trial, "pilots/") == []
