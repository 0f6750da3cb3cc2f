"""Who sees which rows of a dataset, for those who manage data."""

from __future__ import annotations

from collections.abc import Sequence

from ace_portal.accounts.models import User
from kpis.models import Dataset, RowPolicy
from personas.models import UserGroup
from personas.selectors import groups_for

MOST_GROUPS = 200


def policy_of(dataset: Dataset) -> RowPolicy | None:
    """The policy that a dataset's rows obey: its own, or that of what it is made from."""
    if dataset.limited_by_id is None:
        return None
    policies = RowPolicy.objects.select_related("dataset", "author")
    return policies.prefetch_related("rules__group").filter(dataset=dataset.limited_by_id).first()


def groups_to_name(user: User, policy: RowPolicy | None) -> Sequence[UserGroup]:
    """The groups that a policy may speak of, those that it does first."""
    named = [rule.group for rule in policy.rules.all()] if policy is not None else []
    others = groups_for(user).exclude(pk__in=[group.pk for group in named]).order_by("name", "pk")
    return [*named, *others[:MOST_GROUPS]]
