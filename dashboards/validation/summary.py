"""A run's findings in lines: what was reached, of what is needed, over how many."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboards.validation.figures import Mean
from dashboards.validation.models import ValidationRun
from dashboards.validation.selectors import Findings, ValidationEvidence

Line = dict[str, Any]
PERIODS = 2
Access = ValidationRun.Access


def lines_of(findings: Findings) -> list[Line]:
    """``{kind, text, value, need}`` each, as ``{% checks %}`` takes them."""
    e = findings.evidence
    compared = e.reconciled + e.differing
    return [
        _line(
            _("People who answered"), e.people >= settings.GATE_PILOTS, e.people > 0,
            _("n %(n)d") % {"n": e.people}, _("needs %(n)d") % {"n": settings.GATE_PILOTS},
        ),
        _line(
            _("Tasks done"), reached(e), e.task_n > 0, success_words(e),
            _("needs %(n)g%%") % {"n": settings.GATE_TASK_SUCCESS},
        ),
        _line(
            _("System Usability Scale"), (e.sus or 0) >= settings.GATE_SUS, e.sus_n > 0,
            mean_words(findings.sus), _("needs %(n)g") % {"n": settings.GATE_SUS},
        ),
        _line(
            _("Figures agree with the source"), e.differing == 0, compared > 0,
            _("%(n)d of %(all)d") % {"n": e.reconciled, "all": compared} if compared else "",
            _("counts exactly, rates within %(n)g points") % {"n": settings.GATE_RATE_POINTS},
        ),
        _line(
            _("Over several periods"), e.periods >= PERIODS, compared > 0,
            ngettext("%(n)d period", "%(n)d periods", e.periods) % {"n": e.periods},
            _("needs %(n)d") % {"n": PERIODS},
        ),
        _line(
            _("With a filter"), e.filtered > 0, compared > 0,
            ngettext("%(n)d figure", "%(n)d figures", e.filtered) % {"n": e.filtered},
            _("needs %(n)d") % {"n": 1},
        ),
        *_access(e),
    ]  # fmt: skip


def _line(text: str, met: bool, begun: bool, value: str, need: str) -> Line:
    kind = "none" if not begun else "good" if met else "bad"
    return {"kind": kind, "text": text, "value": value, "need": need}


def _access(evidence: ValidationEvidence) -> list[Line]:
    run = evidence.run
    if run is None:
        return []
    kinds = {Access.UNKNOWN: "none", Access.PASSED: "good", Access.FAILED: "bad"}
    return [
        {"kind": kinds[Access(value)], "text": text, "value": said, "need": ""}
        for text, value, said in (
            (_("Everything works by keyboard"), run.keyboard, run.get_keyboard_display()),
            (_("Contrast is enough"), run.contrast, run.get_contrast_display()),
        )
    ]


def reached(evidence: ValidationEvidence) -> bool:
    success = evidence.task_success
    return success is not None and float(success) * 100 >= settings.GATE_TASK_SUCCESS


def success_words(evidence: ValidationEvidence) -> str:
    """ "83%, n 6": never the share alone."""
    if evidence.task_success is None:
        return _("n 0")
    share = round(float(evidence.task_success) * 100)
    return _("%(share)d%%, n %(n)d") % {"share": share, "n": evidence.task_n}


def mean_words(mean: Mean | None) -> str:
    """ "85.0 (78.1 to 91.9), n 3"; of one answer there is no interval."""
    if mean is None:
        return _("n 0")
    words = {"mean": mean.value, "n": mean.n}
    if mean.low is None or mean.high is None:
        return _("%(mean).1f, n %(n)d") % words
    return _("%(mean).1f (%(low).1f to %(high).1f), n %(n)d") % {
        **words, "low": mean.low, "high": mean.high,
    }  # fmt: skip
