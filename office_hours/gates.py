"""What meeting people says at the gates of an MVP."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from ace_portal.lib.gates import Check, check
from dashboards.content.models import Dashboard
from office_hours.models import Host


def launch_lines(dashboard: Dashboard) -> list[Check]:
    """Gate 7: its people can meet somebody who knows it."""
    people = [dashboard.owner_id, *dashboard.editors.values_list("pk", flat=True)]
    hosts = Host.objects.filter(
        person__in=people, person__is_active=True, is_open=True, rules__isnull=False
    )
    names = sorted({host.person.name for host in hosts.select_related("person")})
    return [
        check(bool(names), _("Office hours can be booked with its owner or an editor"),
              ", ".join(names[:2]), reverse("office_hours:hours"))
    ]  # fmt: skip
