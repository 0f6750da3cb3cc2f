"""Tidy up: what nobody reads any more leaves the disk, what got stuck is told."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ace_portal.jobs.models import Job
from kpis.models import Dataset, Load, Upload
from kpis.services.telling import tell_failed

ORPHAN_SECONDS = 2 * 3600  # longer than any job may take
UNUSED = timedelta(days=1)  # how long a file waits for its answers


def collect() -> int:
    """Drop old loads, those held back too long, unused uploads and orphans; answers how many."""
    return _drop_old_loads() + _drop_held_loads() + _drop_unused_uploads() + _drop_orphans()


def reject_stuck() -> int:
    """A staged load whose job is over will never be anything; answers how many."""
    stuck = Load.objects.filter(state__in=Load.OPEN).exclude(job__state__in=Job.OPEN)
    count = 0
    for load in stuck.exclude(job=None).select_related("job", "dataset__owner")[:500]:
        left, why = Load.objects.filter(pk=load.pk, state__in=Load.OPEN), load.trouble
        with transaction.atomic():
            if left.update(state=Load.State.REJECTED, error=why, path=""):
                tell_failed(load, why)
                count += 1
    return count


def _drop_old_loads() -> int:
    """superseded → collected, but for the last few of each dataset."""
    count = 0
    superseded = Load.objects.filter(state=Load.State.SUPERSEDED)
    for dataset in Dataset.objects.filter(loads__in=superseded).distinct():
        with transaction.atomic():
            Dataset.objects.select_for_update().get(pk=dataset.pk)
            old = list(superseded.filter(dataset=dataset).order_by("-live_at", "-number"))
            old = old[dataset.keep :]
            Load.objects.filter(pk__in=[load.pk for load in old]).update(state=Load.State.COLLECTED)
        for load in old:
            if load.path:
                load.file.unlink(missing_ok=True)
        count += len(old)
    return count


def _drop_held_loads() -> int:
    """The file of what a check held back goes once something newer is live, or the next is held."""
    count = 0
    held = Load.objects.filter(state=Load.State.REJECTED).exclude(path="")
    for load in held.exclude(pk__in=Dataset.objects.exclude(held=None).values("held"))[:500]:
        left = Load.objects.filter(pk=load.pk, state=Load.State.REJECTED)
        if left.exclude(pk__in=Dataset.objects.exclude(held=None).values("held")).update(path=""):
            load.file.unlink(missing_ok=True)
            count += 1
    return count


def _drop_unused_uploads() -> int:
    """A file that was never loaded, and the file of a load that came to nothing."""
    before = timezone.now() - UNUSED
    unused = Upload.objects.filter(updated_at__lt=before, loads=None)
    files = [upload.file for upload in unused]
    Upload.objects.filter(pk__in=[upload.pk for upload in unused], loads=None).delete()
    wanted = [*Load.OPEN, Load.State.LIVE, Load.State.SUPERSEDED]
    over = Upload.objects.filter(updated_at__lt=before).exclude(loads=None)
    over = over.exclude(loads__state__in=wanted)
    gone = [*files, *(upload.file for upload in over if upload.file.is_file())]
    for file in gone:
        file.unlink(missing_ok=True)
    return len(gone)


def _drop_orphans() -> int:
    """Files that no row knows, left by a worker that was killed."""
    loads = _old_files(Path(settings.LOADS_DIR))
    uploads = _old_files(Path(settings.UPLOADS_DIR))
    known = set(Load.objects.exclude(path="").values_list("path", flat=True))
    known_uploads = set(Upload.objects.values_list("path", flat=True))
    gone = [file for name, file in loads.items() if name not in known]
    gone += [file for name, file in uploads.items() if name not in known_uploads]
    for file in gone:
        file.unlink(missing_ok=True)
    return len(gone)


def _old_files(folder: Path) -> dict[str, Path]:
    limit = time.time() - ORPHAN_SECONDS
    files = (file for file in folder.rglob("*") if file.is_file() and file.stat().st_mtime < limit)
    return {str(file.relative_to(folder)): file for file in files}
