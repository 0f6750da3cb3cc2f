"""The whole thread through the API alone: from a failure point to the figure measured again."""

from __future__ import annotations

import csv
import io
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.fixtures.mailbox import Sink
from tests.fixtures.stack import PASSWORD, Stack
from tests.waiting import wait_until

pytestmark = pytest.mark.xdist_group("journey")

SUS = [4, 2, 5, 1, 4, 2, 5, 1, 4, 2]


@dataclass
class Person:
    """One of the demo's people with a token."""

    stack: Stack
    email: str
    token: str = ""

    def __post_init__(self) -> None:
        self.token = self.post("tokens/", email=self.email, password=PASSWORD)["token"]

    def ask(self, method: str, path: str, body: bytes | None, kind: str) -> tuple[int, Any]:
        headers = {"Content-Type": kind, "Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Token {self.token}"
        request = urllib.request.Request(
            f"{self.stack.url}/api/v1/{path}", data=body, headers=headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def send(self, method: str, path: str, **data: Any) -> Any:
        body = json.dumps(data).encode() if data or method != "GET" else None
        status, told = self.ask(method, path, body, "application/json")
        assert status < 300, f"{method} {path}: {status} {told}"
        return told

    def post(self, path: str, **data: Any) -> Any:
        return self.send("POST", path, **data)

    def get(self, path: str) -> Any:
        return self.send("GET", path)

    def refused(self, method: str, path: str, **data: Any) -> tuple[int, str]:
        status, told = self.ask(method, path, json.dumps(data).encode(), "application/json")
        assert status >= 400, f"{method} {path}: {status}"
        return status, told.get("detail", "")

    def upload(self, name: str, content: bytes) -> int:
        line = "a-line-that-is-in-no-file"
        head = (
            f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: text/csv\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{line}--\r\n".encode()
        status, told = self.ask("POST", "uploads/", body, f"multipart/form-data; boundary={line}")
        assert status == 201, told
        return int(told["id"])


@dataclass
class Cast:
    owner: Person
    ace: Person
    member: Person
    mate: Person
    outsider: Person


def tickets() -> bytes:
    """Two full months of tickets: 62 in the first, 60 in the second, three of four in time."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["number", "opened", "priority", "met"])
    first = date(2026, 1, 1)
    days = [first + timedelta(days=n // 2) for n in range(62)]
    days += [date(2026, 2, 1) + timedelta(days=n % 28) for n in range(60)]
    for number, day in enumerate(days):
        writer.writerow(
            [f"T{number}", f"{day} 08:00", f"P{1 + number % 3}", "yes" if number % 4 else "no"]
        )
    return out.getvalue().encode()


def test_whole_thread_through_the_api(stack: Stack, post_office: Sink) -> None:
    cast = Cast(*(Person(stack, f"{name}@demo.example")
                  for name in ("owner", "ace", "member", "sam", "outsider")))  # fmt: skip
    for person in (cast.member, cast.mate, cast.owner):
        person.send("PUT", "notification-preference/", mail="immediate", hour=8)
    persona, question = discover(cast.owner)
    group = gather(cast.owner, persona, cast.member.email, cast.mate.email)
    share, volume = measure(cast.owner, question)
    slug = begin(cast.owner, persona, group)
    through_the_gates(cast, slug, group, volume)

    thread = talk(cast, slug)
    meet(cast, slug)
    answer_with_a_version(cast, slug, thread)
    ask_whether_it_helped(cast, stack, slug)
    measured_again(cast.owner, share)

    assert_mails(post_office, cast)
    assert_outsider_learns_nothing(cast.outsider, slug, thread, persona)
    assert_strip(cast, persona, question, share, slug)


def discover(owner: Person) -> tuple[str, int]:
    """A failure point at a step, and the question of a persona that is asked there."""
    service = owner.post("services/", code="WTH", name="Whole thread desk")["slug"]
    persona = owner.post(
        "personas/", name="Desk manager", decisions=["Whom to put where"],
        goals=["Nobody waits a week"],
    )["slug"]  # fmt: skip
    blueprint = owner.post(
        "blueprints/", service=service, scenario="It is broken", value_stream="incident",
        persona=persona,
    )["slug"]  # fmt: skip
    drawing = owner.get(f"blueprints/{blueprint}/drawing/")
    steps = [step for phase in drawing["phases"] for step in phase["steps"]]
    for step in steps:
        owner.post(
            f"blueprints/{blueprint}/steps/{step['id']}/cards/", lane="customer", text="Waits"
        )
    owner.post(
        f"blueprints/{blueprint}/steps/{steps[2]['id']}/cards/", lane="backstage",
        text="Sent to the wrong group", severity=4, failure="It changes hands",
    )  # fmt: skip
    owner.post(f"blueprints/{blueprint}/publish/")
    claims = owner.get(f"personas/{persona}/")["claims"]
    decision = next(claim["id"] for claim in claims if claim["kind"] == "decision")
    question = owner.post(
        f"personas/{persona}/questions/", text="Do we keep what we promise?", decision=decision,
        blueprint=blueprint, step_key=steps[2]["key"],
    )["id"]  # fmt: skip
    return persona, question


def gather(owner: Person, persona: str, *emails: str) -> str:
    group: str = owner.post("groups/", name="Desk managers", persona=persona)["slug"]
    for email in emails:
        owner.post(f"groups/{group}/members/", email=email, valid_from="2020-01-01")
    return group


def measure(owner: Person, question: int) -> tuple[str, str]:
    """A share and a count over a file, published and refreshed."""
    upload = owner.upload("tickets.csv", tickets())
    data = owner.post("datasets/", upload=upload, name="Desk tickets", time_zone="UTC")["slug"]
    wait_until(lambda: owner.get(f"datasets/{data}/")["live"], "the load")
    made = []
    for name, measure, unit in (
        ("Promises kept", {"share": {"of": {"column": "met", "op": "=", "value": True}}},
         "percent"),
        ("Tickets opened", {"agg": "count"}, "count"),
    ):  # fmt: skip
        kpi = owner.post(
            "kpis/", name=name, category="quality", question=question, dataset=data, unit=unit,
            unit_label="%" if unit == "percent" else "", precision=1 if unit == "percent" else 0,
            definition={
                "measure": measure, "time_column": "opened", "time_zone": "UTC", "grain": "month",
                "dimensions": ["priority"],
            },
        )["slug"]  # fmt: skip
        owner.post(f"kpis/{kpi}/publish/")
        refreshed(owner, kpi, 1)
        made.append(kpi)
    return made[0], made[1]


def refreshed(owner: Person, kpi: str, times: int) -> None:
    def done() -> bool:
        rows = owner.get(f"kpis/{kpi}/refreshes/")["results"]
        return sum(row["state"] == "done" for row in rows) >= times

    wait_until(done, f"refresh {times} of {kpi}")


def begin(owner: Person, persona: str, group: str) -> str:
    slug: str = owner.post(
        "dashboards/", name="Desk at a glance", problem="Nobody agrees on how long people wait.",
        hypothesis="If managers see it, fewer wait.", success_measure="Half open it weekly.",
        persona=persona, groups=[group], review_due="2030-01-01",
    )["slug"]  # fmt: skip
    owner.post(f"dashboards/{slug}/draft/assemble/")
    return slug


def through_the_gates(cast: Cast, slug: str, group: str, volume: str) -> None:
    """All seven, decided by the colleague; the owner is refused, and so is a launch too early."""
    owner, ace, root = cast.owner, cast.ace, f"dashboards/{slug}/"

    def decide(stage: int) -> None:
        ace.post(f"{root}gates/decisions/", stage=stage, decision="pass")

    refused = owner.refused("POST", f"{root}gates/decisions/", stage=1, decision="pass")
    assert refused[0] == 403
    decide(1)
    for pilot in (cast.member, cast.mate):
        owner.post(f"{root}pilots/", person=pilot.email)
    decide(2)
    status, why = ace.refused("POST", f"{root}gates/decisions/", stage=3, decision="pass")
    assert (status, "Features are ranked" in why) == (409, True)
    feature = owner.post(
        f"{root}features/", name="By priority", kind="filter", column="priority",
        priority="must", criterion="Two clicks.",
    )["id"]  # fmt: skip
    decide(3)
    decide(4)
    assert cast.member.refused("GET", root)[0] == 404
    owner.post(f"{root}prototype/moves/", move="share")
    assert cast.member.get(f"{root}figures/")["tiles"]
    ace.post(
        f"{root}walkthroughs/", person=cast.member.email, held_on=date.today().isoformat(),
        notes="Where is P1?", changes="Priority comes first.",
    )  # fmt: skip
    decide(5)
    owner.post(f"{root}prototype/moves/", move="freeze")
    validate(cast, root, volume)
    ace.post(f"{root}features/{feature}/try/", result="passed")
    decide(6)
    owner.post(f"{root}draft/release/", notes="")
    owner.post(f"{root}launches/", group=group, announcement="See what waits.")
    decide(7)


def validate(cast: Cast, root: str, volume: str) -> None:
    owner, ace = cast.owner, cast.ace
    run = ace.post(f"{root}validation/")["id"]
    where = f"{root}validation/{run}/"
    ace.send("PUT", where, keyboard="passed", contrast="passed", access_note="By hand.")
    task = ace.post(f"{where}tasks/", text="How many tickets came in February?")["id"]
    for pilot in (cast.member, cast.mate):
        pilot.post(f"{where}results/", task=task, success=True, answer="60")
        pilot.post(f"{where}sus/", answers=SUS)
    version = owner.get(f"kpis/{volume}/")["versions"][0]["id"]
    for start, end, expected, more in (
        ("2026-01-01", "2026-01-31", "62", {}),
        ("2026-02-01", "2026-02-27", "58", {}),  # on its last day the file ends: that is not over
        ("2026-02-01", "2026-02-27", "19", {"filter": "priority", "value": "P1"}),
    ):
        ace.post(
            f"{where}reconciliations/", kpi_version=version, start=start, end=end,
            expected=expected, source="Counted in the file.", **more,
        )  # fmt: skip
    assert owner.refused("POST", f"{where}sign/")[0] == 403
    ace.post(f"{where}sign/")


def talk(cast: Cast, slug: str) -> int:
    """A member asks on a tile, the mate wants it, too, the ACE answers and plans."""
    tiles = cast.member.get(f"dashboards/{slug}/figures/")["tiles"]
    key = next(tile["key"] for tile in tiles if tile["type"] == "number")
    thread: int = cast.member.post(
        f"dashboards/{slug}/threads/", tile_key=key, kind="idea", text="Say it shorter, please."
    )["id"]
    cast.mate.send("PUT", f"threads/{thread}/vote/")
    cast.mate.post(f"threads/{thread}/replies/", text="For us, too.")
    cast.owner.post(f"threads/{thread}/replies/", text="We will.")
    return thread


def meet(cast: Cast, slug: str) -> None:
    """A booking from the tile, a session with a question that waits and becomes a thread."""
    owner, member = cast.owner, cast.member
    host = next(row for row in member.get("hosts/")["results"] if row["name"] == "Marit Lund")
    first = date.today() + timedelta(days=2)
    slots = member.get(f"hosts/{host['id']}/slots/?first={first}&last={first + timedelta(days=14)}")
    tiles = member.get(f"dashboards/{slug}/figures/")["tiles"]
    booked = member.post(
        "bookings/", host=host["id"], starts_at=slots[0]["starts_at"], topic="Which ones wait?",
        dashboard=slug, tile_key=tiles[0]["key"],
    )  # fmt: skip
    assert booked["host_name"] == "Marit Lund"
    begins = datetime.now().astimezone() + timedelta(hours=1)
    session = owner.post(
        "ama/", title="Ask about the desk", starts_at=begins.isoformat(),
        ends_at=(begins + timedelta(hours=1)).isoformat(), dashboard=slug, everybody=True,
    )["id"]  # fmt: skip
    owner.post(f"ama/{session}/publish/")
    question = member.post(f"ama/{session}/questions/", text="Why do nights wait?")["id"]
    cast.mate.send("PUT", f"ama-questions/{question}/vote/")
    owner.post(f"ama/{session}/start/")
    owner.post(
        f"ama/{session}/close/",
        outcomes=[{"question": question, "owner": owner.email,
                   "due": (date.today() + timedelta(days=5)).isoformat()}],
    )  # fmt: skip
    said = [row["text"] for row in owner.get(f"dashboards/{slug}/threads/")["results"]]
    assert any("Why do nights wait?" in text for text in said)


def answer_with_a_version(cast: Cast, slug: str, thread: int) -> None:
    """The thread becomes an item, the item a draft, the draft version 2 with notes."""
    owner = cast.owner
    item = owner.post(f"threads/{thread}/plan/", title="Shorter titles", state="now")["id"]
    owner.post(f"dashboards/{slug}/draft/start/")
    owner.send("PUT", f"roadmap/{item}/draft/")
    draft = owner.get(f"dashboards/{slug}/draft/")
    document = draft["document"]
    document["tiles"][0]["title"] = "Kept"
    owner.send("PUT", f"dashboards/{slug}/draft/", revision=draft["revision"], document=document)
    released = owner.post(f"dashboards/{slug}/draft/release/", notes="Titles are shorter.")
    assert (released["number"], released["state"]) == (2, "released")
    assert cast.member.get(f"threads/{thread}/")["state"] == "shipped"
    told = [row["title"] for row in cast.member.get("notifications/")["results"]]
    assert "Desk at a glance: version 2 is out" in told


def ask_whether_it_helped(cast: Cast, stack: Stack, slug: str) -> None:
    """The question comes by the clock: here its hand is moved."""
    stack.call("feedback.ask_pulses")
    wait_until(lambda: asked_about(slug, cast.member), "the question")
    pulse = asked_about(slug, cast.member)[0]["pulse"]
    cast.member.post(f"pulses/{pulse}/answer/", choice=3, comment="Yes, at last.")
    result = cast.owner.get(f"dashboards/{slug}/pulses/")
    rows = result if isinstance(result, list) else result["results"]
    assert (rows[0]["answered"], rows[0]["yes"], rows[0]["share"]) == (1, 1, None)
    assert {kpi["name"] for kpi in rows[0]["kpis"]} >= {"Promises kept"}


def asked_about(slug: str, person: Person) -> list[dict[str, Any]]:
    """What was asked of somebody about this dashboard: the portal may hold others."""
    return [row for row in person.get("pulses/")["results"] if row["dashboard"] == slug]


def measured_again(owner: Person, kpi: str) -> None:
    before = len(owner.get(f"kpis/{kpi}/refreshes/")["results"])
    owner.post(f"kpis/{kpi}/refreshes/")
    refreshed(owner, kpi, before + 1)


def assert_mails(post_office: Sink, cast: Cast) -> None:
    """Each mail once, to the people it concerns, with a way out of it."""

    def subjects(person: Person) -> list[str]:
        return [
            mail["Subject"]
            for mail in post_office.taken
            if mail["To"] and person.email in mail["To"]
        ]

    out = "Desk at a glance: version 2 is out"
    wait_until(lambda: any(out in text for text in subjects(cast.member)), "the mail")
    ids = [mail["Message-ID"] for mail in post_office.taken]
    assert len(ids) == len(set(ids))
    assert subjects(cast.outsider) == []
    told = [mail for mail in post_office.taken if out in mail["Subject"]]
    assert all(mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" for mail in told)
    invited = [mail for mail in post_office.taken if mail.get_body(("calendar",)) is not None]
    assert any(cast.member.email in mail["To"] for mail in invited)


def assert_outsider_learns_nothing(outsider: Person, slug: str, thread: int, persona: str) -> None:
    for path in (
        f"dashboards/{slug}/", f"dashboards/{slug}/figures/", f"dashboards/{slug}/threads/",
        f"threads/{thread}/", f"personas/{persona}/", f"dashboards/{slug}/roadmap/",
    ):  # fmt: skip
        assert outsider.refused("GET", path)[0] == 404, path
    assert outsider.get("search/?q=Desk+at+a+glance")["hits"] == []
    assert outsider.get("dashboards/")["results"] == []


def assert_strip(cast: Cast, persona: str, question: int, kpi: str, slug: str) -> None:
    """Every object leads to all the others, for the owner and for the member."""
    for person in (cast.owner, cast.member):
        ways = [
            [node["kind"] for node in person.get(f"thread/{path}/")]
            for path in (f"personas/{persona}", f"questions/{question}", f"kpis/{kpi}",
                         f"dashboards/{slug}")
        ]  # fmt: skip
        assert ways[0] == ways[1] == ways[2] == ways[3]
        assert ways[0] == [
            "Step", "Persona", "Question", "KPI", "Dashboard", "Feedback", "Release",
        ]  # fmt: skip
