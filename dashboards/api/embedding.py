"""Links to embed a dashboard."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from rest_framework import generics, serializers
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import Given, answers
from ace_portal.lib.permissions import ACE
from dashboards.content.selectors import dashboard_for
from dashboards.embedding import services
from dashboards.embedding.links import open_embeds, token_of
from dashboards.embedding.models import Embed
from dashboards.permissions import require_owner


class EmbedOutput(serializers.ModelSerializer[Embed]):
    by = serializers.EmailField(source="by.email")
    url = serializers.SerializerMethodField(help_text="Relative to the portal; nothing once over.")

    views = serializers.IntegerField(
        source="recent_views", default=0, help_text="In the last thirty days; of nobody signed in."
    )

    class Meta:
        model = Embed
        fields = ["id", "origins", "by", "created_at", "expires_at", "revoked_at", "url", "views"]

    def get_url(self, embed: Embed) -> str:
        if not embed.is_open:
            return ""
        return reverse("dashboards:embedded", args=[token_of(embed)])


class EmbedInput(serializers.Serializer[Any]):
    days = serializers.IntegerField(min_value=1, max_value=services.LONGEST, default=90)
    origins = serializers.ListField(
        child=serializers.CharField(max_length=300), default=list, max_length=services.MOST_ORIGINS,
        help_text="Such as `https://intranet.example.org`; none: the link opens in no page.",
    )  # fmt: skip


class Embeds(generics.ListAPIView[Embed]):
    """Those that are open, the newest first."""

    door = ACE
    serializer_class = EmbedOutput
    queryset = Embed.objects.none()

    def get_queryset(self) -> Any:
        user = person_of(self.request)
        dashboard = dashboard_for(user, self.kwargs["slug"])
        require_owner(user, dashboard)
        return open_embeds(dashboard)

    @answers(EmbedOutput, takes=EmbedInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> Embed:
        dashboard = dashboard_for(actor, slug)
        require_owner(actor, dashboard)
        return services.make_embed(actor=actor, dashboard=dashboard, **given())


class EmbedRevoke(APIView):
    """From the next request on it shows nothing."""

    door = ACE

    @answers(EmbedOutput)
    def post(self, actor: User, slug: str, pk: int) -> Embed:
        dashboard = dashboard_for(actor, slug)
        return services.revoke_embed(actor=actor, dashboard=dashboard, pk=pk)
