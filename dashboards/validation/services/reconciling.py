"""A figure of the source system beside the product's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Invalid, PortalError
from dashboards.content.document import Document
from dashboards.content.filters import FilterState, read
from dashboards.content.models import Version
from dashboards.content.planning import Page, total_query
from dashboards.content.selectors import document_of
from dashboards.content.sources import Source, sources_of
from dashboards.validation.figures import agrees
from dashboards.validation.models import Reconciliation, ValidationRun
from dashboards.validation.services.runs import held_open
from kpis.engine.definition import (
    Aggregate,
    Basic,
    Definition,
    Formula,
    Net,
    Share,
    Stock,
    Where,
    columns_of,
)
from kpis.engine.query import Query, calendar_of
from kpis.engine.run import run as ask_engine
from kpis.figures import Ask, answers, open_load, table_of
from kpis.measured import cut_versions
from kpis.models import KPIVersion
from personas.permissions import require_ace

PLACES = Decimal("0.000001")
LARGEST = Decimal(10) ** 13
EXACT = {"count", "count_distinct"}


@dataclass(frozen=True)
class Computed:
    """The product's figure as people read it, and what kind of figure it is."""

    value: Decimal
    counted: bool
    rate: bool
    to_points: int  # 100 for a share that is shown as a fraction of one
    as_of: datetime | None
    column: str
    label: str


def reconcile(
    *,
    actor: User,
    run: ValidationRun,
    kpi_version: KPIVersion,
    start: date,
    end: date,
    expected: Decimal,
    source: str,
    filter: str = "",
    value: str = "",
) -> Reconciliation:
    """Compare: the person types what the source says, the product computes its own now.

    ``start`` and ``end`` are both included; ``filter`` is the key of one of the version's
    dropdowns. A share is typed in percent, as the page shows it.
    """
    require_ace(actor)
    with transaction.atomic():
        row = held_open(run)
        found = compute(row.version, kpi_version, start, end, filter, value, reader=actor)
        if not expected.is_finite() or abs(expected) >= LARGEST:
            raise Invalid(_("This is no figure to compare with."), field="expected")
        expected = expected.quantize(PLACES)
        compared = Reconciliation(
            run=row, kpi_version=kpi_version, start=start, end=end, column=found.column,
            label=found.label, value=value.strip(), expected=expected, actual=found.value,
            difference=found.value - expected, as_of=found.as_of, source=source.strip(), by=actor,
            met=agrees(
                expected * found.to_points, found.value * found.to_points, counted=found.counted,
                rate=found.rate, tolerance=Decimal(str(settings.GATE_RATE_POINTS)),
            ),
        )  # fmt: skip
        compared.full_clean()
        compared.save()
        record(
            actor=actor, action="validation.reconcile", target=row, kpi_version=kpi_version.pk,
            met=compared.met,
        )  # fmt: skip
    return compared


def remove_reconciliation(*, actor: User, reconciliation: Reconciliation) -> None:
    """A figure that was typed wrongly goes; the audit log keeps that it was there."""
    require_ace(actor)
    with transaction.atomic():
        run = held_open(reconciliation.run)
        record(
            actor=actor, action="validation.reconcile_remove", target=run,
            expected=str(reconciliation.expected), actual=str(reconciliation.actual),
        )  # fmt: skip
        Reconciliation.objects.filter(pk=reconciliation.pk, run=run).delete()


def compute(
    version: Version,
    kpi_version: KPIVersion,
    start: date,
    end: date,
    filter: str,
    value: str,
    *,
    reader: User,
) -> Computed:
    """The figure that the version shows for a KPI under own dates and one dropdown.

    Over all rows, as the source counts them: who sees some of them cannot compare.
    """
    document = document_of(version)
    if kpi_version.pk not in document.kpi_versions:
        raise Invalid(_("This version does not show that KPI."), field="kpi_version")
    source = sources_of([kpi_version.pk])[kpi_version.pk]
    if cut_versions(reader, [source.version]):
        raise Invalid(
            _("You see some of this KPI's rows, the source has all. Who manages data compares."),
            field="kpi_version",
        )
    _check_period(source, start, end)
    column, label, chosen = _filtered(document, source, filter, value.strip())
    state = FilterState("own", start, end, chosen)
    page = Page.of(document, state, {kpi_version.pk: source})
    try:
        query = total_query(page, source)
    except PortalError as error:
        raise Invalid(error.message, field="value") from error
    if query.where is not None and not _has(source, query.where):
        raise Invalid(
            _("The data has no “%(value)s” in %(label)s.")
            % {"value": value.strip(), "label": label},
            field="value",
        )
    answer = answers([Ask(source.version, query)], reader=reader)[0]
    if answer.result is None:
        raise Invalid(answer.error, field="kpi_version")
    figure = answer.result.total
    if figure.value is None:
        raise Invalid(_("There is no figure for this: nothing was counted."), field="start")
    rate = isinstance(source.definition.basic, Share)
    percent = kpi_version.unit == KPIVersion.Unit.PERCENT
    counted = source.definition.rate is None and is_counted(source.definition.basic)
    number = _decimal(figure.value) * (100 if percent else 1)
    return Computed(
        number.quantize(PLACES), counted=counted, rate=rate or percent,
        to_points=100 if rate and not percent else 1, as_of=source.as_of, column=column,
        label=label,
    )  # fmt: skip


def _check_period(source: Source, start: date, end: date) -> None:
    if start > end:
        raise Invalid(_("The period ends before it begins."), field="end")
    if not source.timed:
        raise Invalid(_("This KPI has no date, so it has no periods."), field="kpi_version")
    known = source.known_until()
    if known is None or source.as_of is None:
        return
    # A day on which the data ends is not over: the source counts on.
    calendar = calendar_of(source.definition)
    if end > known or calendar.midnight(end + timedelta(days=1)) > source.as_of:
        raise Invalid(
            _("The data goes into %(day)s only: choose a period that ends before that day.")
            % {"day": known.isoformat()},
            field="end",
        )


def _filtered(
    document: Document, source: Source, key: str, value: str
) -> tuple[str, str, dict[str, tuple[str | None, ...]]]:
    """The column of a dropdown, its label, and the state that chooses the value."""
    if not key:
        if value:
            raise Invalid(_("Say which filter this value is of."), field="filter")
        return "", "", {}
    choice = next((choice for choice in document.choices if choice.key == key), None)
    if choice is None:
        raise Invalid(_("This version has no such filter."), field="filter")
    if choice.column not in source.filters:
        raise Invalid(
            _("%(kpi)s is not filtered by %(label)s.") % {"kpi": source.kpi, "label": choice.label},
            field="filter",
        )
    if not value:
        raise Invalid(_("Say which value it is filtered by."), field="value")
    return choice.column, choice.label, {choice.key: (read(value),)}


def _has(source: Source, where: Where) -> bool:
    """Whether any row of the data meets it, of this KPI or not."""
    load = source.load
    if source.leaves:
        known = [leaf for leaf in source.leaves if columns_of(where) <= set(leaf.types)]
        return any(_has(leaf, where) for leaf in known)
    if load is None:
        return False
    with open_load(load) as connection:
        rows = ask_engine(
            connection, table_of(load, None), Definition(Aggregate("count")), Query(where=where)
        )
    return rows.total.rows > 0


def is_counted(measure: Basic | Formula) -> bool:
    """Rows or different values: they agree with the source to the last one, or they do not."""
    if isinstance(measure, Aggregate):
        return measure.agg in EXACT
    return isinstance(measure, Stock | Net)


def _decimal(value: float | int) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise Invalid(_("This figure is too large to compare."), field="kpi_version") from error
    if not number.is_finite() or abs(number) >= LARGEST / 100:
        raise Invalid(_("This figure is too large to compare."), field="kpi_version")
    return number
