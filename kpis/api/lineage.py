"""What is made from what."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.lib.api import answers
from ace_portal.lib.permissions import DATA
from kpis.lineage import KINDS, dataset_key, graph_for
from kpis.selectors.data import dataset_for


class LineageNodeOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    kind = serializers.ChoiceField(KINDS)
    name = serializers.CharField()
    url = serializers.CharField()
    state = serializers.CharField(help_text="behind, empty, draft, or nothing.")


class LineageOutput(serializers.Serializer[Any]):
    """``edges`` are pairs of keys: what is on the right is made from what is on the left."""

    nodes = LineageNodeOutput(many=True)
    edges = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


class DatasetLineage(APIView):
    """From the sources of a dataset to the dashboards that show it."""

    door = DATA

    @answers(LineageOutput)
    def get(self, actor: User, slug: str) -> dict[str, Any]:
        dataset = dataset_for(actor, slug)
        graph = graph_for(actor).around([dataset_key(dataset.pk)])
        return {"nodes": list(graph.nodes.values()), "edges": sorted(graph.edges)}
