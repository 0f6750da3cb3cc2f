"""The life of a KPI: draft, published, superseded, retired."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid
from ace_portal.lib.models import free_slug
from kpis.engine.canonical import canonical, sha256
from kpis.engine.checks import check_columns
from kpis.engine.definition import Definition, Formula
from kpis.engine.parsing import parse_definition
from kpis.models import KPI, Dataset, KPIVersion
from kpis.permissions import require_kpi_owner, require_publisher
from kpis.selectors import datasets_for, draft_of, published_of
from kpis.services.drivers import refuse_circles_of
from kpis.services.parts import check_parts, home_of, link_parts, require_unused
from kpis.services.refresh import first_due, refresh_version
from kpis.services.targets import Goal, check_targets, set_target
from personas.models import Question
from personas.permissions import require_ace

#: what a version says, apart from its number, state and history
VERSION_FIELDS = ("dataset", "definition", "unit", "unit_label", "precision", "direction")
#: what a KPI says that no figure depends on
KPI_FIELDS = (
    "name", "description", "owner", "steward", "category", "refresh_every", "baseline",
    "baseline_note",
)  # fmt: skip
LARGEST = 1e15
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=366)


def create_kpi(
    *,
    actor: User,
    name: str,
    question: Question,
    definition: Mapping[str, Any],
    dataset: Dataset | None = None,
    category: str,
    unit: str = KPIVersion.Unit.COUNT,
    unit_label: str = "",
    precision: int = 0,
    direction: str = KPIVersion.Direction.UP,
    description: str = "",
    owner: User | None = None,
    steward: User | None = None,
    refresh_every: timedelta = timedelta(hours=6),
    target: Goal | None = None,
    baseline: float | None = None,
    baseline_note: str = "",
) -> KPI:
    """A KPI with a first draft; the actor owns it unless another ACE member does.

    A formula over other KPIs has no dataset of its own.
    """
    require_ace(actor)
    with transaction.atomic():
        kpi = KPI(
            slug=free_slug(KPI, name), name=name, question=question, description=description,
            category=category, owner=owner or actor, steward=steward, refresh_every=refresh_every,
            baseline=baseline, baseline_note=baseline_note,
        )  # fmt: skip
        _check_kpi(kpi)
        kpi.save()
        version = KPIVersion(kpi=kpi, number=1, author=actor)
        _write_version(
            actor, version, dataset=dataset, definition=definition, unit=unit,
            unit_label=unit_label, precision=precision, direction=direction,
        )  # fmt: skip
        record(actor=actor, action="kpi.create", target=kpi)
        if target is not None:
            set_target(actor=actor, kpi=kpi, **target)
    return kpi


def change_kpi(*, actor: User, kpi: KPI, **fields: Any) -> KPI:
    """Name, description, people, category, cadence and baseline: no figure depends on them."""
    require_ace(actor)
    _refuse_retired(kpi)
    if not set(KPI_FIELDS) >= set(fields):
        raise Invalid(_("What a KPI measures changes with a new version."))
    if fields.get("owner", kpi.owner) != kpi.owner:
        require_kpi_owner(actor, kpi)
    with transaction.atomic():
        cadence = kpi.refresh_every
        for name, value in fields.items():
            setattr(kpi, name, value)
        _check_kpi(kpi)
        if kpi.next_due is not None and kpi.refresh_every != cadence:
            kpi.next_due = first_due(kpi, now=timezone.now())
        kpi.save()
        record(actor=actor, action="kpi.change", target=kpi, fields=sorted(fields))
    return kpi


def change_draft(*, actor: User, kpi: KPI, **fields: Any) -> KPIVersion:
    """Change what the draft says. Fields are those of a version, ``VERSION_FIELDS``."""
    require_ace(actor)
    _refuse_retired(kpi)
    if not set(VERSION_FIELDS) >= set(fields):
        raise Invalid(_("A draft has no such field."))
    with transaction.atomic():
        version = _draft(kpi)
        turned = fields.get("direction", version.direction) != version.direction
        if turned and published_of(kpi) is None:
            kpi.targets.all().delete()  # they were never in force
        _write_version(actor, version, **fields)
        check_targets(version)
        record(actor=actor, action="kpi.draft", target=kpi, version=version.number)
    return version


def start_version(*, actor: User, kpi: KPI, reason: str) -> KPIVersion:
    """A new draft that begins as the published version; ``reason`` says why it is needed."""
    require_ace(actor)
    _refuse_retired(kpi)
    if not reason.strip():
        raise Invalid(_("Say why the definition has to change."), field="reason")
    with transaction.atomic():
        KPI.objects.select_for_update().get(pk=kpi.pk)
        published = published_of(kpi)
        if draft_of(kpi) is not None:
            raise Conflict(_("There is a draft already. Change that one."))
        if published is None:
            raise Conflict(_("Nothing is published yet."))
        last = kpi.versions.aggregate(last=Max("number"))["last"]
        copied = {name: getattr(published, name) for name in (*VERSION_FIELDS, "sha256")}
        version = KPIVersion(
            kpi=kpi, number=last + 1, author=actor, reason=reason.strip(), **copied
        )
        version.full_clean()
        version.save()
        link_parts(version)
        record(actor=actor, action="kpi.start", target=kpi, version=version.number, reason=reason)
    return version


def publish_version(*, actor: User, kpi: KPI) -> KPIVersion:
    """The draft becomes what everybody sees and never changes again; its figures are computed."""
    require_publisher(actor, kpi)
    _refuse_retired(kpi)
    with transaction.atomic():
        KPI.objects.select_for_update().get(pk=kpi.pk)
        version = _draft(kpi)
        if version.dataset.live is None:
            raise Invalid(
                _("“%(name)s” has not been loaded yet, so nothing can be computed from it.")
                % {"name": version.dataset},
                field="dataset",
            )
        _checked(version)
        refuse_circles_of(version)
        check_targets(version)
        _owner_stays(kpi)
        kpi.versions.filter(state=KPIVersion.State.PUBLISHED).update(
            state=KPIVersion.State.SUPERSEDED, updated_at=timezone.now()
        )
        version.state = KPIVersion.State.PUBLISHED
        version.published_at, version.published_by = timezone.now(), actor
        version.save()
        kpi.next_due = first_due(kpi, now=timezone.now())
        kpi.save(update_fields=["next_due", "updated_at"])
        record(actor=actor, action="kpi.publish", target=kpi, version=version.number)
        refresh_version(actor=actor, kpi=kpi)
    return version


def retire_kpi(*, actor: User, kpi: KPI, reason: str) -> KPI:
    """published → retired: no more figures; what was reported stays."""
    require_kpi_owner(actor, kpi)
    _refuse_retired(kpi)
    if not reason.strip():
        raise Invalid(_("Say why nobody needs this KPI any more."), field="reason")
    with transaction.atomic():
        KPI.objects.select_for_update().get(pk=kpi.pk)
        require_unused(kpi)
        published = kpi.versions.filter(state=KPIVersion.State.PUBLISHED)
        if not published.update(state=KPIVersion.State.RETIRED, updated_at=timezone.now()):
            raise Conflict(_("Only a published KPI can be retired."))
        kpi.retired_at, kpi.next_due = timezone.now(), None
        kpi.save(update_fields=["retired_at", "next_due", "updated_at"])
        record(actor=actor, action="kpi.retire", target=kpi, reason=reason.strip())
    return kpi


def _draft(kpi: KPI) -> KPIVersion:
    version = draft_of(kpi)
    if version is None:
        raise Conflict(_("There is no draft. Start a new version first."))
    return version


def _refuse_retired(kpi: KPI) -> None:
    if kpi.retired_at is not None:
        raise Conflict(_("This KPI is retired."))


def _check_kpi(kpi: KPI) -> None:
    if kpi.refresh_every < SHORTEST:
        raise Invalid(_("A KPI is refreshed once a minute at most."), field="refresh_every")
    if kpi.refresh_every > LONGEST:
        raise Invalid(_("A KPI is refreshed once a year at least."), field="refresh_every")
    if kpi.baseline is not None and not abs(kpi.baseline) <= LARGEST:
        raise Invalid(_("This is no figure that anybody could read."), field="baseline")
    kpi.full_clean()
    for field in ("owner", "steward"):
        person: User | None = getattr(kpi, field)
        if person is not None and not (person.is_active and person.is_ace):
            raise Invalid(_("%(name)s is not in the ACE team.") % {"name": person}, field=field)


def _owner_stays(kpi: KPI) -> None:
    if not (kpi.owner.is_active and kpi.owner.is_ace):
        raise Invalid(
            _("%(name)s, who owns this KPI, has left the ACE team. Name another owner first.")
            % {"name": kpi.owner},
            field="owner",
        )


def _write_version(actor: User, version: KPIVersion, **fields: Any) -> None:
    """Set a draft's fields; data that the actor may not see cannot be measured by them."""
    for name, value in fields.items():
        if name != "dataset" or value is not None:
            setattr(version, name, value)
    measure = _parsed(version.definition).measure
    if isinstance(measure, Formula):
        version.dataset = home_of(measure)
    elif version.dataset_id is None:
        raise Invalid(_("Choose a dataset."), field="dataset")
    elif fields.get("dataset") is not None:
        _check_dataset(actor, version)
    version.definition, version.sha256 = _checked(version)
    version.full_clean()
    version.save()
    link_parts(version)


def _check_dataset(actor: User, version: KPIVersion) -> None:
    """Another dataset than before has to be one that the actor may use."""
    before = KPIVersion.objects.filter(pk=version.pk, dataset=version.dataset_id)
    if version.pk and before.exists():
        return
    if not datasets_for(actor).filter(pk=version.dataset_id).exists():
        raise Invalid(_("Choose a dataset that you may use."), field="dataset")


def _parsed(definition: Any) -> Definition:
    with _within_definition():
        return parse_definition(definition)


def _checked(version: KPIVersion) -> tuple[dict[str, Any], str]:
    """The definition with its defaults spelled out, and its hash; columns fit the live load."""
    parsed = _parsed(version.definition)
    with _within_definition():
        if isinstance(parsed.measure, Formula):
            check_parts(version.kpi, parsed, parsed.measure)
        elif version.dataset.live is not None:
            check_columns(parsed, version.dataset.live.types)
    return canonical(parsed), sha256(parsed)


@contextmanager
def _within_definition() -> Iterator[None]:
    """What is wrong is wrong in the definition."""
    try:
        yield
    except Invalid as error:
        path = f"definition.{error.field}".rstrip(".")
        raise Invalid(error.message, field=path, **error.details) from error
