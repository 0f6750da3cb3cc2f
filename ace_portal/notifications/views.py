"""What one was told, how one wants to be told, and the mails as they were sent."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.errors import NotVisible
from ace_portal.lib.forms import form_page
from ace_portal.lib.pages import page_of
from ace_portal.lib.permissions import ANYONE, SIGNED_IN, access
from ace_portal.notifications import selectors, services, unsubscribing
from ace_portal.notifications.forms import PreferenceForm
from ace_portal.notifications.mail import Part


@access(SIGNED_IN)
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    page = page_of(request, selectors.inbox_for(user))
    items = selectors.readable(user, page.object_list)
    context = {"page": page, "items": items, "new": any(not item.read_at for item in items)}
    return render(request, "notifications/inbox.html", context)


@access(SIGNED_IN)
@require_POST
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """To what happened; from then on it is read."""
    user = person_of(request)
    delivery = selectors.delivery_for(user, pk)
    services.mark_read(actor=user, delivery=delivery)
    return redirect(delivery.event.url)


@access(SIGNED_IN)
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    services.mark_read(actor=person_of(request))
    return redirect("notifications:inbox")


@access(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    preference = services.preference_of(user)
    initial = {"mail": preference.mail, "hour": preference.hour}
    return form_page(
        request,
        PreferenceForm(request.POST or None, initial=initial),
        lambda **given: services.set_preference(actor=user, **given),
        done=lambda preference: reverse("notifications:inbox"),
        said=_("Saved."),
        title=_("How you are told"),
        template="notifications/settings.html",
        intro=_("The list in the portal always has everything. This is about mail."),
        cancel_url=reverse("notifications:inbox"),
    )


@access(SIGNED_IN)
@require_GET
def mails(request: HttpRequest) -> HttpResponse:
    page = page_of(request, selectors.mails_for(person_of(request)))
    return render(request, "notifications/mails.html", {"page": page})


@access(SIGNED_IN)
@require_GET
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """A mail as it was sent: its text, and what came with it."""
    found = selectors.mail_for(person_of(request), pk)
    crumbs = [
        {"label": _("Mails to you"), "url": reverse("notifications:mails")},
        {"label": found.subject, "url": ""},
    ]
    return render(request, "notifications/mail.html", {"mail": found, "crumbs": crumbs})


@access(SIGNED_IN)
@require_GET
def mail_part(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """What came with a mail: a picture is shown, everything else is saved."""
    found = selectors.mail_for(person_of(request), pk)
    if not 0 < number <= len(found.parts):
        raise NotVisible("")
    part = Part(**found.parts[number - 1])
    response = HttpResponse(part.data, content_type=part.type)
    if part.type != "image/png":
        response["Content-Disposition"] = f'attachment; filename="{part.name or "invitation.ics"}"'
    return response


@csrf_exempt
@access(ANYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """A mail program posts here without a page (RFC 8058); a person reads what it ends first.

    The signed token is the right, so no cookie is asked for.
    """
    unsubscribing.read_unsubscribe(token)
    if request.method == "POST":
        unsubscribing.end(token)
        messages.success(request, _("Done. No such mail is sent to you any more."))
    done = request.method == "POST"
    return render(request, "notifications/unsubscribe.html", {"done": done})
