"""How often a link is opened. Nobody is signed in there: it says nothing of people."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from ace_portal.lib.days import site_day, site_today
from dashboards.embedding.models import Embed, EmbedDay

log = logging.getLogger("ace.usage")
RECENT = 30


def count_opened(embed: Embed) -> None:
    """One more today, or let it be: nobody misses a page because it could not be counted."""
    today = site_today()
    try:
        if not _add(embed, today):
            with transaction.atomic():
                EmbedDay.objects.create(embed=embed, day=today, views=1)
    except IntegrityError:  # somebody else was the first of the day
        _add(embed, today)
    except OperationalError as error:
        log.warning("an opening of link %s was not counted: %s", embed.pk, error)


def _add(embed: Embed, day: date) -> int:
    return EmbedDay.objects.filter(embed=embed, day=day).update(views=F("views") + 1)


def with_recent_views(embeds: QuerySet[Embed]) -> QuerySet[Any]:
    """The links with ``recent_views``: how often each was opened in the last thirty days."""
    since = site_today() - timedelta(days=RECENT - 1)
    own = Sum("days__views", filter=Q(days__day__gte=since))
    return embeds.annotate(recent_views=Coalesce(own, 0)).order_by("-pk")


def forget_days(*, now: datetime) -> int:
    """As people's views, these are not kept for ever; answers how many days of links are gone."""
    oldest = site_day(now - timedelta(days=settings.VIEW_DAYS))
    gone, _by_table = EmbedDay.objects.filter(day__lt=oldest).delete()
    return gone
