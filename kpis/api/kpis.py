"""KPIs, their versions, targets, refreshes and figures."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ace_portal.accounts.models import User
from ace_portal.accounts.selectors import person_of
from ace_portal.lib.api import taken
from ace_portal.lib.errors import Invalid
from ace_portal.lib.permissions import ACE, SIGNED_IN
from kpis import selectors
from kpis.api.openapi import DEFINITION_REF, WHERE_REF
from kpis.engine.definition import GRAINS, columns_of
from kpis.engine.parsing import parse_where
from kpis.engine.query import Query, check_query
from kpis.engine.result import Point, State
from kpis.figures import Ask, answers, definition_of
from kpis.models import KPI, Dataset, KPIVersion, Measurement, Refresh, Target
from kpis.permissions import manages_data, require_kpi_owner
from kpis.services import kpis as services
from kpis.services.refresh import request_refresh
from kpis.services.targets import require_target_setter, set_target
from personas.models import Question
from personas.selectors import first_or_404


@extend_schema_field(DEFINITION_REF)
class DefinitionField(serializers.JSONField):
    """A definition; the engine says what is wrong with one."""


@extend_schema_field(WHERE_REF)
class WhereField(serializers.JSONField):
    """A condition."""


class KPIVersionOutput(serializers.ModelSerializer[KPIVersion]):
    dataset = serializers.SlugField(
        source="dataset.slug", allow_null=True, help_text="The ACE's to know, else null."
    )
    definition = DefinitionField()
    author = serializers.EmailField(source="author.email")

    class Meta:
        model = KPIVersion
        fields = [
            "number", "state", "dataset", "definition", "sha256", "unit", "unit_label",
            "precision", "direction", "reason", "author", "published_at",
        ]  # fmt: skip


class KPIOutput(serializers.ModelSerializer[KPI]):
    owner = serializers.EmailField(source="owner.email")
    steward = serializers.EmailField(source="steward.email", default=None)
    refresh_every = serializers.DurationField()

    class Meta:
        model = KPI
        fields = [
            "slug", "name", "question", "description", "category", "owner", "steward",
            "refresh_every", "next_due", "retired_at",
        ]  # fmt: skip


class TargetOutput(serializers.ModelSerializer[Target]):
    class Meta:
        model = Target
        fields = ["valid_from", "good", "watch", "good_high", "watch_high"]


class KPIDetailOutput(KPIOutput):
    versions = serializers.SerializerMethodField()
    targets = TargetOutput(many=True)

    class Meta(KPIOutput.Meta):
        fields = [*KPIOutput.Meta.fields, "versions", "targets"]

    @extend_schema_field(KPIVersionOutput(many=True))
    def get_versions(self, kpi: KPI) -> Any:
        versions = selectors.versions_of(self.context["user"], kpi)
        told = [dict(row) for row in KPIVersionOutput(versions, many=True).data]
        known = self.context["user"].is_ace
        return told if known else [{**row, "dataset": None} for row in told]


class KPIDraftInput(serializers.Serializer[Any]):
    dataset = serializers.SlugRelatedField(slug_field="slug", queryset=Dataset.objects.all())
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


class RefreshOutput(serializers.ModelSerializer[Refresh]):
    version = serializers.IntegerField(source="version.number")
    load = serializers.IntegerField(source="load.number", default=None)
    error = serializers.CharField(source="trouble")

    class Meta:
        model = Refresh
        fields = [
            "id", "state", "cause", "version", "load", "job", "error", "seconds", "created_at",
            "finished_at",
        ]  # fmt: skip


class MeasurementOutput(serializers.ModelSerializer[Measurement]):
    version = serializers.IntegerField(source="version.number")
    load = serializers.IntegerField(source="load.number")

    class Meta:
        model = Measurement
        fields = [
            "version", "load", "grain", "period_start", "period_end", "state", "value",
            "numerator", "denominator", "rows", "partial", "updated_at",
        ]  # fmt: skip


class QueryInput(serializers.Serializer[Any]):
    grain = serializers.ChoiceField([(g, g) for g in GRAINS], default=None, allow_null=True)
    by = serializers.ListField(child=serializers.CharField(max_length=200), default=list)
    start = serializers.DateField(default=None, allow_null=True)
    end = serializers.DateField(default=None, allow_null=True, help_text="Not included.")
    where = WhereField(default=None, allow_null=True)


class FigureOutput(serializers.Serializer[Any]):
    """One figure in full precision."""

    start = serializers.DateTimeField(allow_null=True)
    end = serializers.DateTimeField(allow_null=True)
    partial = serializers.BooleanField()  # type: ignore[assignment]
    segment = serializers.ListField(child=serializers.CharField(allow_null=True))
    value = serializers.FloatField(allow_null=True)
    state = serializers.ChoiceField([(s.value, s.value) for s in State])
    numerator = serializers.FloatField(allow_null=True)
    denominator = serializers.FloatField(allow_null=True)
    rows = serializers.IntegerField()
    left_out = serializers.IntegerField()
    few = serializers.BooleanField()


class KPIFiguresOutput(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    load = serializers.IntegerField()
    as_of = serializers.DateTimeField(allow_null=True)
    time_zone = serializers.CharField()
    by = serializers.ListField(child=serializers.CharField())
    figures = FigureOutput(many=True)


class KPIs(generics.ListAPIView[KPI]):
    """The catalogue: definitions for everybody, drafts for the ACE."""

    door = SIGNED_IN
    doors = {"POST": ACE}
    serializer_class = KPIOutput
    queryset = KPI.objects.none()

    def get_queryset(self) -> Any:
        return selectors.kpis_for(person_of(self.request)).order_by("name", "pk")

    @extend_schema(request=KPIInput, responses={201: KPIDetailOutput})
    def post(self, request: Request) -> Response:
        kpi = services.create_kpi(actor=person_of(request), **taken(KPIInput, request))
        return _detail(request, kpi, status=201)


class KPIDetail(APIView):
    door = SIGNED_IN
    doors = {"PATCH": ACE}

    @extend_schema(responses=KPIDetailOutput)
    def get(self, request: Request, slug: str) -> Response:
        return _detail(request, _kpi(request, slug))

    @extend_schema(request=ChangeInput, responses=KPIDetailOutput)
    def patch(self, request: Request, slug: str) -> Response:
        kpi = _kpi(request, slug)
        given = taken(ChangeInput, request)
        return _detail(request, services.change_kpi(actor=person_of(request), kpi=kpi, **given))


class KPIDraft(APIView):
    door = ACE

    @extend_schema(request=KPIDraftInput, responses=KPIVersionOutput)
    def put(self, request: Request, slug: str) -> Response:
        kpi = _kpi(request, slug)
        given = taken(KPIDraftInput, request)
        changed = services.change_draft(actor=person_of(request), kpi=kpi, **given)
        return Response(KPIVersionOutput(changed).data)


class KPIStart(APIView):
    door = ACE

    @extend_schema(request=ReasonInput, responses={201: KPIVersionOutput})
    def post(self, request: Request, slug: str) -> Response:
        kpi = _kpi(request, slug)
        given = taken(ReasonInput, request)
        version = services.start_version(actor=person_of(request), kpi=kpi, **given)
        return Response(KPIVersionOutput(version).data, status=201)


class KPIPublish(APIView):
    door = ACE

    @extend_schema(request=None, responses=KPIVersionOutput)
    def post(self, request: Request, slug: str) -> Response:
        kpi = _kpi(request, slug)
        return Response(
            KPIVersionOutput(services.publish_version(actor=person_of(request), kpi=kpi)).data
        )


class KPIRetire(APIView):
    door = ACE

    @extend_schema(request=ReasonInput, responses=KPIDetailOutput)
    def post(self, request: Request, slug: str) -> Response:
        kpi = _kpi(request, slug)
        require_kpi_owner(person_of(request), kpi)
        given = taken(ReasonInput, request)
        return _detail(request, services.retire_kpi(actor=person_of(request), kpi=kpi, **given))


class KPITargets(APIView):
    door = ACE

    @extend_schema(request=TargetInput, responses={201: TargetOutput})
    def post(self, request: Request, slug: str) -> Response:
        kpi = _kpi(request, slug)
        require_target_setter(person_of(request), kpi)
        target = set_target(actor=person_of(request), kpi=kpi, **taken(TargetInput, request))
        return Response(TargetOutput(target).data, status=201)


class KPIRefreshes(generics.ListAPIView[Refresh]):
    """Every attempt, newest first; POST starts one, or answers the one that is open."""

    door = ACE
    serializer_class = RefreshOutput
    queryset = Refresh.objects.none()

    def get_queryset(self) -> Any:
        return selectors.refreshes_of(_kpi(self.request, self.kwargs["slug"]))

    @extend_schema(request=None, responses={202: RefreshOutput})
    def post(self, request: Request, slug: str) -> Response:
        refresh = request_refresh(actor=person_of(request), kpi=_kpi(request, slug))
        return Response(RefreshOutput(refresh).data, status=202)


class KPIMeasurements(generics.ListAPIView[Measurement]):
    """What was reported, also over earlier loads and by earlier versions, newest period first."""

    door = ACE
    serializer_class = MeasurementOutput
    queryset = Measurement.objects.none()

    def get_queryset(self) -> Any:
        kpi = _kpi(self.request, self.kwargs["slug"])
        rows = Measurement.objects.filter(version__kpi=kpi).select_related("version", "load")
        return rows.order_by("-period_start", "-version", "-load")


class KPIFigures(APIView):
    """Figures of the published version over the live load, in full precision."""

    door = ACE

    @extend_schema(request=QueryInput, responses=KPIFiguresOutput)
    def post(self, request: Request, slug: str) -> Response:
        version = selectors.published_of(_kpi(request, slug))
        if version is None:
            raise Invalid("Only a published KPI has figures.")
        query = _query(version, taken(QueryInput, request))
        _check_open(person_of(request), version, query)
        (answer,) = answers([Ask(version, query)])
        if answer.result is None or answer.load is None:
            raise Invalid(answer.error)
        result = answer.result
        body = {
            "version": version.number,
            "load": answer.load.number,
            "as_of": result.as_of,
            "time_zone": result.time_zone,
            "by": result.by,
            "figures": [_figure(point) for point in result.points],
        }
        return Response(KPIFiguresOutput(body).data)


def _kpi(request: Request, slug: str) -> KPI:
    return selectors.kpi_for(person_of(request), slug)


def _detail(request: Request, kpi: KPI, *, status: int = 200) -> Response:
    found = first_or_404(
        selectors.kpis_for(person_of(request)).prefetch_related("targets").filter(pk=kpi.pk)
    )
    context = {"user": person_of(request)}
    return Response(KPIDetailOutput(found, context=context).data, status=status)


def _query(version: KPIVersion, given: dict[str, Any]) -> Query:
    where = given["where"]
    query = Query(
        grain=given["grain"], by=tuple(given["by"]), start=given["start"], end=given["end"],
        where=None if where is None else parse_where(where),
    )  # fmt: skip
    live = version.dataset.live
    if live is not None:
        check_query(query, definition_of(version), live.types)
    return query


def _check_open(user: User, version: KPIVersion, query: Query) -> None:
    """Conditions on any column would read the rows, value by value: that needs the data right."""
    closed = columns_of(query.where) - set(definition_of(version).dimensions)
    if closed and not manages_data(user):
        raise Invalid(
            _("You can filter by the KPI's dimensions, and “%(column)s” is none of them.")
            % {"column": min(closed)},
            field="where",
        )


def _figure(point: Point) -> dict[str, Any]:
    figure, period = point.figure, point.period
    return {
        "start": period.start if period else None,
        "end": period.end if period else None,
        "partial": bool(period and period.partial),
        "segment": point.segment,
        "value": figure.value,
        "state": figure.state.value,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "rows": figure.rows,
        "left_out": figure.left_out,
        "few": figure.few,
    }
