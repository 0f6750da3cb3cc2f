"""KPIs that are computed from other KPIs: which ones, what is asked of each, what it comes to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from ace_portal.lib.errors import Invalid, PortalError
from kpis.asking import Answer, Ask, PartAnswer, definition_of
from kpis.engine.arithmetic import parse_formula
from kpis.engine.combining import combined
from kpis.engine.definition import AllOf, Formula, Where, columns_of
from kpis.engine.frame import as_aware
from kpis.engine.query import Query, calendar_of
from kpis.models import Dataset, KPIPart, KPIVersion, Load

DEEPEST = 8
TICK = timedelta(microseconds=1)
#: a formula of formulas comes down to so many questions to data, else it is not asked
MOST_QUESTIONS = 400

Parts = dict[str, KPIVersion]


@dataclass
class Tree:
    """A question with the questions to the KPIs that it is made of; a ``problem`` instead."""

    ask: Ask
    formula: Formula | None = None
    parts: dict[str, Tree] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    problem: str = ""

    def leaves(self) -> Iterator[Ask]:
        """What has to be asked of data."""
        if self.formula is None:
            yield self.ask
        for part in self.parts.values():
            yield from part.leaves()


def is_derived(version: KPIVersion) -> bool:
    """Whether a version is a formula over other KPIs."""
    said = version.definition
    measure = said.get("measure") if isinstance(said, dict) else None
    return isinstance(measure, dict) and "formula" in measure


def load_parts(versions: Iterable[KPIVersion]) -> None:
    """Let each derived version know what it is made of now, in two queries per storey.

    ``version.known_parts`` are the published versions by their names in the formula.
    """
    storey = [v for v in versions if is_derived(v) and not hasattr(v, "known_parts")]
    for _depth in range(DEEPEST):
        if not storey:
            return
        links = list(KPIPart.objects.filter(version__in=[v.pk for v in storey]))
        published = {
            version.kpi_id: version
            for version in KPIVersion.objects.filter(
                kpi__in={link.kpi_id for link in links}, state=KPIVersion.State.PUBLISHED
            ).select_related("kpi", "dataset__live")
        }
        for version in storey:
            own = [link for link in links if link.version_id == version.pk]
            found = {n.name: published[n.kpi_id] for n in own if n.kpi_id in published}
            version.known_parts = found  # type: ignore[attr-defined]
        storey = [v for v in published.values() if is_derived(v)]


def parts_of(version: KPIVersion) -> Parts:
    """The published versions that a derived one is made of, by name."""
    load_parts([version])
    found: Parts = getattr(version, "known_parts", {})
    return found


def leaves_of(version: KPIVersion) -> tuple[KPIVersion, ...]:
    """The versions over data that a version comes down to, each once; itself where it is none."""
    found: dict[int, KPIVersion] = {}
    seen, waiting = {version.pk}, [version]
    while waiting:
        one = waiting.pop()
        if not is_derived(one):
            found.setdefault(one.pk, one)
            continue
        parts = [part for part in parts_of(one).values() if part.pk not in seen]
        seen |= {part.pk for part in parts}
        waiting += reversed(parts)
    return tuple(found.values())


def questions_of(version: KPIVersion, known: dict[int, int] | None = None) -> int:
    """How many questions to data a version comes down to, the same one as often as it is named."""
    if not is_derived(version):
        return 1
    known = {} if known is None else known
    if version.pk not in known:
        known[version.pk] = 0  # a circle asks nothing
        known[version.pk] = sum(questions_of(part, known) for part in parts_of(version).values())
    return known[version.pk]


def held_of(version: KPIVersion) -> Dataset | None:
    """The dataset of which newer rows are held back; of a formula the first of its parts'."""
    datasets = (leaf.dataset for leaf in leaves_of(version))
    return next((dataset for dataset in datasets if dataset.behind), None)


def as_of_of(version: KPIVersion) -> datetime | None:
    """How far the figures tell the truth: that of the oldest part."""
    return min(_ends_of(version), default=None)


def _ends_of(version: KPIVersion) -> set[datetime]:
    """Until when the data of its parts speaks, where that is known."""
    ends = {_end_of(leaf) for leaf in leaves_of(version)}
    return {end for end in ends if end is not None}


def _end_of(version: KPIVersion) -> datetime | None:
    load = version.dataset.live
    if load is None or load.last_day is None:
        return None if load is None else load.as_of
    try:
        return calendar_of(definition_of(version)).end_of(load.last_day)
    except PortalError:
        return load.as_of


def begins_of(version: KPIVersion) -> datetime | None:
    """From when on there is data of all parts, in UTC; None where that is not noted."""
    firsts = [_first_of(leaf) for leaf in leaves_of(version)]
    return max((first for first in firsts if first is not None), default=None)


def _first_of(version: KPIVersion) -> datetime | None:
    load, definition = version.dataset.live, definition_of(version)
    noted = {column["name"]: column.get("min") for column in (load.columns if load else [])}
    calendar, firsts = calendar_of(definition), []
    for name in definition.time_columns:
        try:
            firsts.append(as_aware(str(noted.get(name)), calendar))
        except (ValueError, OverflowError):  # nothing there, or a marker that is no time
            continue
    return min(firsts, default=None)


def filters_of(version: KPIVersion) -> tuple[str, ...]:
    """The columns that any part can be filtered by."""
    columns = (definition_of(leaf).dimensions for leaf in leaves_of(version))
    return tuple(dict.fromkeys(name for some in columns for name in some))


def dependents_of(kpis: Iterable[int]) -> set[int]:
    """The KPIs whose published versions are made of these, however far up."""
    found: set[int] = set()
    storey = set(kpis)
    while storey:
        links = KPIPart.objects.filter(kpi__in=storey, version__state=KPIVersion.State.PUBLISHED)
        storey = set(links.values_list("version__kpi", flat=True)) - found
        found |= storey
    return found


# Asking ------------------------------------------------------------------------------------------


def tree_of(ask: Ask) -> Tree:
    """A question taken apart, down to what has to be asked of data."""
    try:
        check_questions(questions_of(ask.version))
    except Invalid as error:
        return Tree(ask, Formula("0", ()), problem=str(error.message))
    return _tree_of(ask, 0)


def check_questions(number: int, field: str = "") -> None:
    """Raise ``Invalid`` where a formula comes down to more questions than may be asked at once."""
    if number > MOST_QUESTIONS:
        raise Invalid(
            _("With all that its KPIs are made of, this comes down to %(n)s figures; at most "
              "%(most)s are computed together.")
            % {"n": f"{number:,}", "most": MOST_QUESTIONS},
            field=field,
        )  # fmt: skip


def _tree_of(ask: Ask, depth: int) -> Tree:
    if not is_derived(ask.version):
        return Tree(ask)
    try:
        formula = definition_of(ask.version).measure
        if not isinstance(formula, Formula):
            raise Invalid(_("This is no formula."))
        tree = Tree(ask, formula)
        known, whole = parts_of(ask.version), _up_to_the_oldest(ask) if not depth else ask.query
        for name, slug in formula.kpis:
            if depth == DEEPEST or name not in known:
                raise Invalid(_("“%(kpi)s” is not published any more.") % {"kpi": slug})
            query, ignored = _query_for(known[name], whole)
            tree.parts[name] = _tree_of(Ask(known[name], query), depth + 1)
            tree.parts[name].ignored = ignored
    except Invalid as error:
        return Tree(ask, Formula("0", ()), problem=str(error.message))
    return tree


def _up_to_the_oldest(ask: Ask) -> Query:
    """The query up to where the data of all parts speaks: what one of them knows beyond that has
    nothing to be held against."""
    query, ends = ask.query, _ends_of(ask.version)
    if len(ends) < 2:
        return query
    until = min(ends) + TICK
    if (
        query.end is not None
        and calendar_of(definition_of(ask.version)).midnight(query.end) <= until
    ):
        return query
    return replace(query, until=min(query.until or until, until))


def _query_for(part: KPIVersion, query: Query) -> tuple[Query, tuple[str, ...]]:
    """The query with the filters that reach a part, and the columns of those that do not."""
    for name in query.by:
        if name not in definition_of(part).dimensions:
            raise Invalid(
                _("“%(kpi)s” cannot be split by “%(name)s”.") % {"kpi": part.kpi, "name": name}
            )
    where, ignored = _fitting(query.where, frozenset(filters_of(part)))
    return replace(query, where=where), ignored


def _fitting(where: Where | None, known: frozenset[str]) -> tuple[Where | None, tuple[str, ...]]:
    """The conditions over known columns; of several that must all be met, those that can be."""
    if where is None:
        return None, ()
    parts = where.parts if isinstance(where, AllOf) else (where,)
    kept = tuple(part for part in parts if columns_of(part) <= known)
    ignored = {name for part in parts if part not in kept for name in columns_of(part) - known}
    if len(kept) == len(parts):
        return where, ()
    left = None if not kept else kept[0] if len(kept) == 1 else AllOf(kept)
    return left, tuple(sorted(ignored))


def answer_of(tree: Tree, answered: Iterator[Answer]) -> Answer:
    """The answer to a question from those of its leaves, in their order."""
    if tree.problem:
        return Answer(error=tree.problem)
    if tree.formula is None:
        return next(answered)
    parts = tuple(
        PartAnswer(name, part.ask.version, answer_of(part, answered), part.ignored)
        for name, part in tree.parts.items()
    )
    for part in parts:
        if part.answer.result is None:
            error = _("%(kpi)s: %(why)s") % {"kpi": part.version.kpi, "why": part.answer.error}
            return Answer(error=error, load=_newest(parts), parts=parts)
    results = {p.name: p.answer.result for p in parts if p.answer.result is not None}
    keys = "|".join([tree.ask.version.sha256, *(f"{p.name}={p.answer.key}" for p in parts)])
    return Answer(
        combined(parse_formula(tree.formula.text), results),
        _newest(parts),
        cached=all(part.answer.cached for part in parts),
        key="derived:" + hashlib.sha256(keys.encode()).hexdigest(),
        cut=any(part.answer.cut for part in parts),
        parts=parts,
    )


def _newest(parts: tuple[PartAnswer, ...]) -> Load | None:
    loads = [part.answer.load for part in parts if part.answer.load is not None]
    return max(loads, key=lambda load: load.pk) if loads else None


def labels_of(version: KPIVersion) -> Mapping[str, str]:
    """What the KPIs of a formula are called, by slug."""
    return {part.kpi.slug: part.kpi.name for part in parts_of(version).values()}
