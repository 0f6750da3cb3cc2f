"""Oneself, one's tokens and the people, through the API."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate
from django.utils.translation import gettext as _
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from drf_spectacular.utils import extend_schema
from knox.models import AuthToken
from rest_framework import exceptions, generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ace_portal.accounts import services
from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import taken
from ace_portal.lib.permissions import ADMIN, ANYONE, SIGNED_IN


class TokenScheme(KnoxTokenScheme):  # type: ignore[no-untyped-call]
    """How the schema names what our own class reads."""

    target_class = "ace_portal.accounts.tokens.TokenAuthentication"
    name = "knoxApiToken"


class AttributesField(serializers.DictField):
    """Names and their values."""

    child = serializers.ListField(child=serializers.CharField(max_length=200), max_length=200)


class PersonOutput(serializers.ModelSerializer[User]):
    attributes = AttributesField()

    class Meta:
        model = User
        fields = [
            "id", "email", "name", "job_title", "time_zone", "theme",
            "is_active", "is_admin", "is_ace", "may_manage_data", "attributes",
        ]  # fmt: skip
        read_only_fields = fields


class SettingsInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    job_title = serializers.CharField(max_length=120, allow_blank=True, default="")
    time_zone = serializers.CharField(max_length=64)
    theme = serializers.ChoiceField(User.Theme.choices)


class PersonInput(serializers.Serializer[Any]):
    email = serializers.EmailField()
    name = serializers.CharField(max_length=120)
    password = serializers.CharField(write_only=True)
    is_ace = serializers.BooleanField(default=False)
    may_manage_data = serializers.BooleanField(default=False)
    is_admin = serializers.BooleanField(default=False)
    attributes = AttributesField(
        required=False, help_text="Which rows of data are theirs, where a dataset asks for it."
    )


class TokenInput(serializers.Serializer[Any]):
    email = serializers.EmailField()
    password = serializers.CharField()


class TokenOutput(serializers.Serializer[Any]):
    key = serializers.CharField(source="token_key")
    created = serializers.DateTimeField()
    expiry = serializers.DateTimeField()


class NewTokenOutput(serializers.Serializer[Any]):
    token = serializers.CharField()


class Me(APIView):
    door = SIGNED_IN

    @extend_schema(responses=PersonOutput)
    def get(self, request: Request) -> Response:
        return Response(PersonOutput(person_of(request)).data)

    @extend_schema(request=SettingsInput, responses=PersonOutput)
    def put(self, request: Request) -> Response:
        given = taken(SettingsInput, request)
        person = services.change_settings(actor=person_of(request), **given)
        return Response(PersonOutput(person).data)


class Tokens(APIView):
    """Sign in for a token; list and revoke one's own."""

    door = SIGNED_IN
    doors = {"POST": ANYONE}

    @extend_schema(responses=TokenOutput(many=True))
    def get(self, request: Request) -> Response:
        tokens = AuthToken.objects.filter(user=person_of(request)).order_by("-created")
        return Response(TokenOutput(tokens, many=True).data)

    @extend_schema(request=TokenInput, responses={201: NewTokenOutput}, auth=[])
    def post(self, request: Request) -> Response:
        given = taken(TokenInput, request)
        person = authenticate(
            request._request,
            username=given["email"],
            password=given["password"],
        )
        if person is None:
            raise exceptions.AuthenticationFailed(
                _("This email and password do not go together. Check both.")
            )
        _token, secret = services.make_token(actor=person)
        return Response({"token": secret}, status=201)


class TokenDetail(APIView):
    door = SIGNED_IN

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str) -> Response:
        services.revoke_token(actor=person_of(request), token_key=key)
        return Response(status=204)


class People(generics.ListAPIView[User]):
    door = ADMIN
    serializer_class = PersonOutput
    queryset = User.objects.order_by("name", "pk")

    @extend_schema(request=PersonInput, responses={201: PersonOutput})
    def post(self, request: Request) -> Response:
        given = taken(PersonInput, request)
        person = services.add_person(actor=person_of(request), **given)
        return Response(PersonOutput(person).data, status=201)
