"""How a script on the builder's page is told what became of a save."""

from __future__ import annotations

from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from ace_portal.lib.errors import PortalError
from ace_portal.lib.saying import all_said, said
from dashboards.content.models import Version
from dashboards.content.saves import steps_of

JSON = "application/json"


def wants_json(request: HttpRequest) -> bool:
    return bool(request.get_preferred_type(["text/html", JSON]) == JSON)


def saved(draft: Version, **more: Any) -> JsonResponse:
    """The new revision, and whether there is something to undo and to redo."""
    steps = steps_of(draft)
    told = {"revision": draft.revision, "undo": steps.undo, "redo": steps.redo}
    return JsonResponse({"said": _("Saved"), **told, **more})


def refused(error: PortalError) -> JsonResponse:
    """What stands in the way; over an unseen save, too, what others saved."""
    told = {"said": said(error.message), **all_said(error.details)}
    return JsonResponse(told, status=error.status)


def faulty(form: BaseForm) -> JsonResponse:
    """What is wrong with which field; what is wrong with none of them is ``said``."""
    errors = {name: str(texts[0]) for name, texts in form.errors.items()}
    general = errors.pop("__all__", "")
    return JsonResponse({"said": general, "errors": errors}, status=422)
