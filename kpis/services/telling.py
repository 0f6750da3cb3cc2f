"""Telling who answers for data and KPIs what became of work that nobody watches over."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from ace_portal.notifications.services import notify
from kpis.models import Load, Refresh

KIND, KPI_KIND = "kpis.load", "kpis.kpi"


def tell_held(load: Load, why: str) -> None:
    """Once per load, whoever sent it; inside the transaction that holds it back."""
    _tell(load, f"load-held-{load.pk}", _("New data of %(name)s is held back"), why)


def tell_failed(load: Load, why: str) -> None:
    """Of a load that began by itself: once, until one goes live again, also by a roll back.

    Inside the transaction that rejects it. Who began a load sees on its page what became of it.
    """
    if load.by_id is not None:
        return
    live = load.dataset.loads.filter(state=Load.State.LIVE).first()
    kept = _("The last good load stays live.") if live else _("There is no load yet.")
    since = f"{live.pk}-{live.live_at:%Y%m%d%H%M%S%f}" if live and live.live_at else "0"
    _tell(
        load, f"load-failed-{load.dataset_id}-after-{since}",
        _("New data of %(name)s could not be loaded"), f"{why} {kept}",
    )  # fmt: skip


def _tell(load: Load, key: str, title: str, text: str) -> None:
    dataset = load.dataset
    notify(
        kind=KIND, key=key, actor=None, people=[dataset.owner],
        title=title % {"name": dataset.name}, text=text,
        url=reverse("kpis:load-detail", args=[dataset.slug, load.number]),
        about={"dataset": dataset.pk},
    )  # fmt: skip


def tell_refresh_failed(refresh: Refresh) -> None:
    """Of an attempt by the clock: once, until the KPI is computed again.

    Inside the transaction that closes it. After a load its page says so, and who demanded an
    attempt sees what became of it.
    """
    if refresh.cause != Refresh.Cause.SCHEDULE:
        return
    kpi = refresh.kpi
    good = kpi.refreshes.filter(state=Refresh.State.DONE).order_by("-pk").first()
    last = _("The last figures stay.") if good is not None else _("There are no figures yet.")
    notify(
        kind=KPI_KIND, key=f"kpi-failed-{kpi.pk}-after-{good.pk if good is not None else 0}",
        actor=None, people=[kpi.owner],
        title=_("%(name)s could not be computed") % {"name": kpi.name},
        text=f"{refresh.error} {last}", url=kpi.get_absolute_url(), about={"kpi": kpi.pk},
    )  # fmt: skip
