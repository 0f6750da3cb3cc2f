"""What is asked of a KPI version, and what is answered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ace_portal.lib.memory import Memory
from kpis.engine.definition import Aggregate, Definition
from kpis.engine.parsing import parse_definition
from kpis.engine.query import Query
from kpis.engine.result import Result
from kpis.models import KPIVersion, Load

_definitions: Memory[Definition] = Memory(500)


@dataclass(frozen=True)
class Ask:
    """One question of a page: a version and what to ask of it.

    ``measure`` asks the rows of the version for another aggregate than its own: how its values lie.
    """

    version: KPIVersion
    query: Query
    measure: Aggregate | None = None


@dataclass(frozen=True)
class Answer:
    """Figures with the load that they come from, or a sentence why there are none.

    ``key`` says in full what the figures are of: the same key has the same figures. ``cut`` ones
    are of some rows only, those that are open to the reader. A derived KPI has an answer of each
    of its ``parts``, and the newest of their loads.
    """

    result: Result | None = None
    load: Load | None = None
    error: str = ""
    cached: bool = False
    key: str = ""
    cut: bool = False
    parts: tuple[PartAnswer, ...] = ()

    @property
    def unlike(self) -> bool:
        """Whether a formula puts figures of the reader's rows beside figures of all rows."""
        return len({leaf.cut for leaf in self.leaves()}) > 1

    @property
    def basis(self) -> str:
        """A short word for the versions and loads that a formula's figures are made of.

        Another version or another load of any of its parts has another word; what is computed
        from rows has none.
        """
        made_of = sorted(
            f"{p.version.pk}:{p.answer.load and p.answer.load.pk}" for p in self.all_parts()
        )
        return hashlib.sha256("|".join(made_of).encode()).hexdigest()[:16] if made_of else ""

    def leaves(self) -> list[Answer]:
        """The answers that come from data; itself where it is none of a formula."""
        if not self.parts:
            return [self]
        return [part.answer for part in self.all_parts() if not part.answer.parts]

    def all_parts(self) -> Iterator[PartAnswer]:
        """The parts of a formula, and theirs, however far down."""
        for part in self.parts:
            yield part
            yield from part.answer.all_parts()


@dataclass(frozen=True)
class PartAnswer:
    """What a KPI said that a formula is made of; ``ignored`` are filters that do not reach it."""

    name: str
    version: KPIVersion
    answer: Answer
    ignored: tuple[str, ...] = ()


def definition_of(version: KPIVersion) -> Definition:
    """The engine's definition of a version; raises ``Invalid`` where it does not hold."""
    text = json.dumps(version.definition)
    return _definitions.get(text) or _definitions.put(text, parse_definition(version.definition))


def definition_asked(ask: Ask) -> Definition:
    """What a question is answered by: the version's definition, with the measure that it asks for;
    raises ``Invalid`` where it does not hold."""
    definition = definition_of(ask.version)
    return definition if ask.measure is None else replace(definition, measure=ask.measure)
