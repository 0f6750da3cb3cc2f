"""The parts of a definition in the words of the form."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

KINDS = {
    "text": _("text"), "integer": _("whole number"), "number": _("number"),
    "boolean": _("yes or no"), "date": _("date"), "timestamp": _("date and time"),
}  # fmt: skip
MEASURES = [
    ("count", _("How many rows there are")),
    ("share", _("What share of the rows meets a condition")),
    ("duration", _("How long it takes from one moment to another")),
    ("stock", _("How many are open at the end of the period")),
    ("net", _("How many came minus how many went")),
    ("sum", _("The sum of a column")),
    ("avg", _("The average of a column")),
    ("quantile", _("The median or a percentile of a column")),
    ("min", _("The smallest value of a column")),
    ("max", _("The largest value of a column")),
    ("count_distinct", _("How many different values a column has")),
]
STATISTICS = [
    ("quantile", _("Median or percentile")), ("avg", _("Average")), ("min", _("Shortest")),
    ("max", _("Longest")), ("sum", _("Sum")),
]  # fmt: skip
TIME_UNITS = [("s", _("seconds")), ("min", _("minutes")), ("h", _("hours")), ("d", _("days"))]
PER = [
    ("", _("No: the figure as it is")), ("hour", _("Per hour")), ("day", _("Per day")),
    ("week", _("Per week")),
]  # fmt: skip
WINDOWS = [
    ("", _("Those of its own period")), ("moving", _("Those of the last periods together")),
    ("year", _("All since the year began")), ("all", _("All since the data begins")),
]  # fmt: skip
OPERATORS = [
    ("=", _("is")), ("!=", _("is not")), ("<", _("is less than")), ("<=", _("is at most")),
    (">", _("is more than")), (">=", _("is at least")), ("between", _("is from … to …")),
    ("in", _("is one of")), ("not in", _("is none of")), ("contains", _("contains")),
    ("is null", _("is empty")), ("is not null", _("is not empty")),
]  # fmt: skip
JOINTS = [("all", _("All of them are met")), ("any", _("At least one of them is met"))]
NULL_RULES = [
    ("not_met", _("It counts as not met")),
    ("exclude", _("It is left out")),
]
#: measure → unit and decimals, where a person leaves them to us
USUAL = {"share": ("percent", 1), "duration": ("duration", 1), "count": ("count", 0),
         "stock": ("count", 0), "net": ("count", 0), "count_distinct": ("count", 0)}  # fmt: skip
