"""A graph of what comes from what as a drawing: boxes in columns, curves between them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from kpis.lineage import KINDS, Graph, Node

BOX_WIDTH, BOX_HEIGHT = 184, 48
GAP_X, GAP_Y = 56, 14
MARGIN = 6
LETTERS = 23  # that fit into a line of a box


@dataclass(frozen=True, slots=True)
class Box:
    """A thing with its place; ``lines`` are its name as it fits."""

    node: Node
    x: int
    y: int
    lines: tuple[str, ...]
    here: bool
    made_from: str

    @property
    def middle(self) -> int:
        return self.y + BOX_HEIGHT // 2

    @property
    def mark_x(self) -> int:
        return self.x + BOX_WIDTH - 10

    @property
    def mark_y(self) -> int:
        return self.y + 10

    @property
    def text_x(self) -> int:
        return self.x + 12

    @property
    def text_ys(self) -> list[tuple[str, int]]:
        """Each line of the name with the place of its letters."""
        first = self.middle + 5 - 9 * (len(self.lines) - 1)
        return [(line, first + 18 * place) for place, line in enumerate(self.lines)]


@dataclass(frozen=True, slots=True)
class Flow:
    """The drawing, and the same by kind for who reads it as a list."""

    boxes: tuple[Box, ...]
    paths: tuple[str, ...]
    width: int
    height: int
    groups: tuple[tuple[str, tuple[Box, ...]], ...]


def flow_of(graph: Graph, here: str = "") -> Flow:
    """``here`` is the key of the thing that the page is about."""
    layers = _layers(graph)
    columns = sorted(set(layers.values()))
    rows = _ordered(graph, layers, columns)
    tallest = max((len(keys) for keys in rows), default=0)
    places: dict[str, Box] = {}
    for column, keys in enumerate(rows):
        top = MARGIN + (tallest - len(keys)) * (BOX_HEIGHT + GAP_Y) // 2
        for row, key in enumerate(keys):
            node = graph.nodes[key]
            places[key] = Box(
                node, MARGIN + column * (BOX_WIDTH + GAP_X), top + row * (BOX_HEIGHT + GAP_Y),
                wrapped(node.name), key == here,
                ", ".join(other.name for other in graph.into(key)),
            )  # fmt: skip
    boxes = tuple(places.values())
    return Flow(
        boxes,
        tuple(_path(places[start], places[end]) for start, end in sorted(graph.edges)),
        max((box.x for box in boxes), default=0) + BOX_WIDTH + MARGIN,
        tallest * (BOX_HEIGHT + GAP_Y) - GAP_Y + 2 * MARGIN if boxes else 0,
        tuple((kind, own) for kind in KINDS
              if (own := tuple(box for box in boxes if box.node.kind == kind))),
    )  # fmt: skip


def _layers(graph: Graph) -> dict[str, int]:
    """The column of each thing: right of all that it is made from, kinds one after the other."""
    depth = _depths(graph)
    found: dict[str, int] = {}
    start = 0
    for kinds in (("source",), ("dataset", "prepared"), ("kpi", "derived"), ("dashboard",)):
        keys = [key for key, node in graph.nodes.items() if node.kind in kinds]
        for key in keys:
            found[key] = start + depth[key]
        start = max((found[key] for key in keys), default=start - 1) + 1
    return found


def _depths(graph: Graph) -> dict[str, int]:
    """How many things of its own kind of kinds a thing comes after; a circle ends somewhere."""
    same = [
        (start, end)
        for start, end in graph.edges
        if _family(graph.nodes[start]) == _family(graph.nodes[end])
    ]
    depth = dict.fromkeys(graph.nodes, 0)
    for _turn in range(len(graph.nodes)):
        moved = False
        for start, end in same:
            if depth[end] <= depth[start] < len(graph.nodes):
                depth[end], moved = depth[start] + 1, True
        if not moved:
            break
    return depth


def _family(node: Node) -> str:
    return {"prepared": "dataset", "derived": "kpi"}.get(node.kind, node.kind)


def _ordered(graph: Graph, layers: dict[str, int], columns: list[int]) -> list[list[str]]:
    """The things of each column, near those that they come from and lead to: few lines cross."""
    rows = [
        sorted((k for k, layer in layers.items() if layer == column),
               key=lambda k: (graph.nodes[k].name, k))
        for column in columns
    ]  # fmt: skip
    beside: dict[str, list[str]] = {key: [] for key in graph.nodes}
    for start, end in sorted(graph.edges):
        beside[start].append(end)
        beside[end].append(start)
    for turn in range(4):
        place = {k: i - (len(keys) - 1) / 2 for keys in rows for i, k in enumerate(keys)}
        for keys in rows if turn % 2 == 0 else reversed(rows):
            wanted = {
                k: sum(place[o] for o in beside[k]) / len(beside[k]) if beside[k] else place[k]
                for k in keys
            }
            keys.sort(key=lambda k: (wanted[k], graph.nodes[k].name, k))
            place |= {k: i - (len(keys) - 1) / 2 for i, k in enumerate(keys)}
    return rows


def _path(start: Box, end: Box) -> str:
    left, right = start.x + BOX_WIDTH, end.x
    bend = max((right - left) // 2, 24)
    return (
        f"M{left} {start.middle}C{left + bend} {start.middle} {right - bend} {end.middle} "
        f"{right} {end.middle}"
    )


def wrapped(name: str) -> tuple[str, ...]:
    """A name in at most two lines; what does not fit ends with “…”."""
    if len(name) <= LETTERS:
        return (name,)
    cut = name.rfind(" ", 0, LETTERS + 1)
    first = name[:cut] if cut > 0 else name[:LETTERS]
    rest = name[len(first):].strip()  # fmt: skip
    return first, rest if len(rest) <= LETTERS else rest[: LETTERS - 1].rstrip() + "…"
