"""Build what the browser gets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ace_portal.lib import assets
from ace_portal.lib.errors import PortalError


class Command(BaseCommand):
    help = "Put the stylesheet and the third-party scripts into build/assets, if anything changed."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--node-modules",
            type=Path,
            default=Path(settings.BASE_DIR) / "node_modules",
            help="Where npm put the packages (default: node_modules beside manage.py).",
        )

    def handle(self, *args: Any, node_modules: Path, **options: Any) -> None:
        try:
            assets.build(Path(settings.BASE_DIR), node_modules)
        except PortalError as error:
            raise CommandError(error.message) from error
