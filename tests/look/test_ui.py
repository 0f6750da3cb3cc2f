from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory
from django.utils import timezone

from ace_portal.lib.moments import relative, when
from ace_portal.lib.ui import lists, parts
from tests.look import pages

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


def html(source: str, **context: Any) -> str:
    return engines["django"].from_string("{% load ui %}" + source).render(context)


@pytest.mark.parametrize(
    ("distance", "shown"),
    [
        (timedelta(seconds=-20), "just now"),
        (timedelta(seconds=20), "in a moment"),
        (timedelta(minutes=-1), "1 minute ago"),
        (timedelta(minutes=-59), "59 minutes ago"),
        (timedelta(minutes=30), "in 30 minutes"),
        (timedelta(hours=-3), "today, 09:00"),
        (timedelta(hours=-13), "yesterday, 23:00"),
        (timedelta(hours=12), "tomorrow, 00:00"),
        (timedelta(days=-3), "3 days ago"),
        (timedelta(days=3), "in 3 days"),
        (timedelta(days=-20), "29 Oct"),
        (timedelta(days=-400), "14 Oct 2025"),
    ],
)
def test_relative_uses_the_largest_unit_that_fits(distance: timedelta, shown: str) -> None:
    assert relative(NOW + distance, NOW) == shown


def test_when_is_exact_in_the_zone_of_the_reader() -> None:
    with timezone.override("Europe/Zurich"):
        shown = when(datetime(2026, 11, 18, 5, 0, tzinfo=UTC), "time")

    assert 'datetime="2026-11-18T05:00:00+00:00"' in shown
    assert 'title="Wed 18 Nov 2026, 06:00 Europe/Zurich"' in shown


def test_when_of_a_day_has_no_zone() -> None:
    assert when(date(2026, 11, 18)) == '<time datetime="2026-11-18">18 Nov 2026</time>'


def test_when_never() -> None:
    assert when(None) == '<span class="mute">–</span>'


def test_every_icon_that_is_used_exists() -> None:
    drawn = set(re.findall(r'id="i-([a-z]+)"', (ROOT / "static" / "icons.svg").read_text()))
    sources = [*(ROOT / "templates").rglob("*.html"), *ROOT.glob("*/templates/**/*.html")]
    used = {
        name
        for source in sources
        for name in re.findall(r'(?:{% icon |icon=)"([a-z]+)"', source.read_text())
    }
    for table in (parts.STATUS_ICONS, parts.NOTICE_ICONS, parts.DELTA_ICONS, lists.MESSAGE_ICONS):
        used |= set(table.values())
    used |= set(lists.CHANGE_ICONS.values())

    assert used - drawn == set()


def test_no_attribute_is_a_script() -> None:
    """The policy of content forbids to evaluate: htmx reports it, and goes on without."""
    written = re.compile(r'hx-trigger="[^"]*\[|hx-on[:-]|hx-[a-z]+=["\']js:| on[a-z]+="')
    sources = [*(ROOT / "templates").rglob("*.html"), *ROOT.glob("*/templates/**/*.html")]

    assert [source.name for source in sources if written.search(source.read_text())] == []


def test_icon_with_a_label_speaks() -> None:
    assert 'role="img" aria-label="a &lt;b&gt;"' in html(
        '{% icon "x" label=label %}', label="a <b>"
    )
    assert 'aria-hidden="true"' in html('{% icon "x" %}')


@pytest.mark.parametrize(
    ("name", "initials"),
    [("Marit Lund", "ML"), ("Ana", "A"), ("Jean-Luc de Vries", "JV"), ("", "?"), ("<b>", "?")],
)
def test_avatar_has_at_most_two_letters(name: str, initials: str) -> None:
    assert f">{initials}<" in html("{% avatar name %}", name=name)


@pytest.mark.parametrize(
    "source",
    [
        '{% status "good" x %}',
        '{% delta x "up" %}',
        '{% notice "bad" x x "#" %}',
        "{% empty x x x '#' %}",
        "{% progress x 1 2 x %}",
        "{% facts rows %}",
        "{% card x note=x %}{{ x }}{% endcard %}",
        "{% menu x %}{{ x }}{% endmenu %}",
        '{% menu_item x "#" key=x %}',
        '{% menu_post x "#" name=x value=x %}',
        "{% chart x figure x %}",
        "{% filter_choice x x options %}",
        "{% tabs items %}{% crumbs items %}{% thread items %}{% stages items %}{% checks items %}",
    ],
)
def test_what_people_wrote_stays_text(source: str) -> None:
    x = "<script>alert(1)</script>\"'&"
    item = {"label": x, "name": x, "kind": "good", "url": x, "text": x, "value": x, "count": x}

    shown = html(
        source,
        x=x,
        rows=[(x, x, x)],
        items=[item],
        options=[{**item, "selected": True}],
        figure={"data": [], "layout": {"title": x}},
    )

    assert "<script>alert" not in shown
    assert "\"'&" not in shown


def test_chart_data_cannot_end_its_element() -> None:
    figure = {"data": [{"name": "</script><script>alert(1)</script>\u2028"}], "layout": {}}

    shown = html("{% chart 'k' figure 'words' %}", figure=figure)

    assert shown.count("</script>") == 1
    assert "\u2028" not in shown


def test_chart_without_a_figure_says_why() -> None:
    shown = html("{% chart 'k' None 'Incidents: No data.' %}")

    assert "Incidents: No data." in shown
    assert "chart__data" not in shown


def test_pagination_keeps_the_rest_of_the_address() -> None:
    request = RequestFactory().get("/", {"q": "a&b", "page": "2"})

    shown = html("{% pagination page %}", request=request, page=Paginator(range(50), 10).page(2))

    assert 'href="?q=a%26b&amp;page=3" rel="next"' in shown
    assert "11 to 20 of 50" in shown


def test_pagination_of_one_page_is_nothing() -> None:
    assert html("{% pagination page %}", page=Paginator([1], 10).page(1)).strip() == ""


def rail(items: int) -> str:
    nav = [
        {
            "label": "",
            "items": [{"label": f"L{n}", "icon": "x", "url": f"/{n}"} for n in range(items)],
        }
    ]
    return html("{% rail nav %}", nav=nav)


def test_rail_that_fits_a_phone_has_no_more() -> None:
    assert "rail__more" not in rail(5)


def test_rail_puts_the_rest_behind_more() -> None:
    sheet = rail(7).split("rail__sheet")[1]

    assert re.findall(r"<span>(L\d)</span>", sheet) == ["L4", "L5", "L6"]


class OneOfEach(forms.Form):
    text = forms.CharField(help_text="What it is called.")
    day = forms.DateField()
    count = forms.IntegerField(required=False)
    one = forms.ChoiceField(choices=[("a", "A")])
    many = forms.MultipleChoiceField(choices=[("a", "A")], widget=forms.CheckboxSelectMultiple)
    agree = forms.BooleanField()
    hidden = forms.CharField(widget=forms.HiddenInput, required=False)


def test_fields_point_at_their_help_and_their_errors() -> None:
    shown = html("{% fields form %}", form=OneOfEach({"text": "", "day": "x", "many": "b"}))

    assert 'aria-describedby="id_text_helptext id_text_error"' in shown
    assert 'id="id_text_helptext"' in shown
    assert 'id="id_text_error"' in shown
    assert shown.count('aria-invalid="true"') >= 4
    assert 'type="hidden" name="hidden"' in shown


def test_fields_keep_what_was_typed() -> None:
    shown = html("{% fields form %}", form=OneOfEach({"text": "<b>", "count": "seven"}))

    assert 'value="&lt;b&gt;"' in shown
    assert 'value="seven"' in shown


def test_date_field_speaks_iso_to_the_browser() -> None:
    shown = html("{% field form.day %}", form=OneOfEach(initial={"day": date(2026, 11, 18)}))

    assert 'type="date"' in shown
    assert 'value="2026-11-18"' in shown


@pytest.mark.parametrize(("required", "word"), [(True, "Choose"), (False, "None")])
def test_empty_choice_has_a_word(required: bool, word: str) -> None:
    class Asked(forms.Form):
        to = forms.ChoiceField(required=required, choices=[("", "-" * 9), ("a", "A")])

    shown = html("{% fields form %}", form=Asked())

    assert re.findall(r"<option[^>]*>([^<]*)", shown) == [word, "A"]


def test_form_errors_link_to_the_fields() -> None:
    form = OneOfEach({"many": "b"})
    form.add_error(None, "The version has moved on.")

    shown = html("{% form_errors form %}", form=form)

    assert "The version has moved on." in shown
    assert 'href="#id_text"' in shown
    assert "6 things need another look" in shown


def test_form_without_errors_has_no_summary() -> None:
    assert html("{% form_errors form %}", form=OneOfEach()).strip() == ""


@pytest.mark.parametrize("name", sorted(pages.PAGES))
def test_page_has_no_inline_style_or_script(name: str) -> None:
    shown = pages.PAGES[name](RequestFactory().get("/"))

    assert re.findall(r'\sstyle="|\son[a-z]+="|<style|href="javascript:', shown) == []
    scripts = re.findall(r"<script([^>]*)>", shown)
    assert [s for s in scripts if "src=" not in s and "application/json" not in s] == []
