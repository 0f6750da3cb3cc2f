"""Moments as people read them, in their own time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def when(value: datetime | date | None, how: str = "relative", empty: str = "–") -> SafeString:
    """A moment: relative ("5 minutes ago"), "date" or "time", exact in the title.

    Shown in the reader's zone, which the current time zone is.
    """
    if value is None:
        return format_html('<span class="mute">{}</span>', empty)
    if not isinstance(value, datetime):
        return format_html(
            '<time datetime="{}">{}</time>', value.isoformat(), formats.date_format(value, "j M Y")
        )
    local = timezone.localtime(value)
    exact = f"{formats.date_format(local, 'D j M Y, H:i')} {timezone.get_current_timezone_name()}"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.astimezone(UTC).isoformat(timespec="seconds"),
        exact,
        _moment(local, how),
    )


def lasting(span: timedelta | None, empty: str = "–") -> str:
    """How long something took: "0.4 s", "12 s", "3 min 5 s", "2 h 10 min"."""
    if span is None:
        return empty
    seconds = max(span.total_seconds(), 0.0)
    if seconds < 9.95:
        return _("%(n)s s") % {"n": formats.number_format(seconds, 1)}
    whole = round(seconds)
    if whole < 60:
        return _("%(n)s s") % {"n": whole}
    if whole < 3600:
        return _("%(min)d min %(s)d s") % {"min": whole // 60, "s": whole % 60}
    return _("%(h)d h %(min)d min") % {"h": whole // 3600, "min": whole % 3600 // 60}


def _moment(local: datetime, how: str) -> str:
    now = timezone.localtime()
    day = "j M" if local.year == now.year else "j M Y"
    if how == "date":
        return str(formats.date_format(local, day))
    if how == "time":
        return str(formats.date_format(local, f"{day}, H:i"))
    return relative(local, now)


def relative(value: datetime, now: datetime) -> str:
    """How long ago, or how soon, in the largest unit that fits; beyond a week it is the date."""
    distance = abs(now - value)
    ahead = value > now
    if distance < timedelta(minutes=1):
        return _("in a moment") if ahead else _("just now")
    if distance < timedelta(hours=1):
        n = int(distance.total_seconds() // 60)
        if ahead:
            return ngettext("in %(n)d minute", "in %(n)d minutes", n) % {"n": n}
        return ngettext("%(n)d minute ago", "%(n)d minutes ago", n) % {"n": n}
    days = (value.date() - now.date()).days
    clock = value.strftime("%H:%M")
    if days == 0:
        return _("today, %(time)s") % {"time": clock}
    if days == 1:
        return _("tomorrow, %(time)s") % {"time": clock}
    if days == -1:
        return _("yesterday, %(time)s") % {"time": clock}
    if 1 < days < 8:
        return ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}
    if -8 < days < -1:
        return ngettext("%(n)d day ago", "%(n)d days ago", -days) % {"n": -days}
    day = "j M" if value.year == now.year else "j M Y"
    return str(formats.date_format(value, day))
