"""Finding a host, booking a time, and everything that happens to a booking afterwards."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.forms import form_page, submit
from ace_portal.lib.markdown import to_html
from ace_portal.lib.pages import number_in, number_of
from ace_portal.lib.permissions import SIGNED_IN, access
from dashboards.content.models import Dashboard
from dashboards.content.seen import look_at, shown, title_at
from dashboards.content.selectors import dashboard_for, version_for
from office_hours.forms.booking import (
    BookForm,
    CancelForm,
    MoveForm,
    NotesForm,
    OutcomeForm,
    ThreadForm,
)
from office_hours.models import Booking
from office_hours.permissions.booking import is_host, require_host
from office_hours.selectors import availability
from office_hours.selectors import booking as selectors
from office_hours.services import booking as services
from office_hours.views.frame import link, month_frame
from office_hours.views.sections import sessions_frame

FORM = ["GET", "HEAD", "POST"]


@access(SIGNED_IN)
@require_GET
def sessions(request: HttpRequest) -> HttpResponse:
    """Who can be met, and whom I meet."""
    return render(request, "office_hours/sessions.html", sessions_frame(request))


@access(SIGNED_IN)
@require_GET
def tile_book(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """From a tile to the times of whoever knows it best, with what is seen of it."""
    user = person_of(request)
    dashboard = dashboard_for(user, slug)
    version = version_for(user, dashboard, number_in(request, "version"))
    title_at(version, key)  # there is such a tile
    host = availability.host_for_tile(user, dashboard, timezone.now())
    if host is None:
        messages.info(request, _("Nobody can be booked now. Ask in writing, on the tile."))
        return redirect("office_hours:sessions")
    about = {"dashboard": slug, "tile": key, "filters": request.GET.urlencode()[:2000]}
    return redirect(link(host.get_absolute_url(), about))


@access(SIGNED_IN)
@require_http_methods(FORM)
def host_book(request: HttpRequest, pk: int) -> HttpResponse:
    """Month, day, time, what it is about: one form."""
    user = person_of(request)
    host = availability.host_for(user, pk)
    about = about_of(user, request.POST if request.method == "POST" else request.GET)
    form = BookForm(request.POST or None, initial={"topic": about["title"], **about["kept"]})
    if request.method == "POST":
        done = submit(form, lambda **given: book(user, pk, about["dashboard"], given))
        if done is not None:
            messages.success(request, _("Booked. The invitation is on its way to both of you."))
            return redirect(done)
    context = month_frame(request, host, about["kept"])
    others = availability.hosts_for(user).exclude(pk=pk)[:10]
    context |= {
        "form": form, "about": about, "chosen": request.POST.get("starts_at", ""),
        "others": [(one, link(one.get_absolute_url(), about["kept"])) for one in others],
        "crumbs": trail(_("Book")),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "office_hours/book.html", context, status=status)


def book(user: User, pk: int, dashboard: Dashboard | None, given: dict[str, Any]) -> Booking:
    return services.book(
        actor=user, host=availability.host_for(user, pk), starts_at=given["starts_at"],
        topic=given["topic"], dashboard=dashboard, tile_key=given["tile"],
        filters=given["filters"],
    )  # fmt: skip


def about_of(user: User, given: QueryDict) -> dict[str, Any]:
    """The tile that the visit is about: what it is called, under which filters."""
    names = ("dashboard", "tile", "filters")
    kept = {name: given.get(name, "")[:2000] for name in names}
    if not (kept["dashboard"] and kept["tile"]):
        return {"kept": {}, "dashboard": None, "title": ""}
    dashboard = dashboard_for(user, kept["dashboard"])
    params = QueryDict(kept["filters"])
    version = version_for(user, dashboard, number_of(params.get("version", "")))
    seen = look_at(version, kept["tile"], params, reader=user)
    return {
        "kept": kept, "dashboard": dashboard, "version": version, "title": seen["title"][:200],
        "filters": seen["filters"],
    }  # fmt: skip


def opened(request: HttpRequest, pk: int) -> tuple[User, Booking]:
    user = person_of(request)
    return user, selectors.booking_for(user, pk)


def hosted(request: HttpRequest, pk: int) -> tuple[User, Booking]:
    user, booking = opened(request, pk)
    require_host(user, booking)
    return user, booking


def trail(*labels: str) -> list[dict[str, str]]:
    sessions = {"label": _("Sessions"), "url": reverse("office_hours:sessions")}
    return [sessions, *({"label": label, "url": ""} for label in labels)]


@access(SIGNED_IN)
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """When, where, with whom, about what, and what came of it."""
    user, booking = opened(request, pk)
    open_tile = selectors.may_see_tile(user, booking)
    context = {
        "booking": booking,
        "title": booking.topic,
        "hosting": is_host(user, booking),
        "other": booking.person if is_host(user, booking) else booking.host.person,
        "open_tile": open_tile,
        "seen": shown(selectors.seen_by(user, booking)) if open_tile and booking.seen else None,
        "notes": to_html(booking.notes),
        "crumbs": trail(booking.topic),
    }
    return render(request, "office_hours/booking.html", context)


@access(SIGNED_IN)
@require_http_methods(FORM)
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """The same page as for a new one, for the time alone."""
    user, booking = opened(request, pk)
    form = MoveForm(request.POST or None)
    if request.method == "POST":
        done = submit(
            form, lambda **given: services.reschedule(actor=user, booking=booking, **given)
        )
        if done is not None:
            messages.success(request, _("Moved. Both of you get the new invitation."))
            return redirect(done)
    context = month_frame(request, booking.host, {}, moving=booking)
    context |= {
        "form": form, "moving": booking, "chosen": request.POST.get("starts_at", ""),
        "crumbs": trail(_("Move")),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "office_hours/book.html", context, status=status)


@access(SIGNED_IN)
@require_http_methods(FORM)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    user, booking = opened(request, pk)
    return form_page(
        request,
        CancelForm(request.POST or None),
        lambda **given: services.cancel(actor=user, booking=booking, **given),
        done=Booking.get_absolute_url,
        said=_("Cancelled. It is taken out of both calendars."),
        title=_("Cancel “%(topic)s”") % {"topic": booking.topic},
        intro=_("The time is free for others again."),
        submit=_("Cancel the session"),
        stay=_("Keep it"),
        crumbs=trail(booking.topic),
    )


@access(SIGNED_IN)
@require_http_methods(FORM)
def outcome(request: HttpRequest, pk: int) -> HttpResponse:
    """How it went, by the host; once that is said, the notes alone."""
    user, booking = hosted(request, pk)
    said = booking.state != Booking.State.CONFIRMED
    form: MoveForm | NotesForm = (
        NotesForm(request.POST or None, initial={"notes": booking.notes})
        if said
        else OutcomeForm(request.POST or None, initial={"outcome": "attended"})
    )
    act = services.write_notes if said else services.record_outcome
    return form_page(
        request,
        form,
        lambda **given: act(actor=user, booking=booking, **given),
        done=Booking.get_absolute_url,
        said=_("Saved."),
        title=_("Notes") if said else _("How did it go?"),
        cancel_url=booking.get_absolute_url(),
        crumbs=trail(booking.topic),
    )


@access(SIGNED_IN)
@require_http_methods(FORM)
def thread(request: HttpRequest, pk: int) -> HttpResponse:
    """What came of it, on the tile that it was about."""
    user, booking = hosted(request, pk)
    return form_page(
        request,
        ThreadForm(request.POST or None, booking=booking),
        lambda **given: services.open_outcome_thread(actor=user, booking=booking, **given),
        done=lambda opened: opened.get_absolute_url(),
        said=_("Said, on the tile that you talked about."),
        title=_("Write down what came of it"),
        submit=_("Say it"),
        cancel_url=booking.get_absolute_url(),
        crumbs=trail(booking.topic),
    )
