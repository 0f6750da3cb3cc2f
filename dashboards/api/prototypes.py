"""A version on trial: pilots, moves, walkthroughs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import generics, serializers
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import Given, answers
from ace_portal.lib.errors import Invalid, NotVisible
from ace_portal.lib.permissions import ACE
from dashboards.content.models import Version
from dashboards.content.selectors import dashboard_for, work_of
from dashboards.permissions import require_owner
from dashboards.prototypes import selectors, services
from dashboards.prototypes.models import MAX_WHY, Pilot, Walkthrough

MOVES: dict[str, Callable[..., Version]] = {
    "share": services.share_prototype,
    "withdraw": services.withdraw_prototype,
    "freeze": services.freeze_version,
    "thaw": services.thaw_version,
}


class PrototypeOutput(serializers.ModelSerializer[Version]):
    """The version in work."""

    class Meta:
        model = Version
        fields = ["number", "state", "sha256", "prototype_at", "frozen_at"]


class PrototypeMoveInput(serializers.Serializer[Any]):
    move = serializers.ChoiceField(list(MOVES))
    reason = serializers.CharField(
        max_length=MAX_WHY, default="", allow_blank=True, help_text="To thaw it."
    )


class PilotOutput(serializers.ModelSerializer[Pilot]):
    person = serializers.EmailField(source="user.email")
    invited_by = serializers.EmailField(source="invited_by.email")

    class Meta:
        model = Pilot
        fields = ["id", "person", "invited_by", "created_at", "ended_at"]


class PilotInput(serializers.Serializer[Any]):
    person = serializers.SlugRelatedField(
        slug_field="email", queryset=User.objects.filter(is_active=True)
    )


class WalkthroughOutput(serializers.ModelSerializer[Walkthrough]):
    version = serializers.IntegerField(source="version.number")
    person = serializers.EmailField(source="person.email")
    by = serializers.EmailField(source="by.email")

    class Meta:
        model = Walkthrough
        fields = ["id", "version", "person", "held_on", "notes", "changes", "by"]


class WalkthroughInput(serializers.Serializer[Any]):
    person = serializers.SlugRelatedField(
        slug_field="email", queryset=User.objects.filter(is_active=True)
    )
    held_on = serializers.DateField()
    notes = serializers.CharField()
    changes = serializers.CharField(default="", allow_blank=True)


class Prototype(APIView):
    """The version in work, and where it stands on its way to a release."""

    door = ACE

    @answers(PrototypeOutput)
    def get(self, user: User, slug: str) -> Version:
        version = work_of(dashboard_for(user, slug))
        if version is None:
            raise NotVisible("")
        return version


class PrototypeMoves(APIView):
    """Share it with its pilots, take it back, freeze it, thaw it."""

    door = ACE

    @answers(PrototypeOutput, takes=PrototypeMoveInput)
    def post(self, actor: User, given: Given, slug: str) -> Version:
        dashboard = dashboard_for(actor, slug)
        require_owner(actor, dashboard)
        asked = given()
        move, reason = asked["move"], asked["reason"]
        if move == "thaw":
            return services.thaw_version(actor=actor, dashboard=dashboard, reason=reason)
        if reason:
            raise Invalid(_("Only thawing needs a reason."), field="reason")
        return MOVES[move](actor=actor, dashboard=dashboard)


class Pilots(generics.ListAPIView[Pilot]):
    """Who tries it now."""

    door = ACE
    serializer_class = PilotOutput
    queryset = Pilot.objects.none()

    def get_queryset(self) -> Any:
        return selectors.pilots_of(dashboard_for(person_of(self.request), self.kwargs["slug"]))

    @answers(PilotOutput, takes=PilotInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> Pilot:
        dashboard = dashboard_for(actor, slug)
        require_owner(actor, dashboard)
        return services.invite_pilot(actor=actor, dashboard=dashboard, **given())


class PilotEnd(APIView):
    door = ACE

    @answers(PilotOutput)
    def post(self, actor: User, slug: str, pk: int) -> Pilot:
        pilot = selectors.pilot_of(dashboard_for(actor, slug), pk)
        return services.end_pilot(actor=actor, pilot=pilot)


class Walkthroughs(generics.ListAPIView[Walkthrough]):
    """What was learned beside people, the latest first."""

    door = ACE
    serializer_class = WalkthroughOutput
    queryset = Walkthrough.objects.none()

    def get_queryset(self) -> Any:
        dashboard = dashboard_for(person_of(self.request), self.kwargs["slug"])
        return selectors.walkthroughs_of(dashboard)

    @answers(WalkthroughOutput, takes=WalkthroughInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> Walkthrough:
        dashboard = dashboard_for(actor, slug)
        return services.record_walkthrough(actor=actor, dashboard=dashboard, **given())


class WalkthroughDetail(APIView):
    door = ACE

    @answers(WalkthroughOutput)
    def get(self, user: User, slug: str, pk: int) -> Walkthrough:
        return selectors.walkthrough_of(dashboard_for(user, slug), pk)

    @answers(WalkthroughOutput, takes=WalkthroughInput)
    def put(self, actor: User, given: Given, slug: str, pk: int) -> Walkthrough:
        row = selectors.walkthrough_of(dashboard_for(actor, slug), pk)
        return services.change_walkthrough(actor=actor, walkthrough=row, **given())
