"""Everything that the browser gets, built and collected under hashed names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ace_portal.lib import assets, storage
from ace_portal.lib.errors import PortalError
from ace_portal.lib.saying import said


class Command(BaseCommand):
    help = "Build the style sheet and collect the static files, if anything changed."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        base = Path(settings.BASE_DIR)
        with storage.alone():
            try:
                assets.build(base, base / "node_modules")
            except PortalError as error:
                raise CommandError(said(error.message)) from error
            storage.collect_if_changed()
