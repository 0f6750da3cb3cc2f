"""How use shows itself on pages: shares, spans of time, and a line on a card."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dashboards.content.models import Dashboard
from dashboards.usage.arithmetic import Counts
from dashboards.usage.models import Review
from dashboards.usage.selectors.reviews import Look, Use
from dashboards.usage.wording import because, conditions, percent, ratio, span
from personas.models import Persona

register = template.Library()

PERIODS = {
    "daily": gettext_lazy("Active days"),
    "weekly": gettext_lazy("Active weeks"),
    "monthly": gettext_lazy("Active months"),
    "quarterly": gettext_lazy("Active quarters"),
}


@register.filter(name="percent")
def percent_of(share: float | None) -> str:
    return percent(share)


@register.filter(name="span")
def span_of(time: timedelta | None) -> str:
    return span(time)


@register.inclusion_tag("dashboards/_use_total.html")
def use_total(counts: Counts, persona: Persona, *, first_view: bool = False) -> dict[str, Any]:
    """The total in a few figures; ``first_view`` says how long people took to look."""
    return {"c": counts, "periods": periods_of(persona), "first_view": first_view}


@register.simple_tag
def periods_of(persona: Persona) -> str:
    """What its people are expected to look in."""
    return str(PERIODS.get(persona.cadence, PERIODS["weekly"]))


@register.inclusion_tag("dashboards/_verdict.html")
def proposed(look: Look) -> dict[str, Any]:
    """The verdict that follows from the figures, and how."""
    return {
        "verdict": Review.Verdict(look.proposal.verdict).label,
        "because": because(look),
        "lines": conditions(look),
    }


@register.simple_tag
def figures_of(review: Review) -> str:
    """What a review looked at, in a line."""
    total: Mapping[str, Any] = review.figures["total"]
    n = review.figures["decisions"]
    decisions = ngettext("%(n)d decision", "%(n)d decisions", n) % {"n": n}
    if total["masked"]:
        return ", ".join([_("fewer than five people"), decisions])
    reach = ratio(total["reach"], total["viewers"], total["members"])
    returned = ratio(total["returned"], total["returning"], total["viewers"])
    words = [
        _("Reach %(share)s") % {"share": reach}, _("returning %(share)s") % {"share": returned},
    ]  # fmt: skip
    return ", ".join([*words, decisions])


@register.inclusion_tag("dashboards/_used.html")
def used(uses: Mapping[int, Use], dashboard: Dashboard) -> dict[str, Any]:
    """Reach and last review, for a card of the portfolio."""
    return {"use": uses.get(dashboard.pk)}
