"""Texts that mean harm, and a portal that has one in every field that a person may fill in."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from playwright.sync_api import APIRequestContext

from tests.fixtures.images import picture_file
from tests.fixtures.stack import wait_until

CORPUS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'onmouseover='alert(1)' x='",
    '<svg/onload=alert(1)><a xlink:href="https://evil.example">x</a></svg>',
    '<a href="https://evil.example/">Sign in again</a>',
    "</title></textarea></style></script><script>alert(1)</script>",
    '<iframe src="//evil.example"></iframe>',
    "javascript:alert(1)//",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<!--<img src=--><img src=x onerror=alert(1)//>",
    "{{7*7}}{% csrf_token %}${7*7}<%= 7*7 %>",
    "%{y}<extra></extra><b>bold</b><br><i>x</i>",
    "__proto__",
    "constructor",
    "=HYPERLINK(\"https://evil.example\",\"x\")",
    "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">",
    "<base href=https://evil.example/><meta http-equiv=refresh content=0;//evil.example>",
    "<img src=https://evil.example/pixel.png>",
    "<style>@import 'https://evil.example';</style>",
    "$\\href{javascript:alert(1)}{x}$",
)  # fmt: skip
#: one for a field: breaks out of text, attribute and script at once
WORST = (
    """'"></script><img src=x onerror=alert(1)><a href="https://evil.example">x</a>{{7*7}}%{y}"""
)
SHORT = "<b onclick=alert(1)>"
TEAM = '<a href="https://evil.example">team</a>'
OPENED = 'opened"><img src=x onerror=alert(1)>'
MARKDOWN = "\n\n".join(
    (
        *CORPUS,
        "[a](javascript:alert(1))", "[b](java\tscript:alert(1))", "[c](data:text/html,<script>1)",
        "[d](vbscript:x)", "![e](https://evil.example/pixel.png)", "[f](//evil.example)",
        "<javascript:alert(1)>", "[g]: javascript:alert(1)\n\n[g]",
        "`<img src=x onerror=alert(1)>`",
        "```\n<script>alert(1)</script>\n```", '[h](https://ok.example "onclick=alert(1)")',
        "[i](&#106;avascript:alert(1))", "| <img src=x onerror=alert(1)> |\n|-|\n| x |",
    )
)  # fmt: skip


@dataclass
class Api:
    """The portal's API for one person."""

    request: APIRequestContext
    base_url: str
    token: str = ""

    def send(self, method: str, path: str, **what: Any) -> Any:
        headers = {"Authorization": f"Token {self.token}"} if self.token else {}
        answer = self.request.fetch(
            f"{self.base_url}/api/v1/{path}", method=method, headers=headers, **what
        )
        assert answer.ok, f"{method} {path}: {answer.status} {answer.text()[:500]}"
        return answer.json()

    def post(self, path: str, **data: Any) -> Any:
        return self.send("POST", path, data=data)

    def get(self, path: str) -> Any:
        return self.send("GET", path)


def sign_in(request: APIRequestContext, base_url: str, email: str, password: str) -> Api:
    api = Api(request, base_url)
    return Api(request, base_url, api.post("tokens/", email=email, password=password)["token"])


def table() -> bytes:
    """Every text of the corpus as a category, on days of two months; so are two column names."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([OPENED, TEAM, "met", "hours"])
    first = date(2026, 1, 5)
    for place, text in enumerate(CORPUS * 3):
        writer.writerow(
            [first + timedelta(days=place), text, "true" if place % 3 else "false", place % 7 + 0.5]
        )
    return out.getvalue().encode()


def fill(api: Api, keeper: Api, member: str) -> str:
    """One of everything; answers the slug of a dashboard that is open to the member."""
    for place, text in enumerate(CORPUS):
        api.post("services/", code=f"C{place}", name=text, description=text)
    service = api.post(
        "services/", code=SHORT, name=WORST, description=MARKDOWN, service_hours=WORST,
        consumers=WORST,
    )["slug"]  # fmt: skip
    persona = api.post(
        "personas/", name=WORST, decisions=[WORST, *CORPUS], goals=[WORST], jobs=[WORST],
        pains=[WORST], quote=WORST, about=MARKDOWN, devices=WORST, access_needs=WORST,
        review_due="2030-01-01",
    )["slug"]  # fmt: skip
    blueprint, step = _blueprint(api, service, persona)
    question = _question(api, persona, blueprint, step)
    group = api.post("groups/", name=WORST, persona=persona)["slug"]
    api.post(f"groups/{group}/members/", email=member, valid_from="2020-01-01")
    _publish_kpi(api, question)
    return _dashboard(api, keeper, persona, group)


def _blueprint(api: Api, service: str, persona: str) -> tuple[str, str]:
    slug = api.post("blueprints/", service=service, scenario=WORST, persona=persona)["slug"]
    api.post(f"blueprints/{slug}/phases/", name=SHORT)
    drawing = api.get(f"blueprints/{slug}/drawing/")
    steps = [step for phase in drawing["phases"] for step in phase["steps"]]
    for step in steps:
        api.post(
            f"blueprints/{slug}/steps/{step['id']}/cards/", lane="customer", text=WORST, who=SHORT,
            system=SHORT, channel=SHORT, severity=4, failure=WORST,
        )  # fmt: skip
    api.post(f"blueprints/{slug}/publish/")
    return slug, str(steps[0]["key"])


def _question(api: Api, persona: str, blueprint: str, step: str) -> int:
    claims = api.get(f"personas/{persona}/")["claims"]
    decision = next(claim["id"] for claim in claims if claim["kind"] == "decision")
    asked = api.post(
        f"personas/{persona}/questions/", text=WORST, decision=decision, workaround=WORST,
        blueprint=blueprint, step_key=step,
    )  # fmt: skip
    return int(asked["id"])


def _publish_kpi(api: Api, question: int) -> None:
    file = {"name": "<img src=x onerror=alert(1)>.csv", "mimeType": "text/csv", "buffer": table()}
    upload = api.send("POST", "uploads/", multipart={"file": file})["id"]
    data = api.post("datasets/", upload=upload, name=WORST, description=WORST)["slug"]
    wait_until(lambda: api.get(f"datasets/{data}/")["live"], "the load")
    measures: list[dict[str, Any]] = [
        {"share": {"of": {"column": "met", "op": "=", "value": True}}},
        {"agg": "quantile", "column": "hours", "q": 0.5},
    ]
    for name, measure in zip((WORST, f"2 {WORST}"), measures, strict=True):
        _publish(api, question, data, name, measure)


def _publish(api: Api, question: int, data: str, name: str, measure: dict[str, Any]) -> None:
    made = api.post(
        "kpis/", name=name, description=MARKDOWN, category="quality", question=question,
        dataset=data, unit="percent" if "share" in measure else "duration", unit_label=SHORT,
        refresh_every="01:00:00",
        definition={
            "measure": measure,
            "time_column": OPENED, "dimensions": [TEAM],
            "exclusions": {"column": TEAM, "op": "!=", "value": WORST},
        },
    )["slug"]  # fmt: skip
    api.post(f"kpis/{made}/publish/")
    wait_until(
        lambda: api.get(f"kpis/{made}/refreshes/")["results"][0]["state"] == "done", "the figures"
    )


def _dashboard(api: Api, keeper: Api, persona: str, group: str) -> str:
    slug: str = api.post(
        "dashboards/", name=WORST, problem=MARKDOWN, hypothesis=WORST, success_measure=WORST,
        persona=persona, groups=[group], sponsor=WORST, review_due="2030-01-01",
    )["slug"]  # fmt: skip
    draft = api.post(f"dashboards/{slug}/draft/assemble/")
    shown = {t["kpi_version"] for t in draft["document"]["tiles"] if "kpi_version" in t}
    kpi, hours = min(shown), max(shown)
    file = {"name": "<b>.png", "mimeType": "image/png", "buffer": picture_file().getvalue()}
    sha256 = api.send("POST", f"dashboards/{slug}/pictures/", multipart={"file": file})["sha256"]
    tiles: list[dict[str, Any]] = [
        {"key": "md", "type": "text", "width": 12, "title": WORST, "text": MARKDOWN},
        {"key": "bar", "type": "bar", "width": 12, "title": WORST, "kpi_version": kpi, "by": TEAM},
        {"key": "month", "type": "bar", "width": 6, "kpi_version": kpi, "grain": "month"},
        {"key": "line", "type": "line", "width": 12, "kpi_version": kpi, "grain": "week",
         "by": TEAM},
        {"key": "table", "type": "table", "width": 12, "kpi_versions": [kpi], "by": TEAM},
        {"key": "gauge", "type": "gauge", "width": 6, "title": WORST, "kpi_version": kpi},
        {"key": "bullet", "type": "bullet", "width": 6, "kpi_version": hours},
        {"key": "spread", "type": "histogram", "width": 6, "kpi_version": hours},
        {"key": "box", "type": "box", "width": 12, "kpi_version": hours, "by": TEAM},
        {"key": "marks", "type": "scatter", "width": 12, "kpi_versions": [kpi, hours], "by": TEAM},
        {"key": "pair", "type": "combined", "width": 12, "kpi_versions": [kpi, hours],
         "grain": "month"},
        {"key": "pivot", "type": "pivot", "width": 12, "kpi_version": kpi, "by": TEAM,
         "grain": "month"},
        {"key": "image", "type": "image", "width": 6, "picture": sha256, "alt": WORST},
        *({"key": f"t{n}", "type": "number", "width": 3, "title": text, "kpi_version": kpi}
          for n, text in enumerate(CORPUS)),
    ]  # fmt: skip
    choices = [{"key": "team", "column": TEAM, "label": '"><img src=x onerror=alert(1)>'}]
    filters = {"period": {"preset": "all"}, "choices": choices}
    document = {"schema": 1, "tiles": tiles, "filters": filters}
    api.send(
        "PUT", f"dashboards/{slug}/draft/",
        data={"revision": draft["revision"], "document": document},
    )  # fmt: skip
    api.post(f"dashboards/{slug}/draft/release/", notes=MARKDOWN)
    api.post(f"dashboards/{slug}/features/", name=WORST, priority="must", criterion=MARKDOWN[:900])
    keeper.post(
        f"dashboards/{slug}/gates/decisions/", stage=6, decision="overrule", reason=MARKDOWN[:4000]
    )
    api.post(f"dashboards/{slug}/launches/", group=group, announcement=MARKDOWN[:4000])
    return slug
