"""The demo's dashboards on their way to people: pilots, a walkthrough, a validation run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.home.demo import lifecycle
from ace_portal.home.demo.discovery import Discovery
from dashboards.content.document import parse
from dashboards.content.models import Dashboard, Version
from dashboards.content.services import drafts
from dashboards.content.services.dashboards import create_dashboard
from dashboards.content.services.releases import release_version
from dashboards.lifecycle.services.launches import launch
from dashboards.prototypes import services as prototypes
from dashboards.validation.models import ValidationRun
from dashboards.validation.services import answers, reconciling, runs
from kpis.models import KPIVersion

PILOTS = ("member", "sam", "ines")
FIRST_SHOWN = 70  # days ago

#: task → its right answer, and who found it in how many seconds, saying what
TASKS = (
    (
        "Which priority kept the service target least in the last month?",
        "Read it off “SLA attainment by priority”",
        {
            "member": (True, 48, "The bars say it at once."),
            "sam": (True, 71, ""),
            "ines": (True, 95, "I looked for the filter first; the bars had it already."),
        },
    ),
    (
        "How many incidents of the network group came in last month?",
        "Incident volume, with the group as the filter",
        {
            "member": (True, 62, ""),
            "sam": (True, 84, ""),
            "ines": (False, 140, "I filtered by category and took that for the group."),
        },
    ),
)

SCALES = {
    "member": [4, 2, 5, 1, 4, 2, 5, 1, 4, 2],
    "sam": [4, 2, 4, 2, 4, 2, 4, 2, 4, 1],
    "ines": [3, 2, 4, 2, 4, 3, 4, 2, 3, 2],
}


def tell(people: Mapping[str, User], found: Discovery, dashboard: Dashboard, today: date) -> None:
    """The first version goes all the way: tried, frozen, validated, released, opened."""
    owner, ace = people["owner"], people["ace"]
    lifecycle.features(owner, ace, dashboard)
    for name in PILOTS:
        prototypes.invite_pilot(actor=owner, dashboard=dashboard, person=people[name])
    lifecycle.pass_gates(ace, dashboard, range(1, 5))
    try_it(people, dashboard, today)
    lifecycle.pass_gates(ace, dashboard, range(5, 6))
    prototypes.freeze_version(actor=owner, dashboard=dashboard)
    run = runs.begin_run(actor=ace, dashboard=dashboard)
    ask(people, run)
    compare(ace, run, today)
    runs.change_run(
        actor=ace, run=run, keyboard="passed", contrast="passed",
        access_note="Every page by keyboard alone, light and dark, at 400 %.",
    )  # fmt: skip
    runs.sign_run(actor=ace, run=run)
    release_version(actor=owner, dashboard=dashboard)
    lifecycle.pass_with_conditions(ace, dashboard, today)
    launch(
        actor=owner, dashboard=dashboard, group=found.group,
        announcement="Waits, handoffs and the service target, per group, each morning. Tell us on "
        "the chart itself what you miss.",
    )  # fmt: skip
    drafts.start_version(actor=owner, dashboard=dashboard)


def try_it(people: Mapping[str, User], dashboard: Dashboard, today: date) -> None:
    owner = people["owner"]
    shown = prototypes.share_prototype(actor=owner, dashboard=dashboard)
    long_ago = timezone.now() - timedelta(days=FIRST_SHOWN)  # before the launch, as in ``use``
    Version.objects.filter(pk=shown.pk).update(prototype_at=long_ago)
    prototypes.record_walkthrough(
        actor=owner, dashboard=dashboard, person=people["member"],
        held_on=today - timedelta(days=1),
        notes="Opened it on her phone on the way to the meeting. Read the four numbers, then asked "
        "“compared with what?”. Found the filter for the group without help.",
        changes="The range it is compared with now stands under each number.",
    )  # fmt: skip


def ask(people: Mapping[str, User], run: ValidationRun) -> None:
    for text, expected, tried in TASKS:
        task = runs.add_task(actor=people["ace"], run=run, text=text, expected=expected)
        for name, (success, seconds, comment) in tried.items():
            answers.record_result(
                actor=people[name], run=run, task=task, success=success, seconds=seconds,
                comment=comment,
            )  # fmt: skip
    for name, given in SCALES.items():
        answers.answer_sus(actor=people[name], run=run, answers=given)


def compare(ace: User, run: ValidationRun, today: date) -> None:
    """Two months of the volume, one of them of one priority; the desk's own report agrees."""
    shown = parse(run.version.document).kpi_versions
    volume = KPIVersion.objects.get(pk__in=shown, kpi__name="Incident volume")
    # The data ends yesterday: on the first of a month the month before it is not over there.
    last = (today - timedelta(days=1)).replace(day=1) - timedelta(days=1)
    before = last.replace(day=1) - timedelta(days=1)
    for end, chosen in ((last, ("", "")), (before, ("priority", "P2"))):
        period = (end.replace(day=1), end)
        figure = reconciling.compute(run.version, volume, *period, *chosen, reader=ace)
        reconciling.reconcile(
            actor=ace, run=run, kpi_version=volume, start=period[0], end=end,
            expected=figure.value, source="Monthly report of the desk tool, read by Jonas.",
            filter=chosen[0], value=chosen[1],
        )  # fmt: skip


def one_to_try(people: Mapping[str, User], found: Discovery, today: date) -> Dashboard:
    """A second dashboard, frozen, with a run that waits for its pilots."""
    owner = people["owner"]
    dashboard = create_dashboard(
        actor=owner, name="Satisfaction by channel",
        problem="Nobody knows after which way in people are least content.",
        hypothesis="If leads see satisfaction by channel, they mend the worst one first.",
        success_measure="One change to the worst channel within a quarter.",
        persona=found.persona, groups=[found.group], review_due=today + timedelta(days=60),
    )  # fmt: skip
    fill(owner, dashboard)
    for name in ("member", "colleague"):
        prototypes.invite_pilot(actor=owner, dashboard=dashboard, person=people[name])
    prototypes.share_prototype(actor=owner, dashboard=dashboard)
    prototypes.record_walkthrough(
        actor=people["ace"], dashboard=dashboard, person=people["colleague"], held_on=today,
        notes="Read the bars from the worst up, and asked how many answers each one stands for.",
    )  # fmt: skip
    prototypes.freeze_version(actor=owner, dashboard=dashboard)
    run = runs.begin_run(actor=people["ace"], dashboard=dashboard)
    tasks = [
        runs.add_task(actor=people["ace"], run=run, text=text)
        for text in (
            "After which channel are people least content?",
            "Has satisfaction after phone calls risen since spring?",
        )
    ]
    answers.record_result(
        actor=people["colleague"], run=run, task=tasks[0], success=True, seconds=35,
        comment="I read it off the bars.",
    )  # fmt: skip
    return dashboard


def fill(owner: User, dashboard: Dashboard) -> Version:
    """A number, bars and a line of one KPI, with a filter by channel."""
    csat = KPIVersion.objects.get(
        kpi__name="Satisfaction (CSAT)", state=KPIVersion.State.PUBLISHED
    ).pk
    draft = drafts.start_version(actor=owner, dashboard=dashboard)
    tiles = (
        {"type": "number", "width": 4, "kpi_version": csat},
        {"type": "bar", "width": 8, "kpi_version": csat, "by": "channel"},
        {"type": "line", "width": 12, "kpi_version": csat, "grain": "month"},
    )
    for tile in tiles:
        draft = drafts.add_tile(
            actor=owner, dashboard=dashboard, revision=draft.revision, tile=tile
        )
    return drafts.change_filters(
        actor=owner, dashboard=dashboard, revision=draft.revision, period={"preset": "last_6"},
        choices=[{"column": "channel", "label": "Channel"}],
    )  # fmt: skip
