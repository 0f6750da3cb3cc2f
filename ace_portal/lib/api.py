"""What the API's views share: pages of rows, and the same words for a refusal as on a page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.views import exception_handler as default_handler

from ace_portal.lib.errors import PortalError
from ace_portal.lib.pages import KeysFirst
from ace_portal.lib.saying import all_said, said

#: what was sent, checked when it is called for
Given = Callable[[], dict[str, Any]]


class PageOf50(PageNumberPagination):
    """Fifty rows a page, at most two hundred."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


class PageOf50Wide(PageOf50):
    """The same over a table with long texts."""

    django_paginator_class = KeysFirst


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """``{"detail": sentence, "field": name}`` with the service's own status."""
    if isinstance(error, PortalError):
        message = said(error.message) if error.status != 404 else _("Not found.")
        body: dict[str, Any] = {"detail": message}
        if error.field:
            body["field"] = error.field
        if error.details:
            body["details"] = all_said(error.details)
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


def answers(
    output: type[serializers.BaseSerializer[Any]],
    *,
    takes: type[serializers.Serializer[Any]] | None = None,
    status: int = 200,
) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """A method of an API view: it gets the person, calls a selector or service, returns the object.

    The object is written by ``output``, which the schema says, too. With ``takes`` the method gets
    ``given``, a call that checks what was sent: who may not see the thing is told so before
    anything is said about the input.
    """

    def declare(method: Callable[..., Any]) -> Callable[..., Response]:
        @wraps(method)
        def respond(view: APIView, request: Request, **kwargs: Any) -> Response:
            if not request.user.is_authenticated:
                raise TypeError("nobody is signed in here: the view's door is open to anyone")
            if takes is not None:
                kwargs["given"] = partial(taken, takes, request)
            found = method(view, request.user, **kwargs)
            written = output(found, context={"request": request})
            return Response(written.data, status=status)

        declared: Callable[..., Response] = extend_schema(
            request=takes, responses={status: output}
        )(respond)
        return declared

    return declare
