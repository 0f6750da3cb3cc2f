"""Fills a running portal with a million tickets and their dashboard, through its services.

A process of its own, with the settings of that portal: ``python -m tests.bench.fill DATA_DIR``.
Answers the dashboard's slug and a token for its API.
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ace_portal.launch import keep_secrets, set_environment
from tests.waiting import wait_until


def main(data_dir: Path) -> None:
    set_environment(data_dir, keep_secrets(data_dir / "secrets.env"), demo=True)
    import django

    django.setup()
    from knox.models import AuthToken

    from ace_portal.accounts.models import User
    from ace_portal.jobs.models import Job

    owner = User.objects.get(email="owner@demo.example")
    slug = fill(owner)
    open_jobs = Job.objects.filter(state__in=Job.OPEN)
    wait_until(lambda: not open_jobs.exists(), "the end of all jobs", 1800, every=0.2)
    _row, token = AuthToken.objects.create(user=owner)
    sys.stdout.write(json.dumps({"slug": slug, "token": token}) + "\n")


def fill(owner: Any) -> str:
    from ace_portal.accounts.models import User
    from dashboards.content.services import dashboards, drafts, releases
    from dashboards.lifecycle.services.gates import decide_gate
    from dashboards.lifecycle.services.launches import launch
    from kpis.services import kpis
    from personas.models import Persona, UserGroup
    from tests.bench import million
    from tests.fixtures.loads import make_dataset

    tickets = make_dataset(owner, "Million tickets", million.TICKETS)
    persona = Persona.objects.get(name="Service desk lead")
    question = persona.questions.order_by("rank").first()
    versions = {}
    for name, (definition, how) in million.KPIS.items():
        kpi = kpis.create_kpi(
            actor=owner, name=name, question=question, dataset=tickets, definition=definition,
            category="quality", **how,
        )  # fmt: skip
        versions[name] = kpis.publish_version(actor=owner, kpi=kpi).pk
    group = UserGroup.objects.get(name="Service desk leads")
    dashboard = dashboards.create_dashboard(
        actor=owner, name="A million tickets", problem="Is it quick?", hypothesis="It is.",
        success_measure="The table says so.", persona=persona, groups=[group],
        review_due=date.today() + timedelta(days=30),
    )  # fmt: skip
    draft = drafts.start_version(actor=owner, dashboard=dashboard)
    drafts.put_document(
        actor=owner, dashboard=dashboard, revision=draft.revision,
        document=million.document(versions),
    )  # fmt: skip
    releases.release_version(actor=owner, dashboard=dashboard)
    decide_gate(
        actor=User.objects.get(email="ace@demo.example"), dashboard=dashboard, stage=6,
        decision="overrule", reason="It is here to be measured.",
    )  # fmt: skip
    launch(actor=owner, dashboard=dashboard, group=group)
    return dashboard.slug


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
