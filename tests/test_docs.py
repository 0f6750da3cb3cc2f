"""The documentation says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from ace_portal.accounts.models import User

ROOT = Path(__file__).resolve().parent.parent
READERS = ("ace_portal/settings.py", "ace_portal/launch.py", "ace_portal/supervisor.py",
           "ace_portal/home/management/commands/add_admin.py")  # fmt: skip
READ = re.compile(
    r"""(?:env\.\w+|secret|environ(?:\.get|\.setdefault)?)[(\[]\s*["']([A-Z][A-Z_0-9]+)["']"""
)
NOT_FOR_PEOPLE = {"DJANGO_SETTINGS_MODULE", "ACE_STARTED"}


def settings_read() -> set[str]:
    found = {name for file in READERS for name in READ.findall((ROOT / file).read_text())}
    return found - NOT_FOR_PEOPLE


def commands() -> set[str]:
    files = [
        f
        for app in ("ace_portal", "dashboards")
        for f in (ROOT / app).rglob("management/commands/*.py")
    ]
    return {file.stem for file in files if file.stem != "__init__"}


def test_every_setting_is_documented() -> None:
    documented = set(re.findall(r"`([A-Z][A-Z_0-9]+)`", (ROOT / "docs/settings.md").read_text()))

    plain = {name for name in documented if not name.endswith("_FILE")}

    assert plain - {"WARNING"} == settings_read()


def test_every_command_is_documented() -> None:
    text = (ROOT / "docs/settings.md").read_text()

    assert set(re.findall(r"`manage\.py (\w+)", text)) == commands()


def test_readme_has_exactly_two_commands() -> None:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.strip()]

    assert lines == ["bin/run", "bin/test"]


def test_readme_shows_pictures_that_are_there() -> None:
    pictures = re.findall(r"\]\((docs/[^)]+\.png)\)", (ROOT / "README.md").read_text())

    assert pictures
    assert [picture for picture in pictures if not (ROOT / picture).is_file()] == []


@pytest.mark.django_db
def test_first_administrator_comes_from_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACE_ADMIN_PASSWORD", "correct horse battery")
    call_command("add_admin", "lea@example.org", "Lea")

    assert User.objects.get(email="lea@example.org").is_admin


@pytest.mark.django_db
def test_weak_password_of_an_administrator_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACE_ADMIN_PASSWORD", "1234")
    with pytest.raises(CommandError, match="too short"):
        call_command("add_admin", "lea@example.org", "Lea")

    assert User.objects.count() == 0
