"""Saying who sees which rows, and what is made from such rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ace_portal.accounts.forms import AttributesField
from ace_portal.accounts.models import User
from ace_portal.accounts.services import change_person
from ace_portal.audit.models import AuditEntry
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed
from kpis.engine.cut import Cut
from kpis.models import Dataset, KPIVersion, RowPolicy
from kpis.scopes import PORTAL, cuts_for
from kpis.services.datasets import change_sql, create_prepared
from kpis.services.loads import roll_back
from kpis.services.policies import lift_policy, set_policy
from kpis.services.readers import check_policy
from tests.fixtures.kpis import run_jobs
from tests.fixtures.people import PASSWORD
from tests.fixtures.tickets import TICKETS, make_tickets
from tests.fixtures.world import World
from tests.kpis.data.conftest import work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loads_dir")]
Open = Callable[[User | None], Client]
KEPT = "SELECT team, count(*) AS n FROM tickets GROUP BY team"
LOST = "SELECT priority, count(*) AS n FROM tickets GROUP BY priority"


def limit(owner: User, dataset: Dataset, world: World, **given: Any) -> RowPolicy:
    said: dict[str, Any] = {"column": "team", "rules": {world.group: [" Network ", "Network"]}}
    policy = set_policy(actor=owner, dataset=dataset, **{**said, **given})
    dataset.refresh_from_db()
    return policy


def cut_of(person: User, dataset: Dataset) -> Cut | None:
    return cuts_for(person, [Dataset.objects.select_related("live").get(pk=dataset.pk)]).get(
        dataset.pk
    )


def test_policy_cuts_by_group_and_attribute(
    owner: User, admin: User, member: User, outsider: User, world: World, tickets: Dataset
) -> None:
    limit(owner, tickets, world, attribute="place")
    change_person(actor=admin, person=member, attributes={"place": ["Identity ", ""]})
    member.refresh_from_db()

    assert cut_of(member, tickets) == Cut("team", ("Identity", "Network"))
    assert cut_of(outsider, tickets) == Cut("team")
    assert cut_of(owner, tickets) is None
    assert cuts_for(PORTAL, [tickets]) == {}


def test_values_are_those_of_the_column(owner: User, member: User, world: World,
                                        tickets: Dataset) -> None:  # fmt: skip
    limit(owner, tickets, world, column="met", rules={world.group: ["yes"]})
    assert cut_of(member, tickets) == Cut("met", (True,))

    with pytest.raises(Invalid, match="“perhaps” is neither yes nor no") as refused:
        limit(owner, tickets, world, column="met", rules={world.group: ["perhaps"]})
    assert refused.value.field == f"group_{world.group.pk}"


@pytest.mark.parametrize(
    ("column", "why"),
    [("nope", "does not have the column “nope”"), ("hours", "too many values"),
     ("opened_at", "too many values")],
)  # fmt: skip
def test_column_has_to_tell_rows_apart(
    owner: User, world: World, tickets: Dataset, column: str, why: str
) -> None:
    with pytest.raises(Invalid, match=why):
        limit(owner, tickets, world, column=column)


def test_only_who_manages_data_says_who_sees_what(
    owner: User, world: World, tickets: Dataset, member: User
) -> None:
    with pytest.raises(NotAllowed):
        set_policy(actor=member, dataset=tickets, column="team", rules={})
    User.objects.filter(pk=owner.pk).update(may_manage_data=False)
    owner.refresh_from_db()
    with pytest.raises(NotAllowed):
        lift_policy(actor=owner, dataset=tickets)


def test_policy_is_on_record_and_can_be_lifted(
    owner: User, member: User, world: World, tickets: Dataset
) -> None:
    limit(owner, tickets, world)
    lift_policy(actor=owner, dataset=tickets)
    tickets.refresh_from_db()

    entries = AuditEntry.objects.filter(action__startswith="dataset.")
    assert sorted(entry.action for entry in entries) == ["dataset.limit", "dataset.open"]
    assert cut_of(member, tickets) is None
    with pytest.raises(Conflict, match="Nobody's rows"):
        lift_policy(actor=owner, dataset=tickets)


def test_prepared_dataset_inherits_the_policy_of_what_it_reads(
    owner: User, member: User, world: World, tickets: Dataset
) -> None:
    before = create_prepared(actor=owner, name="Before", sql=KEPT)
    run_jobs()
    further = create_prepared(actor=owner, name="Further", sql="SELECT * FROM before")
    run_jobs()
    limit(owner, tickets, world)
    after = create_prepared(actor=owner, name="After", sql=KEPT)
    run_jobs()

    cuts = [cut_of(member, dataset) for dataset in (before, further, after)]
    assert cuts == [Cut("team", ("Network",))] * 3
    with pytest.raises(Conflict, match="is made from “Tickets”"):
        limit(owner, after, world)

    lift_policy(actor=owner, dataset=tickets)
    assert [cut_of(member, dataset) for dataset in (before, further, after)] == [None] * 3


def test_query_that_loses_the_column_is_refused(
    owner: User, world: World, tickets: Dataset
) -> None:
    limit(owner, tickets, world)
    made = create_prepared(actor=owner, name="By team", sql=KEPT)

    with pytest.raises(Invalid, match="“tickets” shows each reader their own rows, by “team”"):
        create_prepared(actor=owner, name="By priority", sql=LOST)
    with pytest.raises(Invalid, match="“tickets” shows each reader their own rows"):
        change_sql(actor=owner, dataset=made, sql=LOST)
    made.refresh_from_db()
    assert (made.sql, Dataset.objects.count()) == (KEPT, 2)


def test_query_that_reads_other_data_is_free_again(
    owner: User, member: User, world: World, tickets: Dataset
) -> None:
    make_tickets(owner, [], name="Open")
    limit(owner, tickets, world)
    made = create_prepared(actor=owner, name="By team", sql=KEPT)
    run_jobs()

    change_sql(actor=owner, dataset=made, sql="SELECT priority FROM open")
    before = cut_of(member, made)
    run_jobs()

    assert (before, cut_of(member, made)) == (Cut("team", ("Network",)), None)


def test_rows_that_were_made_of_limited_ones_obey_the_policy_again(
    owner: User, member: User, world: World, tickets: Dataset
) -> None:
    make_tickets(owner, [], name="Open")
    limit(owner, tickets, world)
    made = create_prepared(actor=owner, name="By team", sql=KEPT)
    run_jobs()
    further = create_prepared(actor=owner, name="Further", sql="SELECT team, n FROM by_team")
    run_jobs()
    change_sql(actor=owner, dataset=made, sql="SELECT team, count(*) AS n FROM open GROUP BY team")
    work()
    assert [cut_of(member, one) for one in (made, further)] == [None, None]

    for one in (further, made):
        roll_back(actor=owner, load=one.loads.get(number=1))

    assert [cut_of(member, one) for one in (made, further)] == [Cut("team", ("Network",))] * 2


def test_what_an_earlier_query_made_keeps_a_policy_from_being_set(
    owner: User, member: User, world: World, tickets: Dataset
) -> None:
    """The query keeps the column by now; the rows that are live were made before it did."""
    made = create_prepared(
        actor=owner, name="By team",
        sql="SELECT any_value(team) AS team, priority, count(*) AS n FROM tickets GROUP BY ALL",
    )  # fmt: skip
    run_jobs()
    change_sql(actor=owner, dataset=made, sql=KEPT)

    with pytest.raises(Conflict, match="What is live of “By team” is made from this dataset by"):
        limit(owner, tickets, world)
    work()
    limit(owner, tickets, world)
    with pytest.raises(Invalid, match="“tickets” shows each reader their own rows"):
        roll_back(actor=owner, load=made.loads.get(number=1))

    assert cut_of(member, made) == Cut("team", ("Network",))


def test_rows_whose_query_reads_something_else_by_now_are_limited_until_it_has_run(
    owner: User, member: User, world: World, tickets: Dataset
) -> None:
    make_tickets(owner, [], name="Open")
    made = create_prepared(actor=owner, name="By team", sql=KEPT)
    run_jobs()
    change_sql(actor=owner, dataset=made, sql="SELECT priority FROM open")
    limit(owner, tickets, world)
    before = cut_of(member, made)
    work()

    assert (before, cut_of(member, made)) == (Cut("team", ("Network",)), None)


def test_policy_is_refused_where_something_made_from_it_loses_the_column(
    owner: User, member: User, world: World, tickets: Dataset
) -> None:
    create_prepared(actor=owner, name="By priority", sql=LOST)

    with pytest.raises(Conflict, match="“By priority” is made from this dataset"):
        limit(owner, tickets, world)

    assert (RowPolicy.objects.count(), cut_of(member, tickets)) == (0, None)


def test_load_without_the_column_is_refused(owner: User, world: World, tickets: Dataset) -> None:
    limit(owner, tickets, world)
    without = {name: kind for name, kind in TICKETS.items() if name != "team"}

    with pytest.raises(Invalid, match="“team” says who sees which rows"):
        check_policy(tickets, without)
    check_policy(tickets, TICKETS)


def test_nobody_sees_a_row_of_what_lost_its_column(
    owner: User, member: User, world: World, tickets: Dataset
) -> None:
    """What no refusal foresees: it ends in no rows, never in all."""
    limit(owner, tickets, world)
    RowPolicy.objects.all().delete()

    assert cut_of(member, tickets) == Cut("")


def test_page_and_api_say_the_same(
    client_of: Open, owner: User, world: World, tickets: Dataset
) -> None:
    client, where = client_of(owner), reverse("kpis:dataset-policy", args=[tickets.slug])
    api = f"/api/v1{where.removeprefix('/kpis')}"
    form = {"column": "team", "attribute": "place", f"group_{world.group.pk}": "Network; Identity"}

    assert client.post(where, form).status_code == 302
    told = client.get(api).json()
    page = client.get(tickets.get_absolute_url()).content.decode()
    changed = client.put(
        api, {"column": "priority", "rules": [{"group": world.group.slug, "values": ["P1"]}]},
        content_type="application/json",
    )  # fmt: skip
    shown = client.get(where).context["form"]

    assert told == {
        "dataset": tickets.slug, "column": "team", "attribute": "place",
        "rules": [{"group": world.group.slug, "values": ["Network", "Identity"]}],
    }  # fmt: skip
    assert "the values of their attribute “place”" in page
    assert changed.json()["column"] == "priority"
    assert (shown["column"].value(), shown[f"group_{world.group.pk}"].value()) == ("priority", "P1")
    assert client.post(where, {"column": ""}).status_code == 302
    assert client.get(api).json()["column"] is None
    assert client.delete(api).status_code == 409


def test_page_of_what_inherits_leads_to_where_it_is_said(
    client_of: Open, owner: User, world: World, tickets: Dataset
) -> None:
    limit(owner, tickets, world)
    made = create_prepared(actor=owner, name="By team", sql=KEPT)
    run_jobs()
    client, where = client_of(owner), reverse("kpis:dataset-policy", args=[made.slug])

    text = client.get(where).content.decode()
    refused = client.post(where, {"column": "n"})

    assert reverse("kpis:dataset-policy", args=[tickets.slug]) in text
    assert (refused.status_code, "is made from “Tickets”" in refused.content.decode()) == (
        422,
        True,
    )


def test_administrator_gives_attributes(client_of: Open, admin: User, member: User) -> None:
    where = reverse("accounts:person-edit", args=[member.pk])
    client = client_of(admin)
    form = {"name": "Member", "is_active": "on", "attributes": "place: North; South\n\nlevel: 2"}

    assert client.post(where, form).status_code == 302
    member.refresh_from_db()
    shown = client.get(where).context["form"]["attributes"].value()
    wrong = client.post(where, {**form, "attributes": "North"})

    assert member.attributes == {"place": ["North", "South"], "level": ["2"]}
    assert shown == "level: 2\nplace: North; South"
    assert wrong.status_code == 422 or "on a line of its own" in wrong.content.decode()


def test_figures_ask_no_more_where_nobody_is_limited(
    client_of: Open, member: User, live: Any, volume: KPIVersion, django_assert_max_num_queries: Any
) -> None:
    where = live.get_absolute_url()
    client = client_of(member)
    client.get(where)
    with django_assert_max_num_queries(60) as asked:
        client.get(where)

    assert not [query for query in asked.captured_queries if "rowpolicy" in query["sql"]]


def test_attributes_are_given_through_the_api(client_of: Open, admin: User) -> None:
    client = client_of(admin)

    def give(email: str, attributes: dict[str, list[str]]) -> Any:
        asked = {
            "email": email, "name": "New", "password": PASSWORD, "attributes": attributes,
        }  # fmt: skip
        return client.post("/api/v1/people/", asked, content_type="application/json")

    made = give("new@example.org", {"place": [" North ", "North"], "none": []})
    refused = give("other@example.org", {"p" * 41: ["North"]})

    assert (made.status_code, made.json()["attributes"]) == (201, {"place": ["North"]})
    assert (refused.status_code, refused.json()["field"]) == (400, "attributes")


def test_value_with_the_sign_between_values_in_it_stays_one(
    client_of: Open, admin: User, owner: User, member: User, world: World, tickets: Dataset
) -> None:
    odd = ["R; D", 'Sales "North"', "East"]
    limit(owner, tickets, world, attribute="place", rules={world.group: odd})
    change_person(actor=admin, person=member, attributes={"place": odd})
    for client, address in (
        (client_of(owner), reverse("kpis:dataset-policy", args=[tickets.slug])),
        (client_of(admin), reverse("accounts:person-edit", args=[member.pk])),
    ):
        form = client.get(address).context["form"]
        shown = {name: form[name].value() for name in form.fields}
        assert client.post(address, {k: v for k, v in shown.items() if v}).status_code == 302
    member.refresh_from_db()

    assert RowPolicy.objects.get().rules.get().values == odd
    assert member.attributes == {"place": odd}


def test_attribute_that_is_said_twice_has_both_values() -> None:
    field = AttributesField()

    assert field.clean("place: North\nplace: South; East") == {"place": ["North", "South", "East"]}
