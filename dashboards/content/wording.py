"""The words of rendering in the reader's language."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dashboards.rendering import Wording


def moment_words(moment: datetime) -> str:
    """An instant in the reader's zone, on one line."""
    return formats.date_format(timezone.localtime(moment), "j M Y, H:i")


def wording() -> Wording:
    return _wording(get_language())


@lru_cache(maxsize=32)
def _wording(language: str | None) -> Wording:
    """Asked for once per tile, and the same for everybody who reads the language."""
    return Wording(
        months=(
            _("Jan"), _("Feb"), _("Mar"), _("Apr"), _("May"), _("Jun"),
            _("Jul"), _("Aug"), _("Sep"), _("Oct"), _("Nov"), _("Dec"),
        ),
        quarter=_("Q{n}"),
        fiscal_year=_("FY{year}"),
        empty_segment=_("(empty)"),
        whole=_("All"),
        rest=_("the other {n} together"),
        period=_("Period"),
        value=_("Value"),
        points=_("pt"),
        new=_("new"),
        no_data=_("No data"),
        undefined=_("The denominator is zero."),
        so_far=_("so far"),
        few=_("few cases, n {n}"),
        target=_("Target"),
        own_target=_("own target {target}"),
        or_more=_("{value} or more"),
        or_less=_("{value} or less"),
        between=_("{low} to {high}"),
        up_to=_("up to {value}"),
        from_on=_("from {value}"),
        status_good=_("On target"),
        status_watch=_("Watch"),
        status_bad=_("Missed"),
        status_none=_("No target"),
        series=_("{name}, {start} to {end}: first {first}, last {last}."),
        extremes=_("Lowest {low} ({low_at}), highest {high} ({high_at})."),
        one_value=_("{name}: {value}."),
        missing=_("{n} without a figure."),
        more=_("{n} more in the table."),
        of_target=_("{status}: target {target}."),
        odd_above_season=_(
            "unusual: above what season and trend explain; expected {low} to {high}"
        ),
        odd_below_season=_(
            "unusual: below what season and trend explain; expected {low} to {high}"
        ),
        odd_above_trend=_("unusual: above what the trend explains; expected {low} to {high}"),
        odd_below_trend=_("unusual: below what the trend explains; expected {low} to {high}"),
        odd=_("{when}: {value}, {words}."),
        step=_("Step"),
        of_first=_("{share} of the first"),
        of_before=_("{share} of the one before"),
        share_first=_("Of the first"),
        share_before=_("Of the one before"),
        before=_("Before"),
        now=_("Now"),
        from_to=_("{name}: from {before} to {now}. {moves}."),
        cases=_("Cases"),
        below=_("{low} to below {high}"),
        and_more=_("and more"),
        and_more_from=_("{low} and more"),
        spread=_("{name}: {count}; most of them, {most}, at {where}."),
        median=_("Median"),
        box=_("{name}: median {median}, half from {first} to {third}, most from {low} to {high}"),
        marks=_("{n} marks."),
        ends=_("{name} from {low} to {high}."),
        reduced=_("{n} points; {drawn} drawn, the lowest and the highest kept."),
        meeting=_("{n} of {count} on target ({target})."),
    )  # fmt: skip
