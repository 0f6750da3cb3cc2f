"""What the first version should do, ranked and tried."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ace_portal.lib.forms import attempt, form_page
from ace_portal.lib.permissions import ACE, access
from dashboards.forms.lifecycle import FeatureForm
from dashboards.frame import frame, opened, trail
from dashboards.lifecycle.selectors import columns_of, feature_of, features_of
from dashboards.lifecycle.services import features as services
from dashboards.permissions import require_editor

FORM = ["GET", "HEAD", "POST"]


def features_url(slug: str) -> str:
    return reverse("dashboards:features", args=[slug])


@access(ACE)
@require_GET
def features(request: HttpRequest, slug: str) -> HttpResponse:
    """What it should do, by how much it matters."""
    user, dashboard = opened(request, slug)
    context = {"rows": features_of(dashboard)}
    return render(request, "dashboards/features.html", frame(user, dashboard, "about", **context))


@access(ACE)
@require_http_methods(FORM)
def feature_new(request: HttpRequest, slug: str) -> HttpResponse:
    user, dashboard = opened(request, slug, require_editor)
    return form_page(
        request,
        FeatureForm(
            request.POST or None, columns=columns_of(dashboard), initial={"priority": "should"}
        ),
        lambda **given: services.add_feature(actor=user, dashboard=dashboard, **given),
        done=lambda feature: features_url(slug),
        title=_("New feature"),
        cancel_url=features_url(slug),
        crumbs=trail(dashboard, _("New feature")),
    )


@access(ACE)
@require_http_methods(FORM)
def feature_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, dashboard = opened(request, slug, require_editor)
    feature = feature_of(dashboard, pk)
    columns = sorted({*columns_of(dashboard), *([feature.column] if feature.column else [])})
    return form_page(
        request,
        FeatureForm(request.POST or None, columns=columns, initial=FeatureForm.initial_of(feature)),
        lambda **given: services.change_feature(actor=user, feature=feature, **given),
        done=lambda changed: features_url(slug),
        title=_("Change %(name)s") % {"name": feature.name},
        cancel_url=features_url(slug),
        crumbs=trail(dashboard, _("Change")),
    )


@access(ACE)
@require_POST
def feature_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, dashboard = opened(request, slug, require_editor)
    feature = feature_of(dashboard, pk)
    services.remove_feature(actor=user, feature=feature)
    messages.success(request, _("“%(name)s” is removed.") % {"name": feature.name})
    return redirect(features_url(slug))


@access(ACE)
@require_POST
def feature_try(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, dashboard = opened(request, slug)
    feature, result = feature_of(dashboard, pk), request.POST.get("result", "")
    attempt(
        request,
        lambda: services.try_feature(actor=user, feature=feature, result=result),
    )
    return redirect(features_url(slug))
