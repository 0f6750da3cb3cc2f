"""What a draft can be made of: the persona's questions and the KPIs that answer them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from ace_portal.accounts.models import User
from dashboards.content.advice import Suggestion, suggest
from dashboards.content.document import Document
from dashboards.content.models import Dashboard
from dashboards.content.selectors import usable_versions
from dashboards.content.sources import Source, sources_of
from kpis.models import KPIVersion
from kpis.selectors.kpis import catalogue_for
from personas.models import Question


@dataclass
class Item:
    """A KPI that can become a tile; ``used`` says that it is one already."""

    source: Source
    used: bool

    @property
    def by(self) -> str:
        return next(iter(self.source.dimensions), "")

    @property
    def suggestion(self) -> Suggestion:
        """The kind of tile that suits it."""
        return suggest(self.source)


@dataclass
class Asked:
    question: Question
    items: list[Item] = field(default_factory=list)


def palette_of(dashboard: Dashboard, document: Document) -> list[Asked]:
    """Question by question, most important first."""
    versions = list(usable_versions(dashboard, document.kpi_versions))
    asked = {q.pk: Asked(q) for q in dashboard.persona.questions.all()}
    for item in items_of(versions, document):
        question = item.source.kpi.question
        asked.setdefault(question.pk, Asked(question)).items.append(item)
    return list(asked.values())


def items_of(versions: Iterable[KPIVersion], document: Document) -> list[Item]:
    """The versions as what they can become, in as many queries however many there are."""
    pks = [version.pk for version in versions]
    known = sources_of(pks)
    return [Item(known[pk], pk in document.kpi_versions) for pk in pks]


def found_in_catalogue(user: User, search: str) -> QuerySet[KPIVersion]:
    """The published versions of the KPIs that the catalogue finds, by name."""
    kpis = catalogue_for(user, search=search).order_by().values("pk")
    published = KPIVersion.objects.filter(state=KPIVersion.State.PUBLISHED, kpi__in=kpis)
    return published.select_related("kpi__question", "dataset").order_by("kpi__name", "pk")
