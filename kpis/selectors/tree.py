"""What KPIs are made of and driven by: the edges between them, and the ways along these."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kpis.models import KPIDriver, KPIPart, KPIVersion

ARITHMETIC, DRIVER = "arithmetic", "driver"


@dataclass(frozen=True)
class Edge:
    """From a KPI down to one that it is computed from, or that somebody says drives it."""

    parent: int
    child: int
    kind: str
    sign: str = ""
    reason: str = ""
    link: int | None = None  # the key of a stated driver


@dataclass
class Graph:
    """All edges, by their upper and by their lower end."""

    below: dict[int, list[Edge]] = field(default_factory=dict)
    above: dict[int, list[Edge]] = field(default_factory=dict)

    @classmethod
    def of(cls, edges: Iterable[Edge]) -> Graph:
        graph = cls()
        for edge in edges:
            graph.below.setdefault(edge.parent, []).append(edge)
            graph.above.setdefault(edge.child, []).append(edge)
        return graph

    def way(self, start: int, end: int) -> list[int]:
        """The KPIs on the shortest way down from one to the other, both included; else nothing."""
        ways, seen = [[start]], {start}
        while ways:
            way = ways.pop(0)
            if way[-1] == end:
                return way
            for edge in self.below.get(way[-1], ()):
                if edge.child not in seen:
                    seen.add(edge.child)
                    ways.append([*way, edge.child])
        return []

    def under(self, root: int) -> list[int]:
        """A KPI and all below it, each once, from the top."""
        found = [root]
        for pk in found:
            found += [e.child for e in self.below.get(pk, ()) if e.child not in found]
        return found

    @property
    def roots(self) -> list[int]:
        """What has something below it and nothing above."""
        return [pk for pk in self.below if pk not in self.above]


def graph_of_kpis() -> Graph:
    """The published formulas and all stated drivers between KPIs that are in use; two queries."""
    parts = KPIPart.objects.filter(version__state=KPIVersion.State.PUBLISHED).order_by(
        "version__kpi", "name"
    )
    edges = [
        Edge(parent, child, ARITHMETIC)
        for parent, child in parts.values_list("version__kpi", "kpi")
    ]
    stated = KPIDriver.objects.filter(kpi__retired_at=None, driver__retired_at=None)
    known = {(edge.parent, edge.child) for edge in edges}
    edges += [
        Edge(link.kpi_id, link.driver_id, DRIVER, link.sign, link.reason, link.pk)
        for link in stated.order_by("kpi", "driver__name", "pk")
        if (link.kpi_id, link.driver_id) not in known
    ]
    return Graph.of(dict.fromkeys(edges))
