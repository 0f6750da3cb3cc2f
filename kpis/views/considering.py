"""Deeds that change what readers see: what they touch is shown before they are done."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ace_portal.lib.errors import PortalError
from ace_portal.lib.forms import form_page
from kpis.effects import effects_of
from kpis.impact import Impact

Answer = TypeVar("Answer")


def considered_page(
    request: HttpRequest,
    form: forms.BaseForm,
    call: Callable[..., Answer],
    *,
    touches: Callable[[], Impact],
    template: str = "kpis/considered.html",
    **context: Any,
) -> HttpResponse:
    """A ``form_page`` that does nothing before somebody has seen what it touches.

    Who sends it without having seen just that gets the page with it, and what they typed. What
    touches nothing, or cannot be found out, is done at once: the deed itself says why it fails.
    """
    found = found_out(touches)
    mark = mark_of(found)
    if found is not None and found.all:
        context |= {**effects_of(found), "seen": mark}
        if request.method == "POST" and request.POST.get("seen") != mark and form.is_valid():
            page = {key: context[key] for key in context if key not in {"done", "said"}}
            return render(request, template, {**page, "form": form, "asks": True})
    return form_page(request, form, call, template=template, **context)


def found_out(touches: Callable[[], Impact]) -> Impact | None:
    """What is touched; None where it cannot be found out, for the deed will say so."""
    try:
        return touches()
    except PortalError as error:
        if error.status in {403, 404}:
            raise
        return None


def mark_of(found: Impact | None, asked: object = None) -> str:
    """Says that just this was shown, of just what is asked."""
    if found is None:
        return ""
    return hashlib.sha256(repr((asked, found.drift, found.all)).encode()).hexdigest()[:16]
