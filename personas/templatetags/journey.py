"""What a blueprint's drawing says of its cards."""

from __future__ import annotations

from datetime import timedelta

from django import template

from personas import selectors
from personas.models import Annotation, Card

register = template.Library()

STICKY = {"customer": "customer", "evidence": "evidence", "backstage": "back"}


@register.filter
def as_words(span: timedelta) -> str:
    return selectors.as_words(span)


@register.filter
def note(card: Card, kind: str) -> Annotation | None:
    """The card's first annotation of a kind."""
    return next((row for row in card.annotations.all() if row.kind == kind), None)


@register.filter
def sticky(lane: str) -> str:
    """The look of a lane's cards."""
    return STICKY.get(lane, "plain")


@register.filter
def meta(card: Card) -> str:
    return ", ".join(part for part in (card.actor, card.system, card.channel) if part)


@register.filter
def signed(number: int) -> str:
    return f"{number:+d}".replace("-", "−") if number else "0"
