"""A person to choose: a short list, which a search fills."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator

from ace_portal.accounts.models import User
from dashboards.people import Choice


class _Shown(ModelChoiceIterator):  # type: ignore[type-arg]
    """The options of a field that offers some of those who may be chosen."""

    def __iter__(self) -> Iterator[Any]:
        field = self.field
        if field.empty_label is not None:
            yield ("", field.empty_label)
        for person in field.shown if isinstance(field, PickedField) else ():
            yield self.choice(person)


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A person by name and address: two may have the same name."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}, {obj.email}"


class PickedField(PersonField):
    """Anybody of a ``Choice`` is taken; shown are those of it that are near, or were found."""

    iterator = _Shown

    def __init__(self, **kwargs: Any) -> None:
        self.shown: list[User] = []
        super().__init__(queryset=User.objects.none(), **kwargs)


def offer(form: forms.Form, name: str, choice: Choice) -> None:
    """Fill the list of a field; who is chosen already stays in it."""
    field = form.fields[name]
    if not isinstance(field, PickedField):
        raise TypeError(f"{name} offers nobody by itself")
    field.queryset = choice.people
    field.shown = list(choice.shown)
    value = str(form[name].value() or "")
    if value.isdecimal() and len(value) < 18 and int(value) not in {p.pk for p in field.shown}:
        field.shown[:0] = choice.people.filter(pk=int(value))
    field.widget.choices = field.choices
