"""What the first version should do, ranked, with the criterion that says when it is good."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid
from dashboards.content.models import Dashboard
from dashboards.content.services.locking import locked_under_way
from dashboards.lifecycle.models import Feature
from dashboards.permissions import require_editor
from personas.permissions import require_ace

MAX_FEATURES = 60
TESTED = {"name", "kind", "criterion", "column"}  # a change of these asks for a new trial


def add_feature(*, actor: User, dashboard: Dashboard, **fields: Any) -> Feature:
    require_editor(actor, dashboard)
    with transaction.atomic():
        require_editor(actor, locked_under_way(dashboard))
        if dashboard.features.count() >= MAX_FEATURES:
            raise Conflict(_("A first version with %(n)d features is none.") % {"n": MAX_FEATURES})
        feature = Feature(dashboard=dashboard)
        _write(feature, fields)
        record(actor=actor, action="feature.add", target=dashboard, feature=feature.name)
    return feature


def change_feature(*, actor: User, feature: Feature, **fields: Any) -> Feature:
    """What was tried is tried again where the feature or its criterion is another."""
    require_editor(actor, feature.dashboard)
    with transaction.atomic():
        require_editor(actor, locked_under_way(feature.dashboard))
        row = _locked(feature)
        if any(getattr(row, name) != value for name, value in fields.items() if name in TESTED):
            row.result, row.result_by = Feature.Result.UNTESTED, None
        _write(row, fields)
        record(actor=actor, action="feature.change", target=row.dashboard, feature=row.name)
    return row


def remove_feature(*, actor: User, feature: Feature) -> None:
    require_editor(actor, feature.dashboard)
    with transaction.atomic():
        require_editor(actor, locked_under_way(feature.dashboard))
        row = _locked(feature)
        row.delete()
        record(actor=actor, action="feature.remove", target=row.dashboard, feature=row.name)


def try_feature(*, actor: User, feature: Feature, result: str) -> Feature:
    """Whether it meets its criterion; any ACE member may say so, by name."""
    require_ace(actor)
    with transaction.atomic():
        locked_under_way(feature.dashboard)
        row = _locked(feature)
        if result not in Feature.Result.values:
            raise Invalid(_("It passed, it failed, or nobody has tried it."), field="result")
        if not row.criterion.strip():
            raise Conflict(_("There is no criterion to try it by."), field="result")
        row.result = Feature.Result(result)
        row.result_by = None if result == Feature.Result.UNTESTED else actor
        row.full_clean()
        row.save()
        record(
            actor=actor, action="feature.try", target=row.dashboard, feature=row.name, result=result
        )
    return row


def _locked(feature: Feature) -> Feature:
    row = Feature.objects.select_for_update().filter(pk=feature.pk).first()
    if row is None:
        raise Conflict(_("This feature was removed in the meantime."))
    return row


def _write(feature: Feature, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(feature, name, value)
    feature.name = " ".join(feature.name.split())
    feature.criterion = feature.criterion.strip()
    if feature.priority == Feature.Priority.MUST and not feature.criterion:
        raise Invalid(_("Say when a Must is good: how would you test it?"), field="criterion")
    if feature.kind == Feature.Kind.FILTER and not feature.column:
        raise Invalid(_("Say which column it filters by."), field="column")
    twin = Feature.objects.filter(dashboard=feature.dashboard, name=feature.name)
    if twin.exclude(pk=feature.pk).exists():
        raise Conflict(_("There is a feature of this name already."), field="name")
    feature.full_clean()
    feature.save()
