"""The two sides of a comparison: a load, and a file that may become the next one."""

from __future__ import annotations

from typing import Any

from kpis.differences import Difference, Record, differences
from kpis.models import Dataset, Load, Upload
from kpis.reach import reach_of
from kpis.sources.base import ROW


def differences_from_live(upload: Upload, dataset: Dataset) -> list[Difference]:
    """What the file holds otherwise than the load that everybody sees; nothing without one."""
    if dataset.live is None:
        return []
    return differences(record_of(dataset.live), record_of_upload(upload, dataset))


def record_of(load: Load) -> Record:
    """A load, with the spelling of its values where its file was looked at."""
    upload = load.upload
    columns = [column for column in load.columns if column["name"] != ROW]
    return Record(
        columns={column["name"]: column["type"] for column in columns},
        rows=load.rows,
        as_of=load.as_of,
        options=_occurring(load.options, upload.profile if upload is not None else {}),
        kind=upload.kind if upload is not None else "",
        written=_written(upload.profile) if upload is not None else {},
        without_values=frozenset(c["name"] for c in columns if c["nulls"] == load.rows),
        bad_rows=load.report.get("bad_rows_total", 0),
        cut=load.report.get("cut", False),
    )


def record_of_upload(upload: Upload, dataset: Dataset) -> Record:
    """A file as it was seen; its local times are meant in the dataset's zone."""
    profile = upload.profile
    return Record(
        columns={column["name"]: column["type"] for column in profile["columns"]},
        rows=profile["rows"] if profile["complete"] else None,
        as_of=reach_of(profile.get("as_of"), dataset.counting_zone)[0],
        options=_occurring({**profile["options"], "time_zone": None}, profile),  # no zone in it
        kind=upload.kind,
        written=_written(profile),
        without_values=frozenset(
            c["name"] for c in profile["columns"] if c["nulls"] == profile["rows"]
        ),
        bad_rows=profile["bad_rows_total"],
        cut=profile.get("cut", False),
    )


def _occurring(options: dict[str, Any], profile: dict[str, Any]) -> dict[str, Any]:
    """The options with the spellings of "nothing" that occur, where the file was looked at."""
    if "null_candidates" not in profile:
        return options
    seen = {token["token"] for token in profile["null_candidates"]}
    return {**options, "null_tokens": [t for t in options.get("null_tokens", ()) if t in seen]}


def _written(profile: dict[str, Any]) -> dict[str, str]:
    return {
        column["name"]: column["written"]
        for column in profile.get("columns", [])
        if column.get("written")
    }
