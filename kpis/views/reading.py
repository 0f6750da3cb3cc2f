"""What is read from a source: of an address, of a database, and how much of it at each load."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.errors import Conflict, Invalid
from ace_portal.lib.forms import form_page
from ace_portal.lib.permissions import DATA, access
from kpis.forms.addresses import AskedForm, QueryForm, ReadingForm
from kpis.models import Dataset, DataSource, Upload
from kpis.selectors.data import dataset_for
from kpis.services.incremental import set_reading
from kpis.services.samples import take_sample
from kpis.services.sourced import change_asked
from kpis.sources.http.asking import KIND as HTTP
from kpis.views.asking import query_page
from kpis.views.datasets import trail
from kpis.views.uploads import preview_url

FORM = ["GET", "HEAD", "POST"]


def sample_page(
    request: HttpRequest,
    user: User,
    source: DataSource,
    *,
    dataset: Dataset | None = None,
    **context: Any,
) -> HttpResponse:
    """What to ask of an address; its first rows are looked at before anything is made of them."""
    initial = AskedForm.initial_of(dataset.asked if dataset is not None else {})

    def look(**asked: Any) -> Upload:
        try:
            return take_sample(actor=user, source=source, asked=asked)
        except Invalid as error:
            error.field = "path" if error.field in ("url", "password") else error.field
            raise

    return form_page(
        request,
        AskedForm(request.POST or None, initial=initial),
        look,
        done=lambda upload: preview_url(upload, dataset),
        intro=_("The portal asks for the first rows and shows what is in them; nothing is kept "
                "before you say so."),
        submit=_("Look at the first rows"),
        template="kpis/asked.html",
        base=source.url,
        **context,
    )  # fmt: skip


@access(DATA)
@require_http_methods(FORM)
def dataset_asked(request: HttpRequest, slug: str) -> HttpResponse:
    """Another request, table or query for a dataset of a source."""
    user = person_of(request)
    dataset = dataset_for(user, slug)
    source = dataset.source
    if source is None:
        raise Conflict(_("This dataset comes from no source."))
    context: dict[str, Any] = {
        "title": _("What %(name)s reads") % {"name": dataset.name},
        "crumbs": trail(_("What is read"), dataset), "cancel_url": dataset.get_absolute_url(),
    }  # fmt: skip
    if source.kind == HTTP:
        return sample_page(request, user, source, dataset=dataset, **context)
    form = QueryForm(request.POST or None, source=source, initial=QueryForm.initial_of(dataset))
    return query_page(
        request,
        form,
        lambda **given: change_asked(actor=user, dataset=dataset, **form.asked(**given)),
        source=source,
        dataset=dataset,
        done=Dataset.get_absolute_url,
        said=_("The rows are on their way."),
        intro=_("All rows are read anew; what is live now stays until they are ready."),
        submit=_("Save and load"),
        **context,
    )


@access(DATA)
@require_http_methods(FORM)
def dataset_reading(request: HttpRequest, slug: str) -> HttpResponse:
    """All rows at each load, or those that are newer."""
    user = person_of(request)
    dataset = dataset_for(user, slug)
    return form_page(
        request,
        ReadingForm(request.POST or None, dataset=dataset),
        lambda **given: set_reading(actor=user, dataset=dataset, **given),
        done=Dataset.get_absolute_url,
        said=_("Saved."),
        title=_("Which rows %(name)s reads") % {"name": dataset.name},
        crumbs=trail(_("Which rows are read"), dataset),
        cancel_url=dataset.get_absolute_url(),
    )
