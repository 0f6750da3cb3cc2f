"""What a page reads from its address: which page of a list, which number."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

PAGE_SIZE = 50
LONGEST_NUMBER = 18


def page_of(request: HttpRequest, rows: Any, *, size: int = PAGE_SIZE) -> Page[Any]:
    """The page that ``?page=`` asks for; one out of range is the nearest."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def number_in(request: HttpRequest, name: str) -> int | None:
    """The number in the address; what is none, or longer than any of ours, is as if left out."""
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else None
