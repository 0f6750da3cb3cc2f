"""A draft changed one step at a time: arrange and copy a tile, undo and redo."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.lib.api import Given, answers
from ace_portal.lib.permissions import ACE
from dashboards.api.serializers import DashboardOutput, DraftOutput
from dashboards.content.document.schema import HEIGHTS, WIDTHS
from dashboards.content.models import Dashboard, Version
from dashboards.content.selectors import dashboard_for
from dashboards.content.services import copies, history, layout
from dashboards.permissions import require_editor


class RevisionInput(serializers.Serializer[Any]):
    revision = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text="The revision that the change is made from."
    )


class ArrangeInput(RevisionInput):
    to = serializers.IntegerField(
        default=None, allow_null=True, min_value=0, max_value=2**31 - 1,
        help_text="The place on its tab, counted from nought; beyond the end is at the end.",
    )  # fmt: skip
    width = serializers.IntegerField(
        default=None, allow_null=True, min_value=WIDTHS[0], max_value=WIDTHS[-1],
        help_text="In columns of twelve.",
    )  # fmt: skip
    height = serializers.IntegerField(
        default=None, allow_null=True, min_value=0, max_value=HEIGHTS[-1],
        help_text="In rows, from two; 0 for as tall as what the tile shows.",
    )  # fmt: skip
    tab = serializers.CharField(
        default=None, allow_null=True, max_length=12, help_text="The key of the tab it goes to.",
    )  # fmt: skip


class CopyInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)


class DashboardCopy(APIView):
    """A new dashboard at stage one, with a draft that shows what this one shows."""

    door = ACE

    @answers(DashboardOutput, takes=CopyInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> Dashboard:
        dashboard = dashboard_for(actor, slug)
        return copies.copy_dashboard(actor=actor, dashboard=dashboard, **given())


class DraftTile(APIView):
    """Move a tile and change its size; what is left out stays as it is."""

    door = ACE

    @answers(DraftOutput, takes=ArrangeInput)
    def patch(self, actor: User, given: Given, slug: str, key: str) -> Version:
        dashboard = dashboard_for(actor, slug)
        require_editor(actor, dashboard)
        return layout.arrange_tile(actor=actor, dashboard=dashboard, key=key, **given())


class DraftTileCopy(APIView):
    """The same tile once more, right after it."""

    door = ACE

    @answers(DraftOutput, takes=RevisionInput, status=201)
    def post(self, actor: User, given: Given, slug: str, key: str) -> Version:
        dashboard = dashboard_for(actor, slug)
        require_editor(actor, dashboard)
        return layout.copy_tile(actor=actor, dashboard=dashboard, key=key, **given())


class DraftUndo(APIView):
    """The draft says again what it said before the last change."""

    door = ACE

    @answers(DraftOutput, takes=RevisionInput)
    def post(self, actor: User, given: Given, slug: str) -> Version:
        dashboard = dashboard_for(actor, slug)
        require_editor(actor, dashboard)
        return history.undo(actor=actor, dashboard=dashboard, **given())


class DraftRedo(APIView):
    """What was undone last is there again."""

    door = ACE

    @answers(DraftOutput, takes=RevisionInput)
    def post(self, actor: User, given: Given, slug: str) -> Version:
        dashboard = dashboard_for(actor, slug)
        require_editor(actor, dashboard)
        return history.redo(actor=actor, dashboard=dashboard, **given())
