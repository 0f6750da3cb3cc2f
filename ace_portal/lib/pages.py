"""Lists come in pages."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

PAGE_SIZE = 50


def page_of(request: HttpRequest, rows: Any, *, size: int = PAGE_SIZE) -> Page[Any]:
    """The page that ``?page=`` asks for; one out of range is the nearest."""
    return Paginator(rows, size).get_page(request.GET.get("page"))
