"""How much a request may bring: little, but where a view takes files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from ace_portal.lib.errors import Invalid, PortalError
from ace_portal.lib.saying import said

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
FORM_BYTES = 64 * 1024  # what a form wraps around its file


class TooMuch(PortalError):
    """More than the view takes; nothing of it was read."""

    status = 413


class NoLength(PortalError):
    """A body that does not say where it ends, which nobody here would read."""

    status = 411


def takes_files(view: View) -> View:
    """Decorator: a signed-in person may send this page a file. An API view says
    ``takes_files = True``."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def too_large() -> Invalid:
    return Invalid(
        _("The file is larger than %(most)s. Leave out columns or split it by time.")
        % {"most": filesizeformat(settings.MAX_UPLOAD_BYTES)},
        field="file",
    )


class BodyMiddleware:
    """Refuses a body that is too large before anything reads it, keeps it or looks for a token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        try:
            _check(request, view)
        except PortalError as error:
            return _refusal(request, error)
        return None


def _check(request: HttpRequest, view: Any) -> None:
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        raise NoLength(_("Say with Content-Length how much is sent; chunks are not taken."))
    length = request.META.get("CONTENT_LENGTH") or "0"
    told = int(length) if length.isdecimal() and len(length) < 20 else 0
    if told <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return
    if not _may_send_files(request, view):
        most = filesizeformat(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        raise TooMuch(_("That is too much at once: at most %(most)s.") % {"most": most})
    if told > settings.MAX_UPLOAD_BYTES + FORM_BYTES:
        refused = too_large()
        raise TooMuch(refused.message, field=refused.field)


def _may_send_files(request: HttpRequest, view: Any) -> bool:
    """The API looks who asks before it reads; a page looks for the form's token first."""
    view_class = getattr(view, "cls", None)
    if view_class is not None:
        return bool(getattr(view_class, "takes_files", False))
    return bool(getattr(view, "takes_files", False) and request.user.is_authenticated)


def _refusal(request: HttpRequest, error: PortalError) -> HttpResponse:
    match = request.resolver_match
    if match is not None and "api" in match.namespaces:
        field = {"field": error.field} if error.field else {}
        return JsonResponse({"detail": said(error.message), **field}, status=error.status)
    context = {"message": said(error.message), "status": error.status}
    return render(request, "error.html", context, status=error.status)
