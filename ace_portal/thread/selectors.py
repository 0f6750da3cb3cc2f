"""The thread: from the step of a service to the release, and where each object stands on it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ace_portal.accounts.models import User
from dashboards.content.models import Dashboard, Tile, Version
from dashboards.content.selectors import dashboards_for, readable_versions, released_number
from feedback.models import Thread
from feedback.selectors import threads_for
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


Keys = Collection[int]


@dataclass
class Line:
    """What lies on the thread of one object, kind by kind, by primary keys."""

    blueprints: Keys
    personas: Keys
    questions: Keys
    kpis: Keys
    dashboards: Keys
    here: str
    thread: Thread | None = None
    step_name: str = ""
    step_url: str = ""


def line_of_questions(
    user: User, questions: QuerySet[Question], here: str, kpi: KPI | None = None
) -> Line:
    """The thread through a set of questions, which everything else hangs on; or through one KPI."""
    rows = list(questions.values_list("pk", "persona", "blueprint").order_by())
    keys = {question for question, _persona, _blueprint in rows}
    kpis = {kpi.pk} if kpi is not None else _keys(KPI.objects.filter(question__in=keys))
    return Line(
        blueprints={blueprint for _question, _persona, blueprint in rows if blueprint},
        personas={persona for _question, persona, _blueprint in rows},
        questions=keys,
        kpis=kpis,
        dashboards=_using(user, kpis),
        here=here,
    )


def _keys(rows: QuerySet[Any]) -> Keys:
    return set(rows.order_by().values_list("pk", flat=True))


def _using(user: User, kpis: Keys) -> Keys:
    """The dashboards that show them; of what is only drawn up, nobody but its readers learns."""
    versions = Version.objects.filter(
        Exists(Tile.objects.filter(version=OuterRef("pk"), kpi_version__kpi__in=kpis)),
        dashboard=OuterRef("pk"),
    )
    if not user.is_ace:
        versions = versions.filter(Q(state__in=Version.SEALED) | readable_versions(user))
    return _keys(Dashboard.objects.filter(Exists(versions)))


def of_service(user: User, service: Service) -> Line:
    blueprints = Blueprint.objects.filter(service=service)
    line = line_of_questions(user, Question.objects.filter(blueprint__in=blueprints), "step")
    line.blueprints = _keys(blueprints)
    drawn_for = blueprints.exclude(persona=None).values_list("persona", flat=True)
    line.personas = {*line.personas, *drawn_for}
    return line


def of_blueprint(user: User, blueprint: Blueprint) -> Line:
    line = line_of_questions(user, Question.objects.filter(blueprint=blueprint), "step")
    line.blueprints = {blueprint.pk}
    if blueprint.persona_id:
        line.personas = {blueprint.persona_id}
    return line


def of_persona(user: User, persona: Persona) -> Line:
    line = line_of_questions(user, Question.objects.filter(persona=persona), "persona")
    line.personas = {persona.pk}
    if not line.blueprints:
        line.blueprints = _keys(Blueprint.objects.filter(persona=persona))
    return line


def of_question(user: User, question: Question, kpi: KPI | None = None) -> Line:
    line = line_of_questions(user, Question.objects.filter(pk=question.pk), "question", kpi)
    step = step_of(question)
    if step is not None and question.blueprint is not None:
        line.step_name = step.title
        line.step_url = f"{question.blueprint.get_absolute_url()}#step-{step.key}"
    return line


def of_kpi(user: User, kpi: KPI) -> Line:
    line = of_question(user, kpi.question, kpi)
    line.here = "kpi"
    return line


def of_dashboard(user: User, dashboard: Dashboard) -> Line:
    versions = dashboard.versions.filter(readable_versions(user))
    shown = KPI.objects.filter(versions__tiles__version__in=versions).order_by()
    rows = set(shown.values_list("pk", "question", "question__blueprint"))
    return Line(
        blueprints={blueprint for _kpi, _question, blueprint in rows if blueprint},
        personas={dashboard.persona_id},
        questions={question for _kpi, question, _blueprint in rows},
        kpis={kpi for kpi, _question, _blueprint in rows},
        dashboards={dashboard.pk},
        here="dashboard",
    )


def of_thread(user: User, thread: Thread) -> Line:
    """Through the KPI that was talked about, on the one dashboard where it was."""
    if thread.kpi_version is not None:
        line = of_kpi(user, thread.kpi_version.kpi)
    else:
        line = of_dashboard(user, thread.dashboard)
    line.dashboards = {thread.dashboard_id}
    line.here, line.thread = "feedback", thread
    return line


LINES: dict[type[Model], Callable[[User, Any], Line]] = {
    Service: of_service,
    Blueprint: of_blueprint,
    Persona: of_persona,
    Question: of_question,
    KPI: of_kpi,
    Dashboard: of_dashboard,
    Thread: of_thread,
}
ORDER = ("step", "persona", "question", "kpi", "dashboard", "feedback", "release")


def strip_for(user: User, thing: Model) -> list[Node]:
    """The stations of an object's thread, as far as this reader may go.

    Lit up to where the object stands; what the reader may not open is shown by its kind alone.
    """
    line = LINES[type(thing)](user, thing)
    place = ORDER.index(line.here)
    open_dashboards = _visible(dashboards_for(user), line.dashboards)
    nodes = [
        _step(user, line),
        _one_of(_("Persona"), line.personas, personas_for(user), _persona_count),
        _one_of(_("Question"), line.questions, questions_for(user), _question_count),
        _one_of(_("KPI"), line.kpis, kpis_for(user), _kpi_count),
        _dashboard(user, line, open_dashboards),
        _feedback(user, line, open_dashboards),
        _release(user, line, open_dashboards[:1]),
    ]
    return [
        Node(node.kind, node.name, node.url, lit=index < place, here=index == place)
        for index, node in enumerate(nodes)
    ]


def _visible(rows: QuerySet[Any], keys: Keys) -> list[Any]:
    """Those of the rows that lie on the thread; a name and an address need no other table."""
    return list(rows.select_related(None).filter(pk__in=keys)[:50]) if keys else []


def _one_of(kind: str, keys: Keys, visible: QuerySet[Any], many: Callable[[int], str]) -> Node:
    return _node(kind, keys, _visible(visible, keys), many)


def _node(kind: str, keys: Keys, seen: Sequence[Any], many: Callable[[int], str]) -> Node:
    """The one row, or how many; the first is where the link leads."""
    if not seen:
        return Node(kind, _("Not open to you") if keys else _("Not yet"))
    name = str(seen[0]) if len(seen) == 1 else many(len(seen))
    return Node(kind, name, seen[0].get_absolute_url())


def _step(user: User, line: Line) -> Node:
    node = _one_of(_("Step"), line.blueprints, blueprints_for(user), _blueprint_count)
    if line.step_name and node.url:
        return Node(node.kind, line.step_name, line.step_url)
    return node


def _dashboard(user: User, line: Line, seen: Sequence[Dashboard]) -> Node:
    """Whom none is open to cannot tell whether there is one."""
    if not seen and not user.is_ace:
        return Node(_("Dashboard"), _("None open to you"))
    return _node(_("Dashboard"), line.dashboards, seen, _dashboard_count)


def _feedback(user: User, line: Line, dashboards: Sequence[Dashboard]) -> Node:
    """The thread itself, or what was said about these KPIs on these dashboards."""
    kind = _("Feedback")
    if line.thread is not None:
        return Node(kind, line.thread.title, line.thread.get_absolute_url())
    said = threads_for(user).filter(dashboard__in=line.dashboards).select_related(None)
    about = said.filter(Q(kpi_version__kpi__in=line.kpis) | Q(kpi_version=None))
    found = list(about.order_by("-pk").values_list("pk", "title")[:50]) if line.dashboards else []
    if not found:
        return Node(kind, _("Not yet"))
    if len(found) == 1:
        return Node(kind, found[0][1], reverse("feedback:thread-detail", args=[found[0][0]]))
    url = reverse("feedback:inbox") + "?tab=all"
    if len(dashboards) == 1:
        url = reverse("feedback:dashboard-threads", args=[dashboards[0].slug])
    return Node(kind, _thread_count(len(found)), url)


def _release(user: User, line: Line, dashboards: Sequence[Dashboard]) -> Node:
    """The version that answers the thread, or the one that people see."""
    item = line.thread.item if line.thread is not None else None
    if line.thread is not None and (item is None or item.version is None):
        return Node(_("Release"), _("Not yet"))
    if item is not None and item.version is not None:
        url = reverse("dashboards:versions", args=[item.dashboard.slug])
        return Node(_("Release"), _("v%(n)s") % {"n": item.version.number}, url)
    for dashboard in dashboards:
        number = released_number(user, dashboard)
        if number is not None:
            url = reverse("dashboards:versions", args=[dashboard.slug])
            return Node(_("Release"), _("v%(n)s") % {"n": number}, url)
    return Node(_("Release"), _("Not yet"))


def _persona_count(n: int) -> str:
    return ngettext("%(n)d persona", "%(n)d personas", n) % {"n": n}


def _question_count(n: int) -> str:
    return ngettext("%(n)d question", "%(n)d questions", n) % {"n": n}


def _kpi_count(n: int) -> str:
    return ngettext("%(n)d KPI", "%(n)d KPIs", n) % {"n": n}


def _thread_count(n: int) -> str:
    return ngettext("%(n)d thread", "%(n)d threads", n) % {"n": n}


def _dashboard_count(n: int) -> str:
    return ngettext("%(n)d dashboard", "%(n)d dashboards", n) % {"n": n}


def _blueprint_count(n: int) -> str:
    return ngettext("%(n)d blueprint", "%(n)d blueprints", n) % {"n": n}
