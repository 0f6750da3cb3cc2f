"""The thread: from the step of a service to the release, and where each object stands on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard
from dashboards.content.selectors import dashboards_for, released_of
from kpis.models import KPI
from kpis.selectors import kpis_for
from personas.models import Blueprint, Persona, Question, Service
from personas.selectors import blueprints_for, personas_for, questions_for, step_of


@dataclass(frozen=True)
class Node:
    """One station. Without a url the reader may not go there, or there is nothing yet."""

    kind: str
    name: str
    url: str = ""
    lit: bool = False
    here: bool = False


@dataclass
class Line:
    """What lies on the thread of one object, kind by kind."""

    blueprints: QuerySet[Blueprint]
    personas: QuerySet[Persona]
    questions: QuerySet[Question]
    kpis: QuerySet[KPI]
    dashboards: QuerySet[Dashboard]
    here: str
    step_name: str = ""
    step_url: str = ""


def line_of_questions(questions: QuerySet[Question], here: str) -> Line:
    """The thread through a set of questions, which everything else hangs on."""
    kpis = KPI.objects.filter(question__in=questions)
    return Line(
        blueprints=Blueprint.objects.filter(questions__in=questions).distinct(),
        personas=Persona.objects.filter(questions__in=questions).distinct(),
        questions=questions,
        kpis=kpis,
        dashboards=_using(kpis),
        here=here,
    )


def _using(kpis: QuerySet[KPI]) -> QuerySet[Dashboard]:
    return Dashboard.objects.filter(
        versions__tiles__kpi_version__kpi__in=kpis.values("pk")
    ).distinct()


def of_service(service: Service) -> Line:
    blueprints = Blueprint.objects.filter(service=service)
    line = line_of_questions(Question.objects.filter(blueprint__in=blueprints), "step")
    line.blueprints = blueprints
    line.personas = Persona.objects.filter(
        pk__in=[*line.personas.values_list("pk", flat=True),
                *blueprints.exclude(persona=None).values_list("persona", flat=True)]
    )  # fmt: skip
    return line


def of_blueprint(blueprint: Blueprint) -> Line:
    line = line_of_questions(Question.objects.filter(blueprint=blueprint), "step")
    line.blueprints = Blueprint.objects.filter(pk=blueprint.pk)
    if blueprint.persona_id:
        line.personas = Persona.objects.filter(pk=blueprint.persona_id)
    return line


def of_persona(persona: Persona) -> Line:
    line = line_of_questions(Question.objects.filter(persona=persona), "persona")
    line.personas = Persona.objects.filter(pk=persona.pk)
    if not line.blueprints.exists():
        line.blueprints = Blueprint.objects.filter(persona=persona)
    return line


def of_question(question: Question) -> Line:
    line = line_of_questions(Question.objects.filter(pk=question.pk), "question")
    step = step_of(question)
    if step is not None and question.blueprint is not None:
        line.step_name = step.title
        line.step_url = f"{question.blueprint.get_absolute_url()}#step-{step.key}"
    return line


def of_kpi(kpi: KPI) -> Line:
    line = of_question(kpi.question)
    line.kpis = KPI.objects.filter(pk=kpi.pk)
    line.dashboards = _using(line.kpis)
    line.here = "kpi"
    return line


def of_dashboard(dashboard: Dashboard) -> Line:
    kpis = KPI.objects.filter(versions__tiles__version__dashboard=dashboard).distinct()
    line = line_of_questions(Question.objects.filter(kpis__in=kpis).distinct(), "dashboard")
    line.kpis = kpis
    line.personas = Persona.objects.filter(pk=dashboard.persona_id)
    line.dashboards = Dashboard.objects.filter(pk=dashboard.pk)
    return line


LINES: dict[type[Model], Callable[[Any], Line]] = {
    Service: of_service,
    Blueprint: of_blueprint,
    Persona: of_persona,
    Question: of_question,
    KPI: of_kpi,
    Dashboard: of_dashboard,
}
ORDER = ("step", "persona", "question", "kpi", "dashboard", "release")


def strip_for(user: User, thing: Model) -> list[Node]:
    """The stations of an object's thread, as far as this reader may go.

    Lit up to where the object stands; what the reader may not open is shown by its kind alone.
    """
    line = LINES[type(thing)](thing)
    place = ORDER.index(line.here)
    nodes = [
        _step(user, line),
        _one_of(_("Persona"), line.personas, personas_for(user), _persona_count),
        _one_of(_("Question"), line.questions, questions_for(user), _question_count),
        _one_of(_("KPI"), line.kpis, kpis_for(user), _kpi_count),
        _one_of(_("Dashboard"), line.dashboards, dashboards_for(user), _dashboard_count),
        _release(user, line),
    ]
    return [
        Node(node.kind, node.name, node.url, lit=index < place, here=index == place)
        for index, node in enumerate(nodes)
    ]


def _one_of(
    kind: str, all_rows: QuerySet[Any], visible: QuerySet[Any], many: Callable[[int], str]
) -> Node:
    """The one row, or how many; the first is where the link leads."""
    seen = list(visible.filter(pk__in=all_rows.values("pk"))[:50])
    if not seen:
        hidden = all_rows.exists()
        return Node(kind, _("Not open to you") if hidden else _("Not yet"))
    name = str(seen[0]) if len(seen) == 1 else many(len(seen))
    return Node(kind, name, seen[0].get_absolute_url())


def _step(user: User, line: Line) -> Node:
    node = _one_of(_("Step"), line.blueprints, blueprints_for(user), _blueprint_count)
    if line.step_name and node.url:
        return Node(node.kind, line.step_name, line.step_url)
    return node


def _release(user: User, line: Line) -> Node:
    rows = dashboards_for(user).filter(pk__in=line.dashboards.values("pk"))[:1]
    for dashboard in rows:
        version = released_of(dashboard)
        if version is not None:
            url = reverse("dashboards:versions", args=[dashboard.slug])
            return Node(_("Release"), _("v%(n)s") % {"n": version.number}, url)
    return Node(_("Release"), _("Not yet"))


def _persona_count(n: int) -> str:
    return ngettext("%(n)d persona", "%(n)d personas", n) % {"n": n}


def _question_count(n: int) -> str:
    return ngettext("%(n)d question", "%(n)d questions", n) % {"n": n}


def _kpi_count(n: int) -> str:
    return ngettext("%(n)d KPI", "%(n)d KPIs", n) % {"n": n}


def _dashboard_count(n: int) -> str:
    return ngettext("%(n)d dashboard", "%(n)d dashboards", n) % {"n": n}


def _blueprint_count(n: int) -> str:
    return ngettext("%(n)d blueprint", "%(n)d blueprints", n) % {"n": n}
