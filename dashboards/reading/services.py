"""A reader's own views of a dashboard: saved, renamed, opened with, deleted.

They change nothing that anybody else sees, so it takes no more than the right to read.
"""

from __future__ import annotations

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid, NotVisible
from ace_portal.lib.models import one_line
from dashboards.content.filters import full_address, labels_in, read_state, settled
from dashboards.content.models import Dashboard, Version
from dashboards.content.selectors import document_of
from dashboards.reading.models import LONGEST_ADDRESS, SavedView
from dashboards.reading.selectors import views_of

MOST = 20


def save_view(
    *, actor: User, dashboard: Dashboard, version: Version, name: str, filters: str = "",
    opens: bool = False,
) -> SavedView:  # fmt: skip
    """Keep the state that the address ``filters`` spells in a version that the actor may read.

    Raises ``Conflict`` beyond so many, ``Invalid`` for an address that is too long.
    """
    document = document_of(version)
    if len(filters) > LONGEST_ADDRESS:
        raise _too_long()
    state = settled(read_state(document, QueryDict(filters)))
    address = full_address(document, state)
    if len(address) > LONGEST_ADDRESS:
        raise _too_long()
    with transaction.atomic():
        _hold(actor)
        if views_of(actor, dashboard).count() >= MOST:
            raise Conflict(
                _("You have %(n)d views of this dashboard. Delete one of them first.") % {"n": MOST}
            )
        view = SavedView(
            user=actor, dashboard=dashboard, name=one_line(name), filters=address,
            labels=labels_in(document, state),
        )  # fmt: skip
        _put(view, opens=opens)
        record(actor=actor, action="view.save", target=view, dashboard=dashboard.slug)
    return view


def change_view(*, actor: User, dashboard: Dashboard, pk: int, name: str, opens: bool) -> SavedView:
    """Give it another name, let the dashboard open with it or not."""
    with transaction.atomic():
        view = _held(actor, dashboard, pk)
        view.name = one_line(name)
        _put(view, opens=opens)
        record(actor=actor, action="view.change", target=view, dashboard=dashboard.slug)
    return view


def delete_view(*, actor: User, dashboard: Dashboard, pk: int) -> SavedView:
    with transaction.atomic():
        view = _held(actor, dashboard, pk)
        record(actor=actor, action="view.delete", target=view, dashboard=dashboard.slug)
        view.delete()
    return view


def _too_long() -> Invalid:
    return Invalid(_("Too much is chosen here to be kept. Choose fewer values."), field="filters")


def _hold(actor: User) -> None:
    """One writer of a person's views at a time."""
    User.objects.select_for_update().only("pk").get(pk=actor.pk)


def _held(actor: User, dashboard: Dashboard, pk: int) -> SavedView:
    _hold(actor)
    view = views_of(actor, dashboard).filter(pk=pk).first()
    if view is None:
        raise NotVisible("")
    return view


def _put(view: SavedView, *, opens: bool) -> None:
    """At most one of them opens."""
    if opens:
        views_of(view.user, view.dashboard).exclude(pk=view.pk).update(opens=False)
    view.opens = opens
    view.full_clean()
    view.save()
