"""Who sees which rows of a dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ace_portal.accounts.selectors import person_of
from ace_portal.lib.forms import form_page
from ace_portal.lib.permissions import DATA, access
from kpis.forms.policies import PolicyForm
from kpis.models import Dataset
from kpis.selectors.data import dataset_for
from kpis.selectors.policies import groups_to_name, policy_of
from kpis.services import policies as services
from kpis.views.datasets import trail
from personas.models import UserGroup


@access(DATA)
@require_http_methods(["GET", "HEAD", "POST"])
def dataset_policy(request: HttpRequest, slug: str) -> HttpResponse:
    """The column that tells rows apart and who sees which values; without one all see all."""
    user = person_of(request)
    dataset = dataset_for(user, slug)
    policy = policy_of(dataset)

    def save(column: str, attribute: str, rules: Mapping[UserGroup, Sequence[str]]) -> Dataset:
        if column:
            services.set_policy(
                actor=user, dataset=dataset, column=column, attribute=attribute, rules=rules
            )
        elif policy is not None:
            services.lift_policy(actor=user, dataset=dataset)
        return dataset

    return form_page(
        request,
        PolicyForm(
            request.POST if request.method == "POST" else None,
            dataset=dataset, policy=policy, groups=groups_to_name(user, policy),
        ),
        save,
        done=Dataset.get_absolute_url,
        said=_("Saved. It holds from the next page on."),
        template="kpis/policy.html",
        title=_("Who sees which rows of %(name)s") % {"name": dataset.name},
        crumbs=trail(_("Who sees which rows"), dataset),
        cancel_url=dataset.get_absolute_url(),
        inherited=policy if policy is not None and policy.dataset_id != dataset.pk else None,
    )  # fmt: skip
