"""Prepares a data directory for the embedded installation, then hands over to the supervisor.

Called by ``bin/run``. Reads HOST, PORT, ACE_DATA_DIR, ACE_DEMO and ACE_DEMO_PASSWORD.
"""

from __future__ import annotations

import gc
import os
import secrets
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEMO_PEOPLE = ("ace", "owner", "member", "colleague", "outsider", "admin")


def main() -> None:
    data_dir = Path(os.environ.get("ACE_DATA_DIR") or ROOT / "var").resolve()
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = keep_secrets(data_dir / "secrets.env")
    demo = os.environ.get("ACE_DEMO", "1") != "0"
    set_environment(data_dir, kept, demo=demo)
    prepare(demo=demo)
    if demo:
        show_demo_people(os.environ["ACE_DEMO_PASSWORD"])
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "ace_portal.supervisor"])


def keep_secrets(file: Path) -> dict[str, str]:
    """The data directory's own secrets, made at the first start in a file that only we may read."""
    kept: dict[str, str] = {}
    if file.exists():
        lines = file.read_text(encoding="utf-8").splitlines()
        kept = dict(line.split("=", 1) for line in lines if "=" in line)
    missing = {"SECRET_KEY", "ACE_DEMO_PASSWORD"} - kept.keys()
    if missing:
        for name in sorted(missing):
            kept[name] = secrets.token_urlsafe(64 if name == "SECRET_KEY" else 12)
        write_private(file, "".join(f"{name}={value}\n" for name, value in sorted(kept.items())))
    return kept


def write_private(file: Path, text: str) -> None:
    """Write a file that nobody else may read, whole or not at all."""
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    part.replace(file)


def set_environment(data_dir: Path, kept: dict[str, str], *, demo: bool) -> None:
    """What the processes of this installation read; what the caller set wins."""
    host = os.environ.setdefault("HOST", "127.0.0.1")
    port = os.environ.setdefault("PORT", "8000")
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host
    hosts = ["localhost", "127.0.0.1", "[::1]", host]
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "ace_portal.settings",
            "ACE_ENV": "embedded",
            "ACE_DATA_DIR": str(data_dir),
            "ACE_DEMO": "1" if demo else "0",
        }
    )
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")  # else memory that is free lies in eight
    os.environ.setdefault("SECRET_KEY", kept["SECRET_KEY"])
    os.environ.setdefault("ACE_DEMO_PASSWORD", kept["ACE_DEMO_PASSWORD"])
    os.environ.setdefault("BASE_URL", f"http://{shown}:{port}")
    os.environ.setdefault("ALLOWED_HOSTS", ",".join(dict.fromkeys(hosts)))
    os.environ.setdefault("ACE_STATIC_ROOT", str(data_dir / "static"))
    offer_files(data_dir, demo=demo)


def offer_files(data_dir: Path, *, demo: bool) -> None:
    """The demo's own folder of files that are sources, beside what the portal keeps for itself.

    What the caller set wins, and whoever has no demo gets no folder.
    """
    folder = data_dir.with_name(f"{data_dir.name}-sources")
    if "ACE_SOURCE_FILES_DIR" in os.environ or not (demo or folder.is_dir()):
        return
    folder.mkdir(exist_ok=True, mode=0o700)
    os.environ["ACE_SOURCE_FILES_DIR"] = str(folder)


def prepare(*, demo: bool) -> None:
    """Tables, static files and, once, the demo."""
    gc.disable()
    import django
    from django.core.management import call_command

    from ace_portal.lib.loading import keep_loaded

    django.setup()
    keep_loaded(threshold=100_000)

    call_command("migrate", verbosity=0, interactive=False)
    call_command("prepare_static")
    if demo:
        call_command("seed_demo", verbosity=0)


def show_demo_people(password: str) -> None:
    people = "".join(f"  {name}@demo.example\n" for name in DEMO_PEOPLE)
    sys.stdout.write(f"\nDemo people, all with the password {password}\n{people}")


if __name__ == "__main__":
    main()
