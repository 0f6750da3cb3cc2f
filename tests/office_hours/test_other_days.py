"""Days that go by a rule's hours keep the rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from django.db.models import ProtectedError
from django.test import Client

from ace_portal.accounts.models import User
from ace_portal.lib.errors import Conflict
from office_hours.models import Host, OtherDay, Rule
from office_hours.services import availability
from tests.office_hours.conftest import NINE, NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def make_alike(owner: User, rule: Rule, *days: int) -> None:
    for ahead in days:
        availability.set_other_day(
            actor=owner, day=TODAY + timedelta(days=ahead), starts=time(14), ends=time(15),
            like=rule,
        )  # fmt: skip


def test_rule_that_days_go_by_is_not_removed(
    host: Host, owner: User, client_of: Callable[[User], Client]
) -> None:
    rule = host.rules.all()[0]
    make_alike(owner, rule, 8, 0, -1)
    words = "Days that are different go by these hours: Mon 2 Nov 2026, Tue 10 Nov 2026."

    with pytest.raises(Conflict) as refused:
        availability.remove_rule(actor=owner, rule=rule)
    client = client_of(owner)
    page = client.post(f"/sessions/hours/rules/{rule.pk}/remove/", follow=True).content.decode()
    api = client.delete(f"/api/v1/hours/rules/{rule.pk}/")

    assert refused.value.message == f"{words} Change or remove them first."
    assert (words in page, "Nothing new is booked then" in page) == (True, False)
    assert (api.status_code, api.json()["detail"]) == (409, refused.value.message)
    assert (host.rules.filter(pk=rule.pk).exists(), host.other_days.count()) == (True, 3)


def test_rule_goes_with_days_that_are_over(host: Host, owner: User, clock: Any) -> None:
    rule = host.rules.all()[0]
    make_alike(owner, rule, -1)
    availability.set_other_day(actor=owner, day=NINE.date())

    availability.remove_rule(actor=owner, rule=rule)

    assert list(host.rules.filter(pk=rule.pk)) == []
    assert [other.is_off for other in host.other_days.all()] == [True]


def test_database_keeps_the_rule_of_a_day(host: Host, owner: User) -> None:
    rule = host.rules.all()[0]
    make_alike(owner, rule, 1)

    with pytest.raises(ProtectedError):
        rule.delete()

    assert OtherDay.objects.get().like == rule
