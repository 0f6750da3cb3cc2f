"""Whose rows a figure is computed from.

Whatever computes from data names its reader: a person, somebody whom the portal does not know, or
the portal itself, which measures for everybody and shows it to nobody. A person who manages data
sees all rows; of a dataset with a row policy everybody else sees those that the policy gives them
today, and who has none sees none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Invalid
from kpis.derived import leaves_of, load_parts
from kpis.engine.cut import Cut
from kpis.models import Dataset, KPIVersion, RowPolicy, RowRule
from kpis.permissions import manages_data
from kpis.rows import parse_value
from personas.selectors import memberships_today


class Portal:
    """The portal itself."""


class Nobody:
    """Somebody whom the portal does not know: of limited data they see no row."""


PORTAL, NOBODY = Portal(), Nobody()
Reader = User | Portal | Nobody
Name = TypeVar("Name", bound=Hashable)


def cuts_for(reader: Reader, datasets: Iterable[Dataset]) -> dict[int, Cut]:
    """By dataset (its key) the rows that the reader may see; one that is not named they see whole.

    Reads ``dataset.live`` of those that are limited. No query where none is, else two.
    """
    limited = {d.pk: d for d in datasets if d.limited_by_id is not None}
    if not limited or isinstance(reader, Portal):
        return {}
    if isinstance(reader, Nobody):
        return {pk: Cut("") for pk in limited}
    if manages_data(reader):
        return {}
    found = RowPolicy.objects.filter(dataset__in={d.limited_by_id for d in limited.values()})
    policies = {policy.dataset_id: policy for policy in found}
    values = _values_of(reader, policies.values())
    return {
        pk: _cut(policies.get(dataset.limited_by_id or 0), dataset, values)
        for pk, dataset in limited.items()
    }


def _values_of(person: User, policies: Iterable[RowPolicy]) -> dict[int, list[str]]:
    """By policy (its key) what a person may see: of their groups of today, and of themselves."""
    values = {p.pk: list(person.attributes.get(p.attribute, [])) for p in policies}
    groups = memberships_today(person).values("group")
    for rule in RowRule.objects.filter(policy__in=values, group__in=groups):
        values[rule.policy_id] += rule.values
    return values


def _cut(policy: RowPolicy | None, dataset: Dataset, values: Mapping[int, list[str]]) -> Cut:
    """Values that cannot be one of the column give no row."""
    if policy is None or dataset.live is None:
        return Cut("")
    kind = dataset.live.types.get(policy.column, "")
    typed = set()
    for text in values.get(policy.pk, []):
        try:
            typed.add(parse_value(text, kind))
        except Invalid:
            continue
    return Cut(policy.column, tuple(sorted(typed, key=repr)))


def datasets_of(versions: Iterable[KPIVersion]) -> list[Dataset]:
    """What the figures of some versions come from, each dataset once."""
    versions = list(versions)
    load_parts(versions)
    leaves = [leaf for version in versions for leaf in leaves_of(version)]
    return list({leaf.dataset_id: leaf.dataset for leaf in leaves}.values())


def scope_of(reader: Reader, versions: Iterable[KPIVersion]) -> str:
    """Whose rows the reader sees behind some versions, in short; empty for all of them.

    Two readers with the same answer see the same figures. It is kept beside figures that are kept,
    and says later who may see them.
    """
    return scopes_of(reader, {"": versions})[""]


def scopes_of(reader: Reader, versions: Mapping[Name, Iterable[KPIVersion]]) -> dict[Name, str]:
    """The scope of each of several sets of versions, in the queries of one."""
    sets = {name: list(some) for name, some in versions.items()}
    cuts = cuts_for(reader, datasets_of(v for some in sets.values() for v in some))
    return {name: _scope(cuts, some) if cuts else "" for name, some in sets.items()}


def _scope(cuts: Mapping[int, Cut], versions: list[KPIVersion]) -> str:
    own = sorted((d.pk, repr(cuts[d.pk])) for d in datasets_of(versions) if d.pk in cuts)
    return hashlib.sha256(repr(own).encode()).hexdigest()[:24] if own else ""


def unlike_words() -> str:
    """What is said of a formula whose ``Answer`` is ``unlike``."""
    return _(
        "Some of its KPIs count the rows that are open to you, others all rows: what comes of them "
        "together compares unlike rows."
    )


def rows_words(reader: Reader, datasets: Iterable[Dataset]) -> str:
    """What a page says of the rows behind its figures; empty where nobody's are limited."""
    limited = [dataset for dataset in datasets if dataset.limited_by_id is not None]
    if not limited:
        return ""
    if isinstance(reader, Nobody) or (isinstance(reader, User) and not manages_data(reader)):
        return _("You see the rows that are open to you. Others may see other figures.")
    return _("You see all rows. Other people see those that are open to them.")
