"""The saves of a draft: what may be undone, and who saved what since a page was opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from dashboards.content.compare import Change, compare
from dashboards.content.document import Document, parse
from dashboards.content.models import Save, Version
from dashboards.content.sources import sources_of

#: what a change touches, where it is no tile of that key
FILTERS, TABS, WHOLE = "filters", "*tabs", "*"


@dataclass(frozen=True)
class Steps:
    """Whether there is something to undo, and to redo."""

    undo: bool = False
    redo: bool = False


@dataclass(frozen=True)
class Since:
    """What was saved since a revision: by whom (names), what in words, and whether a change that
    was made from that revision can be made again."""

    who: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    again: bool = False


def steps_of(draft: Version) -> Steps:
    here = draft.saves.filter(revision=draft.revision).values_list("back", "forward").first()
    if here is None:
        return Steps()
    kept = set(draft.saves.filter(revision__in=[n for n in here if n]).values_list("revision"))
    return Steps(*((n,) in kept for n in here))


def since(draft: Version, revision: int, touches: str = WHOLE) -> Since:
    """Told of ``draft`` to who saw ``revision`` of it; a change ``touches`` the tile of a key, the
    filters, the tabs, everything, or ("") nothing that was there."""
    rows = Save.objects.filter(version=draft, revision__gt=revision)
    who = dict.fromkeys(rows.order_by("revision").values_list("by__name", flat=True))
    seen = draft.saves.filter(revision=revision).values_list("document", flat=True).first()
    if seen is None:
        return Since(list(who))
    old, new = parse(seen), parse(draft.document)
    return Since(list(who), changes_between(old, new), _apart(old, new, touches))


def _apart(old: Document, new: Document, touches: str) -> bool:
    """Whether what others saved leaves alone what a change touches."""
    if touches == WHOLE:
        return False
    if touches == TABS:
        return old.tabs == new.tabs
    if touches == FILTERS:
        return (old.period, old.choices) == (new.period, new.choices)
    return not touches or (new.tile(touches) is not None and old.tile(touches) == new.tile(touches))


def changes_between(old: Document, new: Document) -> list[Change]:
    """The differences in words, with today's names of the KPIs."""
    return compare(old, new, names_of([*old.kpi_versions, *new.kpi_versions]))


def names_of(ids: Iterable[int]) -> dict[int, str]:
    return {pk: str(source.version) for pk, source in sources_of(ids).items()}
