"""A file on its way to becoming a dataset, or the next load of one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.bodies import takes_files
from ace_portal.lib.errors import Invalid
from ace_portal.lib.forms import form_page, submit
from ace_portal.lib.permissions import DATA, access
from ace_portal.lib.saying import all_said, said
from kpis.account import arrival_words
from kpis.effects import effects_of
from kpis.forms.arriving import ARRIVING, NextFileForm
from kpis.forms.datasets import PreviewForm, name_of
from kpis.forms.files import UploadForm
from kpis.impact import Impact, impact_of_types
from kpis.models import Dataset, Upload
from kpis.selectors.comparing import differences_from_live
from kpis.selectors.data import dataset_for, upload_for
from kpis.services import datasets, uploads
from kpis.sources.base import TYPES
from kpis.sources.registry import file_source
from kpis.views.datasets import trail

FORM = ["GET", "HEAD", "POST"]


def upload_form(request: HttpRequest) -> UploadForm:
    files = request.FILES if request.method == "POST" else None
    return UploadForm(request.POST or None, files, most=settings.MAX_UPLOAD_BYTES)


def preview_url(upload: Upload, dataset: Dataset | None = None) -> str:
    query = f"?dataset={dataset.slug}" if dataset is not None else ""
    return reverse("kpis:upload-preview", args=[upload.pk]) + query


@access(DATA)
@require_http_methods(FORM)
@takes_files
def dataset_new(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    return form_page(
        request,
        upload_form(request),
        lambda **given: uploads.take_upload(actor=user, **given),
        done=preview_url,
        template="kpis/upload.html",
        title=_("New dataset"),
        crumbs=trail(_("New dataset")),
        intro=_("Send a file. Before anything is loaded you see what was found in it."),
        submit=_("Look at the file"),
        cancel_url=reverse("kpis:datasets"),
    )


@access(DATA)
@require_http_methods(FORM)
@takes_files
def dataset_load(request: HttpRequest, slug: str) -> HttpResponse:
    """The next file of a dataset."""
    user = person_of(request)
    dataset = dataset_for(user, slug)
    return form_page(
        request,
        upload_form(request),
        lambda **given: uploads.take_upload(actor=user, dataset=dataset, **given),
        done=lambda upload: preview_url(upload, dataset),
        template="kpis/upload.html",
        title=_("New file for %(name)s") % {"name": dataset.name},
        crumbs=trail(_("New file"), dataset),
        intro=arrival_words(dataset)
        + " "
        + _("What is live now stays until the new rows are ready."),
        submit=_("Look at the file"),
        cancel_url=dataset.get_absolute_url(),
    )


@access(DATA)
@require_http_methods(FORM)
def upload_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What was found in a file, and the questions that it leaves open."""
    user = person_of(request)
    upload = upload_for(user, pk)
    slug = request.GET.get("dataset", "")
    dataset = dataset_for(user, slug) if slug else None
    form = _preview_form(upload, dataset, user.time_zone, request.POST or None)
    anew = request.method == "POST" and _reads_anew(form, upload)
    if anew or (request.method == "POST" and "look" in request.POST):
        if anew and "look" not in request.POST:
            again = _("The file was read again with your answers. Look at it, then send them.")
            messages.warning(request, again)
        form = _look_again(form, upload, dataset, user.time_zone, user)
    elif request.method == "POST":
        made = submit(form, lambda **given: _make(user, upload, dataset, form))
        if made is not None:
            messages.success(request, _("The rows are on their way."))
            return redirect(made.get_absolute_url())
    context = {
        "crumbs": trail(upload.name, dataset),
        "form": form,
        "upload": upload,
        "dataset": dataset,
        "profile": form.profile,
        "changes": all_said(differences_from_live(upload, dataset)) if dataset else [],
        **effects_of(_impact(person_of(request), dataset, form)),
        "kind": said(file_source(upload.kind).label),
        "told": [*upload.profile.get("told", []), *form.profile.notes],
        "bad_rows": upload.profile.get("bad_rows", []),
    }
    return render(request, "kpis/preview.html", context, status=422 if form.errors else 200)


def _impact(user: User, dataset: Dataset | None, form: PreviewForm) -> Impact | None:
    """What reads the dataset, and what of it the columns of the file would break."""
    if dataset is None or dataset.live is None:
        return None
    types = {column.name: str(bound.value()) for column, bound in form.columns}
    known = {name: kind for name, kind in types.items() if kind in TYPES}
    return impact_of_types(user, dataset, known)


def _preview_form(
    upload: Upload, dataset: Dataset | None, zone: str, data: Any = None, **typed: Any
) -> PreviewForm:
    profile = uploads.profile_of(upload)
    before = dataset.options if dataset is not None else {}
    kept = ("types", "null_tokens", "decimal", "time_zone", "bad_rows", "date_order")
    others = {"name": name_of(upload.name), "time_zone": zone}
    others |= {key: before[key] for key in kept if before.get(key)}
    others |= uploads.remembered(upload, before)
    if dataset is None or upload.source is not None:
        initial = PreviewForm.initial_of(profile, **(others | typed))
        named = dataset is None
        return PreviewForm(data, initial=initial, profile=profile, kind=upload.kind, named=named)
    others |= {name: getattr(dataset, name) for name in ARRIVING}
    initial = NextFileForm.initial_of(profile, **(others | typed))
    return NextFileForm(data, initial=initial, profile=profile, kind=upload.kind, named=False)


def _look_again(
    form: PreviewForm, upload: Upload, dataset: Dataset | None, zone: str, user: Any
) -> PreviewForm:
    """Read the file once more with the answers so far; what was typed stays."""
    form.is_valid()
    answers = form.answers()
    typed = {key: form.data.get(key, "") for key in ("name", "description")}
    typed |= {key: answers[key] for key in ARRIVING if key in answers}
    takes = file_source(upload.kind).answers
    known = {key: answers[key] for key in takes if answers.get(key) not in (None, "", {})}
    try:
        uploads.look_again(actor=user, upload=upload, answers=known)
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, said(error.message))
        return form
    seen = uploads.profile_of(upload).options.types
    return _preview_form(upload, dataset, zone, **{**known, **typed, "types": seen})


def _reads_anew(form: PreviewForm, upload: Upload) -> bool:
    """Other cells make other columns: they are shown before anything is made of them."""
    return form.is_valid() and uploads.reads_anew(upload, form.answers())


def _make(user: Any, upload: Upload, dataset: Dataset | None, form: PreviewForm) -> Dataset:
    answers = form.answers()
    try:
        if dataset is None:
            return datasets.create_dataset(actor=user, upload=upload, **answers)
        datasets.add_load(actor=user, dataset=dataset, upload=upload, **answers)
    except Invalid as error:
        if error.field == "types":
            error.field = form.field_of(error.details.get("column", ""))
        raise
    return dataset
