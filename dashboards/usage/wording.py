"""Use in words: shares, spans of time, and the conditions of a verdict."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboards.usage.arithmetic import Counts, Proposal
from dashboards.usage.selectors.reviews import Look


def percent(share: float | None) -> str:
    """A whole percentage, a half to the even one; a dash for what cannot be said."""
    return f"{round(share * 100)}%" if share is not None else "–"


def ratio(share: float | None, part: int | None, whole: int | None) -> str:
    """The share with what it is made of."""
    if share is None:
        return "–"
    words = _("%(part)d of %(all)d") % {"part": part or 0, "all": whole or 0}
    return f"{percent(share)} ({words})"


def span(time: timedelta | None) -> str:
    """How long, in the unit that suits."""
    if time is None:
        return "–"
    if time >= timedelta(days=1):
        return ngettext("%(n)d day", "%(n)d days", time.days) % {"n": time.days}
    hours, minutes = divmod(int(time.total_seconds()) // 60, 60)
    if hours:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}


def conditions(look: Look) -> list[dict[str, Any]]:
    """What the verdict follows from, each with its figure, as ``checks`` takes it."""
    total, proposal, limits = look.adoption.total, look.proposal, look.limits
    lines = [
        _line(
            proposal, proposal.reach,
            _("Reach of at least %(share)s") % {"share": percent(limits.reach)},
            _of(total, total.reach, total.viewers, total.members),
        ),
        _line(
            proposal, proposal.returning,
            _("At least %(share)s of the viewers came back on another day")
            % {"share": percent(limits.returning)},
            _of(total, total.returned, total.returning, total.viewers),
        ),
        {
            "kind": "good" if proposal.decided else "bad",
            "text": _("At least one decision was logged"),
            "value": str(look.decisions),
        },
    ]  # fmt: skip
    if proposal.low:
        again = _("the second review in a row") if proposal.low_before else _("for the first time")
        words = _("Reach under %(share)s and no decision") % {"share": percent(limits.stop)}
        lines.append({"kind": "bad", "text": words, "value": again, "word": _("Warning")})
    return lines


def _line(proposal: Proposal, met: bool, text: str, value: str) -> dict[str, Any]:
    kind = "none" if not proposal.enough else "good" if met else "bad"
    word = "" if proposal.enough else _("Too few people to say")
    return {"kind": kind, "text": text, "value": value, "word": word}


def _of(counts: Counts, share: float | None, part: int, whole: int) -> str:
    return _("fewer than five people") if counts.masked else ratio(share, part, whole)


def because(look: Look) -> str:
    """Why this verdict, in a sentence."""
    proposal = look.proposal
    if proposal.verdict == "persevere":
        return _("All three conditions hold.")
    if proposal.verdict == "stop":
        return _("Hardly anybody looked, at two reviews in a row, and nothing was decided.")
    if not proposal.enough:
        return _("There are too few people to say more than that.")
    return _("Not all three conditions hold, and the figures do not say that it is over.")
