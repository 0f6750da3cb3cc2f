"""The kinds of source that are no file of a person: databases, and addresses that answer JSON."""

from __future__ import annotations

from ace_portal.lib.words import sentence as _
from kpis.sources.databases.registry import DATABASES
from kpis.sources.http.asking import KIND as HTTP

LABELS: dict[str, str] = {
    **{kind: database.label for kind, database in DATABASES.items()},
    HTTP: _("Address with JSON (HTTP)"),
}
