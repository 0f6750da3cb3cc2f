"""Links to embed a dashboard: made, revoked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid, NotVisible
from dashboards.content.document import parse
from dashboards.content.models import Dashboard, Version
from dashboards.content.selectors import released_of
from dashboards.content.services.locking import locked_under_way
from dashboards.content.sources import sources_of
from dashboards.embedding.links import open_embeds
from dashboards.embedding.models import Embed
from dashboards.permissions import require_owner
from kpis.scopes import datasets_of

MOST, MOST_ORIGINS, LONGEST = 20, 10, 365


def make_embed(
    *, actor: User, dashboard: Dashboard, days: int, origins: Sequence[str] = ()
) -> Embed:
    """A link that shows what is released for so many days, in the pages of these origins."""
    require_owner(actor, dashboard)
    if not 1 <= days <= LONGEST:
        raise Invalid(
            _("A link holds from one day to %(most)d days.") % {"most": LONGEST}, field="days"
        )
    allowed = origins_of(origins)
    with transaction.atomic():
        require_owner(actor, locked_under_way(dashboard))
        require_open_rows(released_of(dashboard))
        if open_embeds(dashboard).count() >= MOST:
            raise Conflict(_("There are %(n)d links already; revoke one first.") % {"n": MOST})
        embed = Embed.objects.create(
            dashboard=dashboard, origins=allowed, by=actor,
            expires_at=timezone.now() + timedelta(days=days),
        )  # fmt: skip
        record(actor=actor, action="embed.make", target=embed, origins=allowed, days=days)
    return embed


def revoke_embed(*, actor: User, dashboard: Dashboard, pk: int) -> Embed:
    """From the next request on it shows nothing."""
    require_owner(actor, dashboard)
    with transaction.atomic():
        embed = Embed.objects.select_for_update().filter(dashboard=dashboard, pk=pk).first()
        if embed is None:
            raise NotVisible("")
        if embed.revoked_at is None:
            embed.revoked_at = timezone.now()
            embed.save(update_fields=["revoked_at", "updated_at"])
            record(actor=actor, action="embed.revoke", target=embed)
    return embed


def require_open_rows(version: Version | None) -> None:
    """Who looks through a link is nobody in particular: so no row may be for some people alone."""
    if version is None:
        raise Conflict(_("Nothing is released yet, so there is nothing to show elsewhere."))
    sources = sources_of(parse(version.document).kpi_versions).values()
    limited = [d for d in datasets_of(s.version for s in sources) if d.limited_by_id is not None]
    if limited:
        raise Conflict(
            _("“%(data)s” shows each person their own rows, so its figures cannot be shown to "
              "people whom the portal does not know.") % {"data": limited[0].name}
        )  # fmt: skip


def origins_of(given: Sequence[str]) -> list[str]:
    """Origins as browsers spell them, each once; raises ``Invalid`` for what is none."""
    found = dict.fromkeys(_origin(text.strip()) for text in given if text.strip())
    if len(found) > MOST_ORIGINS:
        raise Invalid(
            _("At most %(most)d origins are allowed.") % {"most": MOST_ORIGINS}, field="origins"
        )
    return list(found)


def _origin(text: str) -> str:
    refused = Invalid(
        _("“%(text)s” is no origin: write one like https://intranet.example.org.")
        % {"text": text[:80]},
        field="origins",
    )
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise refused from error
    plain = all(char.isascii() and (char.isalnum() or char in "-.") for char in host)
    local = host in ("localhost", "127.0.0.1")
    if (
        not host or not plain or host.startswith((".", "-")) or parts.username is not None
        or parts.path not in ("", "/") or parts.query or parts.fragment
        or not (parts.scheme == "https" or (parts.scheme == "http" and local))
    ):  # fmt: skip
        raise refused
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}"
