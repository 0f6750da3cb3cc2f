"""The views that somebody has saved of a dashboard, and what the present version makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.pages import number_of
from ace_portal.lib.selectors import first_or_404, there_or_404
from dashboards.content.document import Document
from dashboards.content.filters import (
    VIEW,
    FilterState,
    query_string,
    read_state,
    unknown_names,
)
from dashboards.content.models import Dashboard
from dashboards.reading.models import SavedView


@dataclass(frozen=True)
class ViewLine:
    """One of the reader's views as the filter bar lists it; ``gone`` says what is not there any
    more, in a sentence, "" where all is."""

    view: SavedView
    query: str
    current: bool
    gone: str


def views_of(user: User, dashboard: Dashboard) -> QuerySet[SavedView]:
    """Their own, by name: nobody sees those of another person."""
    return SavedView.objects.filter(user=user, dashboard=dashboard)


def view_of(user: User, dashboard: Dashboard, pk: int) -> SavedView:
    return first_or_404(views_of(user, dashboard).filter(pk=pk))


def lines_of(
    views: Sequence[SavedView], document: Document, state: FilterState | None = None
) -> list[ViewLine]:
    """The views under a version's document; the one that ``state`` is, is current."""
    lines = []
    for view in views:
        own = state_of(view, document)
        current = own == state
        lines.append(ViewLine(view, query_string(document, own), current, gone_of(view, document)))
    return lines


def state_of(view: SavedView, document: Document) -> FilterState:
    """What a view chooses, as far as the document has its filters."""
    return read_state(document, QueryDict(view.filters))


def gone_of(view: SavedView, document: Document) -> str:
    """Which filters of a view the document has no longer."""
    names = unknown_names(document, QueryDict(view.filters))
    if not names:
        return ""
    labels = dict.fromkeys(view.labels.get(name, name) for name in names)
    return _("“%(view)s” filters by what this version does not have any more: %(labels)s.") % {
        "view": view.name, "labels": ", ".join(labels),
    }  # fmt: skip


def opening_state(
    document: Document, params: QueryDict, views: Sequence[SavedView], *, opens: bool = False
) -> FilterState:
    """The state of an address; of an empty one, where it ``opens`` the dashboard, that of the view
    that the reader has chosen for it.

    One that ``?view=`` names by its number is the view's, whatever else the address says;
    ``NotVisible`` where it is none of the reader's.
    """
    first = next((view for view in views if view.opens and opens), None)
    state = read_state(document, params)
    number = number_of(params.get(VIEW, ""))
    if number is not None:
        wanted = next((view for view in views if view.pk == number), None)
        state = state_of(there_or_404(wanted), document)
    elif first is not None and not params:
        state = state_of(first, document)
    return replace(state, named=first is not None)
