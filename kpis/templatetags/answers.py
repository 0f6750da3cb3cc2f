"""How KPIs show themselves on the pages of personas and blueprints."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from kpis.lines import Line, figures_at_steps
from kpis.selectors import kpis_for
from personas.models import Blueprint, Question, Step

register = template.Library()


@register.inclusion_tag("kpis/_answers.html", takes_context=True)
def answers_to(context: Context, question: Question) -> dict[str, Any]:
    """The KPIs that answer a question."""
    return {"kpis": kpis_for(context["user"]).filter(question=question)[:50]}


@register.inclusion_tag("kpis/_answer_button.html")
def answer_button(question: Question) -> dict[str, Any]:
    """The way from a question to a new KPI."""
    return {"question": question}


@register.inclusion_tag("kpis/_step_figures.html", takes_context=True)
def step_figures(context: Context, blueprint: Blueprint, step: Step) -> dict[str, Any]:
    """The live figures at a step, as far as the reader may see values; read once for a drawing."""
    kept: Any = context.render_context
    key = f"step figures of {blueprint.pk}"
    if key not in kept:
        kept[key] = figures_at_steps(context["user"], blueprint)
    lines: dict[str, list[Line]] = kept[key]
    return {"lines": lines.get(step.key, [])}
