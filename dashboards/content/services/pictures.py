"""The pictures of a dashboard: kept by what they are, shown by its versions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid
from dashboards.content.document import Document
from dashboards.content.models import Dashboard, Picture
from dashboards.content.pictures import Taken
from dashboards.content.services.locking import locked_under_way
from dashboards.permissions import require_editor

Answer = TypeVar("Answer")
MOST = 60


def keep_picture(*, actor: User, dashboard: Dashboard, taken: Taken) -> Picture:
    """Once each: the same picture is the same row. It stays as long as its dashboard, since a
    released version never changes."""
    require_editor(actor, dashboard)
    with transaction.atomic():
        require_editor(actor, locked_under_way(dashboard))
        known = Picture.objects.filter(dashboard=dashboard, sha256=taken.sha256).first()
        if known is not None:
            return known
        if dashboard.pictures.count() >= MOST:
            raise Conflict(_("A dashboard has at most %(n)d pictures.") % {"n": MOST})
        made = Picture(
            dashboard=dashboard, sha256=taken.sha256, kind=taken.kind, data=taken.data,
            width=taken.width, height=taken.height, by=actor,
        )  # fmt: skip
        made.full_clean()
        made.save()
        record(actor=actor, action="picture.keep", target=dashboard, sha256=made.sha256)
    return made


def with_picture(
    actor: User, dashboard: Dashboard, taken: Taken | None, call: Callable[..., Answer]
) -> Callable[..., Answer]:
    """A save that keeps a picture, too: both or neither."""

    def both(**given: Any) -> Answer:
        with transaction.atomic():
            if taken is not None:
                keep_picture(actor=actor, dashboard=dashboard, taken=taken)
            return call(**given)

    return both


def check_pictures(dashboard: Dashboard, document: Document) -> None:
    """Raises ``Invalid`` where a tile shows a picture that the dashboard has not."""
    wanted = {tile.picture for tile in document.tiles if tile.picture}
    if not wanted:
        return
    own = Picture.objects.filter(dashboard=dashboard, sha256__in=wanted)
    missing = wanted - set(own.values_list("sha256", flat=True))
    if missing:
        raise Invalid(
            _("This dashboard has no picture %(sha)s: send its file first.")
            % {"sha": sorted(missing)[0][:12]},
            field="picture",
        )


def copy_pictures(source: Dashboard, made: Dashboard) -> None:
    """All pictures of a dashboard for its copy."""
    Picture.objects.bulk_create(
        Picture(
            dashboard=made, sha256=one.sha256, kind=one.kind, data=one.data, width=one.width,
            height=one.height, by=one.by,
        )
        for one in source.pictures.all()
    )  # fmt: skip
