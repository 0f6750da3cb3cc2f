"""Sign-in, one's own settings and tokens, and the people of the portal."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from knox.models import AuthToken

from ace_portal.accounts import services
from ace_portal.accounts.forms import PersonEditForm, PersonForm, SettingsForm, SignInForm
from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.forms import attempt, submit
from ace_portal.lib.pages import page_of
from ace_portal.lib.permissions import ADMIN, ANYONE, SIGNED_IN, access

sign_in = access(ANYONE)(
    LoginView.as_view(
        template_name="accounts/sign_in.html",
        authentication_form=SignInForm,
        redirect_authenticated_user=True,
    )
)
sign_out = access(ANYONE)(LogoutView.as_view())


def locked_out(request: HttpRequest, credentials: dict[str, Any], *args: Any) -> HttpResponse:
    """Too many wrong passwords for one account, or from one address."""
    message = _("Too many attempts. Wait fifteen minutes, then try again.")
    if request.resolver_match and "api" in request.resolver_match.namespaces:
        return JsonResponse({"detail": message}, status=429)
    form = SignInForm(request)
    return render(request, "accounts/sign_in.html", {"form": form, "notice": message}, status=429)


@access(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    form = SettingsForm(request.POST or None, initial=_current(user))
    if request.method == "POST":
        saved = submit(form, services.change_settings, actor=user)
        if saved is not None:
            messages.success(request, _("Saved."))
            return redirect("accounts:settings")
    return _settings_page(request, form)


@access(SIGNED_IN)
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """From wherever one is, and back there; the script of the menu stays where it is."""
    user = person_of(request)
    chosen = request.POST.get("theme", "")
    kept = attempt(request, lambda: services.choose_theme(actor=user, theme=chosen))
    if kept is not None and getattr(request, "htmx", None):
        return HttpResponse(status=204)
    back = request.headers.get("referer", "")
    ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if ours else "accounts:settings")


def _current(user: User) -> dict[str, str]:
    return {name: getattr(user, name) for name in ("name", "job_title", "time_zone", "theme")}


def _settings_page(request: HttpRequest, form: SettingsForm, secret: str = "") -> HttpResponse:
    tokens = AuthToken.objects.filter(user=person_of(request)).order_by("-created")
    here = reverse("accounts:settings")
    context = {"form": form, "tokens": tokens, "secret": secret, "action": here}
    return render(request, "accounts/settings.html", context)


@access(SIGNED_IN)
@require_POST
def token_new(request: HttpRequest) -> HttpResponse:
    """The answer itself shows the secret: it is kept nowhere, not even in the session."""
    user = person_of(request)
    _token, secret = services.make_token(actor=user)
    return _settings_page(request, SettingsForm(initial=_current(user)), secret)


@access(SIGNED_IN)
@require_POST
def token_revoke(request: HttpRequest, token_key: str) -> HttpResponse:
    services.revoke_token(actor=person_of(request), token_key=token_key)
    messages.success(request, _("The token no longer works."))
    return redirect("accounts:settings")


@access(ADMIN)
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    page = page_of(request, User.objects.order_by("name", "pk"))
    return render(request, "accounts/people.html", {"page": page})


@access(ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def person_new(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST or None)
    if request.method == "POST":
        person = submit(form, services.add_person, actor=person_of(request))
        if person:
            messages.success(request, _("%(name)s can sign in now.") % {"name": person.name})
            return redirect("accounts:people")
    return render(request, "accounts/person_form.html", {"form": form, "person": None})


@access(ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def person_edit(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    names = ("name", "is_ace", "may_manage_data", "is_admin", "is_active", "attributes")
    form = PersonEditForm(request.POST or None, initial={n: getattr(person, n) for n in names})
    if request.method == "POST":
        saved = submit(form, services.change_person, actor=person_of(request), person=person)
        if saved is not None:
            messages.success(request, _("Saved."))
            return redirect("accounts:people")
    return render(request, "accounts/person_form.html", {"form": form, "person": person})
