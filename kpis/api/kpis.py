"""KPIs, their versions and targets."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import (
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import generics, serializers
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import Given, answers
from ace_portal.lib.permissions import ACE, SIGNED_IN
from ace_portal.lib.selectors import first_or_404
from kpis import selectors
from kpis.analysis.catalogue import STATES, STATUSES, Wanted, found_for
from kpis.api.openapi import DEFINITION_REF
from kpis.derived import is_derived
from kpis.models import KPI, Dataset, KPIVersion, Target
from kpis.permissions import require_kpi_owner
from kpis.selectors.verified import verified_of
from kpis.services import kpis as services
from kpis.services.targets import require_target_setter, set_target
from kpis.services.verifying import require_verifier, verify_kpi
from personas.models import Question


@extend_schema_field(DEFINITION_REF)
class DefinitionField(serializers.JSONField):
    """A definition; the engine says what is wrong with one."""


class KPIVersionOutput(serializers.ModelSerializer[KPIVersion]):
    dataset = serializers.SerializerMethodField(
        help_text="The ACE's to know, else null; a formula has none."
    )
    definition = DefinitionField()
    author = serializers.EmailField(source="author.email")

    class Meta:
        model = KPIVersion
        fields = [
            "id", "number", "state", "dataset", "definition", "sha256", "unit", "unit_label",
            "precision", "direction", "reason", "author", "published_at",
        ]  # fmt: skip

    def get_dataset(self, version: KPIVersion) -> str | None:
        return None if is_derived(version) else version.dataset.slug


class KPIOutput(serializers.ModelSerializer[KPI]):
    owner = serializers.EmailField(source="owner.email")
    steward = serializers.EmailField(source="steward.email", default=None)
    refresh_every = serializers.DurationField()

    class Meta:
        model = KPI
        fields = [
            "slug", "name", "question", "description", "category", "owner", "steward",
            "refresh_every", "next_due", "retired_at", "baseline", "baseline_note",
        ]  # fmt: skip


class TargetOutput(serializers.ModelSerializer[Target]):
    class Meta:
        model = Target
        fields = [
            "valid_from", "dimension", "value", "good", "watch", "good_high", "watch_high",
        ]  # fmt: skip


class VerifiedOutput(serializers.Serializer[Any]):
    """``holds`` until the definition, or what decides the rows and values below it, changes."""

    by = serializers.EmailField(source="row.by.email")
    at = serializers.DateTimeField(source="row.created_at")
    note = serializers.CharField(source="row.note")
    holds = serializers.BooleanField()


class KPIDetailOutput(KPIOutput):
    versions = serializers.SerializerMethodField()
    targets = TargetOutput(many=True)
    verified = serializers.SerializerMethodField()

    class Meta(KPIOutput.Meta):
        fields = [*KPIOutput.Meta.fields, "versions", "targets", "verified"]

    @extend_schema_field(VerifiedOutput(allow_null=True))
    def get_verified(self, kpi: KPI) -> Any:
        version = selectors.published_of(kpi)
        found = verified_of([version]).get(version.pk) if version is not None else None
        return None if found is None else dict(VerifiedOutput(found).data)

    @extend_schema_field(KPIVersionOutput(many=True))
    def get_versions(self, kpi: KPI) -> Any:
        user = person_of(self.context["request"])
        versions = selectors.versions_of(user, kpi)
        told = [dict(row) for row in KPIVersionOutput(versions, many=True).data]
        return told if user.is_ace else [{**row, "dataset": None} for row in told]


class KPIDraftInput(serializers.Serializer[Any]):
    dataset = serializers.SlugRelatedField(
        slug_field="slug", queryset=Dataset.objects.all(), required=False, allow_null=True,
        help_text="Not for a formula, which takes its data from its KPIs.",
    )  # fmt: skip
    definition = DefinitionField()
    unit = serializers.ChoiceField(KPIVersion.Unit.choices, default="count")
    unit_label = serializers.CharField(max_length=20, default="", allow_blank=True)
    precision = serializers.IntegerField(min_value=0, max_value=6, default=0)
    direction = serializers.ChoiceField(KPIVersion.Direction.choices, default="up")


class ChangeInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120, required=False)
    description = serializers.CharField(allow_blank=True, required=False)
    category = serializers.ChoiceField(KPI.Category.choices, required=False)
    owner = serializers.SlugRelatedField(
        slug_field="email", queryset=User.objects.all(), required=False
    )
    steward = serializers.SlugRelatedField(
        slug_field="email", queryset=User.objects.all(), required=False, allow_null=True
    )
    refresh_every = serializers.DurationField(required=False)
    baseline = serializers.FloatField(
        required=False, allow_null=True, help_text="In the measure's own unit: a share is 0 to 1."
    )
    baseline_note = serializers.CharField(max_length=120, required=False, allow_blank=True)


class KPIInput(ChangeInput, KPIDraftInput):
    name = serializers.CharField(max_length=120)
    category = serializers.ChoiceField(KPI.Category.choices)
    question = serializers.PrimaryKeyRelatedField(queryset=Question.objects.all())


class ReasonInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=240)


class TargetInput(serializers.Serializer[Any]):
    valid_from = serializers.DateField()
    good = serializers.FloatField(help_text="In the measure's own unit: a share is 0 to 1.")
    watch = serializers.FloatField()
    good_high = serializers.FloatField(default=None, allow_null=True)
    watch_high = serializers.FloatField(default=None, allow_null=True)
    dimension = serializers.CharField(
        max_length=200, default="", allow_blank=True,
        help_text="Holds for one value of it alone, and goes before what holds for all.",
    )  # fmt: skip
    value = serializers.CharField(max_length=200, default="", allow_blank=True)


class VerifyInput(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=240, help_text="What it was compared with.")


#: what the list is narrowed by
FILTERS = [
    OpenApiParameter("q", str, description="Words of name, question or owner."),
    OpenApiParameter("category", str, enum=KPI.Category.values),
    OpenApiParameter("owner", int, description="The key of its owner or steward."),
    OpenApiParameter("state", str, enum=[state.value for state in STATES]),
    OpenApiParameter("status", str, enum=[status.value for status in STATUSES]),
    OpenApiParameter("verified", str, enum=["yes", "no"]),
]


@extend_schema_view(get=extend_schema(parameters=FILTERS))
class KPIs(generics.ListAPIView[KPI]):
    """The catalogue: definitions for everybody, drafts for the ACE."""

    door = SIGNED_IN
    doors = {"POST": ACE}
    serializer_class = KPIOutput
    queryset = KPI.objects.none()

    def get_queryset(self) -> Any:
        found = found_for(person_of(self.request), Wanted.of(self.request.GET))
        return found.prefetch_related(None).order_by("name", "pk")

    @answers(KPIDetailOutput, takes=KPIInput, status=201)
    def post(self, actor: User, given: Given) -> KPI:
        return _whole(actor, services.create_kpi(actor=actor, **given()))


class KPIDetail(APIView):
    door = SIGNED_IN
    doors = {"PATCH": ACE}

    @answers(KPIDetailOutput)
    def get(self, actor: User, slug: str) -> KPI:
        return _whole(actor, selectors.kpi_for(actor, slug))

    @answers(KPIDetailOutput, takes=ChangeInput)
    def patch(self, actor: User, given: Given, slug: str) -> KPI:
        kpi = selectors.kpi_for(actor, slug)
        return _whole(actor, services.change_kpi(actor=actor, kpi=kpi, **given()))


class KPIDraft(APIView):
    door = ACE

    @answers(KPIVersionOutput, takes=KPIDraftInput)
    def put(self, actor: User, given: Given, slug: str) -> KPIVersion:
        kpi = selectors.kpi_for(actor, slug)
        return services.change_draft(actor=actor, kpi=kpi, **given())


class KPIStart(APIView):
    door = ACE

    @answers(KPIVersionOutput, takes=ReasonInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> KPIVersion:
        kpi = selectors.kpi_for(actor, slug)
        return services.start_version(actor=actor, kpi=kpi, **given())


class KPIPublish(APIView):
    door = ACE

    @answers(KPIVersionOutput)
    def post(self, actor: User, slug: str) -> KPIVersion:
        kpi = selectors.kpi_for(actor, slug)
        return services.publish_version(actor=actor, kpi=kpi)


class KPIRetire(APIView):
    door = ACE

    @answers(KPIDetailOutput, takes=ReasonInput)
    def post(self, actor: User, given: Given, slug: str) -> KPI:
        kpi = selectors.kpi_for(actor, slug)
        require_kpi_owner(actor, kpi)
        return _whole(actor, services.retire_kpi(actor=actor, kpi=kpi, **given()))


class KPIVerify(APIView):
    """Say that the figures are right; somebody other than the author."""

    door = ACE

    @answers(KPIDetailOutput, takes=VerifyInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> KPI:
        kpi = selectors.kpi_for(actor, slug)
        require_verifier(actor, kpi)
        verify_kpi(actor=actor, kpi=kpi, **given())
        return _whole(actor, kpi)


class KPITargets(APIView):
    door = ACE

    @answers(TargetOutput, takes=TargetInput, status=201)
    def post(self, actor: User, given: Given, slug: str) -> Target:
        kpi = selectors.kpi_for(actor, slug)
        require_target_setter(actor, kpi)
        return set_target(actor=actor, kpi=kpi, **given())


def _whole(user: User, kpi: KPI) -> KPI:
    """As the reader may see it, with its targets."""
    rows = selectors.kpis_for(user).prefetch_related("targets")
    return first_or_404(rows.filter(pk=kpi.pk))
