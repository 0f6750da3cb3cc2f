"""The words and signs that rendering puts into figures; the page passes its reader's own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    decimal: str = "."
    group: str = ","
    months: tuple[str, ...] = (
        "Jan",
        "Feb",
        "Mar",
        "Apr",
        "May",
        "Jun",
        "Jul",
        "Aug",
        "Sep",
        "Oct",
        "Nov",
        "Dec",
    )
    quarter: str = "Q{n}"
    fiscal_year: str = "FY{year}"
    empty_segment: str = "(empty)"
    whole: str = "All"
    rest: str = "the other {n} together"
    period: str = "Period"
    value: str = "Value"
    points: str = "pt"
    new: str = "new"
    no_data: str = "No data"
    undefined: str = "The denominator is zero."
    so_far: str = "so far"
    few: str = "few cases, n {n}"
    target: str = "Target"
    own_target: str = "own target {target}"
    or_more: str = "{value} or more"
    or_less: str = "{value} or less"
    between: str = "{low} to {high}"
    up_to: str = "up to {value}"
    from_on: str = "from {value}"
    status_good: str = "On target"
    status_watch: str = "Watch"
    status_bad: str = "Missed"
    status_none: str = "No target"
    series: str = "{name}, {start} to {end}: first {first}, last {last}."
    extremes: str = "Lowest {low} ({low_at}), highest {high} ({high_at})."
    one_value: str = "{name}: {value}."
    missing: str = "{n} without a figure."
    more: str = "{n} more in the table."
    of_target: str = "{status}: target {target}."
    odd_above_season: str = "unusual: above what season and trend explain; expected {low} to {high}"
    odd_below_season: str = "unusual: below what season and trend explain; expected {low} to {high}"
    odd_above_trend: str = "unusual: above what the trend explains; expected {low} to {high}"
    odd_below_trend: str = "unusual: below what the trend explains; expected {low} to {high}"
    odd: str = "{when}: {value}, {words}."
    step: str = "Step"
    of_first: str = "{share} of the first"
    of_before: str = "{share} of the one before"
    share_first: str = "Of the first"
    share_before: str = "Of the one before"
    before: str = "Before"
    now: str = "Now"
    from_to: str = "{name}: from {before} to {now}. {moves}."
    cases: str = "Cases"
    below: str = "{low} to below {high}"
    and_more: str = "and more"
    and_more_from: str = "{low} and more"
    spread: str = "{name}: {count}; most of them, {most}, at {where}."
    median: str = "Median"
    box: str = "{name}: median {median}, half from {first} to {third}, most from {low} to {high}"
    marks: str = "{n} marks."
    ends: str = "{name} from {low} to {high}."
    reduced: str = "{n} points; {drawn} drawn, the lowest and the highest kept."
    meeting: str = "{n} of {count} on target ({target})."


ENGLISH = Wording()
