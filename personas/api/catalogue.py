"""Services and blueprints."""

from __future__ import annotations

from typing import Any

from rest_framework import generics, serializers
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import Given, answers
from ace_portal.lib.permissions import ACE, SIGNED_IN
from personas import selectors
from personas.models import (
    Annotation,
    Blueprint,
    BlueprintVersion,
    Card,
    Lane,
    Persona,
    Phase,
    Service,
    Step,
)
from personas.services import blueprints, catalogue, drafts


class ServiceOutput(serializers.ModelSerializer[Service]):
    owner = serializers.EmailField(source="owner.email")

    class Meta:
        model = Service
        fields = [
            "slug", "code", "name", "description", "owner", "criticality", "service_hours",
            "consumers", "archived_at",
        ]  # fmt: skip
        read_only_fields = fields


class ServiceInput(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=20)
    name = serializers.CharField(max_length=120)
    description = serializers.CharField(default="", allow_blank=True)
    owner = serializers.SlugRelatedField(
        slug_field="email", queryset=User.objects.all(), required=False
    )
    criticality = serializers.ChoiceField(Service.Criticality.choices, default="medium")
    service_hours = serializers.CharField(max_length=120, default="", allow_blank=True)
    consumers = serializers.CharField(max_length=200, default="", allow_blank=True)


class AnnotationOutput(serializers.ModelSerializer[Annotation]):
    class Meta:
        model = Annotation
        fields = ["kind", "text", "severity", "emotion"]


class CardOutput(serializers.ModelSerializer[Card]):
    lane = serializers.CharField(source="lane.kind")
    annotations = AnnotationOutput(many=True)

    class Meta:
        model = Card
        fields = [
            "id", "lane", "span", "text", "actor", "system", "channel", "evidence", "annotations",
        ]  # fmt: skip


class StepOutput(serializers.ModelSerializer[Step]):
    cards = CardOutput(many=True)

    class Meta:
        model = Step
        fields = [
            "id", "key", "title", "no_customer_action", "work_time", "wait_min", "wait_typical",
            "wait_max", "cards",
        ]  # fmt: skip


class PhaseOutput(serializers.ModelSerializer[Phase]):
    steps = StepOutput(many=True)

    class Meta:
        model = Phase
        fields = ["id", "name", "steps"]


class LaneOutput(serializers.ModelSerializer[Lane]):
    class Meta:
        model = Lane
        fields = ["kind", "label"]


class BlueprintVersionOutput(serializers.ModelSerializer[BlueprintVersion]):
    lanes = LaneOutput(many=True)
    phases = PhaseOutput(many=True)

    class Meta:
        model = BlueprintVersion
        fields = ["number", "state", "published_at", "lanes", "phases"]


class BlueprintOutput(serializers.ModelSerializer[Blueprint]):
    service = serializers.SlugField(source="service.slug")
    persona = serializers.SerializerMethodField(help_text="None where the reader may not know it.")
    as_is = serializers.SerializerMethodField(help_text="None where the reader may not know it.")
    owner = serializers.EmailField(source="owner.email")

    class Meta:
        model = Blueprint
        fields = [
            "slug", "service", "scenario", "persona", "value_stream", "view", "as_is", "owner",
            "review_due",
        ]  # fmt: skip

    def get_persona(self, blueprint: Blueprint) -> str | None:
        """A question of the reader's own persona may lead to a blueprint of another one."""
        persona = blueprint.persona
        known = persona is not None and persona.pk in self._known("personas")
        return persona.slug if persona is not None and known else None

    def get_as_is(self, blueprint: Blueprint) -> str | None:
        other = blueprint.as_is
        known = other is not None and other.pk in self._known("blueprints")
        return other.slug if other is not None and known else None

    def _known(self, kind: str) -> set[int]:
        """What the reader may see, read once an answer."""
        found: dict[str, set[int]] = self.root.__dict__.setdefault("known", {})
        if kind not in found:
            user = person_of(self.context["request"])
            rows = {"personas": selectors.personas_for, "blueprints": selectors.blueprints_for}
            found[kind] = set(rows[kind](user).values_list("pk", flat=True))
        return found[kind]


class BlueprintChange(serializers.Serializer[Any]):
    scenario = serializers.CharField(max_length=160)
    view = serializers.ChoiceField(Blueprint.View.choices, default="as_is")
    as_is = serializers.SlugRelatedField(
        slug_field="slug", queryset=Blueprint.objects.all(), default=None, allow_null=True
    )
    persona = serializers.SlugRelatedField(
        slug_field="slug", queryset=Persona.objects.all(), default=None, allow_null=True
    )
    review_due = serializers.DateField(default=None, allow_null=True)


class BlueprintInput(BlueprintChange):
    service = serializers.SlugRelatedField(slug_field="slug", queryset=Service.objects.all())
    value_stream = serializers.ChoiceField(Blueprint.ValueStream.choices, default="incident")


class PhaseInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=60)


class StepInput(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=80)
    no_customer_action = serializers.BooleanField(default=False)
    work_time = serializers.DurationField(default=None, allow_null=True)
    wait_min = serializers.DurationField(default=None, allow_null=True)
    wait_typical = serializers.DurationField(default=None, allow_null=True)
    wait_max = serializers.DurationField(default=None, allow_null=True)


class CardInput(serializers.Serializer[Any]):
    lane = serializers.ChoiceField(Lane.Kind.choices)
    text = serializers.CharField(max_length=160)
    span = serializers.IntegerField(min_value=1, max_value=20, default=1)
    who = serializers.CharField(max_length=60, default="", allow_blank=True)
    system = serializers.CharField(max_length=60, default="", allow_blank=True)
    channel = serializers.CharField(max_length=60, default="", allow_blank=True)
    evidence = serializers.ChoiceField(Card.Evidence.choices, default="assumed")
    severity = serializers.IntegerField(min_value=1, max_value=5, default=None, allow_null=True)
    failure = serializers.CharField(max_length=160, default="", allow_blank=True)
    emotion = serializers.IntegerField(min_value=-2, max_value=2, default=None, allow_null=True)


class Services(generics.ListAPIView[Service]):
    door = SIGNED_IN
    doors = {"POST": ACE}
    serializer_class = ServiceOutput
    queryset = Service.objects.none()

    def get_queryset(self) -> Any:
        return selectors.services_for(person_of(self.request))

    @answers(ServiceOutput, takes=ServiceInput, status=201)
    def post(self, actor: User, given: Given) -> Service:
        return catalogue.create_service(actor=actor, **given())


class ServiceDetail(APIView):
    door = SIGNED_IN
    doors = {"PUT": ACE}

    @answers(ServiceOutput)
    def get(self, actor: User, slug: str) -> Service:
        return selectors.service_for(actor, slug)

    @answers(ServiceOutput, takes=ServiceInput)
    def put(self, actor: User, given: Given, slug: str) -> Service:
        service = selectors.service_for(actor, slug)
        return catalogue.change_service(actor=actor, service=service, **given())


class Blueprints(generics.ListAPIView[Blueprint]):
    door = SIGNED_IN
    doors = {"POST": ACE}
    serializer_class = BlueprintOutput
    queryset = Blueprint.objects.none()

    def get_queryset(self) -> Any:
        return selectors.blueprints_for(person_of(self.request)).select_related("as_is")

    @answers(BlueprintOutput, takes=BlueprintInput, status=201)
    def post(self, actor: User, given: Given) -> Blueprint:
        return blueprints.create_blueprint(actor=actor, **given())


class BlueprintDetail(APIView):
    door = SIGNED_IN
    doors = {"PUT": ACE}

    @answers(BlueprintOutput)
    def get(self, actor: User, slug: str) -> Blueprint:
        return selectors.blueprint_for(actor, slug)

    @answers(BlueprintOutput, takes=BlueprintChange)
    def put(self, actor: User, given: Given, slug: str) -> Blueprint:
        blueprint = selectors.blueprint_for(actor, slug)
        return blueprints.change_blueprint(actor=actor, blueprint=blueprint, **given())


class BlueprintDrawing(APIView):
    """The draft for the ACE, else the published version, with all steps and cards."""

    door = SIGNED_IN

    @answers(BlueprintVersionOutput)
    def get(self, user: User, slug: str) -> BlueprintVersion:
        blueprint = selectors.blueprint_for(user, slug)
        return selectors.drawing_of(selectors.version_for(user, blueprint))


class BlueprintPublish(APIView):
    door = ACE

    @answers(BlueprintVersionOutput)
    def post(self, actor: User, slug: str) -> BlueprintVersion:
        blueprint = selectors.blueprint_for(actor, slug)
        version = blueprints.publish_version(actor=actor, blueprint=blueprint)
        return selectors.drawing_of(version)


class BlueprintStart(APIView):
    door = ACE

    @answers(BlueprintVersionOutput, status=201)
    def post(self, actor: User, slug: str) -> BlueprintVersion:
        blueprint = selectors.blueprint_for(actor, slug)
        version = blueprints.start_version(actor=actor, blueprint=blueprint)
        return selectors.drawing_of(version)


class BlueprintPhases(APIView):
    door = ACE

    @answers(PhaseOutput, takes=PhaseInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> Phase:
        blueprint = selectors.blueprint_for(actor, slug)
        return drafts.add_phase(actor=actor, blueprint=blueprint, **given())


class PhaseSteps(APIView):
    door = ACE

    @answers(StepOutput, takes=StepInput, status=201)
    def post(self, actor: User, given: Given, slug: str, pk: int) -> Step:
        blueprint = selectors.blueprint_for(actor, slug)
        phase = selectors.phase_of(blueprint, pk)
        return drafts.add_step(actor=actor, blueprint=blueprint, phase=phase, **given())


class StepCards(APIView):
    door = ACE

    @answers(CardOutput, takes=CardInput, status=201)
    def post(self, actor: User, given: Given, slug: str, pk: int) -> Card:
        blueprint = selectors.blueprint_for(actor, slug)
        step = selectors.drawn_step_of(blueprint, pk)
        said = given()
        lane = selectors.lane_of(step, said.pop("lane"))
        return drafts.put_card(actor=actor, blueprint=blueprint, step=step, lane=lane, **said)
