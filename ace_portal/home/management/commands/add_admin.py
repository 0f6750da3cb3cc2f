"""The first administrator comes from the command line, never from a web page."""

from __future__ import annotations

import getpass
import os
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ace_portal.accounts.services import add_person
from ace_portal.lib.errors import PortalError
from ace_portal.lib.saying import said


class Command(BaseCommand):
    help = "Add an administrator; the password is asked for, or taken from ACE_ADMIN_PASSWORD."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")

    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        password = os.environ.get("ACE_ADMIN_PASSWORD") or getpass.getpass("Password: ")
        try:
            add_person(actor=None, email=email, name=name, password=password, is_admin=True)
        except PortalError as error:
            raise CommandError(said(error.message)) from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
