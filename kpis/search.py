"""How KPIs and datasets are found, and what one begins here."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ace_portal.lib.permissions import ACE, DATA
from ace_portal.lib.search import Action, Provider, add_action, add_provider
from kpis import selectors


def sign_in() -> None:
    add_provider(
        "kpis",
        Provider(
            _("KPIs"), "gauge", 30, selectors.kpis_for, "name", ("description",),
            where=lambda kpi: kpi.get_category_display(),
        ),
    )  # fmt: skip
    add_provider(
        "datasets",
        Provider(
            _("Datasets"), "database", 60, selectors.datasets_for, "name", ("description",),
            where=lambda dataset: dataset.get_kind_display(),
        ),
    )  # fmt: skip
    add_action(
        "new KPI", Action(_("New KPI"), "gauge", "kpis:kpi-new", 31, ACE, also=_("create metric"))
    )
    add_action(
        "upload a file",
        Action(
            _("Upload a file"), "upload", "kpis:dataset-new", 32, DATA,
            also=_("new dataset data csv"),
        ),
    )  # fmt: skip
    add_action(
        "prepare a dataset",
        Action(
            _("Prepare a dataset by SQL"), "code", "kpis:dataset-prepare", 33, DATA,
            also=_("new dataset data"),
        ),
    )  # fmt: skip
