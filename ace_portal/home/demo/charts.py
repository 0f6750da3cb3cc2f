"""A dashboard that shows each kind of chart once, on the incidents of the demo."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from ace_portal.accounts.models import User
from ace_portal.home.demo import measurement
from ace_portal.home.demo.discovery import Discovery
from dashboards.content.pictures import taken
from dashboards.content.services import drafts
from dashboards.content.services.dashboards import create_dashboard
from dashboards.content.services.pictures import keep_picture
from dashboards.content.services.releases import release_version
from kpis.models import Dataset, KPIVersion

RESOLVED = measurement.Plan(
    "Resolved in time", 2, "capacity",
    {"agg": "count", "where": {"column": "made_sla", "op": "=", "value": True}},
    "count", "incidents", 0, "up",
)  # fmt: skip
STEPS = ("Report", "Triage", "Resolve", "Confirm")
NAMES = (
    RESOLVED.name,
    "SLA attainment", "Time to resolve", "Incident volume", "Reassignment rate",
    "Satisfaction (CSAT)",
)  # fmt: skip


def tell(owner: User, found: Discovery, today: date) -> None:
    """Released, and open to those who make dashboards."""
    dashboard = create_dashboard(
        actor=owner, name="Kinds of charts",
        problem="Whoever makes a dashboard guesses which chart answers which question.",
        hypothesis="If each kind stands beside the others on known figures, fewer charts are "
        "changed after a review.",
        success_measure="One in ten tiles changes its kind after a review.",
        persona=found.persona, groups=[found.group], review_due=today + timedelta(days=90),
    )  # fmt: skip
    measurement.answer(owner, found, Dataset.objects.get(name="Incidents"), RESOLVED, today)
    measurement.work_off()
    published = KPIVersion.objects.filter(state=KPIVersion.State.PUBLISHED, kpi__name__in=NAMES)
    pk = {version.kpi.name: version.pk for version in published.select_related("kpi")}
    draft = drafts.start_version(actor=owner, dashboard=dashboard)
    for tile in tiles(pk):
        draft = drafts.add_tile(
            actor=owner, dashboard=dashboard, revision=draft.revision, tile=tile
        )
    kept = keep_picture(actor=owner, dashboard=dashboard, taken=taken(the_way()))
    drafts.add_tile(
        actor=owner, dashboard=dashboard, revision=draft.revision,
        tile={"type": "image", "width": 12, "picture": kept.sha256, "title": "The way of a ticket",
              "alt": "Four steps from left to right: " + ", ".join(STEPS) + "."},
    )  # fmt: skip
    release_version(actor=owner, dashboard=dashboard)


def the_way() -> io.BytesIO:
    """A drawing of the steps of a ticket, as somebody would send it."""
    drawing = Image.new("RGB", (1200, 180), "#f1f3f6")
    pen, font = ImageDraw.Draw(drawing), ImageFont.load_default(28)
    for n, step in enumerate(STEPS):
        left = 30 + n * 295
        pen.rounded_rectangle((left, 45, left + 255, 135), 12, fill="#2840c4")
        pen.text((left + 127, 90), step, "#ffffff", font, anchor="mm")
    out = io.BytesIO()
    drawing.save(out, "PNG")
    out.seek(0)
    return out


def tiles(pk: dict[str, int]) -> list[dict[str, Any]]:
    """One of each kind."""
    sla, hours, volume = pk["SLA attainment"], pk["Time to resolve"], pk["Incident volume"]
    by, grain = {"by": "assignment_group"}, {"grain": "month"}
    return [
        {"type": "number", "width": 3, "kpi_version": volume},
        {"type": "gauge", "width": 4, "kpi_version": pk["Satisfaction (CSAT)"]},
        {"type": "bullet", "width": 5, "kpi_version": hours},
        {"type": "line", "width": 6, "kpi_version": hours, **grain,
         "title": "{now} to resolve, {change} against the months before ({before})"},
        {"type": "area", "width": 6, "kpi_version": volume, **grain, "by": "priority"},
        {"type": "histogram", "width": 6, "kpi_version": hours},
        {"type": "box", "width": 6, "kpi_version": hours, **by},
        {"type": "scatter", "width": 6, "kpi_versions": [volume, hours], **by},
        {"type": "bar", "width": 6, "kpi_version": sla, **by},
        {"type": "combined", "width": 6, "kpi_versions": [volume, sla], **grain},
        {"type": "pie", "width": 6, "kpi_version": volume, "by": "priority", "hole": True},
        {"type": "funnel", "width": 6, "kpi_versions": [volume, pk[RESOLVED.name]]},
        {"type": "waterfall", "width": 6, "kpi_version": volume, "by": "priority"},
        {"type": "pivot", "width": 12, "kpi_version": sla, **by, "across": "priority",
         "heat": True},
        {"type": "table", "width": 12, "kpi_versions": [volume, sla, hours], **by, "totals": True},
        {"type": "text", "width": 12,
         "text": "Each kind of chart stands here **once**, on the same incidents."},
    ]  # fmt: skip
