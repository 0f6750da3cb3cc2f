"""The tabs of a draft, each change in one step."""

from __future__ import annotations

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from ace_portal.lib.errors import Invalid, PortalError
from ace_portal.lib.forms import attempt
from ace_portal.lib.permissions import ACE, access
from dashboards.content.models import Version
from dashboards.content.services import tabs as services
from dashboards.forms.drafts import TabChangeForm, TabForm
from dashboards.frame import opened
from dashboards.permissions import require_editor
from dashboards.views import telling
from dashboards.views.arranging import open_tab_of, refusal_of, revision_of, saved
from dashboards.views.builder import builder_url


@access(ACE)
@require_POST
def tab_new(request: HttpRequest, slug: str) -> HttpResponse:
    """The new one is open afterwards."""
    user, dashboard = opened(request, slug, require_editor)
    form = TabForm(request.POST)

    def act() -> Version:
        _require(form)
        return services.add_tab(actor=user, dashboard=dashboard, **form.cleaned_data)

    return saved(request, dashboard, act, opens=_last_tab)


def _last_tab(draft: Version) -> str:
    return str(draft.document["tabs"][-1]["key"])


@access(ACE)
@require_POST
def tab_edit(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Another name, or another place."""
    user, dashboard = opened(request, slug, require_editor)
    form = TabChangeForm(request.POST)

    def act() -> Version:
        _require(form)
        return services.change_tab(actor=user, dashboard=dashboard, key=key, **form.cleaned_data)

    return saved(request, dashboard, act)


@access(ACE)
@require_POST
def tab_remove(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Where its tiles are now is told."""
    user, dashboard = opened(request, slug, require_editor)

    def act() -> services.Removed:
        return services.remove_tab(
            actor=user, dashboard=dashboard, key=key, revision=revision_of(request)
        )

    if telling.wants_json(request):
        try:
            done = act()
        except PortalError as error:
            return telling.refused(refusal_of(error))
        return telling.saved(done.version, told=done.said)
    removed = attempt(request, act)
    if removed is not None:
        messages.success(request, removed.said)
    return redirect(builder_url(dashboard, open_tab_of(request)))


def _require(form: Form) -> None:
    if not form.is_valid():
        field, texts = next(iter(form.errors.items()))
        raise Invalid(str(texts[0]), field=field if field != "__all__" else "")
