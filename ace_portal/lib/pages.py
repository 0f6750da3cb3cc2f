"""What a page reads from its address: which page of a list, which number."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

PAGE_SIZE = 50
LONGEST_NUMBER = 18


class KeysFirst(Paginator):  # type: ignore[type-arg]
    """Finds the keys of a page before it reads its rows: sorting all of them whole is slow."""

    def page(self, number: int | str) -> Page[Any]:
        number = self.validate_number(number)
        begin = (number - 1) * self.per_page
        rows: Any = self.object_list
        keys = list(rows.values_list("pk", flat=True)[begin : begin + self.per_page])
        return Page(rows.filter(pk__in=keys), number, self)


def page_of(
    request: HttpRequest,
    rows: Any,
    *,
    size: int = PAGE_SIZE,
    wide: bool = False,
    name: str = "page",
) -> Page[Any]:
    """The page that ``?page=`` (or another ``name``) asks for; one out of range is the nearest.

    ``wide`` rows are those of a table with long texts.
    """
    paginator = KeysFirst if wide else Paginator
    return paginator(rows, size).get_page(request.GET.get(name))


def number_in(request: HttpRequest, name: str) -> int | None:
    """The number in the address; what is none is as if left out."""
    return number_of(request.GET.get(name, ""))


def number_of(text: str) -> int | None:
    """The number that somebody sent; None for what is none, or longer than any of ours."""
    known = text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER
    return int(text) if known else None
