"""How KPIs show themselves on the pages of personas and blueprints."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from kpis.selectors import kpis_for
from personas.models import Question

register = template.Library()


@register.inclusion_tag("kpis/_answers.html", takes_context=True)
def answers_to(context: Context, question: Question) -> dict[str, Any]:
    """The KPIs that answer a question."""
    return {"kpis": kpis_for(context["user"]).filter(question=question)[:50]}


@register.inclusion_tag("kpis/_answer_button.html")
def answer_button(question: Question) -> dict[str, Any]:
    """The way from a question to a new KPI."""
    return {"question": question}
