"""A first draft from what a persona asks: one action, nothing to arrange."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict
from dashboards.content.document import MAX_FILTERS, Choice, Document, Period, TileSpec, new_key
from dashboards.content.models import MOST_KPIS, Dashboard, Version
from dashboards.content.selectors import usable_versions, work_of
from dashboards.content.services.drafts import draft_of, key_for, save_draft, start_version
from dashboards.content.services.locking import locked_under_way
from dashboards.content.sources import Source, sources_of
from dashboards.content.titles import column_label
from dashboards.permissions import require_editor
from kpis.models import KPIVersion
from personas.models import Question

CHARTED = 2
PER_ROW = 4


@dataclass(frozen=True)
class Assembled:
    """The draft, and what somebody should know about it, in sentences."""

    version: Version
    said: list[str]


def assemble_version(*, actor: User, dashboard: Dashboard) -> Assembled:
    """Fill the draft from the published KPIs of the persona's questions, most important first.

    A number for each, a line and bars for the first ones, a table over all by the first dimension
    that they share, a date range and a dropdown for each shared dimension.
    """
    require_editor(actor, dashboard)
    with transaction.atomic():
        require_editor(actor, locked_under_way(dashboard))
        if work_of(dashboard) is None:
            start_version(actor=actor, dashboard=dashboard)
        draft = draft_of(dashboard)
        if draft.document["tiles"]:
            raise Conflict(_("This draft has tiles already; remove them first."))
        versions = list(usable_versions(dashboard).filter(kpi__retired_at__isnull=True))
        if not versions:
            raise Conflict(_("None of the persona's questions has a published KPI yet."))
        known = sources_of(version.pk for version in versions[:MOST_KPIS])
        sources = [known[version.pk] for version in versions[:MOST_KPIS]]
        document = arrange(sources)
        save_draft(actor, draft, document, "assembled")
        said = _remarks(dashboard, versions)
        record(actor=actor, action="version.assemble", target=draft, kpis=len(sources))
    return Assembled(draft, said)


def arrange(sources: list[Source]) -> Document:
    """The tiles and filters for these KPIs, in their order."""
    tiles = [
        TileSpec(new_key(), "number", width, kpi_versions=(source.version.pk,))
        for source, width in zip(sources, widths(len(sources)), strict=True)
    ]
    for source in sources[:CHARTED]:
        tiles += charts(source)
    dimensions = shared(sources)
    table = [s.version.pk for s in sources if dimensions and dimensions[0] in s.dimensions]
    if table:
        tiles.append(TileSpec(new_key(), "table", 12, kpi_versions=tuple(table), by=dimensions[0]))
    return Document(tuple(tiles), Period("last_6"), choices_by(dimensions))


def choices_by(dimensions: list[str]) -> tuple[Choice, ...]:
    """A dropdown for each of the first dimensions."""
    choices: list[Choice] = []
    for column in dimensions[:MAX_FILTERS]:
        key = key_for(column, {choice.key for choice in choices})
        choices.append(Choice(key, column, column_label(column)[:60]))
    return tuple(choices)


def charts(source: Source) -> list[TileSpec]:
    """How it went, under the question that it answers, and beside it where it comes from."""
    pk, by = (source.version.pk,), next(iter(source.dimensions), None)
    made = []
    if source.timed:
        question = source.kpi.question.text[:120]
        width = 7 if by else 12
        made.append(
            TileSpec(new_key(), "line", width, title=question, kpi_versions=pk, grain="month")
        )
    if by:
        made.append(TileSpec(new_key(), "bar", 5 if made else 12, kpi_versions=pk, by=by))
    return made


def widths(count: int) -> list[int]:
    """Rows of at most four, as even as they go: five are three and two."""
    rows = -(-count // PER_ROW)
    shorter, longer = count // rows, count % rows
    sizes = [shorter + 1] * longer + [shorter] * (rows - longer)
    return [12 // size for size in sizes for _place in range(size)]


def shared(sources: list[Source]) -> list[str]:
    """The dimensions of at least two KPIs, most shared first; all of a KPI that stands alone."""
    counted = Counter(column for source in sources for column in dict.fromkeys(source.dimensions))
    least = 2 if len(sources) > 1 else 1
    order = list(counted)
    wanted = [column for column in order if counted[column] >= least]
    return sorted(wanted, key=lambda column: (-counted[column], order.index(column)))


def _remarks(dashboard: Dashboard, versions: list[KPIVersion]) -> list[str]:
    said = []
    if len(versions) > MOST_KPIS:
        said.append(
            _("%(n)d KPIs answer this persona's questions; the first %(most)d are shown.")
            % {"n": len(versions), "most": MOST_KPIS}
        )
    answered = {version.kpi.question_id for version in versions}
    open_ = Question.objects.filter(persona=dashboard.persona_id).exclude(pk__in=answered)
    return said + [
        _("No published KPI answers “%(q)s” yet.") % {"q": question.text} for question in open_[:3]
    ]
