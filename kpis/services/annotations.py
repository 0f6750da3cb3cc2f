"""Writing down what happened; any member of the ACE knows something."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Invalid
from kpis.engine.query import FIRST_DAY, LAST_DAY
from kpis.models import Annotation, Dataset
from personas.permissions import require_ace


def annotate(
    *, actor: User, at: datetime, title: str, text: str = "", dataset: Dataset | None = None,
    until: datetime | None = None,
) -> Annotation:  # fmt: skip
    """At a moment, or from it ``until`` another, which comes later."""
    require_ace(actor)
    with transaction.atomic():
        annotation = Annotation(by=actor)
        _write(annotation, at=at, until=until, title=title, text=text, dataset=dataset)
        record(actor=actor, action="annotation.create", target=annotation)
    return annotation


def change_annotation(
    *, actor: User, annotation: Annotation, at: datetime, title: str, text: str = "",
    dataset: Dataset | None = None, until: datetime | None = None,
) -> Annotation:  # fmt: skip
    require_ace(actor)
    with transaction.atomic():
        row = Annotation.objects.select_for_update().get(pk=annotation.pk)
        _write(row, at=at, until=until, title=title, text=text, dataset=dataset)
        record(actor=actor, action="annotation.change", target=row)
    return row


def remove_annotation(*, actor: User, annotation: Annotation) -> None:
    """Charts do not show it any more."""
    require_ace(actor)
    with transaction.atomic():
        record(actor=actor, action="annotation.remove", target=annotation, title=annotation.title)
        annotation.delete()


def _write(row: Annotation, **given: Any) -> None:
    for name, value in given.items():
        setattr(row, name, value)
    for field, moment in (("at", row.at), ("until", row.until)):
        if moment is not None and not FIRST_DAY <= moment.date() < LAST_DAY:
            raise Invalid(
                _("Days lie between %(first)s and %(last)s.")
                % {"first": FIRST_DAY, "last": LAST_DAY},
                field=field,
            )
    if row.until is not None and row.until <= row.at:
        raise Invalid(_("It ends after it has begun."), field="until")
    row.full_clean()
    row.save()
