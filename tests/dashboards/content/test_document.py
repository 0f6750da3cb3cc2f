"""What a document may be, and what is refused with which words."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ace_portal.lib.errors import Invalid
from dashboards.content.document import DOCUMENT_SCHEMA, parse, sha256, to_json

NUMBER = {"key": "t1", "type": "number", "width": 3, "kpi_version": 1}
LINE = {"key": "t2", "type": "line", "width": 12, "kpi_version": 1, "grain": "month"}
BAR = {"key": "t3", "type": "bar", "width": 6, "kpi_version": 1, "by": "team"}
TABLE = {"key": "t4", "type": "table", "width": 12, "kpi_versions": [1, 2], "by": "team"}
COMBINED = {"key": "t7", "type": "combined", "width": 12, "kpi_versions": [1, 2], "grain": "month"}
PIE = {"key": "t8", "type": "pie", "width": 6, "kpi_version": 1, "by": "team"}
FUNNEL = {"key": "tb", "type": "funnel", "width": 6, "kpi_versions": [2, 1]}
FALL = {"key": "tc", "type": "waterfall", "width": 6, "kpi_version": 1, "by": "team"}
BULLET = {"key": "td", "type": "bullet", "width": 6, "kpi_version": 1}
BOX = {"key": "te", "type": "box", "width": 6, "kpi_version": 1, "by": "team"}
SCATTER = {"key": "tf", "type": "scatter", "width": 6, "kpi_versions": [1, 2], "by": "team"}
PIVOT = {"key": "ta", "type": "pivot", "width": 12, "kpi_version": 1, "by": "team"}
TEXT = {"key": "t5", "type": "text", "width": 4, "text": "Hello"}
TEAM = {"key": "team", "column": "team", "label": "Team"}


def document(*tiles: Any, **filters: Any) -> dict[str, Any]:
    given = {"period": {"preset": "last_3"}, "choices": [TEAM], **filters}
    return {"schema": 1, "tiles": list(tiles), "filters": given}


def test_every_type_of_tile_comes_back_as_it_was() -> None:
    whole = parse(document(NUMBER, LINE, BAR, {**BAR, "key": "t6", "width": 12}, TABLE, TEXT))

    assert parse(to_json(whole)) == whole
    assert whole.kpi_versions == (1, 2)


def test_what_is_chosen_comes_back_and_what_is_not_stays_out() -> None:
    """A document of before has the hash of before: no default is written into it."""
    chosen = [
        {"arrange": "stacked", "grain": "month"}, {"standing": True}, {"hole": True},
        {"totals": True}, {"across": "priority", "heat": True}, {"grain": "month"},
        {"compare": "year"},
    ]  # fmt: skip
    kinds = [BAR, BAR, PIE, TABLE, PIVOT, PIVOT, FALL]
    plain = parse(
        document(
            LINE,
            BAR,
            {**LINE, "key": "t9", "type": "area"},
            COMBINED,
            PIE,
            TABLE,
            FUNNEL,
            FALL,
            BULLET,
            {**BULLET, "key": "tg", "type": "gauge"},
            BOX,
            SCATTER,
            {**BULLET, "key": "th", "type": "histogram"},
        )
    )
    rich = parse(
        document(
            *({**kind, "key": f"k{n}", **own}
              for n, (kind, own) in enumerate(zip(kinds, chosen, strict=True)))
        )
    )  # fmt: skip

    said = {name for tile in to_json(plain)["tiles"] for name in tile}
    assert not said & {"arrange", "standing", "hole", "totals", "across", "heat", "compare"}
    assert parse(to_json(plain)) == plain
    assert parse(to_json(rich)) == rich
    pairs = zip(to_json(rich)["tiles"], chosen, strict=True)
    assert [{name: tile.get(name) for name in own} for tile, own in pairs] == chosen


def test_equal_documents_have_equal_hashes() -> None:
    one = document(NUMBER)
    other = copy.deepcopy(one)
    other["tiles"][0] = {**dict(reversed(NUMBER.items())), "title": "", "compare": "previous"}

    assert sha256(parse(one)) == sha256(parse(other))
    assert sha256(parse(one)) != sha256(parse(document({**NUMBER, "width": 4})))


def test_text_keeps_its_lines() -> None:
    tile = parse(document({**TEXT, "text": "One\r\n\ttwo\n"})).tiles[0]

    assert tile.text == "One\r\n\ttwo\n"


def objects(schema: Any) -> list[Any]:
    if isinstance(schema, list):
        return [found for part in schema for found in objects(part)]
    if not isinstance(schema, dict):
        return []
    own = [schema] if schema.get("type") == "object" else []
    return own + [found for part in schema.values() for found in objects(part)]


def test_schema_is_closed_everywhere() -> None:
    assert {part["additionalProperties"] for part in objects(DOCUMENT_SCHEMA)} == {False}


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        (None, "", "does not fit"),
        ([], "", "does not fit"),
        ({}, "schema", "missing"),
        ({**document(), "more": 1}, "", "unknown in the document"),
        ({**document(), "schema": 2}, "schema", "does not fit"),
        (document("x"), "0", "does not fit"),
        (document({**NUMBER, "type": "cake"}), "type", "no tile of the type “cake”"),
        (document({**NUMBER, "colour": "red"}), "tiles", "unknown in tile “t1”"),
        (document({**NUMBER, "key": "../x"}), "key", "does not fit"),
        (document({**NUMBER, "key": "__proto__"}), "key", "does not fit"),
        (document({**NUMBER, "width": 13}), "width", "does not fit"),
        (document({**NUMBER, "width": 1}), "width", "does not fit"),
        (document({**NUMBER, "width": "3"}), "width", "does not fit"),
        (document({**NUMBER, "kpi_version": 0}), "kpi_version", "does not fit"),
        (document({**NUMBER, "title": "x" * 121}), "title", "does not fit"),
        (document({k: v for k, v in NUMBER.items() if k != "kpi_version"}), "kpi_version",
         "missing"),
        (document({**LINE, "grain": "decade"}), "grain", "does not fit"),
        (document({**BAR, "arrange": "stacked"}), "arrange", "need a period"),
        (document({**BAR, "arrange": "heaped"}), "arrange", "does not fit"),
        (document({**BAR, "grain": "month", "standing": True}), "standing", "stand anyway"),
        (document({**BAR, "hole": True}), "tiles", "unknown in tile “t3”"),
        (document(PIVOT), "tiles", "columns by dimension or by period"),
        (document({**PIVOT, "across": "team"}), "across", "two dimensions"),
        (document({**PIVOT, "across": "team", "grain": "month"}), "tiles",
         "columns by dimension or by period"),
        (document({**COMBINED, "kpi_versions": [1]}), "kpi_versions", "does not fit"),
        (document({**COMBINED, "kpi_versions": [1, 2, 3]}), "kpi_versions", "does not fit"),
        (document({k: v for k, v in PIE.items() if k != "by"}), "by", "missing"),
        (document({k: v for k, v in BAR.items() if k != "by"}), "tiles",
         "by dimension, by period or by both"),
        (document({**TABLE, "kpi_versions": []}), "kpi_versions", "does not fit"),
        (document({**TABLE, "kpi_versions": [1, 1]}), "kpi_versions", "named once"),
        (document({**FUNNEL, "kpi_versions": [1]}), "kpi_versions", "does not fit"),
        (document({**FUNNEL, "kpi_versions": list(range(1, 10))}), "kpi_versions",
         "at most 8"),
        (document({**FALL, "compare": "target"}), "compare", "does not fit"),
        (document({**TEXT, "text": ""}), "text", "does not fit"),
        (document({**TEXT, "text": "x" * 5001}), "text", "does not fit"),
        (document(NUMBER, NUMBER), "tiles", "same key"),
        (document(period={"preset": "last_5"}), "preset", "does not fit"),
        (document(period={"preset": "own"}), "period", "both a first and a last day"),
        (document(period={"preset": "own", "from": "2026-02-01", "to": "2026-01-01"}), "period",
         "before the first"),
        (document(period={"preset": "own", "from": "2026-02-30", "to": "2026-03-01"}), "period",
         "not a day"),
        (document(period={"preset": "all", "from": "2026-02-01", "to": "2026-03-01"}), "period",
         "own dates only"),
        (document(choices=[TEAM, {**TEAM, "column": "x"}]), "choices", "same key"),
        (document(choices=[TEAM, {**TEAM, "key": "x"}]), "choices", "one dropdown for each"),
        (document(choices=[{**TEAM, "key": "period"}]), "choices", "cannot be the key"),
        (document(choices=[{**TEAM, "label": ""}]), "label", "does not fit"),
        (document({**NUMBER, "key": "t1\n"}), "key", "does not fit"),
        (document({**NUMBER, "__proto__": {}}), "tiles", "unknown in tile “t1”"),
        ({**document(), "__proto__": {}}, "", "unknown in the document"),
        (document(period={"preset": "all", "constructor": 1}), "period", "unknown"),
        (document({**NUMBER, "title": "a\r\nBcc: b"}), "title", "what is no character"),
        (document({**NUMBER, "title": "a\u2028b"}), "title", "what is no character"),
        (document({**NUMBER, "title": "a\x7f"}), "title", "what is no character"),
        (document({**BAR, "by": "a\nb"}), "by", "what is no character"),
        (document({**TEXT, "text": "a\x1b[31m"}), "text", "what is no character"),
        (document(choices=[{**TEAM, "label": "a\nb"}]), "label", "what is no character"),
        (document(choices=[{**TEAM, "key": "x\n"}]), "key", "does not fit"),
    ],
)  # fmt: skip
def test_document_that_does_not_fit_is_refused_in_words(data: Any, field: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(data)

    assert (refused.value.field, words in refused.value.message) == (field, True), refused.value
