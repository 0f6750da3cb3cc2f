"""Forms and their fields."""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import BoundField, Form
from django.forms import widgets as w

register = template.Library()

_CLASSES = {
    "input": "input",
    "textarea": "input",
    "code": "input input--code",
    "select": "select",
    "multiple": "select",
    "file": "input input--file",
    "upload": "upload__input",
}


@register.inclusion_tag("components/field.html")
def field(
    bound: BoundField, kind: str = "", *, short: bool = False, needed: bool = False
) -> dict[str, Any]:
    """Label above, control, error, help below.

    ``kind`` overrides the look that the widget suggests: "segment" for radio buttons side by side,
    "upload" for a drop zone, "code" for a query, "box" for a long list of choices. ``needed`` is
    what has to be filled in wherever it is shown.
    """
    look = kind or _look(bound.field.widget)
    return {
        "field": bound,
        "look": look,
        "short": short,
        "optional": not (needed or bound.field.required),
        "control": _control(bound, look),
        "options": list(bound) if look in {"choices", "box", "segment"} else [],
        "many": isinstance(bound.field.widget, w.CheckboxSelectMultiple),
    }


def _look(widget: w.Widget) -> str:
    if isinstance(widget, w.RadioSelect | w.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, w.CheckboxInput):
        return "check"
    if isinstance(widget, w.SelectMultiple):
        return "multiple"
    if isinstance(widget, w.Select):
        return "select"
    if isinstance(widget, w.FileInput):
        return "file"
    return "textarea" if isinstance(widget, w.Textarea) else "input"


def _control(bound: BoundField, look: str) -> str:
    if look in {"choices", "box", "segment"}:
        return ""
    widget = bound.field.widget
    attrs: dict[str, Any] = {}
    if look in _CLASSES:
        attrs["class"] = " ".join(filter(None, [_CLASSES[look], widget.attrs.get("class", "")]))
    if look == "code":
        attrs |= {"spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}
    if look == "textarea":
        attrs["rows"] = widget.attrs.get("rows", 4) if widget.attrs.get("rows") != "10" else 4
    return bound.as_widget(_native(widget), attrs=attrs)


def _native(widget: w.Widget) -> w.Widget:
    """The browser's own calendar wants ISO dates, whatever the language of the page."""
    if type(widget) is w.DateInput:
        return w.DateInput({**widget.attrs, "type": "date"}, format="%Y-%m-%d")
    if type(widget) is w.TimeInput:
        return w.TimeInput({**widget.attrs, "type": "time"}, format="%H:%M")
    if type(widget) is w.DateTimeInput:
        return w.DateTimeInput({**widget.attrs, "type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return widget


@register.inclusion_tag("components/fields.html")
def fields(form: Form) -> dict[str, Any]:
    """Every field of a form, the hidden ones too."""
    return {"form": form}


@register.inclusion_tag("components/form_errors.html")
def form_errors(form: Form) -> dict[str, Any]:
    """What is wrong, on top of a form, each error with a link to its field."""
    listed = [
        {"field": bound, "label": bound.label, "id": bound.id_for_label, "text": error}
        for bound in form.visible_fields()
        for error in bound.errors
    ]
    general = list(form.non_field_errors())
    general += [error for bound in form.hidden_fields() for error in bound.errors]
    return {"general": general, "listed": listed, "count": len(general) + len(listed)}
