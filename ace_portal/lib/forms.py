"""What forms share: fields that many have, and how a service's refusal finds its field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ace_portal.lib.errors import PortalError
from ace_portal.lib.saying import said
from ace_portal.lib.zones import zone_names

Answer = TypeVar("Answer")
Kind = TypeVar("Kind", bound=forms.Field)


def area(rows: int, **kwargs: Any) -> forms.CharField:
    """A text of several lines."""
    return forms.CharField(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


def day(**kwargs: Any) -> forms.DateField:
    """A date, with the browser's calendar."""
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **kwargs)


def time_zone_choices() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(zone_names())]


def field_of(form: forms.BaseForm, name: str, kind: type[Kind]) -> Kind:
    """A form's field as what it is: the form itself knows only that it is a field."""
    field = form.fields[name]
    if not isinstance(field, kind):
        raise TypeError(f"{name} is a {type(field).__name__}, not a {kind.__name__}")
    return field


class ManyField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several rows; a number that no row can have is no choice, on any database."""

    def clean(self, value: Any) -> Any:
        for key in value or ():
            if not str(key).isdecimal() or len(str(key)) > 18:
                message = self.error_messages["invalid_pk_value"]
                raise ValidationError(message, code="invalid_pk_value", params={"pk": key})
        return super().clean(value)


def submit(form: forms.BaseForm, call: Callable[..., Answer], **kwargs: Any) -> Answer | None:
    """Call the service with the form's cleaned data; put a refusal beside its field.

    Returns what the service returned, or None where the form now has errors. What may not be seen
    or done is not the form's affair and passes through.
    """
    if not form.is_valid():
        return None
    try:
        return call(**form.cleaned_data, **kwargs)
    except PortalError as error:
        if error.status in {403, 404}:
            raise
        field = error.field.split(".")[0]
        form.add_error(field if field in form.fields else None, said(error.message))
    except ValidationError as error:
        add_validation_errors(form, error)
    return None


def add_validation_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """Put a model's validation errors beside the fields that the form has."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, ValidationError(errors))


def attempt(request: HttpRequest, call: Callable[[], Answer]) -> Answer | None:
    """A deed without a form: a refusal is told on the next page, and the answer is None."""
    try:
        return call()
    except PortalError as error:
        if error.status in {403, 404}:
            raise
        messages.error(request, said(error.message))
    return None


def form_page(
    request: HttpRequest,
    form: forms.BaseForm,
    call: Callable[..., Answer],
    *,
    done: Callable[[Answer], str],
    said: str = "",
    template: str = "lib/form.html",
    **context: Any,
) -> HttpResponse:
    """A page that is one form: show it, hand it to the service, go on to ``done(answer)``.

    ``said`` is told on the next page; ``context`` takes ``title``, ``intro``, ``submit`` (the
    button's word), ``cancel_url``, ``stay`` (the way back's word) and ``crumbs``.
    """
    if request.method == "POST":
        answer = submit(form, call)
        if answer is not None:
            if said:
                messages.success(request, said)
            return redirect(done(answer))
    status = 422 if form.errors else 200
    return render(request, template, {"form": form, **context}, status=status)
