"""Sentences of the pure rooms in the language of who reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext, ngettext, override

from ace_portal.lib.words import Words


def said(text: str) -> str:
    """The text for a person: Words translated into the active language, other text as it is."""
    return text.through(gettext, ngettext) if isinstance(text, Words) else str(text)


def all_said(value: Any) -> Any:
    """JSON-like data with every text as ``said``."""
    if isinstance(value, Words):
        return said(value)
    if isinstance(value, Mapping):
        return {key: all_said(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [all_said(one) for one in value]
    return value


def kept(value: Any) -> Any:
    """The same for the database: what is stored is plain text in the portal's own language."""
    with override(settings.LANGUAGE_CODE):
        return all_said(value)
