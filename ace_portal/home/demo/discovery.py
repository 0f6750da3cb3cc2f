"""The first half of the demo's story: a service, how it is lived, who asks what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ace_portal.accounts.models import User
from personas.models import Blueprint, Persona, Question, Service, UserGroup
from personas.selectors import claims_of, drawing_of, steps_of
from personas.services import blueprints, catalogue, drafts, people

#: step → (work, shortest, typical, longest wait) in minutes
TIMES = {
    "Detect": (8, None, None, None),
    "Log": (4, None, None, None),
    "Triage": (6, 5, 16, 90),
    "Diagnose": (54, 10, 60, 480),
    "Resolve": (72, 30, 180, 1440),
    "Confirm": (2, 30, 1080, 4320),
    "Learn": (30, None, None, None),
}

#: lane, step, what happens, and what else is known of the card
CARDS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("evidence", "Detect", "Error on the screen", {}),
    ("evidence", "Log", "Portal form", {}),
    ("evidence", "Triage", "Ticket number by mail", {}),
    ("evidence", "Resolve", "Status page and mail", {}),
    ("evidence", "Confirm", "“Is it fixed?” mail", {}),
    ("evidence", "Learn", "Known-error article", {}),
    ("customer", "Detect", "Cannot sign in, asks a colleague", {"emotion": -1}),
    ("customer", "Log", "Reports it in the portal or calls", {"evidence": "partial"}),
    ("customer", "Triage", "Waits, checks the mail", {"emotion": -1}),
    ("customer", "Diagnose", "Answers a second time what was asked before", {"emotion": -2}),
    ("customer", "Resolve", "Tries the fix", {"emotion": 1}),
    ("customer", "Confirm", "Confirms, or stays silent", {"evidence": "partial"}),
    ("customer", "Learn", "Reads and shares the tip", {"emotion": 2}),
    ("frontstage", "Log", "Takes the call, logs the incident", {"system": "Desk tool"}),
    ("frontstage", "Triage", "Sets the priority from a template", {"system": "Desk tool"}),
    ("frontstage", "Diagnose", "Asks for a screenshot", {"channel": "Mail"}),
    ("frontstage", "Resolve", "Explains the fix", {}),
    ("frontstage", "Confirm", "Closes after three days", {}),
    ("backstage", "Detect", "On-call reads the alert", {"system": "Pager"}),
    ("backstage", "Triage", "Sent to the wrong group, then on again",
     {"severity": 4, "failure": "One in three incidents changes hands"}),
    ("backstage", "Diagnose", "Finds the cause in the logs", {"system": "Log search"}),
    ("backstage", "Resolve", "Applies the fix", {"system": "Runbook"}),
    ("backstage", "Learn", "Opens a problem record", {}),
    ("support", "Detect", "Monitoring raises the alert", {"system": "Monitoring"}),
    ("support", "Triage", "The CMDB names the owner", {"system": "CMDB"}),
    ("support", "Diagnose", "The supplier is called in", {"span": 2}),
    ("support", "Learn", "Knowledge base", {"system": "Wiki"}),
)  # fmt: skip

LABELS = {
    "evidence": "what they see",
    "customer": "employee",
    "frontstage": "service desk",
    "backstage": "resolver groups",
    "support": "systems, suppliers",
}

DECISIONS = (
    "Each Monday: whom to put on the early shift",
    "Which group to talk to about incidents that change hands",
)

#: question, its decision's place, the step where it arises, value
QUESTIONS = (
    ("Do we keep the service target?", 0, "Resolve", 5),
    ("How long does somebody wait until it works again?", 0, "Resolve", 5),
    ("How many incidents come in?", 0, "Log", 4),
    ("How many are still open?", 0, "Triage", 4),
    ("How many go through the wrong hands first?", 1, "Triage", 4),
    ("Are people content afterwards?", 1, "Confirm", 3),
)


@dataclass
class Discovery:
    """What the second half of the story hangs on."""

    service: Service
    blueprint: Blueprint
    persona: Persona
    group: UserGroup
    questions: list[Question]


def tell(owner: User, member: User, colleague: User, today: date) -> Discovery:
    """Write the service, its blueprint, two personas, their questions and groups."""
    service = catalogue.create_service(
        actor=owner, code="IAM", name="Identity and access", criticality="vital",
        description="Everybody signs in through it: mail, files, the shop floor.",
        service_hours="Monday to Friday, 7:00 to 19:00", consumers="All 4,200 employees",
    )  # fmt: skip
    persona = people.create_persona(
        actor=owner,
        name="Service desk lead",
        quote="On Monday at eight I have to know who is drowning.",
        about="Leads eleven people on two sites. Reads figures on the way to the morning meeting.",
        decisions=list(DECISIONS),
        goals=["Nobody waits a day for a password", "A calm Monday morning"],
        jobs=["Plan shifts", "Answer the business when something is slow"],
        pains=["Three tools with three different figures", "Finds out on Friday what went wrong"],
        devices="Phone first, then a shared screen",
        cadence="weekly",
        review_due=today + timedelta(days=90),
    )
    blueprint = draw(owner, service, persona, today)
    decisions = claims_of(persona)["decision"]
    keys = {step.title: step.key for step in steps_of(blueprint)}
    questions = [
        people.ask_question(
            actor=owner, persona=persona, text=text, decision=decisions[decision],
            value=value, step=(blueprint, keys[step]),
        )
        for text, decision, step, value in QUESTIONS
    ]  # fmt: skip
    group = gather(owner, "Service desk leads", persona, member, today)
    network = people.create_persona(
        actor=owner, name="Network lead", quote="Tell me which link to replace next.",
        decisions=["Each quarter: which link to replace"], cadence="monthly",
    )  # fmt: skip
    gather(owner, "Network leads", network, colleague, today)
    return Discovery(service, blueprint, persona, group, questions)


def draw(owner: User, service: Service, persona: Persona, today: date) -> Blueprint:
    """The blueprint of one scenario, published."""
    blueprint = blueprints.create_blueprint(
        actor=owner, service=service, scenario="I cannot sign in", value_stream="incident",
        persona=persona, review_due=today + timedelta(days=55),
    )  # fmt: skip
    steps = {step.title: step for step in steps_of(blueprint)}
    for title, (work, *waits) in TIMES.items():
        shortest, typical, longest = (minutes(wait) for wait in waits)
        steps[title] = drafts.change_step(
            actor=owner, blueprint=blueprint, step=steps[title], work_time=minutes(work),
            wait_min=shortest, wait_typical=typical, wait_max=longest,
        )  # fmt: skip
    lanes = {lane.kind: lane for lane in drawing_of(drafts.draft_of(blueprint)).lanes.all()}
    for lane in lanes.values():
        drafts.name_lane(actor=owner, blueprint=blueprint, lane=lane, label=LABELS[lane.kind])
    for kind, title, text, more in CARDS:
        drafts.put_card(
            actor=owner, blueprint=blueprint, step=steps[title], lane=lanes[kind], text=text,
            **more,
        )  # fmt: skip
    blueprints.publish_version(actor=owner, blueprint=blueprint)
    return blueprint


def gather(owner: User, name: str, persona: Persona, person: User, today: date) -> UserGroup:
    group = people.create_group(actor=owner, name=name, persona=persona)
    people.add_member(
        actor=owner, group=group, email=person.email, valid_from=today - timedelta(days=400)
    )
    return group


def minutes(count: int | None) -> timedelta | None:
    return None if count is None else timedelta(minutes=count)
