"""One's sessions as a calendar that other programs read."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.forms import attempt
from ace_portal.lib.permissions import ANYONE, SIGNED_IN, access
from office_hours.invitations import calendar
from office_hours.selectors import booking as selectors
from office_hours.services import feeds as services
from office_hours.views.sections import sessions_frame


@access(ANYONE)
@require_GET
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The secret in the address is the only right; who is signed in here does not count."""
    person = selectors.reader_of(token)
    if person is None:
        return HttpResponse(_("Not found."), "text/plain", status=404)
    rows = selectors.calendar_of(person, timezone.now())
    return HttpResponse(calendar(rows, method="PUBLISH").to_ical(), "text/calendar")


@access(SIGNED_IN)
@require_POST
def feed_new(request: HttpRequest) -> HttpResponse:
    """The answer itself shows the address: it is kept nowhere, not even in the session."""
    user = person_of(request)
    made = attempt(request, lambda: services.make_feed(actor=user))
    if made is None:
        return redirect("office_hours:sessions")
    address = f"{settings.BASE_URL}{reverse('office_hours:feed', args=[made[1]])}"
    context = sessions_frame(request, address=address)
    return render(request, "office_hours/sessions.html", context)


@access(SIGNED_IN)
@require_POST
def feed_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    services.revoke_feed(actor=person_of(request), pk=pk)
    messages.success(request, _("The address no longer works."))
    return redirect("office_hours:sessions")
