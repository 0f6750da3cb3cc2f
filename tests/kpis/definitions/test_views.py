"""The way of a person: question and data, a form, publish, figures; and who may go it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from ace_portal.accounts.models import User
from ace_portal.lib.registries import value_grants
from kpis.forms.kpis import KPIForm
from kpis.models import KPI, Dataset, KPIVersion, Refresh, Target, WorkCalendar
from kpis.services import kpis as services
from kpis.services.refresh import request_refresh
from kpis.services.steps import show_at_step
from personas.selectors import steps_of
from tests.fixtures.kpis import VOLUME, MakeKPI, run_jobs
from tests.fixtures.loads import INCIDENTS, write_load
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db

Open = Callable[[User | None], Client]

MET = {"column": "made_sla", "op": "=", "value": True}
FILLED = {
    "name": "SLA attainment", "description": "How many in time.", "category": "quality",
    "measure": "share", "of_1_column": "made_sla", "of_1_op": "=", "of_1_value": "yes",
    "duration_unit": "h", "statistic": "quantile", "percentile": "50",
    "except_1_column": "hops", "except_1_op": ">", "except_1_value": "3",
    "time_column": "opened", "grain": "month", "time_zone": "UTC", "week_start": "0",
    "fiscal_start": "1",
    "dimensions": ["priority"], "null_rule": "not_met", "min_cases": "10", "direction": "up",
    "good": "80", "watch": "75.5", "refresh_every": "3600",
}  # fmt: skip


def new_url(world: World, incidents: Dataset) -> str:
    return f"{reverse('kpis:kpi-new')}?question={world.question.pk}&dataset={incidents.slug}"


def test_golden_path(
    ace: User, owner: User, world: World, incidents: Dataset, client_of: Open
) -> None:
    client = client_of(owner)
    answer = client.post(new_url(world, incidents), FILLED)
    kpi = KPI.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, "/kpis/sla-attainment/")
    assert client.post(reverse("kpis:kpi-publish", args=[kpi.slug])).status_code == 302
    assert run_jobs() == ["done"]

    page = client.get(kpi.get_absolute_url())

    now = page.context["sheet"].now
    assert (now.label, str(now.value), now.word, now.goal) == (
        "Apr 2024", "75.0%", "Missed", "80% or more",
    )  # fmt: skip
    assert [
        (v.definition["exclusions"]["value"], v.unit, v.precision) for v in kpi.versions.all()
    ] == [(3, "percent", 1)]
    assert [(t.good, t.watch) for t in Target.objects.all()] == [(0.8, 0.755)]


def test_first_step_asks_for_question_and_loaded_data(
    owner: User, world: World, incidents: Dataset, client_of: Open
) -> None:
    Dataset.objects.create(slug="empty", name="Empty", kind="file", owner=owner)

    page = client_of(owner).get(reverse("kpis:kpi-new"), {"question": world.question.pk})

    form = page.context["form"]
    assert form["question"].value() == str(world.question.pk)
    assert list(form.fields["dataset"].queryset) == [incidents]


def test_form_begins_with_what_is_usually_right(
    owner: User, world: World, incidents: Dataset, client_of: Open
) -> None:
    form = client_of(owner).get(new_url(world, incidents)).context["form"]

    assert [form[name].value() for name in ("time_column", "from_column", "to_column")] == [
        "opened", "opened", "resolved",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"of_1_value": "perhaps"}, "of_1_value", "“perhaps” is neither yes nor no."),
        ({"of_1_op": "contains"}, "of_1_op", "“contains” does not fit “made_sla”"),
        (
            {"watch": "90"},
            "watch",
            "the threshold to watch (90) cannot be above the good one (80).",
        ),
        ({"time_zone": "Middle Earth"}, "time_zone", "“Middle Earth” is not a time zone"),
        ({"measure": "avg", "column": "priority"}, "column", "The average needs numbers"),
        ({"name": ""}, "name", "This field is required."),
        ({"good": ""}, "good", "Say what is good, too."),
    ],
)
def test_errors_reach_their_field_and_what_was_typed_stays(
    owner: User, world: World, incidents: Dataset, client_of: Open,
    changes: dict[str, Any], field: str, sentence: str,
) -> None:  # fmt: skip
    page = client_of(owner).post(new_url(world, incidents), {**FILLED, **changes})

    form = page.context["form"]
    assert page.status_code == 422
    assert [(name, sentence in errors[0]) for name, errors in form.errors.items()] == [
        (field, True)
    ]
    assert form["description"].value() == "How many in time."
    assert KPI.objects.count() == 0


def test_draft_is_changed_in_the_same_form(owner: User, draft: KPI, client_of: Open) -> None:
    client, url = client_of(owner), reverse("kpis:kpi-draft-edit", args=[draft.slug])
    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in data.items() if value is not None}

    assert client.post(url, {**data, "grain": "week"}).status_code == 302
    version = draft.versions.get()
    assert (version.definition["grain"], version.definition["measure"], version.unit) == (
        "week", {"share": {"of": {"column": "made_sla", "op": "=", "value": True}}}, "percent",
    )  # fmt: skip


def test_window_and_working_hours_are_typed(
    owner: User, draft: KPI, desk: WorkCalendar, client_of: Open
) -> None:
    client, url = client_of(owner), f"/kpis/{draft.slug}/draft/"
    shown = {value for value, _label in client.get(url).context["form"].fields["calendar"].choices}
    [key] = shown - {"", "office"}
    given = FILLED | {
        "measure": "duration", "from_column": "opened", "to_column": "resolved", "calendar": key,
        "window": "moving", "window_periods": "12", "fiscal_start": "4",
    }  # fmt: skip
    client.post(url, given)
    desk.delete()

    version = draft.versions.get()
    window = version.definition["measure"]["window"]
    assert (window["kind"], window["periods"]) == ("moving", 12)
    assert window["measure"]["column"]["calendar"]["name"] == "Service desk"
    assert version.definition["fiscal_start"] == 4
    form = client.get(url).context["form"]
    assert (form["calendar"].value(), form["window_periods"].value()) == (key, 12)
    page = client.get(f"/kpis/{draft.slug}/").content.decode()
    assert "median of working hours from opened to resolved, over 12 months" in page
    assert "Mon–Fri 09:00–17:00 (Europe/Berlin), without 2 holidays" in page


@pytest.mark.parametrize(
    ("given", "measure"),
    [
        ({"measure": "count", "per": "day", "window": "year"},
         {"window": {"measure": {"rate": {"measure": {"agg": "count"}, "per": "day"}},
                     "kind": "cumulative", "since": "year"}}),
        ({"measure": "share", "per": "day"}, {"share": {"of": MET}}),
        ({"measure": "stock", "from_column": "opened", "to_column": "resolved",
          "window": "moving"}, {"stock": {"opened": "opened", "closed": "resolved"}}),
    ],
)  # fmt: skip
def test_what_the_page_hides_plays_no_part(
    owner: User, draft: KPI, client_of: Open, given: dict[str, str], measure: dict[str, Any]
) -> None:
    answer = client_of(owner).post(f"/kpis/{draft.slug}/draft/", FILLED | given)

    assert answer.status_code == 302
    assert draft.versions.get().definition["measure"] == measure


def test_richer_definition_is_left_to_the_api(
    owner: User, make_kpi: MakeKPI, client_of: Open
) -> None:
    ratio = {"measure": {"ratio": [{"agg": "count"}, {"agg": "count"}]}}
    kpi = make_kpi(definition=ratio, unit="number")

    answer = client_of(owner).get(reverse("kpis:kpi-draft-edit", args=[kpi.slug]), follow=True)

    assert [str(m) for m in get_messages(answer.wsgi_request)] == [
        "This definition says more than the form can. Change it through the API."
    ]


def test_target_is_typed_in_percent(owner: User, draft: KPI, client_of: Open) -> None:
    url = reverse("kpis:target-new", args=[draft.slug])
    client_of(owner).post(url, {"valid_from": "2024-04-01", "good": "80", "watch": "75.5"})

    assert [(t.good, t.watch) for t in Target.objects.all()] == [(0.8, 0.755)]


def test_target_against_the_direction_is_refused_beside_watch(
    owner: User, draft: KPI, client_of: Open
) -> None:
    url = reverse("kpis:target-new", args=[draft.slug])
    page = client_of(owner).post(url, {"valid_from": "2024-04-01", "good": "80", "watch": "85"})

    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["watch"]
    assert "(85) cannot be above the good one (80)" in page.content.decode()


def test_page_says_that_a_refresh_failed_and_keeps_the_figures(
    owner: User, measured: KPI, incidents: Dataset, client_of: Open
) -> None:
    write_load(incidents, "SELECT TIMESTAMP '2024-05-01' AS opened")
    client = client_of(owner)
    client.post(reverse("kpis:kpi-refresh", args=[measured.slug]))
    run_jobs()

    page = client.get(measured.get_absolute_url())

    assert "Refresh failed: The share reads the column “made_sla”" in page.content.decode()
    assert str(page.context["sheet"].now.value) == "75.0%"


def test_page_shows_what_was_reported_before(
    owner: User, measured: KPI, incidents: Dataset, client_of: Open
) -> None:
    write_load(incidents, f"SELECT * FROM ({INCIDENTS}) WHERE number <> 'INC1'")
    request_refresh(actor=owner, kpi=measured)
    run_jobs()

    page = client_of(owner).get(measured.get_absolute_url())

    rows = page.context["sheet"].rows
    assert [(r.label, str(r.value), [str(w.value) for w in r.was]) for r in rows] == [
        ("Mar 2024", "72.4%", ["73.3%"]),
        ("Apr 2024", "75.0%", []),
        ("May 2024", "80.0%", []),
    ]
    assert "reported as 73.3% from load 1" in page.content.decode()


def test_versions_say_what_changed(owner: User, measured: KPI, client_of: Open) -> None:
    services.start_version(actor=owner, kpi=measured, reason="Monitoring inflates it")
    definition = measured.versions.get(state="draft").definition
    definition["exclusions"] = {"column": "priority", "op": "=", "value": "1 - Critical"}
    services.change_draft(actor=owner, kpi=measured, definition=definition, precision=2)
    services.publish_version(actor=owner, kpi=measured)

    page = client_of(owner).get(measured.get_absolute_url())

    newest, first = page.context["versions"]
    assert [(c["kind"], c["what"], c["after"]) for c in newest.changes] == [
        ("added", "Left out", "priority is “1 - Critical”"),
        ("changed", "Decimals", "2"),
    ]
    assert (newest.version.state, first.version.state) == ("published", "superseded")


def test_catalogue_finds_by_name_question_and_category(
    ace: User, make_kpi: MakeKPI, client_of: Open
) -> None:
    make_kpi("SLA attainment")
    make_kpi("Volume", definition=VOLUME, unit="count", category="capacity")
    client, url = client_of(ace), reverse("kpis:kpis")

    def found(**query: str) -> list[str]:
        return [entry.line.kpi.name for entry in client.get(url, query).context["entries"]]

    assert found(q="volu") == ["Volume"]
    assert found(q="keep the SLA") == ["SLA attainment", "Volume"]
    assert found(category="capacity") == ["Volume"]
    assert found(q="nothing") == []


@pytest.mark.parametrize("person", ["member", "colleague", "outsider", "admin"])
def test_staff_read_published_definitions_without_values(
    request: pytest.FixtureRequest, measured: KPI, make_kpi: MakeKPI, client_of: Open, person: str
) -> None:
    draft = make_kpi("A draft")
    client = client_of(request.getfixturevalue(person))

    catalogue = client.get(reverse("kpis:kpis"))
    page = client.get(measured.get_absolute_url())

    assert [(e.line.kpi, e.line.sheet) for e in catalogue.context["entries"]] == [(measured, None)]
    assert page.status_code == 200
    assert "75.0" not in page.content.decode()
    assert "sheet" not in page.context
    assert "Some figures are not open to you" in catalogue.content.decode()
    assert "Its figures are not open to you" in page.content.decode()
    assert client.get(draft.get_absolute_url()).status_code == 404


def test_member_reads_values_that_a_dashboard_grants(
    monkeypatch: pytest.MonkeyPatch, member: User, measured: KPI, client_of: Open
) -> None:
    monkeypatch.setitem(value_grants._items, "test", lambda user: [measured.pk])

    page = client_of(member).get(measured.get_absolute_url())

    assert str(page.context["sheet"].now.value) == "75.0%"
    assert "attempts" not in page.context
    assert "not open to you" not in page.content.decode()


DEEDS = [
    ("kpi-new", False), ("kpi-edit", True), ("kpi-draft-edit", True), ("kpi-start", True),
    ("kpi-publish", True), ("kpi-retire", True), ("kpi-refresh", True), ("target-new", True),
    ("kpi-step-new", True),
]  # fmt: skip


@pytest.mark.parametrize(("name", "of_kpi"), DEEDS)
def test_only_the_ace_does_anything(
    member: User, measured: KPI, client_of: Open, name: str, of_kpi: bool
) -> None:
    url = reverse(f"kpis:{name}", args=[measured.slug] if of_kpi else [])

    assert client_of(member).post(url).status_code == 403
    assert client_of(None).post(url)["Location"].startswith("/account/sign-in/")


def test_ace_member_who_does_not_own_it_neither_publishes_nor_retires(
    ace: User, measured: KPI, client_of: Open
) -> None:
    client = client_of(ace)
    services.start_version(actor=ace, kpi=measured, reason="Better")

    answers = [
        client.post(reverse(f"kpis:{name}", args=[measured.slug]), {"reason": "No"}).status_code
        for name in ("kpi-publish", "kpi-retire")
    ]
    assert answers == [403, 403]
    assert KPIVersion.objects.filter(state="draft").count() == 1


@pytest.mark.parametrize("person", ["ace", "member"])
def test_catalogue_asks_as_often_for_many_as_for_one(
    request: pytest.FixtureRequest, make_kpi: MakeKPI, client_of: Open, person: str,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    client = client_of(request.getfixturevalue(person))

    def count() -> int:
        with django_assert_max_num_queries(30) as asked:
            client.get(reverse("kpis:kpis"))
        return len(asked)

    make_kpi("KPI 0", publish=True)
    run_jobs()
    counts = [count()]
    for upto in (3, 30):
        for n in range(KPI.objects.count(), upto):
            make_kpi(f"KPI {n}", publish=True)
        run_jobs()
        counts.append(count())
    assert counts == counts[:1] * 3


def test_blueprint_shows_live_figures_at_its_steps(
    ace: User, member: User, outsider: User, world: World, measured: KPI, client_of: Open
) -> None:
    step = steps_of(world.blueprint)[0]
    show_at_step(actor=ace, kpi=measured, blueprint=world.blueprint, step_key=step.key)
    url = world.blueprint.get_absolute_url()

    seen, hidden = client_of(ace).get(url), client_of(member).get(url)

    assert seen.content.decode().count('class="sticky__kpi"') == 2  # there, and where it is asked
    assert "sticky__kpi" not in hidden.content.decode()


def test_blueprint_asks_as_often_for_many_figures_as_for_one(
    ace: User, world: World, make_kpi: MakeKPI, client_of: Open, django_assert_max_num_queries: Any
) -> None:
    client, steps = client_of(ace), steps_of(world.blueprint)

    def count() -> int:
        with django_assert_max_num_queries(80) as asked:
            client.get(world.blueprint.get_absolute_url())
        return len(asked)

    counts = []
    for n in range(3):
        kpi = make_kpi(f"KPI {n}", publish=True)
        run_jobs()
        for step in steps[n : n + 2]:
            show_at_step(actor=ace, kpi=kpi, blueprint=world.blueprint, step_key=step.key)
        counts.append(count())
    assert counts == counts[:1] * 3


def test_refresh_by_hand_leads_back_to_the_page(ace: User, measured: KPI, client_of: Open) -> None:
    answer = client_of(ace).post(reverse("kpis:kpi-refresh", args=[measured.slug]))

    assert answer["Location"] == measured.get_absolute_url()
    assert "Waiting for a worker" in client_of(ace).get(answer["Location"]).content.decode()
    assert Refresh.objects.filter(kpi=measured, cause="demand", state="queued").count() == 1


def test_formula_is_told_in_the_language_of_the_reader(
    owner: User, make_kpi: MakeKPI, client_of: Open, german: Callable[[dict[str, str]], None]
) -> None:
    german(
        {
            "share of rows where %(condition)s, among %(rows)s": "Anteil: %(condition)s, %(rows)s",
            "%(name)s is %(value)s": "%(name)s ist %(value)s",
            "yes": "ja",
            "all rows": "alle Zeilen",
        }
    )
    kpi, client = make_kpi(), client_of(owner)

    found = [
        client.get(kpi.get_absolute_url(), headers={"accept-language": language})
        for language in ("de", "en")
    ]
    assert [page.context["words"].formula for page in found] == [
        "Anteil: made_sla ist ja, alle Zeilen",
        "share of rows where made_sla is yes, among all rows",
    ]


def test_page_leads_only_those_to_a_target_who_may_set_it(
    ace: User, owner: User, sla: KPIVersion, client_of: Open
) -> None:
    KPI.objects.update(steward=None)
    where = reverse("kpis:target-new", args=[sla.kpi.slug])
    pages = [
        client_of(one).get(sla.kpi.get_absolute_url()).content.decode() for one in (owner, ace)
    ]

    assert [where in page for page in pages] == [True, False]
    assert [client_of(one).get(where).status_code for one in (owner, ace)] == [200, 403]


@pytest.mark.parametrize(
    ("unit", "decimals"), [("", 1), ("money", 2), ("count", 0), ("percent", 1)]
)
def test_decimals_are_those_of_the_unit_that_was_chosen(
    owner: User, world: World, incidents: Dataset, client_of: Open, unit: str, decimals: int
) -> None:
    client_of(owner).post(new_url(world, incidents), {**FILLED, "unit": unit})

    assert KPI.objects.get().versions.get().precision == decimals


@pytest.mark.parametrize("word", ["yes", "ja", "oui", "verdadero", "1"])
def test_condition_takes_the_words_that_files_spell_yes_with(
    owner: User, world: World, incidents: Dataset, client_of: Open, word: str
) -> None:
    client_of(owner).post(new_url(world, incidents), {**FILLED, "of_1_value": word})

    condition = KPI.objects.get().versions.get().definition["measure"]["share"]["of"]
    assert condition == {"column": "made_sla", "op": "=", "value": True}


def test_days_of_prepared_data_begin_where_the_place_is(tickets: Dataset, settings: Any) -> None:
    settings.DEFAULT_USER_TIME_ZONE = "Asia/Tokyo"
    prepared = Dataset(kind=Dataset.Kind.PREPARED, time_zone="UTC", live=tickets.live)
    sourced = Dataset(kind=Dataset.Kind.SOURCE, time_zone="UTC", live=tickets.live)
    london = Dataset(kind=Dataset.Kind.SOURCE, time_zone="Europe/London", live=tickets.live)

    chosen = (tickets, prepared, sourced, london)
    zones = [KPIForm.defaults(dataset)["time_zone"] for dataset in chosen]
    assert zones == [tickets.time_zone, "Asia/Tokyo", "Asia/Tokyo", "Europe/London"]


def test_form_says_what_may_be_left_empty(
    owner: User, world: World, incidents: Dataset, client_of: Open
) -> None:
    """A field that one measure alone needs is needed wherever it is shown."""
    page = client_of(owner).get(new_url(world, incidents)).content.decode()

    def marked(name: str) -> bool:
        label = page.split(f'for="id_{name}"', 1)[1].split("</label>", 1)[0]
        return "optional" in label

    needed = ("name", "category", "column", "from_column", "to_column", "percentile", "grain")
    assert [name for name in needed if marked(name)] == []
    assert [name for name in ("description", "unit_label", "good") if not marked(name)] == []
    assert "Everything that is not called optional is needed." in page
