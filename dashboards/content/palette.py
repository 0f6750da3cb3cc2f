"""What a draft can be made of: the persona's questions and the KPIs that answer them."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboards.content.document import Document
from dashboards.content.models import Dashboard
from dashboards.content.selectors import usable_versions
from dashboards.content.sources import Source, sources_of
from personas.models import Question


@dataclass
class Item:
    """A KPI that can become a tile; ``used`` says that it is one already."""

    source: Source
    used: bool

    @property
    def by(self) -> str:
        return next(iter(self.source.dimensions), "")


@dataclass
class Asked:
    question: Question
    items: list[Item] = field(default_factory=list)


def palette_of(dashboard: Dashboard, document: Document) -> list[Asked]:
    """Question by question, most important first."""
    versions = list(usable_versions(dashboard, document.kpi_versions))
    known = sources_of(version.pk for version in versions)
    asked = {q.pk: Asked(q) for q in dashboard.persona.questions.all()}
    for version in versions:
        question = version.kpi.question
        group = asked.setdefault(question.pk, Asked(question))
        group.items.append(Item(known[version.pk], version.pk in document.kpi_versions))
    return list(asked.values())
