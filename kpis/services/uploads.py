"""Files that people send: taken in, looked at, and read as they say."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.bodies import too_large
from ace_portal.lib.errors import Invalid, NotVisible
from ace_portal.lib.saying import kept
from kpis.models import Dataset, Upload
from kpis.permissions import require_data
from kpis.sandbox.run import check_file, profile_file
from kpis.sources.base import Caps
from kpis.sources.csv.orders import CHOSEN
from kpis.sources.csv.profiling import CERTAIN_NULLS
from kpis.sources.guard import explain
from kpis.sources.reading import Profile, Reading
from kpis.sources.recognise import recognise
from kpis.sources.registry import file_source

PREVIEW_ROWS = 20
PREVIEW_CHARACTERS = 200


def take_upload(*, actor: User, file: File[bytes], dataset: Dataset | None = None) -> Upload:
    """Keep a file as it came and look at it; a file that cannot be read leaves nothing behind.

    The next file of a ``dataset`` is looked at with what was said of the one before.
    """
    require_data(actor)
    with new_file() as (path, target):
        size, sha256 = _write(file, target)
        known = recognise(target, file.name or "")
        upload = Upload(
            name=_short_name(file.name), path=path, bytes=size, sha256=sha256, kind=known.kind
        )
        upload = keep(actor=actor, upload=upload, told=[known.note] if known.note else [])
        return _look_as_before(actor, upload, dataset.options) if dataset else upload


def _look_as_before(actor: User, upload: Upload, before: Mapping[str, Any]) -> Upload:
    """With the answers that make other columns; as it was, where they do not fit this file."""
    answers = remembered(upload, before)
    asked = (need for need in profile_of(upload).needs if need.kind == "decimal")
    if any(before.get("decimal") in need.choices for need in asked):
        answers["decimal"] = before["decimal"]
    try:
        return look_again(actor=actor, upload=upload, answers=answers) if answers else upload
    except Invalid:
        return upload


@contextmanager
def new_file() -> Iterator[tuple[str, Path]]:
    """A free place among the uploads, empty again where something goes wrong."""
    path = f"{secrets.token_hex(16)}.upload"
    target = Path(settings.UPLOADS_DIR) / path
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        yield path, target
    except OSError as error:
        target.unlink(missing_ok=True)
        raise explain(error, doing=_("taking the file in")) from error
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def keep(*, actor: User, upload: Upload, told: Sequence[str]) -> Upload:
    """Look at a file that lies in its place, and keep what was seen."""
    upload.kind, upload.profile = _look(upload.kind, upload.file, told=told)
    upload.by = actor
    with transaction.atomic():
        upload.full_clean()
        upload.save()
        record(
            actor=actor, action="upload.take", target=upload, bytes=upload.bytes,
            sha256=upload.sha256, kind=upload.kind,
        )  # fmt: skip
    return upload


def _write(file: File[bytes], target: Path) -> tuple[int, str]:
    """Copy in pieces; bytes and sha256 of what was written."""
    digest, size = hashlib.sha256(), 0
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        for chunk in file.chunks():
            size += len(chunk)
            if size > settings.MAX_UPLOAD_BYTES:
                raise too_large()
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return size, digest.hexdigest()


def _short_name(name: str | None) -> str:
    base = Path(name or "file.csv").name
    return base if len(base) <= 200 else base[:190] + base[-10:]


def look_again(*, actor: User, upload: Upload, answers: Mapping[str, Any]) -> Upload:
    """Look at the file once more, with what the person has said so far."""
    require_own(actor, upload)
    seen = profile_of(upload)
    types = dict(answers.get("types", {}))
    answers = {key: value for key, value in answers.items() if key != "date_order"}
    chosen = {name: kind for name, kind in types.items() if kind != seen.options.types.get(name)}
    options = _options_of(upload, seen, {**answers, "types": chosen}) | {"types": chosen}
    bad_rows, told = upload.profile.get("bad_rows", []), upload.profile.get("told", [])
    upload.kind, profile = _look(upload.kind, upload.file, options, told=told)
    upload.profile = {**profile, "bad_rows": bad_rows}
    upload.save(update_fields=["kind", "profile", "updated_at"])
    return upload


def reads_anew(upload: Upload, answers: Mapping[str, Any]) -> bool:
    """Whether the answers cut the file into other cells than those that were looked at."""
    seen = profile_of(upload)
    cutting = {*file_source(upload.kind).cutting}
    if any(need.kind == "decimal" for need in seen.needs):
        cutting.add("decimal")  # what was text becomes numbers
    return any(answers.get(key) not in (None, "", _shown(seen, key)) for key in cutting)


def _shown(seen: Profile, key: str) -> Any:
    """With which answer the file was looked at, even if it is still asked for."""
    proposed = (need.suggestion for need in seen.needs if need.kind == key and need.urgent)
    return next(proposed, None) or getattr(seen.options, key)


def remembered(upload: Upload, before: Mapping[str, Any]) -> dict[str, Any]:
    """What was said of the file before and answers an open question about what to read."""
    cutting = file_source(upload.kind).cutting
    return {
        need.kind: before[need.kind]
        for need in profile_of(upload).needs
        if need.kind in cutting and before.get(need.kind) in need.choices
    }


def prove(upload: Upload, options: Reading) -> None:
    """Raise the refusal that the load would come to, unless the look at the file is the proof."""
    profile = profile_of(upload)
    chosen = kept(CHOSEN)
    told = any(c.reason == chosen and c.type != "text" for c in profile.columns)
    if told or _deciding(options) != _deciding(profile.options):
        check_file(upload.kind, upload.file, options.to_json(), caps=caps())


def _deciding(options: Reading) -> dict[str, Any]:
    """What a value can fail by."""
    left_out = {"time_zone": "UTC", "bad_rows": "stop"}
    return {**options.to_json(), "null_tokens": set(options.null_tokens), **left_out}


def caps() -> Caps:
    """How much a file may bring."""
    return Caps(
        bytes=settings.MAX_UPLOAD_BYTES, unpacked_bytes=settings.MAX_UNPACKED_BYTES,
        rows=settings.MAX_UPLOAD_ROWS, cells=settings.MAX_SHEET_CELLS,
    )  # fmt: skip


def _look(
    kind: str, path: Path, options: Mapping[str, Any] | None = None, *, told: Sequence[str] = ()
) -> tuple[str, dict[str, Any]]:
    """The kind and the profile as it is stored: few rows, short cells, the rows that do not fit.

    Its sentences are plain text in the portal's own language, not in that of who sent the file.
    """
    bad_rows: list[Any] = []
    try:
        try:
            profile = profile_file(kind, path, options, caps=caps())
        except Invalid as error:
            if options is not None or "bad_rows" not in error.details:
                raise
            bad_rows = error.details["bad_rows"]
            tolerant = {"null_tokens": ["", *CERTAIN_NULLS], "bad_rows": "skip"}
            profile = profile_file(kind, path, tolerant, caps=caps())
    except Invalid as error:
        # with answers given, the one that is wrong; before any, it is the file
        field = "file" if options is None else error.field
        raise Invalid(error.message, field=field, **error.details) from error
    stored: dict[str, Any] = profile.to_json()
    stored["preview"] = [
        [cell[:PREVIEW_CHARACTERS] for cell in row] for row in profile.preview[:PREVIEW_ROWS]
    ]
    said: dict[str, Any] = kept({**stored, "bad_rows": bad_rows, "told": list(told)})
    return file_source(kind).kind_of(profile), said


def profile_of(upload: Upload) -> Profile:
    """What was seen in the file."""
    beside = ("bad_rows", "told")
    stored = {key: value for key, value in upload.profile.items() if key not in beside}
    return file_source(upload.kind).profile_from_json(stored)


def options_of(
    upload: Upload, answers: Mapping[str, Any], before: Mapping[str, Any] | None = None
) -> Reading:
    """How the file is to be read: as it was seen, as ``before``, as answered now.

    Raises ``Invalid`` beside the answer that is missing or wrong.
    """
    seen, source = profile_of(upload), file_source(upload.kind)
    names = {column.name for column in seen.columns}
    for name in answers.get("types", {}):
        if name not in names:
            raise Invalid(_("The file has no column “%(name)s”.") % {"name": name}, field="types")
    # What each file shows by itself, and what its values prove, needs no memory.
    memory = set(source.answers) - set(source.sensed)
    if seen.options.date_order:
        memory.discard("date_order")
    kept = {key: value for key, value in (before or {}).items() if key in memory}
    kept["types"] = _remembered_types(seen, kept.get("types", {}))
    first = _options_of(upload, seen, kept)
    options = source.options(_merged(upload, first, answers))
    _require_answers(seen, options)
    return options


def _remembered_types(seen: Profile, types: Mapping[str, str]) -> dict[str, str]:
    choices = {column.name: column.choices for column in seen.columns}
    return {name: kind for name, kind in types.items() if kind in choices.get(name, ())}


def _require_answers(seen: Profile, options: Reading) -> None:
    """Refuse what is asked and not answered."""
    for need in seen.needs:
        dated = options.types.get(need.column) in ("date", "timestamp")
        asked = need.urgent and (dated or not need.column)
        if asked and getattr(options, need.kind) not in need.choices:
            raise Invalid(need.question, field=need.kind, needs=[asdict(need)])
    if seen.bad_rows_total and options.bad_rows == "stop":
        raise Invalid(
            ngettext(
                "%(n)d row does not fit. Mend the file, or choose to skip it.",
                "%(n)d rows do not fit. Mend the file, or choose to skip them.",
                seen.bad_rows_total,
            )
            % {"n": seen.bad_rows_total},
            field="bad_rows",
        )


def _options_of(upload: Upload, seen: Profile, answers: Mapping[str, Any]) -> dict[str, Any]:
    return _merged(upload, {**seen.options.to_json(), "bad_rows": "stop"}, answers)


def _merged(
    upload: Upload, options: Mapping[str, Any], answers: Mapping[str, Any]
) -> dict[str, Any]:
    unknown = sorted(set(answers) - set(file_source(upload.kind).answers))
    if unknown:
        raise Invalid(_("“%(name)s” is no answer here.") % {"name": unknown[0]}, field=unknown[0])
    types = {**options["types"], **answers.get("types", {})}
    given = {key: value for key, value in answers.items() if value is not None}
    merged = {**options, **given, "types": types}
    return {**merged, "null_tokens": ["", *(t for t in merged["null_tokens"] if t)]}


def require_own(actor: User, upload: Upload) -> None:
    """A file is used by who sent it."""
    require_data(actor)
    if upload.by_id != actor.pk:
        raise NotVisible("")
