"""What the inbox has around a thread: its headings, its list, the page of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ace_portal.accounts.models import User
from ace_portal.lib.pages import page_of
from feedback import selectors
from feedback.models import Thread

PER_PAGE = 25
LATE_DAYS = 5
LABELS: dict[str, str | Promise] = {
    "open": _("Open"),
    "mine": _("Mine"),
    "unassigned": _("Unassigned"),
    "planned": _("Planned"),
    "answered": _("Answered"),
    "shipped": _("Shipped"),
    "declined": _("Declined"),
    "all": _("All"),
}


def inbox_frame(
    request: HttpRequest, user: User, thread: Thread | None = None, **context: Any
) -> dict[str, Any]:
    """Tabs with their numbers, and the list under the one that the address names.

    Without a name it is the one where the reader's work is, or where ``thread`` stands.
    """
    names = [name for name in selectors.TABS if user.is_ace or name != "unassigned"]
    chosen = request.GET.get("tab", "")
    usual = "open" if user.is_ace else "mine"
    if thread is not None and not thread.is_open:
        usual = "all"
    tab = chosen if chosen in names else usual
    counts = selectors.tab_counts(user)
    rows = selectors.tab_of(user, tab, selectors.threads_for(user))
    page = page_of(request, selectors.with_counts(rows, user), size=PER_PAGE, wide=True)
    now = timezone.now()
    for row in page.object_list:
        waits = row.is_open and row.answered_at is None
        row.late = waits and (now - row.created_at).days >= LATE_DAYS
    base = reverse("feedback:inbox")
    return {
        "tab": tab,
        "thread": thread,
        "page": page,
        "open_count": counts["open"],
        "tabs": [
            {
                "label": LABELS[name],
                "url": f"{base}?tab={name}",
                "current": name == tab,
                "count": counts[name],
            }
            for name in names
        ],
        **context,
    }
