"""The one question after a release."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.forms import form_page
from ace_portal.lib.permissions import SIGNED_IN, access
from feedback.forms import PulseForm
from feedback.selectors import answer_for
from feedback.services import pulses as services


@access(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def pulse(request: HttpRequest, pk: int) -> HttpResponse:
    """Seeing it is counted, so that the share of those who answered is honest."""
    user = person_of(request)
    answer = answer_for(user, pk)
    services.show(actor=user, answer=answer)
    version = answer.pulse.version
    return form_page(
        request,
        PulseForm(request.POST or None),
        lambda **given: services.answer_pulse(actor=user, answer=answer, **given),
        done=lambda answered: version.dashboard.get_absolute_url(),
        said=_("Thank you. The ACE sees how many said what, not who."),
        title=_("%(name)s, version %(n)d") % {"name": version.dashboard.name, "n": version.number},
        submit=_("Answer"),
        cancel_url=reverse("home:home"),
    )
