"""Which KPIs drive another: said by a person, with a sentence why, and never in a circle."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid
from kpis.models import KPI, KPIDriver, KPIVersion
from kpis.permissions import require_publisher
from kpis.selectors.tree import graph_of_kpis


def add_driver(
    *, actor: User, kpi: KPI, driver: KPI, reason: str, sign: str = KPIDriver.Sign.WITH
) -> KPIDriver:
    """Say that ``driver`` moves ``kpi``; said again, the reason and the sign are replaced."""
    require_publisher(actor, kpi)
    if not reason.strip():
        raise Invalid(_("Say why one drives the other."), field="reason")
    if kpi.retired_at is not None:
        raise Conflict(_("This KPI is retired."))
    if driver.retired_at is not None:
        raise Invalid(_("“%(kpi)s” is retired.") % {"kpi": driver}, field="driver")
    with transaction.atomic():
        # All of them, so that two people cannot close a circle from both of its ends.
        list(KPI.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
        refuse_circle(kpi, driver)
        link = KPIDriver.objects.filter(kpi=kpi, driver=driver).first()
        link = link or KPIDriver(kpi=kpi, driver=driver)
        link.reason, link.sign, link.author = reason.strip(), sign, actor
        link.full_clean()
        link.save()
        record(actor=actor, action="kpi.driver", target=kpi, driver=driver.slug, sign=sign)
    return link


def remove_driver(*, actor: User, link: KPIDriver) -> None:
    """Take a statement back; its place in the audit log stays."""
    require_publisher(actor, link.kpi)
    with transaction.atomic():
        record(actor=actor, action="kpi.driver.remove", target=link.kpi, driver=link.driver.slug)
        link.delete()


def refuse_circle(kpi: KPI, driver: KPI, *, field: str = "driver") -> None:
    """Raise ``Invalid`` where ``kpi`` is, on any way, below ``driver`` already."""
    if kpi.pk == driver.pk:
        raise Invalid(_("A KPI does not drive itself."), field=field)
    way = graph_of_kpis().way(driver.pk, kpi.pk)
    if not way:
        return
    names = dict(KPI.objects.filter(pk__in=way).values_list("pk", "name"))
    raise Invalid(
        _("That would be a circle: %(way)s.") % {"way": " ← ".join(names[pk] for pk in way)},
        field=field,
    )


def refuse_circles_of(version: KPIVersion) -> None:
    """The same for a formula that is about to be published."""
    for part in version.parts.select_related("kpi"):
        refuse_circle(version.kpi, part.kpi, field="definition.measure.kpis")
