"""A version as a text that a repository can keep: its document in YAML, its KPIs by name.

``kpi_version: 17`` of the document is ``kpi_version: sla-attainment@2`` here: the KPI's short name
and the number of its version, which mean the same in every portal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from ace_portal.lib import yaml
from ace_portal.lib.errors import Invalid
from dashboards.content.document import DOCUMENT_SCHEMA, Document, parse, to_json
from dashboards.content.models import Version
from kpis.models import KPIVersion

#: the place of a KPI version in a tile, whatever its type
_PLACE = re.compile(r"(^|_)kpi_versions?$")
_NAMED = re.compile(r"([a-z0-9][a-z0-9-]*)@([1-9][0-9]{0,8})")
_REFERENCE = {"type": "string", "pattern": r"^[a-z0-9][a-z0-9-]*@[1-9][0-9]{0,8}$(?!\n)"}
HEAD = "# {dashboard}, version {number}\n"


def code_schema() -> dict[str, Any]:
    """The JSON schema of such a text, once its YAML is read."""
    schema = deepcopy(DOCUMENT_SCHEMA)
    for tile in schema["properties"]["tiles"]["items"]["oneOf"]:
        for name, kind in tile["properties"].items():
            if _PLACE.search(name):
                tile["properties"][name] = (
                    {**kind, "items": _REFERENCE} if kind["type"] == "array" else _REFERENCE
                )
    schema["properties"] = {"dashboard": {"type": "string"}, **schema["properties"]}
    return {**schema, "title": "Dashboard as code"}


def code_of(version: Version) -> str:
    """The text of a version; reading it gives the very document back."""
    data = to_json(parse(version.document))
    pks = parse(version.document).kpi_versions
    found = KPIVersion.objects.filter(pk__in=pks).values_list("pk", "kpi__slug", "number")
    names = {pk: f"{slug}@{number}" for pk, slug, number in found}
    data["tiles"] = [_with_kpis(tile, names.__getitem__) for tile in data["tiles"]]
    head = HEAD.format(dashboard=version.dashboard.slug, number=version.number)
    return head + yaml.dump({"dashboard": version.dashboard.slug, **data})


def document_in(text: str) -> tuple[str, Document]:
    """The short name of the dashboard that a text is for ("" where it does not say), and its
    document. Raises ``Invalid`` with the line or the place of what is wrong."""
    data = yaml.load(text)
    if not isinstance(data, dict):
        raise Invalid(_("This is no dashboard: it begins with “schema: 1”."), field="text")
    slug = data.pop("dashboard", "")
    if not isinstance(slug, str):
        raise Invalid(_("The dashboard is named by its short name."), field="text")
    tiles = data.get("tiles")
    if isinstance(tiles, list):
        known = _known(tiles)
        data["tiles"] = [
            _with_kpis(tile, known.__getitem__) if isinstance(tile, dict) else tile
            for tile in tiles
        ]
    return slug, parse(data)


def _known(tiles: list[Any]) -> dict[Any, int]:
    """The key of each KPI version that is named; raises ``Invalid`` for one that there is not."""
    named: dict[str, tuple[str, int]] = {}

    def note(told: Any) -> Any:
        spelled = _NAMED.fullmatch(told) if isinstance(told, str) else None
        if spelled is None:
            raise Invalid(
                _("A KPI is named like “sla-attainment@2”, not “%(told)s”.")
                % {"told": str(told)[:80]},
                field="kpi_version",
            )
        named[told] = (spelled[1], int(spelled[2]))
        return told

    for tile in tiles:
        if isinstance(tile, dict):
            _with_kpis(tile, note)
    if not named:
        return {}
    wanted = Q(pk__in=())
    for slug, number in named.values():
        wanted |= Q(kpi__slug=slug, number=number)
    rows = KPIVersion.objects.filter(wanted).values_list("kpi__slug", "number", "pk")
    found = {(slug, number): pk for slug, number, pk in rows}
    for told, place in named.items():
        if place not in found:
            raise Invalid(_("There is no KPI “%(told)s”.") % {"told": told}, field="kpi_version")
    return {told: found[place] for told, place in named.items()}


def _with_kpis(tile: Mapping[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    """A tile with each of its KPI versions as ``change`` has it."""
    out = dict(tile)
    for name, value in tile.items():
        if isinstance(name, str) and _PLACE.search(name):
            out[name] = [change(one) for one in value] if isinstance(value, list) else change(value)
    return out
