"""The tabs of a draft: added, named, put in another order, taken away."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.lib.api import Given, answers
from ace_portal.lib.permissions import ACE
from dashboards.api.building import RevisionInput
from dashboards.api.serializers import DraftOutput
from dashboards.content.models import Version
from dashboards.content.selectors import dashboard_for
from dashboards.content.services import tabs as services
from dashboards.permissions import require_editor


class TabInput(RevisionInput):
    title = serializers.CharField(max_length=60)


class TabChangeInput(RevisionInput):
    title = serializers.CharField(default=None, allow_null=True, max_length=60)
    to = serializers.IntegerField(
        default=None, allow_null=True, min_value=0, max_value=2**31 - 1,
        help_text="The place, counted from nought; beyond the end is at the end.",
    )  # fmt: skip


class TabRemovedOutput(serializers.Serializer[Any]):
    said = serializers.CharField(help_text="Where its tiles are now.")
    draft = DraftOutput(source="version")


class DraftTabs(APIView):
    """A tab at the end; what a page without tabs showed is on one before it."""

    door = ACE

    @answers(DraftOutput, takes=TabInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> Version:
        dashboard = dashboard_for(actor, slug)
        require_editor(actor, dashboard)
        return services.add_tab(actor=actor, dashboard=dashboard, **given())


class DraftTab(APIView):
    """Another name, another place, or both; what is left out stays as it is."""

    door = ACE

    @answers(DraftOutput, takes=TabChangeInput)
    def patch(self, actor: User, given: Given, slug: str, key: str) -> Version:
        dashboard = dashboard_for(actor, slug)
        require_editor(actor, dashboard)
        return services.change_tab(actor=actor, dashboard=dashboard, key=key, **given())


class DraftTabRemove(APIView):
    """Its tiles go to the tab before it, of the first to the next; with one left there is none."""

    door = ACE

    @answers(TabRemovedOutput, takes=RevisionInput)
    def post(self, actor: User, given: Given, slug: str, key: str) -> services.Removed:
        dashboard = dashboard_for(actor, slug)
        require_editor(actor, dashboard)
        return services.remove_tab(actor=actor, dashboard=dashboard, key=key, **given())
