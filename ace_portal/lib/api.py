"""What the API's views share: pages of rows, and the same words for a refusal as on a page."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler

from ace_portal.lib.errors import PortalError


class PageOf50(PageNumberPagination):
    """Fifty rows a page, at most two hundred."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """``{"detail": sentence, "field": name}`` with the service's own status."""
    if isinstance(error, PortalError):
        message = error.message if error.status != 404 else _("Not found.")
        body: dict[str, Any] = {"detail": message}
        if error.field:
            body["field"] = error.field
        if error.details:
            body["details"] = error.details
        return Response(body, status=error.status)
    if isinstance(error, ValidationError):
        fields = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        first = next(iter(fields))
        body = {"detail": fields[first][0], "field": first.replace("__all__", "")}
        return Response(body, status=status.HTTP_400_BAD_REQUEST)
    return default_handler(error, context)


def taken(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The validated input; what is wrong with it becomes a 400 that names the fields."""
    given = serializer(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)
