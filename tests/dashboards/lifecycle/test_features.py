"""Features: ranked, testable, tried."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict, Invalid, NotAllowed, PortalError
from dashboards.content.models import Dashboard
from dashboards.lifecycle.models import Feature
from dashboards.lifecycle.selectors import features_of
from dashboards.lifecycle.services import features as services
from kpis.models import KPIVersion

pytestmark = pytest.mark.django_db

GIVEN: dict[str, Any] = {"name": "By priority", "kind": "filter", "column": "priority"}


@pytest.fixture
def feature(owner: User, dashboard: Dashboard) -> Feature:
    return services.add_feature(
        actor=owner, dashboard=dashboard, priority="must", criterion="Two clicks", **GIVEN
    )


def test_must_needs_a_criterion_through_any_door(owner: User, dashboard: Dashboard) -> None:
    with pytest.raises(Invalid, match="how would you test it") as refused:
        services.add_feature(actor=owner, dashboard=dashboard, priority="must", **GIVEN)
    with pytest.raises(IntegrityError), transaction.atomic():
        Feature.objects.create(dashboard=dashboard, name="x", priority="must")

    assert refused.value.field == "criterion"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "By priority"}, "name"),
        ({"name": "By team", "kind": "filter", "column": ""}, "column"),
    ],
)
def test_wrong_feature_is_refused_beside_its_field(
    wrong: dict[str, Any], field: str, owner: User, dashboard: Dashboard, feature: Feature
) -> None:
    with pytest.raises(PortalError) as refused:
        services.add_feature(actor=owner, dashboard=dashboard, **wrong)

    assert refused.value.field == field
    assert Feature.objects.count() == 1


def test_trial_is_by_name_and_a_new_criterion_asks_for_a_new_one(
    ace: User, owner: User, feature: Feature
) -> None:
    tried = services.try_feature(actor=ace, feature=feature, result="passed")
    assert (tried.result, tried.result_by) == ("passed", ace)
    ranked = services.change_feature(actor=owner, feature=feature, priority="should")
    assert ranked.result == "passed"

    changed = services.change_feature(actor=owner, feature=feature, criterion="One click")

    assert (changed.result, changed.result_by) == ("untested", None)


def test_what_has_no_criterion_is_not_tried(ace: User, owner: User, dashboard: Dashboard) -> None:
    loose = services.add_feature(actor=owner, dashboard=dashboard, name="Export")

    with pytest.raises(Conflict, match="no criterion to try it by"):
        services.try_feature(actor=ace, feature=loose, result="passed")
    with pytest.raises(Invalid, match="it failed"):
        services.try_feature(actor=ace, feature=loose, result="splendid")


def test_only_editors_change_and_only_the_team_tries(
    ace: User, member: User, dashboard: Dashboard, feature: Feature
) -> None:
    with pytest.raises(NotAllowed):
        services.add_feature(actor=ace, dashboard=dashboard, name="x")
    with pytest.raises(NotAllowed):
        services.change_feature(actor=ace, feature=feature, name="x")
    with pytest.raises(NotAllowed):
        services.remove_feature(actor=ace, feature=feature)
    with pytest.raises(NotAllowed):
        services.try_feature(actor=member, feature=feature, result="passed")


def test_removed_feature_is_changed_by_nobody(owner: User, feature: Feature) -> None:
    services.remove_feature(actor=owner, feature=feature)

    with pytest.raises(Conflict, match="removed in the meantime"):
        services.change_feature(actor=owner, feature=feature, name="x")


def test_list_has_musts_first_and_a_fixed_number_of_queries(
    owner: User, dashboard: Dashboard, client_of: Callable[..., Client],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    client, counts = client_of(owner), []
    for most in (1, 3, 30):
        for number in range(dashboard.features.count(), most):
            services.add_feature(
                actor=owner, dashboard=dashboard, name=f"Feature {number}", criterion="Seen",
                priority="must" if number % 2 else "could",
            )  # fmt: skip
        with django_assert_max_num_queries(100) as captured:
            client.get(f"/dashboards/{dashboard.slug}/features/")
        counts.append(len(captured))

    ranks = [row.priority for row in features_of(dashboard)]
    assert len(set(counts)) == 1
    assert ranks == ["must"] * 15 + ["could"] * 15


def test_browser_and_api_do_the_same(
    owner: User, ace: User, dashboard: Dashboard, sla: KPIVersion, client_of: Callable[..., Client]
) -> None:
    page, root = client_of(owner), f"/dashboards/{dashboard.slug}/features/"
    kept = page.post(root + "new/", {**GIVEN, "priority": "must", "criterion": ""})
    page.post(root + "new/", {**GIVEN, "priority": "must", "criterion": "Two clicks"})
    feature = dashboard.features.get()
    client_of(ace).post(f"{root}{feature.pk}/try/", {"result": "failed"})
    api, url = client_of(owner), f"/api/v1{root}"
    listed = api.get(url).json()
    added = api.post(url, {"name": "Export", "kind": "export"}, "application/json")
    removed = api.delete(f"{url}{added.json()['id']}/")

    assert kept.status_code == 422
    assert "how would you test it" in kept.content.decode()
    assert [(row["name"], row["result"], row["result_by"]) for row in listed] == [
        ("By priority", "failed", ace.email)
    ]
    assert (added.status_code, removed.status_code) == (201, 204)
