"""Figures in a title: written as ``{now}``, filled from the tile's own answers, as text only."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

from ace_portal.lib.errors import Invalid
from dashboards import rendering as r
from dashboards.rendering import format as fmt
from dashboards.rendering.wording import Wording
from kpis.engine.result import Figure

#: the figure, the one before, the way between them, what is good, and for when
KNOWN = ("now", "before", "change", "target", "period")
#: before the names of the questions that only a title asks
ASKED = "title "
_NAME = re.compile(r"(?P<lead>[%$}])?\{(?P<name>[a-z_]+)\}")


def names_in(title: str) -> set[str]:
    """The figures that a title asks for."""
    return {match["name"] for match in _NAME.finditer(title)} & set(KNOWN)


def check_title(title: str, *, has_figures: bool) -> None:
    """Raises ``Invalid`` for a figure that there is not, and where a tile has none at all.

    What other languages write with a sign before the brace is no figure but text.
    """
    for match in _NAME.finditer(title):
        known = match["name"] in KNOWN
        if not known and match["lead"]:
            continue
        if not known:
            raise Invalid(
                _("There is no figure “%(name)s” for a title; there are %(known)s.")
                % {"name": f"{{{match['name'][:40]}}}", "known": _listed()},
                field="title",
            )
        if not has_figures:
            raise Invalid(_("This tile has no KPI, so its title has no figures."), field="title")


def _listed() -> str:
    return ", ".join(f"{{{name}}}" for name in KNOWN)


def filled(title: str, values: Mapping[str, str]) -> str:
    """The title with its figures; a dash where one is missing."""

    def value(match: re.Match[str]) -> str:
        if match["name"] not in KNOWN:
            return match[0]
        return (match["lead"] or "") + (values.get(match["name"]) or fmt.DASH)

    return _NAME.sub(value, title)


def values_of(
    face: r.Face, now: Figure | None, before: Figure | None, period: str, words: Wording
) -> dict[str, str]:
    """The figures of a title as its reader writes them; what is missing is left out."""
    found = {"period": period}
    for name, figure in (("now", now), ("before", before)):
        if figure is not None and fmt.has_value(figure):
            found[name] = fmt.shown_text(figure, face, words)
    if now is not None and before is not None:
        found["change"] = _change(fmt.delta(now, before, face, words))
    if face.target is not None:
        found["target"] = fmt.goals_text(face, words)
    return found


def _change(delta: fmt.Delta | None) -> str:
    if delta is None:
        return ""
    return {"up": "+", "down": fmt.MINUS, "flat": "±"}[delta.direction] + delta.text
