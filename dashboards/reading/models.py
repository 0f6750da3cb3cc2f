"""What a reader keeps of a dashboard for themselves."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.models import BaseModel
from dashboards.content.models import Dashboard

LONGEST_ADDRESS = 8_000


class SavedView(BaseModel):
    """A state of a dashboard's filters under a name, for one person alone.

    ``filters`` is an address that says everything of the state, so that it means the same when a
    later version opens with something else; ``labels`` are the names of the filters in it by their
    keys, as they were then: a filter that is gone can still be named.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    dashboard = models.ForeignKey(Dashboard, models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=60)
    filters = models.TextField(blank=True, max_length=LONGEST_ADDRESS)
    labels: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(
        default=dict, blank=True
    )
    opens = models.BooleanField(_("the dashboard opens with it"), default=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "dashboard", "name"], name="saved_view_name",
                violation_error_message=_("You have a view of this name here."),
            ),
            models.UniqueConstraint(
                fields=["user", "dashboard"], condition=Q(opens=True), name="saved_view_one_opens"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name
