"""From sources over datasets and KPIs to dashboards: what is made from what, read at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ace_portal.accounts.models import User
from kpis.models import Dataset, DatasetInput, KPIPart, KPIVersion
from kpis.selectors.data import datasets_for
from kpis.uses import uses_of

#: from left to right
KINDS = ("source", "dataset", "prepared", "kpi", "derived", "dashboard")
#: datasets that are read for one drawing
MOST = 300


@dataclass(frozen=True, slots=True)
class Node:
    """One thing; ``key`` is its kind and its own key, ``state`` says what is odd about it."""

    key: str
    kind: str
    name: str
    url: str
    state: str = ""


@dataclass
class Graph:
    """Nodes by key, and which leads to which."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: set[tuple[str, str]] = field(default_factory=set)

    def add(self, node: Node) -> None:
        self.nodes.setdefault(node.key, node)

    def join(self, start: str, end: str) -> None:
        """An edge, where both ends are known."""
        if start in self.nodes and end in self.nodes and start != end:
            self.edges.add((start, end))

    def around(self, keys: Iterable[str]) -> Graph:
        """What some things come from and what comes of them, themselves included."""
        keys = list(keys)
        wanted = self._reached(keys, 0) | self._reached(keys, 1)
        return Graph(
            {key: node for key, node in self.nodes.items() if key in wanted},
            {edge for edge in self.edges if edge[0] in wanted and edge[1] in wanted},
        )

    def after(self, keys: Iterable[str]) -> set[str]:
        """What comes of some things, themselves included."""
        return self._reached(keys, 0)

    def _reached(self, keys: Iterable[str], side: int) -> set[str]:
        found = {key for key in keys if key in self.nodes}
        edge = set(found)
        while edge:
            edge = {pair[1 - side] for pair in self.edges if pair[side] in edge} - found
            found |= edge
        return found

    def into(self, key: str) -> list[Node]:
        """What a thing is made from, by name."""
        found = (self.nodes[start] for start, end in self.edges if end == key)
        return sorted(found, key=lambda node: (KINDS.index(node.kind), node.name))


def dataset_key(dataset: int) -> str:
    return f"dataset-{dataset}"


def kpi_key(kpi: int) -> str:
    return f"kpi-{kpi}"


def graph_for(user: User) -> Graph:
    """All that a person may see of it, in six queries however much there is."""
    graph = Graph()
    _add_data(graph, user)
    versions = _add_kpis(graph)
    for use in uses_of(user, {version.kpi_id for version in versions}):
        node = Node(f"dashboard-{use.url}", "dashboard", use.place, use.url)
        graph.add(node)
        graph.join(kpi_key(use.kpi), node.key)
    return graph


def _add_data(graph: Graph, user: User) -> None:
    datasets = list(datasets_for(user)[:MOST])
    for dataset in datasets:
        prepared = dataset.kind == Dataset.Kind.PREPARED
        state = "behind" if dataset.behind else "" if dataset.live_id else "empty"
        key, url = dataset_key(dataset.pk), dataset.get_absolute_url()
        graph.add(Node(key, "prepared" if prepared else "dataset", dataset.name, url, state))
        if dataset.source is not None:
            source = dataset.source
            node = Node(f"source-{source.pk}", "source", source.name, source.get_absolute_url())
            graph.add(node)
            graph.join(node.key, key)
    links = DatasetInput.objects.filter(dataset__in=[dataset.pk for dataset in datasets])
    for start, end in links.values_list("source_id", "dataset_id"):
        graph.join(dataset_key(start), dataset_key(end))


def _add_kpis(graph: Graph) -> list[KPIVersion]:
    """The KPIs with a version in force or in work, under what they are computed from."""
    used = [KPIVersion.State.DRAFT, KPIVersion.State.PUBLISHED]
    versions = list(
        KPIVersion.objects.filter(state__in=used, kpi__retired_at__isnull=True)
        .select_related("kpi")
        .order_by("kpi__name", "kpi", "-state")
    )
    parts = list(KPIPart.objects.filter(version__in=[version.pk for version in versions]))
    derived = {part.version_id for part in parts}
    for version in versions:
        kpi = version.kpi
        state = "draft" if version.state == KPIVersion.State.DRAFT else ""
        kind = "derived" if version.pk in derived else "kpi"
        graph.add(Node(kpi_key(kpi.pk), kind, kpi.name, kpi.get_absolute_url(), state))
        if version.pk not in derived:
            graph.join(dataset_key(version.dataset_id), kpi_key(kpi.pk))
    owners = {version.pk: version.kpi_id for version in versions}
    for part in parts:
        graph.join(kpi_key(part.kpi_id), kpi_key(owners[part.version_id]))
    return versions
