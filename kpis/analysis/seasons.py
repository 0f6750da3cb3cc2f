"""What season and trend explain of a series.

MSTL, the decomposition into trend and seasons by loess of Bandara, Hyndman and Bergmeir (2021),
with exponential smoothing (ETS) of the trend, by Grafana's library augurs. With fewer than three
seasons of data the trend stands alone. What is left over is measured in robust standard deviations:
1.4826 times the median of its distances from its median, so that odd figures do not widen the band
that they are held against. For the same reason it is done three times: a figure that was more than
three of them off is replaced by what was expected before the next time; and what lies beyond all
measure is replaced before the first, as one such figure bends the model for years.

Imports numpy and augurs: workers alone import this, when they need it (``services.looking``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import augurs
import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

SEASONS = 3  # with fewer, one odd figure is half of what its season is known by
LEAST = 12  # figures; fewer say nothing about what is usual
#: how many robust standard deviations around what is expected are usual
WIDTH = {"season": 4.5, "trend": 5.0}
TO_SIGMA = 1.4826
TIMES, ODD = 3, 3.0
#: figures around each one, and how far from their median, and from that of the same place in other
#: seasons, is beyond all measure: in distances that nine of ten figures keep
AROUND, BEYOND = 7, 6.0
#: a season of two explains next to nothing: what MSTL takes where there is none
NO_SEASON = 2


@dataclass(frozen=True, slots=True)
class Usual:
    """What was expected, and from where to where a figure is usual."""

    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Explained:
    """``how`` is "season" or "trend"; "short" or "failed" where nothing can be said."""

    how: str
    usual: tuple[Usual | None, ...]


def explain(values: Sequence[float | None], season: int) -> Explained:
    """One for each value, None where there is none; ``season`` is its length, 1 for none.

    Gaps are bridged by a straight line for the decomposition alone.
    """
    nothing = Explained("short", (None,) * len(values))
    known = np.array([value is not None for value in values])
    if known.sum() < LEAST:
        return nothing
    places = np.arange(len(values), dtype=float)
    given = np.array([value for value in values if value is not None], dtype=float)
    series = np.interp(places, places[known], given)
    how = "season" if season > 1 and known.sum() >= SEASONS * season else "trend"
    try:
        expected, sigma = _robustly(series, season if how == "season" else NO_SEASON, known)
        _refuse_nonsense(expected, series)
    except Exception:  # noqa: BLE001  it raises nothing narrower, for a series that has no model
        return replace(nothing, how="failed")
    found = [
        Usual(float(middle), float(middle - WIDTH[how] * sigma), float(middle + WIDTH[how] * sigma))
        if there
        else None
        for middle, there in zip(expected, known, strict=True)
    ]
    return Explained(how, tuple(found))


def _robustly(series: Numbers, season: int, known: NDArray[np.bool_]) -> tuple[Numbers, float]:
    """What is expected, and the robust standard deviation of what is left over."""
    cleaned = _within_measure(series, season)
    for _time in range(TIMES):
        expected = _expected(cleaned, season)
        left = series - expected
        sigma = _sigma(left[known], series)
        cleaned = np.where(np.abs(left) > ODD * sigma, expected, series)
    return expected, sigma


def _within_measure(series: Numbers, season: int) -> Numbers:
    """The figures, in place of those beyond all measure the median of what is around."""
    beside = AROUND // 2
    around = np.lib.stride_tricks.sliding_window_view(np.pad(series, beside, "reflect"), AROUND)
    usual = np.median(around, axis=1)
    off = _beyond(series - usual, series)
    if season > NO_SEASON:
        places = [np.median(series[place::season]) for place in range(season)]
        off &= _beyond(series - np.resize(places, len(series)), series)
    return np.where(off, usual, series)


def _beyond(left: Numbers, series: Numbers) -> NDArray[np.bool_]:
    scale = max(float(np.quantile(np.abs(left), 0.9)), _sigma(left, series))
    return np.abs(left) > BEYOND * scale


def _refuse_nonsense(expected: Numbers, series: Numbers) -> None:
    """Raise where a model expects what is far from all that there ever was."""
    low, high = float(series.min()), float(series.max())
    room = (high - low) or abs(high) or 1.0
    if expected.min() < low - room or expected.max() > high + room:
        raise ValueError("the model does not hold")


def _expected(series: Numbers, season: int) -> Numbers:
    model = augurs.MSTL.ets([season])
    model.fit(series)
    return np.array(model.predict_in_sample(None).point(), dtype=float)


def _sigma(left: Numbers, series: Numbers) -> float:
    """Never nothing: figures that are all alike leave no distance at all."""
    sigma = TO_SIGMA * float(np.median(np.abs(left - np.median(left))))
    least = 1e-6 * float(np.max(np.abs(series)))
    return max(sigma, least, 1e-12)
