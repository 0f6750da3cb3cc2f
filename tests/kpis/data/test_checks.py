"""Rows are looked at before people see them: what fails keeps the last good load live."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from ace_portal.accounts.models import User
from ace_portal.audit.models import AuditEntry
from ace_portal.jobs import services as jobs
from ace_portal.jobs.models import Job
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed
from ace_portal.notifications.models import Event
from kpis.models import Dataset, KPIVersion, Load, QualityCheck
from kpis.services import checks, datasets
from kpis.services.collecting import collect
from kpis.services.holding import accept_load
from kpis.services.loads import roll_back
from tests.kpis.data.conftest import loaded, prepared, replaced, sent

pytestmark = pytest.mark.django_db(transaction=True)

ClientOf = Callable[[User | None], Client]
TICKETS = "number,team,hops,opened\nINC1,A,1,2024-03-01 10:00\nINC2,B,2,2024-03-02 10:00\n"
DOUBLE = TICKETS + "INC2,C,3,2024-03-03 10:00\n"
MADE_SLA = {"measure": {"agg": "count"}, "time_column": "opened", "dimensions": ["team"]}


@pytest.fixture
def tickets(owner: User) -> Dataset:
    return loaded(owner, TICKETS, name="Tickets", types={"hops": "integer"})


def demand(actor: User, dataset: Dataset, kind: str, **rule: Any) -> QualityCheck:
    return checks.add_check(actor=actor, dataset=dataset, kind=kind, **rule)


def states(dataset: Dataset) -> list[str]:
    return [load.state for load in dataset.loads.order_by("number")]


def test_failed_blocking_check_keeps_the_last_good_load(owner: User, tickets: Dataset) -> None:
    check = demand(owner, tickets, "unique", columns=["number"])

    replaced(owner, tickets, DOUBLE)

    held = tickets.loads.get(number=2)
    sentence = "1 blocking check failed: “number” is unique (2 rows break it)."
    assert (states(tickets), tickets.live.number, tickets.held) == (["live", "rejected"], 1, held)
    assert (held.error, held.job.state, held.job.error) == (sentence, "failed", sentence)
    assert (held.rows, held.file.is_file(), held.is_held) == (3, True, True)
    (result,) = held.checks
    assert result["seconds"] >= 0
    assert {k: v for k, v in result.items() if k != "seconds"} == {
        "check": check.pk, "kind": "unique", "blocking": True, "says": "“number” is unique",
        "failed": True, "rows": 2, "why": "", "columns": ["number", "rows"],
        "examples": [["INC2", 2]],
    }  # fmt: skip


def test_owner_is_told_once_even_of_an_own_file(owner: User, ace: User, tickets: Dataset) -> None:
    demand(owner, tickets, "unique", columns=["number"])

    replaced(owner, tickets, DOUBLE)
    replaced(ace, tickets, DOUBLE.replace("INC2,C", "INC2,D"))

    told = Event.objects.filter(kind="kpis.load").order_by("pk")
    assert [(event.title, event.url) for event in told] == [
        ("New data of Tickets is held back", "/kpis/datasets/tickets/loads/2/"),
        ("New data of Tickets is held back", "/kpis/datasets/tickets/loads/3/"),
    ]
    assert {d.person for event in told for d in event.deliveries.all()} == {owner}
    assert told[0].deliveries.filter(channel="mail").count() == 1
    tickets.refresh_from_db()
    assert tickets.held.number == 3


def test_next_good_load_ends_the_holding_back(owner: User, tickets: Dataset) -> None:
    demand(owner, tickets, "unique", columns=["number"])
    replaced(owner, tickets, DOUBLE)

    replaced(owner, tickets, TICKETS.replace("INC2", "INC5"))

    held = tickets.loads.get(number=2)
    assert (states(tickets), tickets.held) == (["superseded", "rejected", "live"], None)
    assert (held.file.is_file(), collect(), held.file.is_file()) == (True, 1, False)
    assert Load.objects.get(pk=held.pk).is_held is False


def test_what_is_made_from_held_rows_is_behind_too(owner: User, tickets: Dataset) -> None:
    teams = prepared(owner, "Teams", "SELECT DISTINCT team FROM tickets")
    few = prepared(owner, "Few", "SELECT * FROM teams LIMIT 1")
    demand(owner, tickets, "unique", columns=["number"])

    replaced(owner, tickets, DOUBLE)
    held = [Dataset.objects.get(pk=d.pk).behind for d in (tickets, teams, few)]
    replaced(owner, tickets, TICKETS.replace("INC2", "INC5"))
    over = [Dataset.objects.get(pk=d.pk).behind for d in (tickets, teams, few)]

    assert (held, over) == ([True] * 3, [False] * 3)


def test_failed_warning_is_kept_and_the_load_goes_live(owner: User, tickets: Dataset) -> None:
    demand(owner, tickets, "unique", columns=["number"], severity="warning")
    demand(owner, tickets, "not_null", columns=["team"])

    replaced(owner, tickets, DOUBLE)

    assert (states(tickets), tickets.held) == (["superseded", "live"], None)
    assert [(r["failed"], r["blocking"], r["rows"]) for r in tickets.live.checks] == [
        (True, False, 2), (False, True, 0),
    ]  # fmt: skip
    assert not Event.objects.filter(kind="kpis.load").exists()


def test_check_that_is_not_active_is_not_made(owner: User, tickets: Dataset) -> None:
    check = demand(owner, tickets, "unique", columns=["number"])
    checks.change_check(
        actor=owner, check=check, severity="blocking", active=False, columns=["number"]
    )

    replaced(owner, tickets, DOUBLE)

    assert (states(tickets), tickets.live.checks) == (["superseded", "live"], [])


@pytest.mark.parametrize(
    ("kind", "rule", "why"),
    [
        ("not_null", {"columns": ["team"]},
         "It could not be checked. The data has no column “team”."),
        ("sql", {"sql": "SELECT team FROM tickets WHERE team = 'Z'"},
         "It could not be checked. Line 1, column 8: there is no column “team”"),
        ("rows", {"percent": 10},
         "Rows go from 2 to 1: -50.0 % instead of at most 10 %."),
        ("freshness", {"hours": 24},
         "The latest time in the data is "),
    ],
)  # fmt: skip
def test_check_that_cannot_be_made_or_needs_no_rows_fails_with_its_reason(
    owner: User, tickets: Dataset, kind: str, rule: dict[str, Any], why: str
) -> None:
    demand(owner, tickets, kind, **rule)

    replaced(owner, tickets, "number,hops,opened\nINC1,1,2024-03-01 10:00\n")

    (result,) = tickets.loads.get(number=2).checks
    assert (tickets.live.number, result["failed"], result["rows"]) == (1, True, None)
    assert result["why"].startswith(why)


def test_query_finds_the_rows_that_are_wrong(owner: User, tickets: Dataset) -> None:
    demand(owner, tickets, "sql", sql="SELECT number, hops FROM tickets WHERE hops > 2")

    replaced(owner, tickets, DOUBLE)

    (result,) = tickets.loads.get(number=2).checks
    assert (result["rows"], result["columns"], result["examples"]) == (
        1, ["number", "hops"], [["INC2", 3]],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "rule", "field"),
    [
        ("unique", {"columns": ["gone"]}, "columns"),
        ("range", {"columns": ["hops"], "least": "2024-01-01"}, "least"),
        ("sql", {"sql": "SELECT gone FROM tickets"}, "sql"),
        ("sql", {"sql": "SELECT * FROM other"}, "sql"),
        ("sql", {"sql": "COPY tickets TO '/tmp/x'"}, "sql"),
    ],
)
def test_check_is_proved_on_the_live_rows(
    owner: User, tickets: Dataset, kind: str, rule: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        demand(owner, tickets, kind, **rule)

    assert (refused.value.field, tickets.checks.count()) == (field, 0)


def test_check_needs_the_right_and_is_audited(owner: User, member: User, tickets: Dataset) -> None:
    with pytest.raises(NotAllowed):
        demand(member, tickets, "unique", columns=["number"])
    check = demand(owner, tickets, "unique", columns=["number"])
    with pytest.raises(NotAllowed):
        checks.remove_check(actor=member, check=check)
    checks.remove_check(actor=owner, check=check)

    actions = AuditEntry.objects.filter(action__startswith="check.").values_list("action", "actor")
    assert list(actions.order_by("pk")) == [
        ("check.create", owner.pk), ("check.remove", owner.pk),
    ]  # fmt: skip


def test_owner_makes_a_held_load_live_with_a_reason(
    owner: User, ace: User, tickets: Dataset
) -> None:
    demand(owner, tickets, "unique", columns=["number"])
    replaced(owner, tickets, DOUBLE)
    held = tickets.loads.get(number=2)
    with pytest.raises(NotAllowed, match="Only Owner, who owns this"):
        accept_load(actor=ace, load=held, reason="It is fine.")
    with pytest.raises(Invalid, match="Say why"):
        accept_load(actor=owner, load=held, reason=" ")

    accept_load(actor=owner, load=held, reason="INC2 was split in two.")

    tickets.refresh_from_db()
    assert (states(tickets), tickets.held) == (["superseded", "live"], None)
    assert (tickets.live.reason, tickets.live.trouble) == ("INC2 was split in two.", "")
    assert tickets.live.failed_checks[0]["rows"] == 2
    assert AuditEntry.objects.get(action="load.accept").details["why"] == "INC2 was split in two."


def test_held_load_does_not_take_newer_rows_away(owner: User, tickets: Dataset) -> None:
    demand(owner, tickets, "unique", columns=["number"])
    replaced(owner, tickets, DOUBLE)
    replaced(owner, tickets, TICKETS.replace("INC2", "INC5"))

    with pytest.raises(Conflict, match="Load 3 has gone live since then"):
        accept_load(actor=owner, load=tickets.loads.get(number=2), reason="It is fine.")


def test_load_that_no_check_holds_back_cannot_be_accepted(owner: User, tickets: Dataset) -> None:
    with pytest.raises(Conflict, match="Only a load that a check holds back"):
        accept_load(actor=owner, load=tickets.live, reason="It is fine.")


def test_rolling_back_keeps_what_is_held_in_sight(owner: User, tickets: Dataset) -> None:
    replaced(owner, tickets, TICKETS.replace("INC2", "INC5"))
    demand(owner, tickets, "unique", columns=["number"])
    replaced(owner, tickets, DOUBLE)

    roll_back(actor=owner, load=tickets.loads.get(number=1), reason="March was right.")

    tickets.refresh_from_db()
    assert (tickets.live.number, tickets.held.number) == (1, 3)
    assert tickets.live.reason == "March was right."


def test_load_that_was_checked_when_its_worker_died_is_not_made_again(
    owner: User, tickets: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = datasets.add_load(
        actor=owner, dataset=tickets, upload=sent(owner, TICKETS.replace("INC2", "INC5"))
    )
    with monkeypatch.context() as patch:
        patch.setattr(jobs.Run, "completion", died)
        jobs.run(load.job_id)
    load.refresh_from_db()
    before = (load.state, load.file.is_file(), load.path)
    Job.objects.filter(pk=load.job_id).update(state=Job.State.QUEUED, lease_token="")
    load.upload.file.unlink()

    assert jobs.run(load.job_id) == "done"
    assert before[:2] == ("checked", True)
    load.refresh_from_db()
    assert (load.state, load.path) == ("live", before[2])


def died(run: jobs.Run) -> Any:
    raise jobs.LeaseLost


def test_columns_that_change_are_told_with_the_kpis_that_read_them(
    owner: User, tickets: Dataset, publish: Callable[..., KPIVersion]
) -> None:
    publish(tickets, MADE_SLA, name="Volume")

    replaced(owner, tickets, "number,team,hops,opened,cost\nINC1,A,x,2024-03-01 10:00,1.5\n",
             types={"hops": "text"})  # fmt: skip
    replaced(owner, tickets, "number,hops,opened\nINC1,x,2024-03-01 10:00\n")

    live, refused = tickets.loads.filter(number__in=[2, 3]).order_by("number")
    assert (live.state, live.report["drift"]) == ("live", {
        "since": 1, "added": ["cost"], "removed": [], "touched": [],
        "retyped": [{"name": "hops", "before": "integer", "now": "text"}],
    })  # fmt: skip
    why = "The count reads the column “team”, which the data does not have."
    assert (refused.state, refused.error) == (
        "rejected", f"The KPI “Volume” would break. {why}",
    )  # fmt: skip
    assert refused.report["drift"] == {
        "since": 2, "added": [], "removed": ["team", "cost"], "retyped": [],
        "touched": [{"kpi": "volume", "name": "Volume", "columns": ["team"], "why": why}],
    }  # fmt: skip
    assert refused.path == ""


def test_every_kpi_that_would_break_is_named(
    owner: User, tickets: Dataset, publish: Callable[..., KPIVersion]
) -> None:
    for name in ("Volume", "Teams", "Hops"):
        publish(tickets, MADE_SLA, name=name)

    replaced(owner, tickets, "number,hops,opened\nINC1,1,2024-03-01 10:00\n")

    assert tickets.loads.get(number=2).error.endswith("So would 2 more: “Teams”, “Hops”.")


def test_checks_through_the_api(owner: User, client_of: ClientOf, tickets: Dataset) -> None:
    client = client_of(owner)
    path = "/api/v1/datasets/tickets/checks/"
    made = client.post(
        path, {"kind": "unique", "columns": ["number"]}, content_type="application/json"
    )
    wrong = client.post(
        path, {"kind": "unique", "columns": ["gone"]}, content_type="application/json"
    )
    replaced(owner, tickets, DOUBLE)
    held = client.get("/api/v1/datasets/tickets/loads/2/").json()
    data = client.get("/api/v1/datasets/tickets/").json()
    accepted = client.post(
        "/api/v1/datasets/tickets/loads/2/accept/", {"reason": "Split."},
        content_type="application/json",
    )  # fmt: skip
    gone = client.delete(f"{path}{made.json()['id']}/")

    assert (made.status_code, made.json()["says"], made.json()["rule"]) == (
        201, "“number” is unique", {"columns": ["number"]},
    )  # fmt: skip
    assert (wrong.status_code, wrong.json()["field"]) == (400, "columns")
    assert (held["state"], held["checks"][0]["rows"], data["held"], data["live"]) == (
        "rejected", 2, 2, 1,
    )  # fmt: skip
    assert (accepted.status_code, accepted.json()["reason"]) == (200, "Split.")
    assert (gone.status_code, client.get(path).json()) == (204, [])
