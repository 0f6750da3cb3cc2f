"""Parts of a KPI: one value of one of its dimensions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ace_portal.lib.errors import Invalid, PortalError
from kpis.asking import definition_of
from kpis.derived import leaves_of
from kpis.engine.answering import segment_text
from kpis.engine.cut import Cut
from kpis.engine.definition import Column, Condition, Scalar
from kpis.figures import values_of
from kpis.models import KPIVersion
from kpis.scopes import Reader, cuts_for, datasets_of

OFFERED = 40


@dataclass(frozen=True)
class Part:
    """``value`` is as the data has it, ``name`` as people read it."""

    dimension: str
    value: Scalar

    @property
    def name(self) -> str:
        return segment_text(self.value) or _("(empty)")

    @property
    def key(self) -> str:
        """How an address names it."""
        text = segment_text(self.value)
        return f"{self.dimension}~" if text is None else f"{self.dimension}:{text}"

    @property
    def target_of(self) -> tuple[str, str | None]:
        """Whose target is its own."""
        return self.dimension, segment_text(self.value)

    @property
    def where(self) -> Condition:
        return Condition(Column(self.dimension), "in", (self.value,))


def parts_offered(version: KPIVersion, *, reader: Reader) -> dict[str, list[Part]]:
    """By dimension the values in the reader's rows, of each the first; of a formula those of any of
    its KPIs.
    """
    found = {}
    cuts = cuts_for(reader, datasets_of([version]))
    for dimension in definition_of(version).dimensions:
        values = dict.fromkeys(_values(version, dimension, cuts))
        found[dimension] = [Part(dimension, value) for value in values][:OFFERED]
    return {dimension: parts for dimension, parts in found.items() if parts}


def _values(version: KPIVersion, dimension: str, cuts: Mapping[int, Cut]) -> Iterator[Scalar]:
    for leaf in leaves_of(version):
        load = leaf.dataset.live
        if load is not None and dimension in load.types:
            try:
                cut = cuts.get(leaf.dataset_id)
                yield from values_of(load, dimension, cut, limit=OFFERED).values
            except PortalError:
                continue


def part_named(offered: dict[str, list[Part]], key: str) -> Part | None:
    """The part that an address names; None for what is not offered."""
    return next((p for parts in offered.values() for p in parts if p.key == key), None)


def part_of(version: KPIVersion, dimension: str, text: str | None) -> Part:
    """A part by the text of its value; raises ``Invalid`` where the data cannot have it."""
    if dimension not in definition_of(version).dimensions:
        raise Invalid(
            _("The KPI cannot be split by “%(name)s”.") % {"name": dimension}, field="dimension"
        )
    kinds = [load.types.get(dimension, "text") for leaf in leaves_of(version)
             if (load := leaf.dataset.live) is not None]  # fmt: skip
    kind = kinds[0] if kinds else "text"
    if text is None:
        return Part(dimension, None)
    try:
        match kind:
            case "integer":
                return Part(dimension, int(text))
            case "boolean":
                return Part(dimension, {"true": True, "false": False}[text])
            case _:
                return Part(dimension, text)
    except (ValueError, KeyError) as error:
        raise Invalid(
            _("“%(value)s” is not a value of %(label)s.") % {"value": text, "label": dimension},
            field="value",
        ) from error
