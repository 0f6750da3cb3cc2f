"""Dashboards as code: taken out, compared and applied from the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ace_portal.accounts.models import User
from ace_portal.lib.errors import PortalError
from ace_portal.lib.saying import said
from dashboards.content.code import code_of, document_in
from dashboards.content.models import Dashboard, Version
from dashboards.content.services import coding


class Command(BaseCommand):
    help = (
        "Dashboards as code. export SLUG prints one in YAML; diff FILE says what applying a file "
        "would change and ends with 1 where that is anything; apply FILE makes the draft say it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        export = verbs.add_parser("export", help="print a dashboard in YAML")
        export.add_argument("slug")
        export.add_argument("--number", type=int, help="of the version; else what is newest")
        export.add_argument("--out", type=Path, help="a file instead of the screen")
        for verb, words in (
            ("diff", "say what a file would change; 1 where it would change anything"),
            ("apply", "make the draft say what a file says"),
        ):
            one = verbs.add_parser(verb, help=words)
            one.add_argument("file", help="a file, or - for what comes in")
            one.add_argument("--slug", default="", help="of the dashboard; else as the file says")
            if verb == "apply":
                one.add_argument("--as", dest="email", required=True, help="whose rights count")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        try:
            getattr(self, f"_{verb}")(**options)
        except PortalError as error:
            raise CommandError(said(error.message)) from error

    def _export(self, slug: str, number: int | None, out: Path | None, **_rest: Any) -> None:
        dashboard = _dashboard(slug)
        version = _numbered(dashboard, number) if number else coding.version_to_keep(dashboard)
        text = code_of(version)
        if out is None:
            self.stdout.write(text, ending="")
        else:
            out.write_text(text, encoding="utf-8")

    def _diff(self, file: str, slug: str, **_rest: Any) -> None:
        text = _text(file)
        changes = coding.changes_in(_dashboard(slug or document_in(text)[0]), text)
        for change in changes:
            self.stdout.write(change.sentence())
        if changes:
            sys.exit(1)

    def _apply(self, file: str, slug: str, email: str, **_rest: Any) -> None:
        text = _text(file)
        dashboard = _dashboard(slug or document_in(text)[0])
        actor = User.objects.filter(email__iexact=email, is_active=True).first()
        if actor is None:
            raise CommandError(f"There is nobody with the address {email}.")
        version = coding.apply_code(actor=actor, dashboard=dashboard, text=text)
        state = version.get_state_display()
        self.stdout.write(f"{dashboard.name}, version {version.number}, {state}")


def _dashboard(slug: str) -> Dashboard:
    dashboard = Dashboard.objects.filter(slug=slug).first()
    if dashboard is None:
        raise CommandError(f"There is no dashboard “{slug}”.")
    return dashboard


def _numbered(dashboard: Dashboard, number: int) -> Version:
    version = dashboard.versions.filter(number=number).first()
    if version is None:
        raise CommandError(f"{dashboard.name} has no version {number}.")
    return version


def _text(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}") from error
