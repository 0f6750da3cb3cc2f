"""A dashboard to begin from: what another one shows, for an MVP of its own."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.days import site_today
from ace_portal.lib.errors import Conflict
from dashboards.content.models import Dashboard
from dashboards.content.selectors import released_of, work_of
from dashboards.content.services.dashboards import create_dashboard
from dashboards.content.services.drafts import put_document, start_version
from dashboards.content.services.pictures import copy_pictures
from personas.permissions import require_ace

REVIEW_AFTER = timedelta(days=90)


def copy_dashboard(*, actor: User, dashboard: Dashboard, name: str) -> Dashboard:
    """A new one at stage one, owned by ``actor``, with a draft that shows what ``dashboard`` shows.

    Its draft counts before what is released. What was decided, said and granted stays behind:
    editors, features, gates, readers, and that readers see single rows.
    """
    require_ace(actor)
    version = work_of(dashboard) or released_of(dashboard)
    if version is None:
        raise Conflict(_("There is nothing to copy yet."))
    with transaction.atomic():
        made = create_dashboard(
            actor=actor, name=name, problem=dashboard.problem, hypothesis=dashboard.hypothesis,
            success_measure=dashboard.success_measure, persona=dashboard.persona,
            review_due=site_today() + REVIEW_AFTER,
        )  # fmt: skip
        copy_pictures(dashboard, made)
        draft = start_version(actor=actor, dashboard=made)
        put_document(
            actor=actor, dashboard=made, revision=draft.revision, document=version.document
        )
        record(actor=actor, action="dashboard.copy", target=made, copied=dashboard.pk)
    return made
