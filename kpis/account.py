"""What a load tells of itself, in words: checks, drift, what became of its rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kpis.forms.words import KINDS
from kpis.models import Dataset, Load, Mode, QualityCheck
from kpis.models.arriving import OverlapUnit
from kpis.services.checks import rule_words
from kpis.sources.base import ROW


def results_of(load: Load) -> list[dict[str, Any]]:
    """Each check's outcome as a page shows it, failed ones first, blocking before warning."""
    rows = sorted(load.checks, key=lambda r: (not r["failed"], not r["blocking"]))
    return [{**row, **_look(row), "names": _names(row["columns"])} for row in rows]


def _look(result: dict[str, Any]) -> dict[str, str]:
    """The icon and the word of an outcome, and how many rows it is about."""
    if not result["failed"]:
        return {"tone": "good", "word": _("Passed"), "count": ""}
    rows = result["rows"]
    count = ""
    if rows:
        count = ngettext("%(n)s row", "%(n)s rows", rows) % {"n": f"{rows:,}"}
    if result["blocking"]:
        return {"tone": "bad", "word": _("Failed"), "count": count}
    return {"tone": "watch", "word": _("Warning"), "count": count}


def _names(columns: Iterable[str]) -> list[str]:
    return [_("Row") if name == ROW else name for name in columns]


def outcomes_of(checks: Iterable[QualityCheck], checked: Load | None) -> list[dict[str, Any]]:
    """The checks of a dataset, each with what the load that was checked last came to."""
    last = {result["check"]: result for result in (checked.checks if checked is not None else [])}
    return [
        {
            "check": check,
            "says": rule_words(check),
            "last": _look(last[check.pk]) if check.pk in last else None,
        }
        for check in checks
    ]


def arrival_words(dataset: Dataset) -> str:
    """What a new file does to the rows that are there."""
    if dataset.kind == Dataset.Kind.PREPARED:
        return _("Each load makes all rows anew.")
    if dataset.source_id is not None:
        return _reading_words(dataset)
    if dataset.mode == Mode.APPEND:
        return _("The rows of a new file are added to those that are there.")
    if dataset.mode == Mode.UPSERT:
        return _("New rows of a file are added; those with the same %(keys)s are replaced.") % {
            "keys": ", ".join(dataset.keys)
        }
    return _("A new file replaces all rows.")


def _reading_words(dataset: Dataset) -> str:
    """Which rows a load of a source reads, and what becomes of them."""
    if dataset.is_live:
        return _("Nothing is copied: a load is a look at the source.")
    if not dataset.mark_column:
        return _("Each load reads all rows anew.")
    named = {"column": dataset.mark_column, "keys": ", ".join(dataset.keys)}
    if not dataset.keys:
        return _("Only rows with a greater “%(column)s” are read, and added.") % named
    if not dataset.overlap:
        return _(
            "Only rows with a greater “%(column)s” are read. Those with the same %(keys)s are "
            "replaced, new ones added."
        ) % named  # fmt: skip
    return _(
        "Rows are read from %(overlap)s before the greatest “%(column)s” on. Those with the same "
        "%(keys)s are replaced, new ones added."
    ) % {**named, "overlap": _overlap(dataset)}  # fmt: skip


def _overlap(dataset: Dataset) -> str:
    n = dataset.overlap
    if dataset.overlap_unit == OverlapUnit.HOURS:
        return ngettext("%(n)d hour", "%(n)d hours", n) % {"n": n}
    if dataset.overlap_unit == OverlapUnit.DAYS:
        return ngettext("%(n)d day", "%(n)d days", n) % {"n": n}
    return f"{n:,}"


def reading_words(load: Load) -> str:
    """Which rows a load of a source read, where it could have read only newer ones."""
    read = load.report.get("read")
    if not read:
        return ""
    if read["how"] == "new":
        return _("Rows with “%(column)s” beyond %(after)s, put to load %(base)d") % {
            "column": read["column"], "after": marked(read["after"]), "base": read["base"],
        }  # fmt: skip
    return _("All rows: %(why)s") % {"why": read["why"]} if read["why"] else _("All rows")


def reached_words(load: Load | None) -> str:
    """From where the next load goes on."""
    read = load.report.get("read") if load is not None else None
    if load is None or not read or read["mark"] is None:
        return ""
    return _("Load %(n)d came as far as %(mark)s.") % {
        "n": load.number, "mark": marked(read["mark"]),
    }  # fmt: skip


def marked(mark: int | float | str) -> str:
    """A mark as people read it; a stamp in the reader's zone."""
    if isinstance(mark, int | float):
        return f"{mark:,}"
    if len(mark) <= len("2026-03-01"):
        return formats.date_format(date.fromisoformat(mark), "j M Y")
    moment = timezone.localtime(datetime.fromisoformat(mark).replace(tzinfo=UTC))
    return str(formats.date_format(moment, "j M Y, H:i:s"))


def checks_in_short(load: Load) -> dict[str, str]:
    """All checks of a load in a word; empty where there were none."""
    if not load.checks:
        return {}
    failed = load.failed_checks
    blocking = sum(1 for result in failed if result["blocking"])
    if blocking:
        word = ngettext("%(n)d failed", "%(n)d failed", blocking) % {"n": blocking}
        return {"tone": "bad", "word": word}
    if failed:
        count = len(failed)
        word = ngettext("%(n)d warning", "%(n)d warnings", count) % {"n": count}
        return {"tone": "watch", "word": word}
    count = len(load.checks)
    return {"tone": "good", "word": _("%(n)d passed") % {"n": count}}


def drift_lines(drift: dict[str, Any]) -> list[dict[str, str]]:
    """The columns that are others than before, for ``{% changes %}``."""
    lines = [{"kind": "added", "what": _("Column %(name)s") % {"name": name}, "before": "",
              "after": ""} for name in drift.get("added", ())]  # fmt: skip
    lines += [{"kind": "removed", "what": _("Column %(name)s") % {"name": name}, "before": "",
               "after": ""} for name in drift.get("removed", ())]  # fmt: skip
    lines += [
        {
            "kind": "changed", "what": _("Column %(name)s") % {"name": column["name"]},
            "before": str(KINDS[column["before"]]), "after": str(KINDS[column["now"]]),
        }
        for column in drift.get("retyped", ())
    ]  # fmt: skip
    return lines


def merge_words(load: Load) -> str:
    """What became of the rows of a file that was put to others."""
    told = load.report.get("merge")
    if not told:
        return ""
    parts = [ngettext("%(n)s row added", "%(n)s rows added", told["added"])
             % {"n": f"{told['added']:,}"}]  # fmt: skip
    if told["mode"] == Mode.UPSERT:
        parts.append(_("%(n)s replaced") % {"n": f"{told['replaced']:,}"})
        parts.append(_("%(n)s unchanged") % {"n": f"{told['unchanged']:,}"})
    if told["doubles"]:
        parts.append(
            ngettext(
                "%(n)s left out for a later one with the same key",
                "%(n)s left out for later ones with the same key",
                told["doubles"],
            )
            % {"n": f"{told['doubles']:,}"}
        )
    return ", ".join(parts)
