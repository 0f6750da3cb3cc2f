"""What a board can begin from: layouts for named roles, which are filled with KPIs. Data alone."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

#: what can play a role: any KPI, one whose parts add up, a share in percent, a duration
ANY, COUNT, SHARE, TIME = "any", "count", "share", "time"
NEEDS = {
    ANY: _("any KPI"),
    COUNT: _("a KPI that adds up: a count or a sum"),
    SHARE: _("a share in percent"),
    TIME: _("a duration"),
}


@dataclass(frozen=True, slots=True)
class Role:
    """A part that a KPI plays; without an optional one its own tiles are left out."""

    key: str
    name: Text
    needs: str = ANY
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A tile to be: ``roles`` in the order of its KPIs. ``split`` is by the first dimension that
    they share, ``across`` by the second."""

    type: str
    width: int
    roles: tuple[str, ...]
    title: Text = ""
    grain: str | None = None
    split: bool = False
    across: bool = False
    compare: str = "previous"
    stacked: bool = False
    heat: bool = False
    totals: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A tab to be, and the tiles on it; a beginning of one part is a page without tabs."""

    title: Text
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Beginning:
    """``period`` is what the page opens with; its filters are what its KPIs can be split by."""

    key: str
    name: Text
    purpose: Text
    roles: tuple[Role, ...]
    parts: tuple[Part, ...]
    period: str = "last_6"


_DESK = Beginning(
    "desk", _("Service desk overview"),
    _("How much comes in, how long it takes and whether that keeps the promise, then who it is."),
    (
        Role("volume", _("Volume: how many come in"), COUNT),
        Role("time", _("Time to resolve"), TIME),
        Role("share", _("Share within target"), SHARE, optional=True),
        Role("open", _("What is still open"), COUNT, optional=True),
    ),
    (
        Part(_("Overview"), (
            Cell("number", 3, ("volume",)),
            Cell("number", 3, ("time",)),
            Cell("number", 3, ("share",), compare="target"),
            Cell("number", 3, ("open",)),
            Cell("line", 7, ("share",), _("Is the target kept from month to month?"), "month"),
            Cell("bar", 5, ("volume",), _("Where does it come from?"), split=True),
            Cell("line", 12, ("time",), _("How long does it take?"), "month"),
        )),
        Part(_("In detail"), (
            Cell("table", 12, ("volume", "time", "share", "open"), split=True, totals=True),
            Cell("pivot", 12, ("volume",), _("When does it come, and from where?"), "month",
                 split=True, heat=True),
        )),
    ),
)  # fmt: skip

_FLOW = Beginning(
    "flow", _("Flow and ageing"),
    _("Whether as much is done as comes in, and how old grows what is not."),
    (
        Role("arrived", _("What comes in"), COUNT),
        Role("done", _("What is done"), COUNT),
        Role("open", _("What is still open"), COUNT),
        Role("age", _("Age or waiting time"), TIME, optional=True),
    ),
    (
        Part(_("Flow"), (
            Cell("number", 4, ("arrived",)),
            Cell("number", 4, ("done",)),
            Cell("number", 4, ("open",)),
            Cell("combined", 12, ("arrived", "done"), _("Is as much done as comes in?"), "week"),
            Cell("area", 12, ("open",), _("What is left open?"), "week"),
        )),
        Part(_("Ageing"), (
            Cell("number", 4, ("age",)),
            Cell("line", 8, ("age",), _("Does it wait longer than before?"), "month"),
            Cell("bar", 6, ("age",), _("Where does it wait longest?"), split=True),
            Cell("bar", 6, ("open",), _("Where does it lie?"), split=True),
        )),
    ),
    "last_3",
)  # fmt: skip

_TARGET = Beginning(
    "target", _("Target watch"),
    _("Up to three promises against their targets, and where they are missed."),
    (
        Role("first", _("The first promise")),
        Role("second", _("The second"), optional=True),
        Role("third", _("The third"), optional=True),
    ),
    (
        Part(_("Targets"), (
            Cell("number", 4, ("first",), compare="target"),
            Cell("number", 4, ("second",), compare="target"),
            Cell("number", 4, ("third",), compare="target"),
            Cell("line", 12, ("first",), grain="month"),
            Cell("line", 6, ("second",), grain="month"),
            Cell("line", 6, ("third",), grain="month"),
            Cell("table", 12, ("first", "second", "third"), _("Where are they missed?"),
                 split=True, totals=True),
        )),
    ),
    "last_12",
)  # fmt: skip

_PEOPLE = Beginning(
    "people", _("People and load"),
    _("How the work lies on teams or people, and what that does to its time."),
    (
        Role("volume", _("The work: how many"), COUNT),
        Role("time", _("What it takes"), optional=True),
        Role("share", _("Share within target"), SHARE, optional=True),
    ),
    (
        Part(_("Load"), (
            Cell("number", 4, ("volume",)),
            Cell("number", 4, ("time",)),
            Cell("number", 4, ("share",), compare="target"),
            Cell("bar", 12, ("volume",), _("On whom does it lie, month by month?"), "month",
                 split=True, stacked=True),
            Cell("table", 12, ("volume", "time", "share"), split=True, totals=True),
        )),
        Part(_("When"), (
            Cell("pivot", 12, ("volume",), _("When has who how much?"), "month", split=True,
                 heat=True),
            Cell("pivot", 12, ("volume",), _("Who does what?"), split=True, across=True,
                 heat=True),
        )),
    ),
)  # fmt: skip

_ONE = Beginning(
    "depth", _("One KPI in depth"),
    _("A single figure from every side: against before, over time, by its dimensions."),
    (Role("kpi", _("The KPI")), Role("volume", _("How many it is of"), COUNT, optional=True)),
    (
        Part(_("The figure"), (
            Cell("number", 3, ("kpi",)),
            Cell("number", 3, ("kpi",), compare="year"),
            Cell("number", 3, ("kpi",), compare="target"),
            Cell("number", 3, ("volume",)),
            Cell("line", 12, ("kpi",), _("How did it go?"), "month"),
            Cell("combined", 12, ("volume", "kpi"), _("Does it move with how many there are?"),
                 "month"),
        )),
        Part(_("Where it comes from"), (
            Cell("bar", 6, ("kpi",), split=True),
            Cell("waterfall", 6, ("kpi",), split=True),
            Cell("line", 12, ("kpi",), grain="month", split=True),
            Cell("pivot", 12, ("kpi",), split=True, across=True, heat=True),
        )),
    ),
    "last_12",
)  # fmt: skip

BEGINNINGS: dict[str, Beginning] = {one.key: one for one in (_DESK, _FLOW, _TARGET, _PEOPLE, _ONE)}
