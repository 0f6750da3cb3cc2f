"""What a profile says about types, nulls, dates and encodings."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpis.sources.csv import ColumnProfile, Options, Profile, profile
from tests.kpis.sources.conftest import Write


def column(found: Profile, name: str) -> ColumnProfile:
    return next(column for column in found.columns if column.name == name)


def test_profile_event_log_finds_types_nulls_and_settles_dates(event_log: Path) -> None:
    found = profile(event_log)

    assert {known.name: known.type for known in found.columns} == {
        "number": "text",
        "state": "text",
        "made_sla": "boolean",
        "reopen_count": "integer",
        "assigned_to": "text",
        "opened_at": "timestamp",
        "updated_at": "timestamp",
        "resolved_at": "timestamp",
    }
    assert found.needs == ()
    assert found.options.null_tokens == ("", "?")
    assert found.options.date_order == "day_first"
    assert column(found, "opened_at").reason.startswith(
        f"All {found.rows:,} values look like day/month/year hour:minute; "
    )
    assert column(found, "opened_at").reason.endswith("Settled by “29/2/2016 01:16” on line 2.")
    assert column(found, "resolved_at").nulls == column(found, "resolved_at").null_tokens[0].count
    assert len(found.preview) == 50


def test_profile_survives_json(event_log: Path) -> None:
    found = profile(event_log)
    assert Profile.from_json(found.to_json(), Options) == found


def test_ambiguous_dates_are_asked_not_guessed(write: Write) -> None:
    found = profile(write("at,n\n1/2/2024,1\n3/4/2024,2\n"))
    assert [(need.kind, need.column, need.choices) for need in found.needs] == [
        ("date_order", "at", ("day_first", "month_first"))
    ]
    assert found.needs[0].question == (
        "Column “at”: do the dates begin with the day or with the month? Both fit all 2 values, "
        "and 2 of them would change."
    )
    assert found.options.date_order is None


def test_ambiguous_dates_are_settled_by_the_answer(write: Write) -> None:
    found = profile(write("at,n\n1/2/2024,1\n3/4/2024,2\n"), Options(date_order="month_first"))
    assert found.needs == ()
    assert column(found, "at").reason == "All 2 values look like month/day/year, as chosen."


def test_answer_against_the_values_is_questioned(write: Write) -> None:
    found = profile(write("at\n1/2/2024\n13/4/2024\n"), Options(date_order="month_first"))
    assert [(need.column, need.suggestion) for need in found.needs] == [("at", "day_first")]
    assert "“13/4/2024” on line 3 is not month first" in found.needs[0].question


def test_mixed_date_orders_stay_text(write: Write) -> None:
    found = profile(write("at\n1/2/2024\n13/4/2024\n4/13/2024\n"))
    assert column(found, "at").type == "text"
    assert found.needs == ()


@pytest.mark.parametrize(
    ("values", "kind", "reason"),
    [
        (["1", "2", "-3"], "integer", "All 3 values are whole numbers."),
        (
            ["1", "2.5", "3"],
            "number",
            "All 3 values are numbers.",
        ),
        (["true", "FALSE", "True"], "boolean", "All 3 values are true or false."),
        (["yes", "no", "no"], "boolean", "All 3 values are true or false."),
        (["1", "0", "1"], "integer", "All 3 values are whole numbers."),
        (
            ["007", "012", "100"],
            "text",
            "Text: values such as “007” begin with a zero that a number would lose.",
        ),
        (
            ["2024-02-29", "2024-03-01"],
            "date",
            "All 2 values look like year-month-day.",
        ),
        (
            ["2024-02-29T10:00:00Z", "2024-03-01T10:00:00+02:00"],
            "timestamp",
            "All 2 values look like year-month-dayThour:minute:second with an offset from UTC.",
        ),
        (["29-Feb-2024", "01-Mar-2024"], "date", "All 2 values look like day-month name-year."),
        (
            ["1,5", "2,25"],
            "text",
            "Text: values such as “1,5” would be numbers if “,” is the decimal mark. "
            "Say so if it is.",
        ),
        (["", "", ""], "text", "No value in any row."),
    ],
)
def test_types_come_with_reasons(write: Write, values: list[str], kind: str, reason: str) -> None:
    found = profile(write("key;value\n" + "".join(f"a;{value}\n" for value in values)))
    assert (column(found, "value").type, column(found, "value").reason) == (kind, reason)


def test_late_misfit_names_its_line(write: Write) -> None:
    lines = ["n"] + [str(i) for i in range(3000)] + ["oops"]
    found = profile(write("\n".join(lines)))
    assert column(found, "n").type == "text"
    assert column(found, "n").reason == (
        "Text: 3,000 of 3,001 values are whole numbers, but not “oops” on line 3,002."
    )


def test_leading_zeros_that_come_late_stay_text(write: Write) -> None:
    lines = ["n"] + [str(i + 10) for i in range(3000)] + ["007"]
    assert column(profile(write("\n".join(lines))), "n").type == "text"


def test_two_digit_years_are_read_as_this_and_the_last_century(write: Write) -> None:
    found = profile(write("at\n29/2/16\n13/4/98\n"))
    assert (column(found, "at").type, found.options.date_order) == ("date", "day_first")


def test_cp1252_is_guessed_and_said_so(write: Write) -> None:
    text = "name;city\n" + "Jürgen Weiß;Köln\nRenée Müller;Zürich\n" * 50
    found = profile(write(text, encoding="cp1252"))
    assert found.preview[0] == ("Jürgen Weiß", "Köln")
    assert found.encoding_note.startswith("Not UTF-8. Our guess is cp125")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_wide_and_marked_encodings_are_read(write: Write, encoding: str) -> None:
    found = profile(write("name,n\nŁódź,1\nÅrhus,2\n" * 1, encoding=encoding))
    assert [known.name for known in found.columns] == ["name", "n"]
    assert found.preview == (("Łódź", "1"), ("Århus", "2"))


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_delimiter_is_found(write: Write, sign: str) -> None:
    found = profile(write(f"a{sign}b\n1{sign}2\n3{sign}4\n"))
    assert (found.options.delimiter, len(found.columns)) == (sign, 2)


def test_file_without_header_gets_numbered_names(write: Write) -> None:
    found = profile(write("1,x\n2,y\n"))
    assert [known.name for known in found.columns] == ["column_1", "column_2"]
    assert (found.rows, found.header_note) == (
        2,
        "The first row looks like data, for example “1”: no column names.",
    )


def test_null_spelling_that_may_be_a_word_is_proposed_only_among_figures(write: Write) -> None:
    words = profile(write("country\nNA\nDE\nFR\n" * 1))
    figures = profile(write("n\nNA\n1\n2\n"))
    assert words.options.null_tokens == ("",)
    assert [(token.token, token.proposed) for token in words.null_candidates] == [("NA", False)]
    assert figures.options.null_tokens == ("", "NA")


def test_column_name_that_a_spreadsheet_wrapped_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "wrapped.csv"
    file.write_bytes('"Opened\r\nat",Größe\u2028in m,n\n2026-01-02,1,2\n'.encode())

    assert [column.name for column in profile(file).columns] == ["Opened at", "Größe in m", "n"]


def test_decimal_comma_is_asked_and_not_urgent(write: Write) -> None:
    path = write("n;cost\n1;1,5\n2;1.234,5\n")
    (need,) = profile(path).needs
    told = profile(path, Options(decimal=","))

    assert (need.kind, need.column, need.choices, need.suggestion, need.urgent) == (
        "decimal", "cost", (".", ","), ",", False,
    )  # fmt: skip
    assert (told.needs, told.columns[1].type) == ((), "number")


def test_guessed_letters_are_asked_with_a_text_that_shows_them(write: Write) -> None:
    (need,) = profile(write("n,place\n1,Köln Süd\n", encoding="cp1252")).needs

    assert (need.kind, need.suggestion, need.urgent) == ("encoding", "cp1252", False)
    assert need.question.endswith("Is “Köln Süd” right?")


def test_profile_says_until_when_the_data_reaches(write: Write) -> None:
    local = profile(write("at\n2024-03-01 10:00\n2024-03-02 11:00\n"))
    fixed = profile(write("at\n2024-03-01T10:00+02:00\n2024-03-02T11:00Z\n"))
    asked = profile(write("at\n3/4/2024 10:00\n"))

    assert [found.as_of for found in (local, fixed, asked)] == [
        "2024-03-02 11:00:00", "2024-03-02 11:00:00Z", None,
    ]  # fmt: skip
