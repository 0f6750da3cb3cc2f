"""The thread strip on any object's page."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Model
from django.template import Context

from ace_portal.thread.selectors import strip_for

register = template.Library()


@register.inclusion_tag("components/thread.html", takes_context=True)
def thread_strip(context: Context, thing: Model) -> dict[str, Any]:
    """From step to release, as far as the reader may go."""
    return {"nodes": strip_for(context["user"], thing)}
