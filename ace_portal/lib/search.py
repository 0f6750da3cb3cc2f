"""Finding things by their words: what the apps sign in, and in which order it is shown.

Every word has to be there, in the name or in a text; a word of one letter only in the name. First
comes what is called exactly so, then what begins so, then a word that begins so, then the rest of
the names, then texts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.functional import Promise

from ace_portal.lib.models import one_line
from ace_portal.lib.permissions import SIGNED_IN, Door
from ace_portal.lib.registries import palette_actions, search_providers

LONGEST, WORDS_AT_MOST = 100, 6
VARIED = 3
EXACT, BEGINS, WORD_BEGINS, IN_NAME, IN_TEXT = range(5)


@dataclass(frozen=True)
class Hit:
    """Something that was found and where it leads; ``sends`` is the field of a deed's form."""

    kind: str
    title: str
    where: str
    url: str
    icon: str
    rank: int = IN_TEXT
    sends: tuple[str, str] | None = None


@dataclass(frozen=True)
class Asked:
    """What was typed, in one line of bounded length, and its words."""

    text: str
    words: tuple[str, ...]

    @classmethod
    def of(cls, typed: str) -> Asked:
        text = one_line(typed[: 4 * LONGEST])[:LONGEST].strip()
        return cls(text, tuple(dict.fromkeys(text.split()))[:WORDS_AT_MOST])


@dataclass(frozen=True)
class Provider:
    """One kind of thing. ``rows`` are those that a person may know of, ``name`` their field.

    ``texts`` are further fields to look into, ``order_by`` sorts what answers equally well.
    """

    label: str | Promise
    icon: str
    order: int
    rows: Callable[[Any], QuerySet[Any]]
    name: str
    texts: tuple[str, ...] = ()
    where: Callable[[Any], Any] = lambda row: ""
    title: Callable[[Any], str] = str
    url: Callable[[Any], str] = lambda row: str(row.get_absolute_url())
    order_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Action:
    """Something to do, behind the same door as its page; ``sends`` makes it a form's button."""

    label: str | Promise
    icon: str
    url_name: str
    order: int
    door: Door = SIGNED_IN
    also: str | Promise = ""  # what else people call it
    sends: tuple[str, str] | None = None


def add_provider(name: str, provider: Provider) -> None:
    """Sign a kind of thing in; called from ``AppConfig.ready()``."""
    search_providers.register(name, provider)


def add_action(name: str, action: Action) -> None:
    """Sign a deed in; called from ``AppConfig.ready()``."""
    palette_actions.register(name, action)


def find(provider: Provider, user: Any, asked: Asked, *, most: int) -> list[Hit]:
    """The rows that answer best, in one query."""
    rows = narrowed(provider.rows(user), asked, provider.name, provider.texts)
    ranked = rows.annotate(answers_as=_rank(provider.name, asked))
    order = provider.order_by or (provider.name,)
    return [
        Hit(
            kind=str(provider.label), title=provider.title(row), where=str(provider.where(row)),
            url=provider.url(row), icon=provider.icon, rank=row.answers_as,
        )
        for row in ranked.order_by("answers_as", *order, "pk")[:most]
    ]  # fmt: skip


def narrowed(
    rows: QuerySet[Any], asked: Asked, name: str, texts: tuple[str, ...] = ()
) -> QuerySet[Any]:
    """The rows with every word in the field ``name`` or in one of ``texts``."""
    for word in asked.words:
        rows = rows.filter(_any_of((name, *(texts if len(word) > 1 else ())), "icontains", word))
    return rows


def actions_for(user: Any, asked: Asked, kind: str) -> list[Hit]:
    """The deeds whose doors let the person through; without words all of them, in their order."""
    found = []
    for action in sorted(palette_actions.values(), key=lambda one: one.order):
        rank = rank_of(str(action.label), asked, also=str(action.also))
        if rank is None or not action.door.lets(user):
            continue
        found.append(
            Hit(kind, str(action.label), "", reverse(action.url_name), action.icon, rank,
                action.sends)
        )  # fmt: skip
    return sorted(found, key=lambda hit: hit.rank)


def rank_of(name: str, asked: Asked, *, also: str = "") -> int | None:
    """How well a label of ours answers; None where a word is missing. As ``find`` does for rows."""
    text, folded = asked.text.casefold(), name.casefold()
    words = [word.casefold() for word in asked.words]
    if not all(word in f"{folded} {also.casefold()}" for word in words):
        return None
    if folded == text:
        return EXACT
    if folded.startswith(text):
        return BEGINS
    if f" {text}" in folded:
        return WORD_BEGINS
    return IN_NAME if all(word in folded for word in words) else IN_TEXT


def _rank(name: str, asked: Asked) -> Case:
    in_name = Q()
    for word in asked.words:
        in_name &= _any_of((name,), "icontains", word)
    return Case(
        When(_any_of((name,), "iexact", asked.text), then=Value(EXACT)),
        When(_any_of((name,), "istartswith", asked.text), then=Value(BEGINS)),
        When(_any_of((name,), "icontains", f" {asked.text}"), then=Value(WORD_BEGINS)),
        When(in_name, then=Value(IN_NAME)),
        default=Value(IN_TEXT),
        output_field=IntegerField(),
    )


def _any_of(fields: Sequence[str], how: str, text: str) -> Q:
    found = Q()
    for field, spelling in product(fields, spellings(text)):
        found |= Q(**{f"{field}__{how}": spelling})
    return found


def spellings(text: str) -> list[str]:
    """The text with its first letters beyond ASCII large and small: SQLite folds ASCII alone."""
    varied = 0
    choices: list[tuple[str, ...]] = []
    for letter in text:
        both = tuple(dict.fromkeys((letter, letter.lower(), letter.upper())))
        both = tuple(one for one in both if len(one) == 1)
        if letter.isascii() or len(both) < 2 or varied == VARIED:
            choices.append((letter,))
        else:
            choices.append(both)
            varied += 1
    return ["".join(letters) for letters in product(*choices)]
