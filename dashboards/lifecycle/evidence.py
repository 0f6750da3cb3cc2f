"""What there really is of an MVP, read once for all the checks of its gates."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Q

from ace_portal.lib.days import site_today
from dashboards.content.document import Document, parse
from dashboards.content.models import Dashboard, Version
from dashboards.content.selectors import launches_of, released_of, usable_versions, work_of
from dashboards.content.sources import Source, sources_of
from dashboards.lifecycle.models import Feature, Launch
from dashboards.prototypes.selectors import PrototypeEvidence, prototype_evidence
from dashboards.validation.selectors import Findings, findings_of, validation_evidence
from kpis.models import KPI, KPIVersion
from personas.models import Blueprint, BlueprintVersion, Claim, Membership


@dataclass
class Evidence:
    """All that the checks look at."""

    dashboard: Dashboard
    questions: int
    blueprints: int
    kpis: int
    decisions: int
    claims: int  # all that is said of the persona, decisions included
    groups: int
    members: int
    features: list[Feature]
    version: Version | None
    released: Version | None
    launches: list[Launch]
    reviews: int
    tried: PrototypeEvidence
    findings: Findings | None
    document: Document
    columns: set[str]  # what its KPIs, shown or published for its persona, can be filtered by
    sources: dict[int, Source] = field(default_factory=dict)

    @property
    def tiles(self) -> int:
        return len(self.document.tiles)

    def looked_at(self, stage: int) -> Version | None:
        """What a gate is about: the version in work; from the prototype on what its pilots have
        had; at last the released one."""
        versions = [self.version, self.released]
        if stage in {Dashboard.Stage.PROTOTYPE, Dashboard.Stage.VALIDATE}:
            versions = [self.tried.version, *versions]
        elif stage == Dashboard.Stage.LAUNCH:
            versions.reverse()
        return next((version for version in versions if version is not None), None)

    @property
    def musts(self) -> list[Feature]:
        return [row for row in self.features if row.priority == Feature.Priority.MUST]


def evidence_of(dashboard: Dashboard) -> Evidence:
    """In a fixed number of queries."""
    tried = prototype_evidence(dashboard)
    validated = validation_evidence(tried.version)
    version = work_of(dashboard)
    released = released_of(dashboard)
    shown = version or released
    document = parse(shown.document) if shown is not None else Document()
    persona = dashboard.persona_id
    kpis = KPI.objects.filter(
        question__persona=persona, retired_at__isnull=True,
        versions__state=KPIVersion.State.PUBLISHED,
    )  # fmt: skip
    members = Membership.objects.valid_on(site_today()).filter(group__in=dashboard.groups.all())
    usable = sources_of(
        usable_versions(dashboard, document.kpi_versions).values_list("pk", flat=True)
    )
    claims = dashboard.persona.claims.all()
    blueprints = Blueprint.objects.filter(
        Q(persona=persona) | Q(questions__persona=persona),
        versions__state=BlueprintVersion.State.PUBLISHED,
    )
    return Evidence(
        dashboard=dashboard,
        questions=dashboard.persona.questions.count(),
        blueprints=blueprints.distinct().count(),
        kpis=kpis.distinct().count(),
        decisions=sum(claim.kind == Claim.Kind.DECISION for claim in claims),
        claims=len(claims),
        groups=dashboard.groups.count(),
        members=members.values("user").distinct().count(),
        features=list(dashboard.features.all()),
        version=version,
        released=released,
        launches=list(launches_of(dashboard)),
        reviews=dashboard.reviews.count(),
        tried=tried,
        findings=findings_of(validated.run) if validated.run is not None else None,
        document=document,
        columns={name for source in usable.values() for name in source.filters},
        sources={pk: usable[pk] for pk in document.kpi_versions if pk in usable},
    )
