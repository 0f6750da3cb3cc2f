"""What a person finds: pages, deeds, and the things that each app lets them know of."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.navigation import entries_for
from ace_portal.lib.registries import search_providers
from ace_portal.lib.search import Asked, Hit, actions_for, find, rank_of

EACH, EACH_ON_THE_PAGE = 5, 20
PAGES, DEEDS = 0, 1  # before all kinds of things that answer equally well


@dataclass(frozen=True)
class Group:
    """One kind of what was found, the best first."""

    label: str
    hits: list[Hit]
    order: int


@dataclass(frozen=True)
class Found:
    """All of it; the kind with the best answer first."""

    asked: str
    groups: list[Group]

    @property
    def count(self) -> int:
        return sum(len(group.hits) for group in self.groups)


def found_for(user: User, typed: str, *, most: int = EACH) -> Found:
    """Pages, deeds and things that answer; without words every page and deed that is open."""
    asked = Asked.of(typed)
    groups = [_pages(user, asked), _deeds(user, asked), *_things(user, asked, most)]
    return Found(asked.text, _in_order(groups))


def things_found(user: User, typed: str, *, most: int = EACH) -> Found:
    """Things alone."""
    asked = Asked.of(typed)
    return Found(asked.text, _in_order(_things(user, asked, most)))


def _things(user: User, asked: Asked, most: int) -> list[Group]:
    """One query a kind, whatever there is; nothing was asked, nothing is found."""
    if not asked.words:
        return []
    return [
        Group(str(provider.label), find(provider, user, asked, most=most), provider.order)
        for provider in search_providers.values()
    ]


def _pages(user: User, asked: Asked) -> Group:
    hits = [
        Hit(_("Go to"), str(entry.label), str(entry.group), reverse(entry.url_name), entry.icon,
            rank)
        for entry in entries_for(user)
        if (rank := rank_of(str(entry.label), asked)) is not None
    ]  # fmt: skip
    return Group(_("Go to"), sorted(hits, key=lambda hit: hit.rank), PAGES)


def _deeds(user: User, asked: Asked) -> Group:
    return Group(_("Do"), actions_for(user, asked, _("Do")), DEEDS)


def _in_order(groups: list[Group]) -> list[Group]:
    """The kind with the best answer first; kinds without any are left out."""
    return sorted(
        (group for group in groups if group.hits),
        key=lambda group: (group.hits[0].rank, group.order),
    )
