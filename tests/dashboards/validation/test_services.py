"""A run over a frozen version: who asks, answers, compares and signs, and what stays for good."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from ace_portal.accounts.models import User
from ace_portal.audit.models import AuditEntry
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed, NotVisible, PortalError
from dashboards.content.models import Dashboard, Version
from dashboards.content.services import drafts, releases
from dashboards.content.services.dashboards import change_dashboard
from dashboards.prototypes import services as prototypes
from dashboards.validation import selectors
from dashboards.validation.models import Reconciliation, SusAnswer, Task, TaskResult, ValidationRun
from dashboards.validation.services import answers, reconciling, runs
from dashboards.validation.stamps import seconds_since, stamp
from kpis.models import Dataset, KPIVersion
from tests.fixtures.kpis import publish_kpi
from tests.fixtures.loads import write_rows
from tests.fixtures.tickets import AS_OF, HOURS, TICKETS, ticket_rows
from tests.fixtures.trials import (
    OCTOBER_P1,
    OCTOBER_TICKETS,
    SEPTEMBER,
    SEPTEMBER_TICKETS,
    compare,
)
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db
GOOD = [4, 2, 5, 1, 4, 2, 5, 1, 4, 2]


def signed(ace: User, pilot: User, run: ValidationRun, task: Task, kpi: KPIVersion) -> Any:
    answers.record_result(actor=pilot, run=run, task=task, success=True)
    compare(ace, run, kpi)
    return runs.sign_run(actor=ace, run=run)


# Runs --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["draft", "prototype", "released", "superseded"])
def test_only_a_frozen_version_is_validated(
    ace: User, on_trial: Dashboard, prototype: Version, state: str
) -> None:
    Version.objects.filter(pk=prototype.pk).update(state=state)

    with pytest.raises(Conflict, match="Only a frozen version"):
        runs.begin_run(actor=ace, dashboard=on_trial)


def test_one_run_is_open_at_a_time(ace: User, on_trial: Dashboard, run: ValidationRun) -> None:
    with pytest.raises(Conflict, match="open already"):
        runs.begin_run(actor=ace, dashboard=on_trial)
    with pytest.raises(IntegrityError), transaction.atomic():
        ValidationRun.objects.create(
            dashboard=on_trial, version=run.version, sha256=run.sha256, begun_by=ace
        )


def test_ace_alone_runs_it(
    pilot: User, member: User, on_trial: Dashboard, run: ValidationRun, task: Task,
    volume: KPIVersion,
) -> None:  # fmt: skip
    for person in (pilot, member):
        acts: list[Callable[[], Any]] = [
            lambda person=person: runs.begin_run(actor=person, dashboard=on_trial),
            lambda person=person: runs.change_run(actor=person, run=run),
            lambda person=person: runs.add_task(actor=person, run=run, text="?"),
            lambda person=person: runs.change_task(actor=person, task=task, text="?"),
            lambda person=person: runs.remove_task(actor=person, task=task),
            lambda person=person: compare(person, run, volume),
            lambda person=person: runs.sign_run(actor=person, run=run),
        ]
        for act in acts:
            with pytest.raises(NotAllowed):
                act()


def test_task_changes_until_somebody_has_answered(
    ace: User, pilot: User, run: ValidationRun, task: Task
) -> None:
    other = runs.add_task(actor=ace, run=run, text="Which team is slowest?")
    runs.change_task(actor=ace, task=task, text="How many in October?", expected="23")
    answers.record_result(actor=pilot, run=run, task=task, success=True)

    for act in (
        lambda: runs.change_task(actor=ace, task=task, text="How many in May?"),
        lambda: runs.remove_task(actor=ace, task=task),
    ):
        with pytest.raises(Conflict, match="stays as it was asked"):
            act()
    runs.remove_task(actor=ace, task=other)

    assert [t.text for t in selectors.tasks_of(run)] == ["How many in October?"]


# Answers -----------------------------------------------------------------------------------------


def test_pilots_answer_once(ace: User, pilot: User, run: ValidationRun, task: Task) -> None:
    answers.record_result(actor=pilot, run=run, task=task, success=True, seconds=40, answer="23")
    answers.answer_sus(actor=pilot, run=run, answers=GOOD)

    for actor, person in ((pilot, None), (ace, pilot)):
        with pytest.raises(Conflict, match="already"):
            answers.record_result(actor=actor, run=run, task=task, success=False, person=person)
        with pytest.raises(Conflict, match="already"):
            answers.answer_sus(actor=actor, run=run, answers=GOOD, person=person)
    assert TaskResult.objects.get().seconds == 40


def test_who_is_no_pilot_does_not_answer(
    ace: User, owner: User, member: User, outsider: User, pilot: User, run: ValidationRun,
    task: Task,
) -> None:  # fmt: skip
    def refused(actor: User, person: User | None = None) -> type[PortalError]:
        kinds = []
        for act in (
            lambda: answers.record_result(
                actor=actor, run=run, task=task, success=True, person=person
            ),
            lambda: answers.answer_sus(actor=actor, run=run, answers=GOOD, person=person),
        ):
            with pytest.raises(PortalError) as error:
                act()
            kinds.append(type(error.value))
        assert kinds[0] is kinds[1]
        return kinds[0]

    assert [refused(person) for person in (member, outsider)] == [NotVisible] * 2
    assert [refused(person) for person in (ace, owner)] == [NotAllowed] * 2
    assert refused(member, pilot) is NotVisible
    assert refused(ace, member) is Invalid  # the member is no pilot
    prototypes.end_pilot(actor=owner, pilot=run.dashboard.pilots.get())
    assert refused(pilot) is NotVisible


def test_ace_writes_down_what_a_pilot_did(
    ace: User, pilot: User, run: ValidationRun, task: Task
) -> None:
    result = answers.record_result(
        actor=ace, run=run, task=task, success=False, person=pilot, seconds=95
    )
    scale = answers.answer_sus(actor=ace, run=run, answers=GOOD, person=pilot)

    assert (result.person, result.by, scale.person, scale.by) == (pilot, ace, pilot, ace)


@pytest.mark.parametrize("wrong", [[3] * 9, [3] * 11, [0] + [3] * 9, [6] + [3] * 9, [True] * 10])
def test_scale_takes_ten_answers_from_one_to_five(
    pilot: User, run: ValidationRun, wrong: list[int]
) -> None:
    with pytest.raises(ValidationError):
        answers.answer_sus(actor=pilot, run=run, answers=wrong)

    assert not SusAnswer.objects.exists()


def test_task_of_another_run_is_none_of_this_one(
    owner: User, ace: User, pilot: User, on_trial: Dashboard, run: ValidationRun, task: Task,
    volume: KPIVersion,
) -> None:  # fmt: skip
    signed(ace, pilot, run, task, volume)
    second = runs.begin_run(actor=ace, dashboard=on_trial)

    with pytest.raises(Invalid) as refused:
        answers.record_result(actor=pilot, run=second, task=task, success=True)

    assert refused.value.field == "task"


def test_time_is_taken_from_the_servers_stamp() -> None:
    opened = timezone.now()
    later = opened + timedelta(seconds=75)
    text = stamp(7, 3, opened)

    assert seconds_since(text, 7, 3, later) == 75
    assert seconds_since(text, 8, 3, later) is None
    assert seconds_since(text, 7, 4, later) is None
    assert seconds_since(text[:-1] + "x", 7, 3, later) is None
    assert seconds_since("", 7, 3, later) is None
    assert seconds_since(text, 7, 3, opened + timedelta(hours=5)) is None
    assert seconds_since(text, 7, 3, opened - timedelta(seconds=5)) is None


# Figures beside the source -----------------------------------------------------------------------


def test_count_agrees_to_the_last_one(ace: User, run: ValidationRun, volume: KPIVersion) -> None:
    met = compare(ace, run, volume)
    off = compare(ace, run, volume, expected=Decimal(OCTOBER_TICKETS + 1))

    assert (met.actual, met.difference, met.met) == (OCTOBER_TICKETS, 0, True)
    assert (off.actual, off.difference, off.met) == (OCTOBER_TICKETS, -1, False)


def test_filter_and_period_reach_the_figure(
    ace: User, run: ValidationRun, volume: KPIVersion
) -> None:
    filtered = compare(
        ace, run, volume, filter="priority", value="P1", expected=Decimal(OCTOBER_P1)
    )
    before = compare(ace, run, volume, **SEPTEMBER, expected=Decimal(SEPTEMBER_TICKETS))
    nobody = compare(ace, run, volume, filter="team", value="~", expected=Decimal(7))

    assert [(row.actual, row.met) for row in (filtered, before, nobody)] == [
        (OCTOBER_P1, True), (SEPTEMBER_TICKETS, True), (7, True),
    ]  # fmt: skip
    assert (filtered.column, filtered.label) == ("priority", "Priority")


def test_rate_is_compared_in_points(ace: User, run: ValidationRun, sla: KPIVersion) -> None:
    """17 of 23 is 73.913 %."""
    rows = [
        compare(ace, run, sla, expected=Decimal(text)) for text in ("73.9", "74.0", "73.81", "74.1")
    ]

    assert [row.met for row in rows] == [True, True, False, False]
    assert rows[0].actual == Decimal("73.913043")


def test_other_figures_are_compared_by_percent(
    ace: User, run: ValidationRun, hours: KPIVersion
) -> None:
    """The median of 1 to 23 hours is 12."""
    rows = [compare(ace, run, hours, expected=Decimal(text)) for text in ("12", "12.011", "12.1")]

    assert [(row.actual, row.met) for row in rows] == [(12, True), (12, True), (12, False)]


def test_sum_that_happens_to_be_whole_is_compared_by_percent(
    owner: User, ace: User, world: World, on_trial: Dashboard, tickets: Dataset
) -> None:
    """1 to 23 hours are 276 in October; what is counted is not asked of its unit."""
    total = {**HOURS, "measure": {"agg": "sum", "column": "hours"}}
    summed = publish_kpi(owner, world.question, tickets, total, name="Hours", unit="count")
    different = {**HOURS, "measure": {"agg": "count_distinct", "column": "priority"}}
    kinds = publish_kpi(owner, world.question, tickets, different, name="Kinds", unit="number")
    run = run_over(owner, on_trial, summed, kinds)

    near = compare(ace, run, summed, expected=Decimal("276.1"))
    off = compare(ace, run, kinds, expected=Decimal("3.001"))

    assert (near.actual, near.met) == (276, True)
    assert (off.actual, off.met) == (3, False)


def run_over(owner: User, dashboard: Dashboard, *kpis: KPIVersion) -> ValidationRun:
    """The prototype taken back, given these numbers as well, frozen, and a run over it."""
    draft = prototypes.withdraw_prototype(actor=owner, dashboard=dashboard)
    for kpi in kpis:
        tile = {"type": "number", "width": 3, "kpi_version": kpi.pk}
        draft = drafts.add_tile(
            actor=owner, dashboard=dashboard, revision=draft.revision, tile=tile
        )
    prototypes.share_prototype(actor=owner, dashboard=dashboard)
    prototypes.freeze_version(actor=owner, dashboard=dashboard)
    return runs.begin_run(actor=owner, dashboard=dashboard)


def test_day_on_which_the_data_ends_is_not_over(
    ace: User, run: ValidationRun, volume: KPIVersion
) -> None:
    """It was taken on 10 November at six in the morning."""
    start = date(2026, 11, 1)
    with pytest.raises(Invalid, match="goes into 2026-11-10 only") as refused:
        compare(ace, run, volume, start=start, end=date(2026, 11, 10))

    before = compare(ace, run, volume, start=start, end=date(2026, 11, 9), expected=Decimal(24))

    assert refused.value.field == "end"
    assert before.met


def test_value_is_read_as_the_dropdown_writes_it_among_however_many(
    ace: User, run: ValidationRun, volume: KPIVersion
) -> None:
    teams = ["", "~", *(f"Team 1-{n:03}" for n in range(300)), "Team 1"]
    row = ticket_rows(1)[0]
    stamp = datetime(2026, 10, 5, 9)
    rows = [{**row, "opened_at": stamp, "team": team} for team in teams]
    write_rows(volume.dataset, TICKETS, [*rows, *rows[-1:]], as_of=AS_OF)
    asked = {"~.": 1, "~~": 1, "Team 1-299": 1, "Team 1": 2}

    found = [
        compare(ace, run, volume, filter="team", value=value, expected=Decimal(count))
        for value, count in asked.items()
    ]

    assert [row.met for row in found] == [True] * 4
    for unknown in ("~", "Team"):
        with pytest.raises(Invalid, match="has no “"):
            compare(ace, run, volume, filter="team", value=unknown)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"start": date(2026, 11, 1), "end": date(2026, 10, 31)}, "end"),
        ({"start": date(2026, 11, 1), "end": date(2026, 11, 30)}, "end"),
        ({"filter": "channel", "value": "Phone"}, "filter"),
        ({"filter": "priority", "value": "P9"}, "value"),
        ({"filter": "priority", "value": ""}, "value"),
        ({"value": "P1"}, "filter"),
        ({"expected": Decimal("NaN")}, "expected"),
        ({"expected": Decimal("1e15")}, "expected"),
        ({"start": date(2020, 1, 1), "end": date(2020, 1, 31), "kpi": "sla"}, "start"),
    ],
)
def test_what_cannot_be_compared_is_refused_beside_its_field(
    ace: User, run: ValidationRun, volume: KPIVersion, sla: KPIVersion, given: dict[str, Any],
    field: str,
) -> None:  # fmt: skip
    kpi = sla if given.pop("kpi", "") else volume

    with pytest.raises(Invalid) as refused:
        compare(ace, run, kpi, **given)

    assert refused.value.field == field
    assert not Reconciliation.objects.exists()


def test_filter_that_the_kpi_lacks_is_refused(
    ace: User, run: ValidationRun, hours: KPIVersion
) -> None:
    with pytest.raises(Invalid, match="not filtered by Priority") as refused:
        compare(ace, run, hours, filter="priority", value="P1")

    assert refused.value.field == "filter"


def test_kpi_that_the_version_does_not_show_is_refused(
    owner: User, ace: User, on_trial: Dashboard, volume: KPIVersion
) -> None:
    draft = prototypes.withdraw_prototype(actor=owner, dashboard=on_trial)
    tiles = [t for t in draft.document["tiles"] if volume.pk not in t.get("kpi_versions", [])]
    kept = [t for t in tiles if t.get("kpi_version") != volume.pk]
    drafts.put_document(
        actor=owner, dashboard=on_trial, revision=draft.revision,
        document={**draft.document, "tiles": kept},
    )  # fmt: skip
    prototypes.share_prototype(actor=owner, dashboard=on_trial)
    prototypes.freeze_version(actor=owner, dashboard=on_trial)
    run = runs.begin_run(actor=ace, dashboard=on_trial)

    with pytest.raises(Invalid) as refused:
        compare(ace, run, volume)

    assert refused.value.field == "kpi_version"


def test_figure_typed_wrongly_is_taken_away(
    ace: User, run: ValidationRun, volume: KPIVersion
) -> None:
    row = compare(ace, run, volume, expected=Decimal(32))

    reconciling.remove_reconciliation(actor=ace, reconciliation=row)

    assert not Reconciliation.objects.exists()
    entry = AuditEntry.objects.get(action="validation.reconcile_remove")
    assert entry.details["expected"] == "32.000000"


# The signature -----------------------------------------------------------------------------------


def test_another_of_the_ace_signs(
    owner: User, ace: User, pilot: User, run: ValidationRun, task: Task, volume: KPIVersion
) -> None:
    with pytest.raises(Conflict, match="Nobody has answered"):
        runs.sign_run(actor=ace, run=run)
    answers.answer_sus(actor=pilot, run=run, answers=GOOD)
    with pytest.raises(Conflict, match="compared with the source"):
        runs.sign_run(actor=ace, run=run)
    compare(ace, run, volume)
    with pytest.raises(NotAllowed, match="somebody else"):
        runs.sign_run(actor=owner, run=run)

    row = runs.sign_run(actor=ace, run=run)

    assert (row.state, row.signed_by, row.owner_then) == ("signed", ace, owner)


def test_who_has_owned_it_does_not_sign_either(
    owner: User, ace: User, pilot: User, run: ValidationRun, volume: KPIVersion
) -> None:
    answers.answer_sus(actor=pilot, run=run, answers=GOOD)
    compare(ace, run, volume)
    change_dashboard(actor=owner, dashboard=run.dashboard, owner=ace)

    for person in (owner, ace):
        with pytest.raises(NotAllowed, match="somebody else"):
            runs.sign_run(actor=person, run=ValidationRun.objects.get(pk=run.pk))


def test_no_door_lets_the_owner_sign(owner: User, run: ValidationRun) -> None:
    with (
        pytest.raises(IntegrityError, match=r"validation_signed_by_another|CHECK"),
        transaction.atomic(),
    ):
        ValidationRun.objects.filter(pk=run.pk).update(
            state="signed", signed_by=owner, owner_then=owner, signed_at=timezone.now()
        )


def test_nothing_in_a_signed_run_changes(
    ace: User, pilot: User, run: ValidationRun, task: Task, volume: KPIVersion
) -> None:
    row = signed(ace, pilot, run, task, volume)
    compared = Reconciliation.objects.get()
    acts: list[Callable[[], Any]] = [
        lambda: runs.change_run(actor=ace, run=row, note="Better"),
        lambda: runs.add_task(actor=ace, run=row, text="?"),
        lambda: runs.change_task(actor=ace, task=task, text="?"),
        lambda: runs.remove_task(actor=ace, task=task),
        lambda: answers.answer_sus(actor=pilot, run=row, answers=GOOD),
        lambda: compare(ace, row, volume),
        lambda: reconciling.remove_reconciliation(actor=ace, reconciliation=compared),
        lambda: runs.sign_run(actor=ace, run=row),
    ]

    for act in acts:
        with pytest.raises(Conflict, match="signed"):
            act()


@pytest.mark.parametrize(
    "change",
    [
        lambda: ValidationRun.objects.get().save(),
        lambda: ValidationRun.objects.get().delete(),
        lambda: ValidationRun.objects.update(note="Better"),
        lambda: ValidationRun.objects.bulk_update(ValidationRun.objects.all(), ["note"]),
        lambda: Task.objects.get().save(),
        lambda: Task.objects.all().delete(),
        lambda: TaskResult.objects.get().delete(),
        lambda: TaskResult.objects.update(success=False),
        lambda: TaskResult.objects.get().save(),
        lambda: Reconciliation.objects.get().save(),
        lambda: Reconciliation.objects.update(met=True),
        lambda: SusAnswer(
            run=ValidationRun.objects.get(), person=User.objects.first(), answers=GOOD
        ).save(),
    ],
)
def test_no_code_changes_a_signed_run(
    ace: User, pilot: User, run: ValidationRun, task: Task, volume: KPIVersion,
    change: Callable[[], Any],
) -> None:  # fmt: skip
    signed(ace, pilot, run, task, volume)

    with pytest.raises(TypeError, match="never changes"):
        change()


# A version that moves on -------------------------------------------------------------------------


def test_run_counts_for_the_version_as_it_was_frozen(
    owner: User, ace: User, pilot: User, on_trial: Dashboard, run: ValidationRun, task: Task,
    volume: KPIVersion,
) -> None:  # fmt: skip
    signed(ace, pilot, run, task, volume)
    assert selectors.validation_evidence(on_trial.versions.get()).run == run

    draft = prototypes.thaw_version(actor=owner, dashboard=on_trial, reason="Too many tiles.")
    key = draft.document["tiles"][0]["key"]
    drafts.remove_tile(actor=owner, dashboard=on_trial, revision=draft.revision, key=key)
    prototypes.share_prototype(actor=owner, dashboard=on_trial)
    prototypes.freeze_version(actor=owner, dashboard=on_trial)

    assert selectors.validation_evidence(on_trial.versions.get()).run is None
    assert list(selectors.runs_for(pilot, on_trial)) == []
    second = runs.begin_run(actor=ace, dashboard=on_trial)
    assert selectors.validation_evidence(on_trial.versions.get()).run == second


def test_nothing_is_written_about_a_version_that_was_thawed(
    owner: User, ace: User, pilot: User, on_trial: Dashboard, run: ValidationRun, task: Task,
    volume: KPIVersion,
) -> None:  # fmt: skip
    prototypes.thaw_version(actor=owner, dashboard=on_trial, reason="Too many tiles.")

    for act in (
        lambda: answers.record_result(actor=pilot, run=run, task=task, success=True),
        lambda: compare(ace, run, volume),
        lambda: runs.change_run(actor=ace, run=run),
    ):
        with pytest.raises(Conflict, match="not frozen as it was"):
            act()


# What a gate reads -------------------------------------------------------------------------------


def test_evidence_says_over_how_many(
    owner: User, ace: User, member: User, pilot: User, on_trial: Dashboard, run: ValidationRun,
    task: Task, volume: KPIVersion, django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    prototypes.invite_pilot(actor=owner, dashboard=on_trial, person=member)
    other = runs.add_task(actor=ace, run=run, text="Which team is slowest?")
    answers.record_result(actor=pilot, run=run, task=task, success=True)
    answers.record_result(actor=pilot, run=run, task=other, success=False)
    answers.record_result(actor=member, run=run, task=task, success=True)
    answers.answer_sus(actor=pilot, run=run, answers=GOOD)
    answers.answer_sus(actor=ace, run=run, answers=[3] * 10, person=member)
    compare(ace, run, volume)
    compare(ace, run, volume, **SEPTEMBER, expected=Decimal(1))
    compare(ace, run, volume, filter="priority", value="P1", expected=Decimal(OCTOBER_P1))
    runs.change_run(actor=ace, run=run, keyboard="passed", contrast="failed")

    with django_assert_max_num_queries(6):
        evidence = selectors.validation_evidence(on_trial.versions.get())

    assert evidence == selectors.ValidationEvidence(
        run=run, signed=False, people=2, task_success=Fraction(2, 3), task_n=3, sus=67.5, sus_n=2,
        reconciled=2, differing=1, periods=1, filtered=1, keyboard=True, contrast=False,
    )  # fmt: skip


def test_without_a_run_there_is_no_evidence(prototype: Version) -> None:
    nothing = selectors.ValidationEvidence()

    assert selectors.validation_evidence(None) == nothing
    assert selectors.validation_evidence(prototype) == nothing
    assert (nothing.task_success, nothing.sus, nothing.signed) == (None, None, False)


def test_signed_run_stays_with_the_release(
    owner: User, ace: User, pilot: User, on_trial: Dashboard, run: ValidationRun, task: Task,
    volume: KPIVersion,
) -> None:  # fmt: skip
    signed(ace, pilot, run, task, volume)

    released = releases.release_version(actor=owner, dashboard=on_trial)

    evidence = selectors.validation_evidence(released)
    assert (evidence.signed, evidence.people, evidence.reconciled) == (True, 1, 1)
