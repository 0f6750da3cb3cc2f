"""Personas, questions, groups and memberships."""

from __future__ import annotations

from typing import Any

from rest_framework import generics, serializers
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import Given, answers
from ace_portal.lib.permissions import ACE, SIGNED_IN
from personas import selectors
from personas.models import Blueprint, Claim, Membership, Persona, Question, UserGroup
from personas.permissions import require_owner
from personas.services import people


class ClaimOutput(serializers.ModelSerializer[Claim]):
    class Meta:
        model = Claim
        fields = ["id", "kind", "text", "standing"]


class PersonaOutput(serializers.ModelSerializer[Persona]):
    owner = serializers.EmailField(source="owner.email")
    claims = ClaimOutput(many=True)

    class Meta:
        model = Persona
        fields = [
            "slug", "name", "state", "quote", "about", "data_literacy", "cadence", "devices",
            "access_needs", "owner", "review_due", "claims",
        ]  # fmt: skip


class PersonaInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    decisions = serializers.ListField(child=serializers.CharField(max_length=240))
    goals = serializers.ListField(child=serializers.CharField(max_length=240), default=list)
    jobs = serializers.ListField(child=serializers.CharField(max_length=240), default=list)
    pains = serializers.ListField(child=serializers.CharField(max_length=240), default=list)
    quote = serializers.CharField(max_length=200, default="", allow_blank=True)
    about = serializers.CharField(default="", allow_blank=True)
    data_literacy = serializers.IntegerField(min_value=1, max_value=4, default=2)
    cadence = serializers.ChoiceField(Persona.Cadence.choices, default="weekly")
    devices = serializers.CharField(max_length=120, default="", allow_blank=True)
    access_needs = serializers.CharField(max_length=200, default="", allow_blank=True)
    review_due = serializers.DateField(default=None, allow_null=True)


class QuestionOutput(serializers.ModelSerializer[Question]):
    persona = serializers.SlugField(source="persona.slug")
    decision = serializers.CharField(source="decision.text")
    blueprint = serializers.SlugField(source="blueprint.slug", default=None)

    class Meta:
        model = Question
        fields = [
            "id", "persona", "text", "decision", "frequency", "workaround", "value", "rank",
            "blueprint", "step_key",
        ]  # fmt: skip


class QuestionInput(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=240)
    decision = serializers.PrimaryKeyRelatedField(queryset=Claim.objects.filter(kind="decision"))
    frequency = serializers.ChoiceField(Persona.Cadence.choices, default="weekly")
    workaround = serializers.CharField(max_length=240, default="", allow_blank=True)
    value = serializers.IntegerField(min_value=1, max_value=5, default=3)
    blueprint = serializers.SlugRelatedField(
        slug_field="slug", queryset=Blueprint.objects.all(), default=None, allow_null=True
    )
    step_key = serializers.CharField(max_length=12, default="", allow_blank=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        blueprint, key = given.pop("blueprint"), given.pop("step_key")
        given["step"] = (blueprint, key) if blueprint is not None else None
        return given


class RankInput(serializers.Serializer[Any]):
    up = serializers.BooleanField()


class GroupOutput(serializers.ModelSerializer[UserGroup]):
    persona = serializers.SlugField(source="persona.slug")
    owner = serializers.EmailField(source="owner.email")

    class Meta:
        model = UserGroup
        fields = ["slug", "name", "persona", "owner", "members_see_names"]


class GroupInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    persona = serializers.SlugRelatedField(slug_field="slug", queryset=Persona.objects.all())
    members_see_names = serializers.BooleanField(default=True)


class MembershipOutput(serializers.ModelSerializer[Membership]):
    name = serializers.CharField(source="user.name")

    class Meta:
        model = Membership
        fields = ["id", "name", "role", "valid_from", "valid_to"]


class MembershipInput(serializers.Serializer[Any]):
    email = serializers.EmailField()
    role = serializers.ChoiceField(Membership.Role.choices, default="member")
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(default=None, allow_null=True)


class EndInput(serializers.Serializer[Any]):
    last_day = serializers.DateField()


class Personas(generics.ListAPIView[Persona]):
    door = SIGNED_IN
    doors = {"POST": ACE}
    serializer_class = PersonaOutput
    queryset = Persona.objects.none()

    def get_queryset(self) -> Any:
        return selectors.personas_for(person_of(self.request)).prefetch_related("claims")

    @answers(PersonaOutput, takes=PersonaInput, status=201)
    def post(self, actor: User, given: Given) -> Persona:
        return people.create_persona(actor=actor, **given())


class PersonaDetail(APIView):
    door = SIGNED_IN
    doors = {"PUT": ACE}

    @answers(PersonaOutput)
    def get(self, actor: User, slug: str) -> Persona:
        return selectors.persona_for(actor, slug)

    @answers(PersonaOutput, takes=PersonaInput)
    def put(self, actor: User, given: Given, slug: str) -> Persona:
        persona = selectors.persona_for(actor, slug)
        return people.change_persona(actor=actor, persona=persona, **given())


class Questions(generics.ListAPIView[Question]):
    door = SIGNED_IN
    doors = {"POST": ACE}
    serializer_class = QuestionOutput
    queryset = Question.objects.none()

    def get_queryset(self) -> Any:
        user = person_of(self.request)
        persona = selectors.persona_for(user, self.kwargs["slug"])
        return selectors.questions_for(user).filter(persona=persona)

    @answers(QuestionOutput, takes=QuestionInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> Question:
        persona = selectors.persona_for(actor, slug)
        return people.ask_question(actor=actor, persona=persona, **given())


class QuestionDetail(APIView):
    door = SIGNED_IN
    doors = {"PUT": ACE}

    @answers(QuestionOutput)
    def get(self, actor: User, pk: int) -> Question:
        return selectors.question_for(actor, pk)

    @answers(QuestionOutput, takes=QuestionInput)
    def put(self, actor: User, given: Given, pk: int) -> Question:
        question = selectors.question_for(actor, pk)
        return people.change_question(actor=actor, question=question, **given())


class QuestionRank(APIView):
    door = ACE

    @answers(QuestionOutput, takes=RankInput)
    def post(self, actor: User, given: Given, pk: int) -> Question:
        question = selectors.question_for(actor, pk)
        return people.rank_question(actor=actor, question=question, **given())


class Groups(generics.ListAPIView[UserGroup]):
    door = SIGNED_IN
    doors = {"POST": ACE}
    serializer_class = GroupOutput
    queryset = UserGroup.objects.none()

    def get_queryset(self) -> Any:
        return selectors.groups_for(person_of(self.request))

    @answers(GroupOutput, takes=GroupInput, status=201)
    def post(self, actor: User, given: Given) -> UserGroup:
        return people.create_group(actor=actor, **given())


class GroupDetail(APIView):
    door = SIGNED_IN
    doors = {"PUT": ACE}

    @answers(GroupOutput)
    def get(self, actor: User, slug: str) -> UserGroup:
        return selectors.group_for(actor, slug)

    @answers(GroupOutput, takes=GroupInput)
    def put(self, actor: User, given: Given, slug: str) -> UserGroup:
        group = selectors.group_for(actor, slug)
        return people.change_group(actor=actor, group=group, **given())


class Members(generics.ListAPIView[Membership]):
    """Members of today; names only where the group shows them."""

    door = SIGNED_IN
    serializer_class = MembershipOutput
    queryset = Membership.objects.none()

    def get_queryset(self) -> Any:
        user = person_of(self.request)
        group = selectors.group_for(user, self.kwargs["slug"])
        rows = selectors.members_of(group)
        return rows if user.is_ace or group.members_see_names else rows.none()

    @answers(MembershipOutput, takes=MembershipInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> Membership:
        group = selectors.group_for(actor, slug)
        return people.add_member(actor=actor, group=group, **given())


class MembershipEnd(APIView):
    door = ACE

    @answers(MembershipOutput, takes=EndInput)
    def post(self, actor: User, given: Given, slug: str, pk: int) -> Membership:
        group = selectors.group_for(actor, slug)
        require_owner(actor, group)
        membership = selectors.membership_of(group, pk)
        return people.end_membership(actor=actor, membership=membership, **given())
