"""The signed text in the address of an embedded dashboard."""

from __future__ import annotations

from django.core import signing
from django.db.models import QuerySet
from django.utils import timezone

from ace_portal.lib.errors import NotVisible
from dashboards.content.models import Dashboard, Version
from dashboards.content.selectors import released_of
from dashboards.embedding.counting import with_recent_views
from dashboards.embedding.models import Embed

SALT = "dashboards.embed"


def token_of(embed: Embed) -> str:
    return signing.dumps([embed.pk, int(embed.expires_at.timestamp())], salt=SALT)


def opened_by(token: str) -> tuple[Embed, Version]:
    """The link that a token stands for, and what it shows now.

    Raises ``NotVisible`` for what was not signed here, is over or revoked, was made by somebody
    who is no longer of the ACE, and where nothing is released or the dashboard is over.
    """
    try:
        pk, ends = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise NotVisible("") from error
    embed = Embed.objects.select_related("dashboard", "by").filter(pk=pk).first()
    if embed is None or not embed.is_open or int(embed.expires_at.timestamp()) != ends:
        raise NotVisible("")
    version = released_of(embed.dashboard)
    if version is None or embed.dashboard.is_over or not (embed.by.is_active and embed.by.is_ace):
        raise NotVisible("")
    return embed, version


def open_embeds(dashboard: Dashboard) -> QuerySet[Embed]:
    """The links that show something, the newest first."""
    rows = Embed.objects.filter(dashboard=dashboard, revoked_at=None)
    rows = rows.filter(expires_at__gt=timezone.now()).select_related("by")
    return with_recent_views(rows)
