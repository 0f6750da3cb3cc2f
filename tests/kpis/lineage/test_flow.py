"""What is made from what, as a drawing."""

from __future__ import annotations

import pytest

from kpis.flow import BOX_WIDTH, flow_of, wrapped
from kpis.lineage import Graph, Node


def graph_of(*edges: tuple[str, str]) -> Graph:
    """Keys begin with the letter of their kind."""
    kinds = {"s": "source", "t": "dataset", "p": "prepared", "k": "kpi", "d": "derived",
             "b": "dashboard"}  # fmt: skip
    graph = Graph()
    for key in sorted({key for edge in edges for key in edge}):
        graph.add(Node(key, kinds[key[0]], key.upper(), f"/{key}/"))
    for edge in edges:
        graph.join(*edge)
    return graph


CHAIN = graph_of(
    ("s1", "t1"), ("t1", "p1"), ("p1", "p2"), ("t1", "k1"), ("p2", "k2"), ("k1", "d1"),
    ("k2", "d1"), ("d1", "b1"), ("k1", "b1"), ("t2", "k3"),
)  # fmt: skip


def test_everything_stands_right_of_what_it_is_made_from() -> None:
    places = {box.node.key: box for box in flow_of(CHAIN).boxes}

    assert len(places) == len(CHAIN.nodes)
    for start, end in CHAIN.edges:
        assert places[start].x + BOX_WIDTH < places[end].x, (start, end)


def test_boxes_do_not_lie_on_each_other_and_stay_inside() -> None:
    flow = flow_of(CHAIN)

    spots = [(box.x, box.y) for box in flow.boxes]
    assert len(set(spots)) == len(spots)
    assert all(b.x >= 0 and b.x + BOX_WIDTH <= flow.width for b in flow.boxes)
    assert all(0 <= b.y < b.middle < flow.height for b in flow.boxes)
    assert len(flow.paths) == len(CHAIN.edges)


def test_lines_of_two_separate_chains_do_not_cross() -> None:
    flow = flow_of(graph_of(("t1", "k2"), ("t2", "k1"), ("k2", "b9"), ("k1", "b8")))

    middle = {box.node.key: box.middle for box in flow.boxes}
    assert middle["t1"] == middle["k2"] == middle["b9"]
    assert middle["t2"] == middle["k1"] == middle["b8"]


def test_list_says_by_kind_what_each_is_made_from() -> None:
    groups = dict(flow_of(CHAIN, "p1").groups)

    assert list(groups) == [
        "source", "dataset", "prepared", "kpi", "derived", "dashboard",
    ]  # fmt: skip
    assert [(box.node.name, box.made_from, box.here) for box in groups["prepared"]] == [
        ("P1", "T1", True), ("P2", "P1", False),
    ]  # fmt: skip
    assert groups["dashboard"][0].made_from == "K1, D1"


def test_around_takes_keys_one_after_the_other() -> None:
    assert sorted(CHAIN.around(key for key in ["p1"]).nodes) == sorted(CHAIN.around(["p1"]).nodes)


def test_around_leaves_out_what_is_not_related() -> None:
    assert sorted(CHAIN.around(["p1"]).nodes) == ["b1", "d1", "k2", "p1", "p2", "s1", "t1"]
    assert sorted(CHAIN.around(["t2"]).nodes) == ["k3", "t2"]
    assert sorted(CHAIN.after(["p2"])) == ["b1", "d1", "k2", "p2"]


def test_a_circle_is_drawn_all_the_same() -> None:
    graph = graph_of(("p1", "p2"), ("p2", "p1"))

    assert len(flow_of(graph).boxes) == 2


def test_nothing_is_an_empty_drawing() -> None:
    flow = flow_of(Graph())

    assert (flow.boxes, flow.paths, flow.height) == ((), (), 0)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Tickets", ("Tickets",)),
        ("Incidents of the service desk", ("Incidents of the", "service desk")),
        ("Incidents of the service desk and of all its suppliers since 2019",
         ("Incidents of the", "service desk and of al…")),
        ("Donaudampfschifffahrtsgesellschaft", ("Donaudampfschifffahrtsg", "esellschaft")),
    ],
)  # fmt: skip
def test_names_take_two_lines_at_most(name: str, lines: tuple[str, ...]) -> None:
    assert wrapped(name) == lines
