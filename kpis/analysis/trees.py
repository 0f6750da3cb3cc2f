"""KPI trees as pages show them: a drawing, and the same as a list in lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ace_portal.accounts.models import User
from kpis import selectors
from kpis.analysis.drawing import Box, Drawing, draw
from kpis.lines import Line, lines_of
from kpis.models import KPI
from kpis.selectors.tree import Edge, Graph, graph_of_kpis


@dataclass
class Node:
    """A KPI at one place of the list, and how it belongs to the one above."""

    line: Line
    edge: Edge | None = None
    nodes: list[Node] = field(default_factory=list)
    again: bool = False

    @property
    def kpi(self) -> KPI:
        return self.line.kpi


@dataclass(frozen=True)
class Tree:
    """``boxes`` pairs the drawing's boxes with their KPIs."""

    root: Node
    drawing: Drawing
    boxes: tuple[tuple[Box, Line], ...]


def trees_for(user: User, roots: Iterable[int], graph: Graph | None = None) -> list[Tree]:
    """The trees under some KPIs, in their order and in a fixed number of queries."""
    graph, tops = graph or graph_of_kpis(), list(roots)
    wanted = {pk for top in tops for pk in graph.under(top)}
    kpis = selectors.catalogue_for(user).filter(pk__in=wanted)
    lines = {line.kpi.pk: line for line in lines_of(user, kpis)}
    return [_tree(graph, lines, top) for top in tops if top in lines]


def roots_for(user: User, graph: Graph) -> list[int]:
    """The KPIs that a person knows of which have something below them and nothing above."""
    kpis = selectors.kpis_for(user).filter(pk__in=graph.roots, retired_at=None)
    return list(kpis.order_by("name", "pk").values_list("pk", flat=True))


def _tree(graph: Graph, lines: dict[int, Line], top: int) -> Tree:
    """What the person may not know of is not in it, nor what is below that alone."""
    edges = list(_edges(graph, lines, top))
    drawing = draw(top, [(e.parent, e.child, e.kind, e.sign) for e in edges])
    return Tree(
        _node(graph, lines, top, None, set()),
        drawing,
        tuple((box, lines[box.key]) for box in drawing.boxes),
    )


def _edges(graph: Graph, lines: dict[int, Line], top: int) -> Iterator[Edge]:
    waiting, seen = [top], {top}
    while waiting:
        pk = waiting.pop(0)
        for edge in graph.below.get(pk, ()):
            if edge.child in lines:
                yield edge
                if edge.child not in seen:
                    seen.add(edge.child)
                    waiting.append(edge.child)


def _node(graph: Graph, lines: dict[int, Line], pk: int, edge: Edge | None, seen: set[int]) -> Node:
    """What stands at several places has what is below it at the first one."""
    node = Node(lines[pk], edge, again=pk in seen and pk in graph.below)
    if pk not in seen:
        seen.add(pk)
        for lower in graph.below.get(pk, ()):
            if lower.child in lines:
                node.nodes.append(_node(graph, lines, lower.child, lower, seen))
    return node
