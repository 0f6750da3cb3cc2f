"""KPIs that are computed from other KPIs, over data of their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, Invalid
from dashboards.content.sources import sources_of
from kpis.derived import as_of_of, held_of
from kpis.engine.parsing import parse_where
from kpis.engine.query import Query
from kpis.engine.result import State
from kpis.figures import Answer, Ask, answers
from kpis.models import KPI, Dataset, KPIVersion, Measurement, Refresh
from kpis.reformulation import part_changes
from kpis.scopes import PORTAL
from kpis.selectors import measurements_of, published_of, reported_before
from kpis.services import kpis as services
from kpis.services.loads import roll_back
from kpis.services.passes import refresh_after_load
from tests.fixtures.kpis import VOLUME, MakeKPI, run_jobs
from tests.fixtures.loads import INCIDENTS, make_dataset, write_load
from tests.fixtures.world import World

pytestmark = pytest.mark.django_db
Open = Callable[[User | None], Client]
Derive = Callable[..., KPI]

#: six agents in March, eight in April, one a day; they know teams and no priorities
AGENTS = """
SELECT TIMESTAMP '2024-03-01 09:00:00' + to_days(CAST(CASE WHEN i < 6 THEN i ELSE 25 + i END
  AS INTEGER)) AS opened, 'Group ' || (i % 2) AS team, i * 10.0 AS hours
FROM range(14) AS r(i)
"""
HERE = {"start": date(2024, 3, 1), "end": date(2024, 5, 1)}


@pytest.fixture
def volume(make_kpi: MakeKPI) -> KPI:
    definition = {**VOLUME, "dimensions": ["priority", "team"]}
    return make_kpi("Volume", definition=definition, unit="count", publish=True)


@pytest.fixture
def agents(owner: User, make_kpi: MakeKPI, loads_dir: Any) -> KPI:
    data = make_dataset(owner, "Agents", AGENTS)
    definition = {"measure": {"agg": "count"}, "time_column": "opened", "dimensions": ["team"]}
    return make_kpi("Agents", dataset=data, definition=definition, unit="count", publish=True)


@pytest.fixture
def derive(owner: User, world: World, volume: KPI, agents: KPI) -> Derive:
    """A derived KPI over ``a`` (volume) and ``b`` (agents)."""

    def make(
        formula: str = "a / b", name: str = "Work per agent", *, publish: bool = True, **said: Any
    ) -> KPI:
        parts = said.pop("kpis", {"a": volume.slug, "b": agents.slug})
        kpi = services.create_kpi(
            actor=owner, name=name, question=world.question, category="capacity", unit="number",
            definition={"measure": {"formula": formula, "kpis": parts}, "dimensions": ["team"],
                        **said},
        )  # fmt: skip
        if publish:
            services.publish_version(actor=owner, kpi=kpi)
        return kpi

    return make


def ask(kpi: KPI, **query: Any) -> Answer:
    version = published_of(kpi)
    assert version is not None
    return answers([Ask(version, Query(**query))], reader=PORTAL)[0]


def told(answer: Answer) -> list[tuple[Any, ...]]:
    assert answer.result is not None, answer.error
    return [(p.period and p.period.start.month, *p.segment, p.figure.value) for p in answer.result]


def test_figures_come_from_the_parts_of_the_same_period(derive: Derive) -> None:
    kpi = derive()
    assert told(ask(kpi, grain="month", **HERE)) == [(3, 30 / 6), (4, 40 / 8)]
    assert told(ask(kpi, **HERE)) == [(None, 70 / 14)]


def test_total_is_the_quotient_of_the_totals_not_of_the_months(derive: Derive) -> None:
    kpi = derive("(a - b) / a * 100")
    assert told(ask(kpi, **HERE)) == [(None, (70 - 14) / 70 * 100)]


def test_segments_are_computed_from_their_own_parts(derive: Derive) -> None:
    found = {row[1]: row[2] for row in told(ask(derive(), by=("team",), **HERE))}
    rows = {row[1]: row[2] for row in told(ask(derive("a", "Only a", kpis={"a": "volume"}),
                                               by=("team",), **HERE))}  # fmt: skip
    assert found["Group 0"] == rows["Group 0"] / 7
    assert found["Group 2"] is None  # it has incidents and no agents


def test_filter_reaches_the_parts_that_have_its_column(derive: Derive) -> None:
    where = parse_where({"column": "priority", "op": "=", "value": "2 - High"})
    answer = ask(derive(), where=where, **HERE)
    volume, agents = answer.parts
    assert volume.answer.result is not None
    assert volume.answer.result.total.value == 23
    assert (volume.ignored, agents.ignored) == ((), ("priority",))
    assert told(answer) == [(None, 23 / 14)]


def test_undefined_and_no_data_pass_through(derive: Derive) -> None:
    kpi = derive("a / (b - b)")
    assert answer_state(ask(kpi, **HERE)) == State.UNDEFINED
    later = {"start": date(2025, 1, 1), "end": date(2025, 2, 1)}
    assert answer_state(ask(kpi, **later)) == State.NO_DATA


def answer_state(answer: Answer) -> State:
    assert answer.result is not None
    return answer.result.total.state


def test_formula_over_a_formula(derive: Derive) -> None:
    inner = derive()
    outer = derive("x * 2", "Twice", kpis={"x": inner.slug})
    assert told(ask(outer, **HERE)) == [(None, 10)]


def test_as_of_is_that_of_the_oldest_part(derive: Derive, agents: KPI) -> None:
    old = datetime(2024, 4, 20, tzinfo=UTC)
    write_load(agents.versions.get().dataset, AGENTS, as_of=old)
    version = published_of(derive())
    assert version is not None
    assert as_of_of(version) == old
    answer = answers([Ask(version, Query(grain="month", **HERE))], reader=PORTAL)[0]
    assert answer.result is not None
    assert answer.result.as_of == old
    assert [p.period.partial for p in answer.result if p.period] == [False, True]


def test_same_figures_have_the_same_key_and_other_data_another(derive: Derive, agents: KPI) -> None:
    kpi = derive()
    first, second = ask(kpi, **HERE), ask(kpi, **HERE)
    write_load(agents.versions.get().dataset, AGENTS.replace("range(14)", "range(7)"))
    third = ask(kpi, **HERE)
    assert (first.key, second.cached) == (second.key, True)
    assert third.key != first.key
    assert told(third) == [(None, 10)]


def test_publishing_measures_and_a_load_of_any_part_does_again(
    owner: User, derive: Derive, agents: KPI
) -> None:
    kpi = derive()
    run_jobs()
    assert measured(kpi) == [("2024-03", 5.0), ("2024-04", 5.0)]
    first = Refresh.objects.get(kpi=kpi)
    data = agents.versions.get().dataset
    load = write_load(data, AGENTS.replace("range(14)", "range(10)"))
    refresh_after_load(load)
    run_jobs()
    assert measured(kpi, last=True) == [("2024-03", 5.0), ("2024-04", 10.0)]
    assert Measurement.objects.filter(refresh=first).exists()  # as it was reported then


def measured(kpi: KPI, *, last: bool = False) -> list[tuple[str, float | None]]:
    rows = Measurement.objects.filter(version__kpi=kpi, state="ok").order_by("period_start")
    if last:
        rows = rows.filter(refresh=Refresh.objects.filter(kpi=kpi)[0])
    return [(f"{row.period_start:%Y-%m}", row.value) for row in rows]


def test_new_version_of_a_part_refreshes_what_is_made_of_it(
    owner: User, derive: Derive, volume: KPI
) -> None:
    twice = derive("x * 2", "Twice", kpis={"x": derive().slug})
    run_jobs()
    services.start_version(actor=owner, kpi=volume, reason="Only the severe ones.")
    severe = {"column": "priority", "op": "=", "value": "2 - High"}
    definition = {**VOLUME, "measure": {"agg": "count", "where": severe},
                  "dimensions": ["priority", "team"]}  # fmt: skip
    services.change_draft(actor=owner, kpi=volume, definition=definition)
    services.publish_version(actor=owner, kpi=volume)
    run_jobs()
    assert measured(twice, last=True) == [("2024-03", 10 / 6 * 2), ("2024-04", 13 / 8 * 2)]


def reported_first(kpi: KPI) -> list[float | None]:
    """What was reported of the periods first, where they are told otherwise today."""
    version = published_of(kpi)
    assert version is not None
    now = measurements_of([version])[version.pk]
    return [rows[0].value for rows in reported_before(version, now).values()]


def test_what_was_reported_stays_when_a_part_gets_another_formula(
    owner: User, derive: Derive, agents: KPI
) -> None:
    kpi = derive()
    run_jobs()
    services.start_version(actor=owner, kpi=agents, reason="Trainees do not count.")
    exclusions = {"column": "hours", "op": "<", "value": 20}
    definition = {**agents.versions.get(number=1).definition, "exclusions": exclusions}
    services.change_draft(actor=owner, kpi=agents, definition=definition)
    services.publish_version(actor=owner, kpi=agents)
    run_jobs()

    assert measured(kpi, last=True) == [("2024-03", 7.5), ("2024-04", 5.0)]
    assert reported_first(kpi) == [5.0]


def test_what_was_reported_stays_when_an_earlier_load_of_a_part_counts_again(
    owner: User, derive: Derive, volume: KPI, agents: KPI
) -> None:
    data = agents.versions.get().dataset
    first = data.live
    assert first is not None
    write_load(data, AGENTS.replace("range(14)", "range(10)"))
    kpi = derive()
    refresh_after_load(write_load(volume.versions.get().dataset, INCIDENTS))
    run_jobs()
    assert measured(kpi, last=True) == [("2024-03", 5.0), ("2024-04", 10.0)]

    roll_back(actor=owner, load=first, reason="The file was cut.")
    run_jobs()

    assert measured(kpi, last=True) == [("2024-03", 5.0), ("2024-04", 5.0)]
    assert reported_first(kpi) == [10.0]


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"kpis": {"a": "nothing", "b": "agents"}}, "definition.measure.kpis.a",
         "There is no published KPI “nothing”."),
        ({"formula": "a"}, "definition.measure.formula", "The formula does not use “b”."),
        ({"formula": "a +"}, "definition.measure.formula", "The formula ends too early."),
        ({"dimensions": ["priority"]}, "definition.dimensions",
         "“Agents” cannot be split by “priority”."),
        ({"time_zone": "Europe/Berlin"}, "definition.time_zone",
         "“Volume” counts in another calendar: its time zone is UTC."),
        ({"fiscal_start": 4}, "definition.fiscal_start",
         "“Volume” counts in another calendar: its first month of the year is 1."),
        ({"time_column": "opened"}, "definition.time_column",
         "A formula leaves dates and rows to its KPIs."),
    ],
)  # fmt: skip
def test_formula_that_cannot_hold_is_refused(
    derive: Derive, said: dict[str, Any], field: str, sentence: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        derive(publish=False, **said)
    assert (refusal.value.field, refusal.value.message) == (field, sentence)


def test_kpi_without_dates_is_no_part(derive: Derive, make_kpi: MakeKPI) -> None:
    make_kpi("Everything", definition={"measure": {"agg": "count"}}, publish=True)
    with pytest.raises(Invalid, match="“Everything” has no counting date"):
        derive("a", kpis={"a": "everything"})


def test_circle_is_refused(owner: User, derive: Derive, world: World) -> None:
    first = derive()
    second = derive("x + 1", "Second", kpis={"x": first.slug})
    services.start_version(actor=owner, kpi=first, reason="In a circle.")
    definition = {"measure": {"formula": "x", "kpis": {"x": second.slug}}}
    with pytest.raises(Invalid, match="cannot be computed from itself"):
        services.change_draft(actor=owner, kpi=first, definition=definition)


def test_formula_of_formulas_comes_down_to_so_many_figures_and_no_more(
    owner: User, derive: Derive, volume: KPI
) -> None:
    """Twenty of twenty of twenty would be as many questions as no page has time for."""
    names = "abcdefghijklmnopqrst"

    def storey(name: str, below: str) -> KPI:
        return derive(" + ".join(names), name, kpis=dict.fromkeys(names, below))

    one = derive("a", "One", kpis={"a": volume.slug})
    many = storey("Many", storey("Some", one.slug).slug)
    assert told(ask(many, **HERE)) == [(None, 70 * 400)]
    with pytest.raises(Invalid, match="comes down to 8,000 figures; at most 400") as refused:
        storey("Too many", many.slug)
    assert refused.value.field == "definition.measure.kpis"

    services.start_version(actor=owner, kpi=one, reason="Twice.")
    formula = {"formula": "a + b", "kpis": {"a": volume.slug, "b": volume.slug}}
    services.change_draft(
        actor=owner, kpi=one, definition={"measure": formula, "dimensions": ["team"]}
    )
    services.publish_version(actor=owner, kpi=one)
    answer = ask(many, **HERE)
    assert (answer.result, "comes down to 800 figures" in answer.error) == (None, True)


def test_kpi_in_use_cannot_be_retired(owner: User, derive: Derive, volume: KPI) -> None:
    kpi = derive()
    with pytest.raises(Conflict, match="“Work per agent” is computed from it"):
        services.retire_kpi(actor=owner, kpi=volume, reason="Nobody looks.")
    services.retire_kpi(actor=owner, kpi=kpi, reason="Nobody looks.")
    services.retire_kpi(actor=owner, kpi=volume, reason="Nobody looks.")


def test_part_that_fails_is_named(derive: Derive, agents: KPI) -> None:
    kpi = derive()
    write_load(agents.versions.get().dataset, "SELECT 1 AS other")
    answer = ask(kpi, **HERE)
    assert answer.error.startswith("Agents: The count reads the column “opened”")


def test_parts_are_read_in_two_queries_however_many_ask(derive: Derive) -> None:
    kpis = [derive(f"a / b + {n}", f"KPI {n}") for n in range(4)]
    versions = [published_of(kpi) for kpi in kpis]
    counts = []
    for number in (1, 4):
        asks = [Ask(v, Query(**HERE)) for v in versions[:number] if v is not None]
        for one in asks:
            vars(one.version).pop("known_parts", None)
        with CaptureQueriesContext(connection) as asked:
            answers(asks, reader=PORTAL)
        counts.append(len(asked))
    assert counts == [2, 2]


def test_api_makes_and_answers(
    owner: User, world: World, volume: KPI, agents: KPI, client_of: Open
) -> None:
    client = client_of(owner)
    formula = {"formula": "a ÷ b", "kpis": {"a": "volume", "b": "agents"}}
    given = {
        "name": "Load", "category": "capacity", "question": world.question.pk,
        "refresh_every": "01:00:00", "unit": "number", "precision": 1,
        "definition": {"measure": formula, "dimensions": ["team"]},
    }  # fmt: skip
    made = client.post("/api/v1/kpis/", given, content_type="application/json")
    assert made.status_code == 201, made.content
    assert client.post("/api/v1/kpis/load/publish/").status_code == 200
    where = {"column": "priority", "op": "=", "value": "2 - High"}
    asked = {"start": "2024-03-01", "end": "2024-05-01", "where": where}
    answer = client.post("/api/v1/kpis/load/figures/", asked, content_type="application/json")
    [figure] = answer.json()["figures"]
    assert figure["value"] == 23 / 14
    assert answer.json()["unfiltered"] == [{"kpi": "agents", "columns": ["priority"]}]
    closed = asked | {"where": {"column": "cost", "op": ">", "value": 1}}
    refused = client.post("/api/v1/kpis/load/figures/", closed, content_type="application/json")
    assert refused.status_code == 400
    split = asked | {"by": ["priority"]}
    refused = client.post("/api/v1/kpis/load/figures/", split, content_type="application/json")
    assert refused.json()["detail"] == "The KPI cannot be split by “priority”."


TYPED = {
    "name": "Work per agent", "category": "capacity", "formula": "A ÷ b", "part_a": "volume",
    "part_b": "agents", "grain": "month", "direction": "down", "refresh_every": "3600",
}  # fmt: skip


def test_form_makes_a_derived_kpi_and_changes_it(
    owner: User, world: World, volume: KPI, agents: KPI, client_of: Open
) -> None:
    client = client_of(owner)
    answer = client.post("/kpis/new/formula/", TYPED | {"question": world.question.pk})
    assert answer.status_code == 302, answer.context["form"].errors
    version = KPIVersion.objects.get(kpi__slug="work-per-agent")
    assert version.definition["measure"] == {
        "formula": "a / b", "kpis": {"a": "volume", "b": "agents"},
    }  # fmt: skip
    assert version.definition["dimensions"] == ["team"]
    url = "/kpis/work-per-agent/draft/"
    form = client.get(url).context["form"]
    kept = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    client.post(url, kept | {"formula": "(a - b) / a"})
    version.refresh_from_db()
    assert version.definition["measure"]["formula"] == "(a - b) / a"
    page = client.get("/kpis/work-per-agent/").content.decode()
    assert "(Volume − Agents) ÷ Volume" in page
    assert '<a href="/kpis/agents/">Agents</a>' in page


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"formula": "a / "}, "formula", "The formula ends too early."),
        ({"formula": "a"}, "formula", "The formula does not use “b”."),
        ({"formula": "a / c"}, "part_c", "The formula uses it: choose a KPI."),
        ({"formula": "a / b + z"}, "formula", "The formula uses “z”, which no KPI is."),
    ],
)
def test_form_says_what_is_wrong_beside_it(
    owner: User, world: World, volume: KPI, agents: KPI, client_of: Open, said: dict[str, str],
    field: str, sentence: str,
) -> None:  # fmt: skip
    given = TYPED | {"question": world.question.pk} | said
    answer = client_of(owner).post("/kpis/new/formula/", given)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {field: [sentence]}


def test_dataset_is_needed_where_nothing_is_derived(owner: User, world: World) -> None:
    with pytest.raises(Invalid) as refusal:
        services.create_kpi(
            actor=owner, name="N", question=world.question, category="speed", definition=VOLUME
        )
    assert refusal.value.field == "dataset"


def test_load_of_a_part_that_would_break_it_is_refused_as_before(
    incidents: Dataset, derive: Derive
) -> None:
    """The derived KPI reads no columns: the one that does says what it would miss."""
    derive()
    write_load(incidents, INCIDENTS)
    assert told(ask(KPI.objects.get(slug="work-per-agent"), **HERE)) == [(None, 5)]


def test_rows_that_are_held_back_from_any_part_are_said_of_the_formula(
    derive: Derive, agents: KPI, client_of: Open, owner: User
) -> None:
    kpi, said = derive(), "Newer data is held back: it did not pass its checks."
    version, part = published_of(kpi), published_of(agents)
    assert version is not None
    assert part is not None
    assert held_of(version) is None

    Dataset.objects.filter(pk=part.dataset_id).update(behind=True)

    held, page = held_of(published_of(kpi) or version), client_of(owner).get(f"/kpis/{kpi.slug}/")
    assert held == part.dataset
    assert said in page.content.decode()
    assert part.dataset.get_absolute_url() in page.content.decode()


def test_parts_count_up_to_the_same_moment(derive: Derive, agents: KPI) -> None:
    known = datetime(2024, 4, 8, 9, tzinfo=UTC)
    write_load(agents.versions.get().dataset, AGENTS, as_of=known)
    kpi = derive()

    answer = ask(kpi, grain="month", **HERE)
    assert told(answer) == [(3, 30 / 6), (4, 16 / 8)]
    assert [point.period and point.period.partial for point in answer.result or ()] == [False, True]
    assert told(ask(kpi, **HERE)) == [(None, 46 / 14)]
    assert told(ask(kpi, start=date(2024, 3, 1), end=date(2024, 4, 1))) == [(None, 30 / 6)]


def test_period_that_one_part_does_not_reach_has_no_figure(derive: Derive, agents: KPI) -> None:
    write_load(agents.versions.get().dataset, AGENTS, as_of=datetime(2024, 4, 8, 9, tzinfo=UTC))
    kpi = derive("a - b")

    answer = ask(kpi, grain="month", start=date(2024, 4, 1), end=date(2024, 6, 1))
    assert [point.figure.state for point in answer.result or ()] == [State.OK, State.NO_DATA]


def test_new_formula_of_a_part_is_marked_on_what_is_made_of_it(
    derive: Derive, agents: KPI, owner: User, client_of: Open
) -> None:
    kpi = derive()
    services.start_version(actor=owner, kpi=agents, reason="Trainees do not count.")
    exclusions = {"column": "hours", "op": "<", "value": 20}
    definition = {**agents.versions.get(number=1).definition, "exclusions": exclusions}
    services.change_draft(actor=owner, kpi=agents, definition=definition)
    services.publish_version(actor=owner, kpi=agents)
    KPIVersion.objects.filter(kpi=agents, number=2).update(
        published_at=datetime(2024, 4, 10, tzinfo=UTC)
    )
    KPIVersion.objects.filter(kpi=kpi).update(published_at=datetime(2024, 3, 5, tzinfo=UTC))
    run_jobs()
    page = client_of(owner).get(kpi.get_absolute_url())
    version = published_of(kpi)
    assert version is not None
    (source,) = sources_of([version.pk]).values()

    assert [mark.label for mark in page.context["sheet"].curve.marks] == ["Agents, v2"]
    assert "Agents, v2, another formula, computes all periods: Trainees" in page.text
    assert [(mark.label, mark.words) for mark in source.marks] == [
        ("Agents, v2", "Agents: Formula changed with v2 on 10 Apr 2024: Trainees do not count.")
    ]


def test_formula_that_a_part_had_before_is_no_change(derive: Derive, agents: KPI) -> None:
    version = published_of(derive())
    assert version is not None

    assert part_changes(version) == []
