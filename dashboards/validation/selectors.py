"""The validation runs that a person may see, what was found in them, what a gate reads of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from django.db.models import Exists, F, OuterRef, QuerySet

from ace_portal.accounts.models import User
from ace_portal.lib.selectors import first_or_404
from dashboards.content.models import Dashboard, Version
from dashboards.content.selectors import document_of, prototypes_for
from dashboards.content.sources import sources_of
from dashboards.validation.figures import Mean, mean_of, sus_score
from dashboards.validation.models import (
    Reconciliation,
    SusAnswer,
    Task,
    TaskResult,
    ValidationRun,
)
from kpis.measured import cut_versions
from kpis.models import KPIVersion

Access = ValidationRun.Access


def runs_for(user: User, dashboard: Dashboard) -> QuerySet[ValidationRun]:
    """All for the ACE; a pilot those of the frozen version that they try. The latest first."""
    runs = ValidationRun.objects.filter(dashboard=dashboard).select_related(
        "version", "dashboard__owner", "begun_by", "signed_by"
    )
    if user.is_ace:
        return runs
    tried = prototypes_for(user).order_by().filter(state=Version.State.FROZEN)
    return runs.filter(version__in=tried.values("pk"), sha256=F("version__sha256"))


def run_for(user: User, dashboard: Dashboard, pk: int) -> ValidationRun:
    return first_or_404(runs_for(user, dashboard).filter(pk=pk))


def may_begin(work: Version | None) -> bool:
    """Whether the version in work is frozen and no run over it is open."""
    if work is None or work.state != Version.State.FROZEN or work.dashboard.is_over:
        return False
    open_ = ValidationRun.objects.filter(version=work, sha256=work.sha256, state="open")
    return not open_.exists()


def run_to_answer(user: User, dashboard: Dashboard) -> ValidationRun | None:
    """The open run that waits for a pilot's answers."""
    if not prototypes_for(user).filter(dashboard=dashboard).exists():
        return None
    open_ = runs_for(user, dashboard).filter(state=ValidationRun.State.OPEN)
    return open_.filter(version__state=Version.State.FROZEN, sha256=F("version__sha256")).first()


def task_of(run: ValidationRun, pk: int) -> Task:
    rows: QuerySet[Task] = run.tasks.select_related("run__dashboard").filter(pk=pk)
    return first_or_404(rows)


def tasks_of(run: ValidationRun) -> QuerySet[Task]:
    """In their order; ``answered`` says that somebody has tried it."""
    tried = TaskResult.objects.filter(task=OuterRef("pk"))
    rows: QuerySet[Task] = Task.objects.filter(run=run)
    return rows.annotate(answered=Exists(tried))


def results_for(user: User, run: ValidationRun) -> QuerySet[TaskResult]:
    """All with their names for the ACE, else one's own."""
    rows = TaskResult.objects.filter(task__run=run).select_related("task", "person", "by")
    return rows if user.is_ace else rows.filter(person=user)


def sus_for(user: User, run: ValidationRun) -> QuerySet[SusAnswer]:
    rows = SusAnswer.objects.filter(run=run).select_related("person", "by")
    return rows if user.is_ace else rows.filter(person=user)


def reconciliations_for(user: User, run: ValidationRun) -> QuerySet[Reconciliation]:
    """Those over all rows of the data, for who sees all rows of it."""
    rows = Reconciliation.objects.filter(run=run).select_related("kpi_version__kpi", "by")
    versions = KPIVersion.objects.filter(pk__in=rows.values("kpi_version"))
    cut = cut_versions(user, versions.select_related("kpi", "dataset__live"))
    return rows.exclude(kpi_version__in=cut) if cut else rows


def reconciliation_for(user: User, run: ValidationRun, pk: int) -> Reconciliation:
    return first_or_404(reconciliations_for(user, run).filter(pk=pk))


def kpi_versions_of(version: Version) -> list[KPIVersion]:
    """What a version shows, in the order of its tiles."""
    document = document_of(version)
    known = sources_of(document.kpi_versions)
    return [known[pk].version for pk in document.kpi_versions if pk in known]


def filters_of(version: Version) -> list[tuple[str, str]]:
    """The dropdowns of a version: (key, label)."""
    return [(choice.key, choice.label) for choice in document_of(version).choices]


# What was found ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ValidationEvidence:
    """What a run says. ``task_success`` is a fraction of one over ``task_n`` tries, ``sus`` a mean
    from 0 to 100; ``periods`` and ``filtered`` count the reconciliations that agree."""

    run: ValidationRun | None = None
    signed: bool = False
    people: int = 0
    task_success: Fraction | None = None
    task_n: int = 0
    sus: float | None = None
    sus_n: int = 0
    reconciled: int = 0
    differing: int = 0
    periods: int = 0
    filtered: int = 0
    keyboard: bool = False
    contrast: bool = False


@dataclass(frozen=True)
class Findings:
    """A run's figures as its page shows them."""

    evidence: ValidationEvidence
    sus: Mean | None


def validation_evidence(version: Version | None) -> ValidationEvidence:
    """The newest run of a version as it is now, in four queries."""
    if version is None:
        return ValidationEvidence()
    runs = ValidationRun.objects.filter(version=version, sha256=version.sha256)
    run = runs.select_related("version", "dashboard", "signed_by").first()
    return findings_of(run).evidence if run is not None else ValidationEvidence()


def findings_of(run: ValidationRun) -> Findings:
    return findings_by_run([run])[run.pk]


@dataclass
class _Heard:
    """What belongs to one run."""

    people: set[int] = field(default_factory=set)
    tries: list[bool] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    met: list[bool] = field(default_factory=list)
    periods: set[tuple[date, date]] = field(default_factory=set)
    filtered: int = 0


def findings_by_run(runs: Iterable[ValidationRun]) -> dict[int, Findings]:
    """In three queries, however many runs there are."""
    rows = list(runs)
    heard: dict[int, _Heard] = defaultdict(_Heard)
    tries = TaskResult.objects.filter(task__run__in=rows).order_by()
    for run, person, success in tries.values_list("task__run", "person", "success"):
        heard[run].people.add(person)
        heard[run].tries.append(success)
    scales = SusAnswer.objects.filter(run__in=rows)
    for run, person, answers in scales.values_list("run", "person", "answers"):
        heard[run].people.add(person)
        heard[run].scores.append(sus_score(answers))
    compared = Reconciliation.objects.filter(run__in=rows)
    for run, met, start, end, column in compared.values_list(
        "run", "met", "start", "end", "column"
    ):
        heard[run].met.append(met)
        if met:
            heard[run].periods.add((start, end))
            heard[run].filtered += bool(column)
    return {run.pk: _found(run, heard[run.pk]) for run in rows}


def _found(run: ValidationRun, heard: _Heard) -> Findings:
    tries, scores = heard.tries, mean_of(heard.scores)
    evidence = ValidationEvidence(
        run=run,
        signed=run.state == ValidationRun.State.SIGNED,
        people=len(heard.people),
        task_success=Fraction(sum(tries), len(tries)) if tries else None,
        task_n=len(tries),
        sus=scores.value if scores is not None else None,
        sus_n=len(heard.scores),
        reconciled=sum(heard.met),
        differing=len(heard.met) - sum(heard.met),
        periods=len(heard.periods),
        filtered=heard.filtered,
        keyboard=run.keyboard == Access.PASSED,
        contrast=run.contrast == Access.PASSED,
    )
    return Findings(evidence, scores)
