"""What KPIs are made of and driven by."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import Given, answers
from ace_portal.lib.permissions import ACE, SIGNED_IN
from kpis import selectors
from kpis.analysis.trees import Node, trees_for
from kpis.models import KPI, KPIDriver
from kpis.permissions import require_publisher
from kpis.selectors.tree import ARITHMETIC, DRIVER
from kpis.services import drivers as services


class TreeNodeOutput(serializers.Serializer[Any]):
    """One place in the tree; ``below`` is the index of the node above, null for the first."""

    kpi = serializers.SlugField()
    name = serializers.CharField()
    below = serializers.IntegerField(allow_null=True)
    kind = serializers.ChoiceField([(k, k) for k in (ARITHMETIC, DRIVER)], allow_null=True)
    sign = serializers.CharField()
    reason = serializers.CharField()
    value = serializers.FloatField(allow_null=True, help_text="Where the reader may see it.")
    status = serializers.CharField()


class KPITreeOutput(serializers.Serializer[Any]):
    nodes = TreeNodeOutput(many=True)


class KPIEdgeOutput(serializers.ModelSerializer[KPIDriver]):
    driver = serializers.SlugField(source="driver.slug")
    author = serializers.EmailField(source="author.email")

    class Meta:
        model = KPIDriver
        fields = ["id", "driver", "sign", "reason", "author", "updated_at"]


class KPIEdgeInput(serializers.Serializer[Any]):
    driver = serializers.SlugField(max_length=80)
    sign = serializers.ChoiceField(KPIDriver.Sign.choices, default="with")
    reason = serializers.CharField(max_length=240)


class KPITree(APIView):
    """From a KPI down, each with its last figure and status."""

    door = SIGNED_IN

    @answers(KPITreeOutput)
    def get(self, user: User, slug: str) -> dict[str, Any]:
        kpi = selectors.kpi_for(user, slug)
        nodes: list[dict[str, Any]] = []
        for tree in trees_for(user, [kpi.pk]):
            _put(tree.root, None, nodes)
        return {"nodes": nodes}


class KPIEdges(APIView):
    """State what drives a KPI; stated again, reason and sign are replaced."""

    door = ACE

    @answers(KPIEdgeOutput, takes=KPIEdgeInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> KPIDriver:
        kpi = selectors.kpi_for(actor, slug)
        require_publisher(actor, kpi)
        asked = given()
        driver: KPI = selectors.kpi_for(actor, asked.pop("driver"))
        return services.add_driver(actor=actor, kpi=kpi, driver=driver, **asked)


class KPIEdgeDetail(APIView):
    door = ACE

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, pk: int) -> Response:
        actor = person_of(request)
        link = selectors.driver_of(selectors.kpi_for(actor, slug), pk)
        services.remove_driver(actor=actor, link=link)
        return Response(status=204)


def _put(node: Node, below: int | None, nodes: list[dict[str, Any]]) -> None:
    now = node.line.sheet.now if node.line.sheet is not None else None
    nodes.append({
        "kpi": node.kpi.slug, "name": node.kpi.name, "below": below,
        "kind": node.edge.kind if node.edge else None,
        "sign": node.edge.sign if node.edge else "",
        "reason": node.edge.reason if node.edge else "",
        "value": now.figure.value if now is not None else None,
        "status": now.status if now is not None else "none",
    })  # fmt: skip
    here = len(nodes) - 1
    for lower in node.nodes:
        _put(lower, here, nodes)
