"""Where one is in Discover."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from personas.models import Blueprint, Persona, Question, Service, UserGroup

Place = Service | Blueprint | Persona | Question | UserGroup


def trail(here: str, *above: Place) -> list[dict[str, str]]:
    """The crumbs ``{label, url}``: from Discover over what lies above, down to this page."""
    places = [{"label": str(place), "url": place.get_absolute_url()} for place in above]
    discover = {"label": _("Discover"), "url": reverse("personas:discover")}
    return [discover, *places, {"label": here, "url": ""}]
