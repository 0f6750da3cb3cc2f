"""One load, which of them is live, and how the next ones arrive."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.forms import form_page
from ace_portal.lib.permissions import DATA, access
from kpis.account import drift_lines, merge_words, results_of
from kpis.forms.arriving import LoadingForm, LoadReasonForm
from kpis.models import Dataset, Mode
from kpis.permissions import require_dataset_owner
from kpis.selectors.data import dataset_for, load_of
from kpis.services import holding, loads
from kpis.services.impact import impact_of_load
from kpis.services.merging import set_loading
from kpis.views.considering import considered_page
from kpis.views.datasets import bad_rows_of, clocks_of, columns_of, facts_of, trail

FORM = ["GET", "HEAD", "POST"]


def load_url(dataset: Dataset, number: int) -> str:
    return reverse("kpis:load-detail", args=[dataset.slug, number])


@access(DATA)
@require_GET
def load_detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    user = person_of(request)
    dataset = dataset_for(user, slug)
    load = load_of(dataset, number)
    context = {
        "dataset": dataset,
        "load": load,
        "live": dataset.live,
        "results": results_of(load),
        "drift": drift_lines(load.report.get("drift", {})),
        "since": load.report.get("drift", {}).get("since"),
        "touched": load.report.get("drift", {}).get("touched", []),
        "merged": merge_words(load),
        "facts": facts_of(load) if load.rows is not None else [],
        "columns": columns_of(load),
        "clocks": clocks_of(load),
        "bad": bad_rows_of(load),
        "owned": dataset.owner_id == user.pk,
        "crumbs": trail(_("Load %(n)d") % {"n": number}, dataset),
    }
    return render(request, "kpis/load.html", context)


@access(DATA)
@require_http_methods(FORM)
def load_rollback(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """superseded → live, once it is seen what that touches; with a word why, or without."""
    user = person_of(request)
    load = load_of(dataset_for(user, slug), number)
    require_dataset_owner(user, load.dataset)
    return considered_page(
        request,
        LoadReasonForm(request.POST if request.method == "POST" else None, needed=False),
        lambda reason: loads.roll_back(actor=user, load=load, reason=reason),
        touches=lambda: impact_of_load(actor=user, load=load),
        done=lambda load: load.dataset.get_absolute_url(),
        said=_("Load %(n)d is live again.") % {"n": number},
        title=_("Roll back to load %(n)d") % {"n": number},
        intro=_("Its rows become those that everybody sees. The ones that are live now are kept."),
        submit=_("Roll back"),
        crumbs=trail(_("Load %(n)d") % {"n": number}, load.dataset),
        cancel_url=load_url(load.dataset, number),
    )


@access(DATA)
@require_http_methods(FORM)
def load_accept(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """rejected → live, by who answers for the data."""
    user = person_of(request)
    load = load_of(dataset_for(user, slug), number)
    require_dataset_owner(user, load.dataset)
    return considered_page(
        request,
        LoadReasonForm(request.POST or None, needed=True),
        lambda reason: holding.accept_load(actor=user, load=load, reason=reason),
        touches=lambda: impact_of_load(actor=user, load=load),
        done=lambda load: load.dataset.get_absolute_url(),
        said=_("Load %(n)d is live.") % {"n": number},
        title=_("Make load %(n)d live anyway") % {"n": number},
        intro=load.error,
        submit=_("Make it live"),
        crumbs=trail(_("Load %(n)d") % {"n": number}, load.dataset),
        cancel_url=load_url(load.dataset, number),
    )


@access(DATA)
@require_http_methods(FORM)
def dataset_loading(request: HttpRequest, slug: str) -> HttpResponse:
    """How files arrive, and how many earlier loads are kept."""
    user = person_of(request)
    dataset = dataset_for(user, slug)
    intro = _("Each file can be sent differently; this is what is proposed.")
    if dataset.kind == Dataset.Kind.PREPARED:
        intro = _("Each load makes all rows anew.")
    return form_page(
        request,
        LoadingForm(request.POST or None, dataset=dataset),
        lambda **given: set_loading(
            actor=user, dataset=dataset, **{"mode": Mode.REPLACE.value, **given}
        ),
        done=Dataset.get_absolute_url,
        said=_("Saved."),
        title=_("How loads of %(name)s arrive") % {"name": dataset.name},
        intro=intro,
        crumbs=trail(_("How loads arrive"), dataset),
        cancel_url=dataset.get_absolute_url(),
    )
