"""The pages of the gallery: what each component looks like where it belongs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template import engines
from django.utils import timezone

from dashboards import rendering as r
from tests.look import data

TTR = r.Face("Time to resolve, median", "duration", "h", 1, "down", r.Goal(8, 9))
SLA = r.Face("SLA attainment", "percent", "", 1, "up", r.Goal(0.95, 0.92))
SLA_0 = r.Face("SLA attainment", "percent", "", 0, "up", r.Goal(0.95, 0.92))
BACKLOG = r.Face("Backlog", "count", "open", 0, "down", r.Goal(400, 430))
CSAT = r.Face("Satisfaction (CSAT)", "percent", "", 0, "up", r.Goal(0.85, 0.8))
COUNT = r.Face("Incidents", "count", "", 0, "band")

TTR_WEEKS = [10.6, 11.2, 10.1, 10.9, 11.8, 12.4, 11.1, 10.4, 9.7, 10.2, 9.9, 10.6, 9.4, 8.3, 7.6]
TTR_WEEKS += [7.9, 7.1, 7.4, 7.2, 6.4]
GROUPS = {"Identity": 0.86, "Network": 0.89, "Applications": 0.92, "End-user computing": 0.94}
GROUPS |= {"Service desk": 0.97}
HOSTILE = '<a href="https://evil.example">click</a> & <b>bold</b>'

NAV = [
    {
        "label": "",
        "items": [
            {"label": "Home", "icon": "home", "url": "/home"},
            {"label": "Dashboards", "icon": "board", "url": "/dashboard", "current": True},
            {"label": "Feedback", "icon": "talk", "url": "/feedback", "count": 7},
            {"label": "Sessions", "icon": "cal", "url": "/sessions"},
            {"label": "Lessons", "icon": "book", "url": "/lessons"},
        ],
    },
    {
        "label": "ACE team",
        "items": [
            {"label": "Discover", "icon": "route", "url": "/discover"},
            {"label": "KPIs", "icon": "gauge", "url": "/kpis"},
            {"label": "Portfolio", "icon": "layers", "url": "/portfolio"},
            {"label": "Reports", "icon": "send", "url": "/reports"},
        ],
    },
]
USER = SimpleNamespace(is_authenticated=True, name="Marit Lund", theme="system")

THREAD = [
    {"kind": "Step", "name": "Resolve", "url": "#", "lit": True},
    {"kind": "Persona", "name": "Service desk lead", "url": "#", "lit": True},
    {"kind": "Question", "name": "Do we keep the SLA?", "url": "#", "lit": True},
    {"kind": "KPI, v3", "name": "Time to resolve", "url": "#", "lit": True},
    {"kind": "Dashboard, v1.4", "name": "Incident service", "url": "/dashboard", "here": True},
    {"kind": "Feedback", "name": "7 open, 31 answered", "url": "#"},
    {"kind": "Release", "name": "Not yet", "url": None},
]

STAGES = ["Problem and KPIs", "Persona and group", "Key features", "Design", "Prototype"]
STAGES += ["Test and validate", "Launch", "Iterate"]


def render(request: HttpRequest, template: str, **context: Any) -> str:
    theme = request.GET.get("theme")
    user = SimpleNamespace(**{**vars(USER), **({"theme": theme} if theme else {})})
    source = (pages_dir() / template).read_text(encoding="utf-8")
    compiled = engines["django"].from_string(source)
    base = {"user": user, "nav": NAV, "search_url": "/search", "messages": []}
    return compiled.render({**base, **context, "nav": context.get("nav", NAV)}, request)


def pages_dir() -> Any:
    from pathlib import Path

    return Path(__file__).parent / "templates"


# Dashboard


def dashboard(request: HttpRequest) -> str:
    scale = 0.8 if request.GET.getlist("group") else 1.0
    weeks = [round(value * scale, 2) for value in TTR_WEEKS]
    trend = data.weekly(weeks, partial=True)
    numbers = [
        (TTR, 7.1 * scale, 8.2, trend),
        (SLA, 0.912, 0.891, data.weekly([0.86, 0.87, 0.88, None, 0.89, 0.9, 0.91, 0.912])),
        (BACKLOG, 412, 470, data.weekly([470, 480, 476, 460, 440, 430, 412], partial=True)),
        (CSAT, 0.87, 0.88, data.weekly([0.86, 0.88, 0.89, 0.88, 0.87])),
    ]
    views = [
        {
            "key": f"n{n}",
            "title": face.name,
            "view": r.number_view(
                face,
                data.figure(value),
                previous=data.figure(before),
                trend=series,
                comparison="vs the 4 weeks before",
            ),
        }
        for n, (face, value, before, series) in enumerate(numbers)
    ]
    opened = data.weekly(
        {
            ("Opened",): [320, 340, 330, 352, 338, 362, 348, 120],
            ("Closed",): [332, 338, 345, 350, 352, 368, 376, 131],
        },
        by=("flow",),
        partial=True,
    )
    lines = data.weekly(
        {
            ("Network",): [120, 118, None, 131, 125, 119],
            ("Applications",): [60, 66, 64, 61, 67, 69],
            ("Identity",): [63, 61, 70, 72, 73, 71],
            (HOSTILE,): [20, 24, 22, 19, 28, 30],
            ("__proto__",): [5, 4, 6, 5, 4, 7],
        },
        by=("group",),
    )
    tiles = [
        chart_tile("trend", "line", TTR, trend, 12, "Six weeks under target since triage"),
        chart_tile("groups", "bar", SLA_0, data.by_category(GROUPS), 5, "Identity costs the SLA"),
        chart_tile("flow", "bar", COUNT, opened, 7, "We close more than we open"),
        chart_tile("lines", "line", COUNT, lines, 12, "Network has most incidents"),
        chart_tile("none", "line", TTR, data.weekly([None, None]), 5, "Nothing yet"),
    ]
    table = r.comparison_table(
        [
            (COUNT, data.by_category({"Access": 350, "Network": 235, "Printing": 107})),
            (SLA_0, data.by_category({"Access": 0.86, "Network": 0.93, "Printing": 0.98})),
            (TTR, data.by_category({"Access": 5.1, "Network": 9.7, "Printing": None})),
        ],
        names=["Category"],
    )
    return render(
        request,
        "dashboard.html",
        title="Incident service",
        crumbs=[{"label": "Dashboards", "url": "/"}, {"label": "Incident service"}],
        thread_nodes=THREAD,
        tabs=[
            {"label": "Figures", "url": "#", "current": True},
            {"label": "Feedback", "url": "#", "count": 7},
            {"label": "Versions", "url": "#", "count": 5},
        ],
        numbers=views,
        tiles=tiles,
        table=table,
        groups=[
            {"value": n, "label": name, "count": 10 * n, "selected": str(n) in chosen(request)}
            for n, name in enumerate(GROUPS, 1)
        ],
        presets=[
            {"value": "4w", "label": "Last 4 weeks", "selected": period(request) == "4w"},
            {"value": "quarter", "label": "This quarter", "selected": period(request) == "quarter"},
        ],
        as_of=timezone.now() - timedelta(hours=3),
    )


def chosen(request: HttpRequest) -> list[str]:
    return request.GET.getlist("group")


def period(request: HttpRequest) -> str:
    return request.GET.get("period", "4w")


def chart_tile(
    key: str, kind: Any, face: r.Face, result: Any, width: int, title: str
) -> dict[str, Any]:
    tile = r.Tile(key, kind, title, f"{face.name}, per week")
    return {
        "tile": tile,
        "width": width,
        "figure": r.figure(tile, face, result),
        "summary": r.summary(face, result),
        "table": r.data_table(face, result),
    }


def explain(request: HttpRequest) -> str:
    return render(request, "explain.html")


# Forms


class ReportForm(forms.Form):
    name = forms.CharField(label="Name", max_length=60)
    dashboard = forms.ChoiceField(
        label="Dashboard",
        choices=[("1", "Incident service, v1.4"), ("2", "Service reviews, v2.0")],
        help_text="With the filters saved as “P1 and P2, last 4 weeks”.",
    )
    cadence = forms.ChoiceField(
        label="How often",
        choices=[("d", "Daily"), ("w", "Weekly"), ("m", "Monthly"), ("c", "On change")],
        widget=forms.RadioSelect,
    )
    first = forms.DateField(label="First day", widget=forms.DateInput)
    share = forms.DecimalField(label="Threshold", help_text="In percent.", required=False)
    to = forms.EmailField(label="To whom", help_text="Anyone can leave with one click.")
    groups = forms.MultipleChoiceField(
        label="Groups",
        choices=[("1", "Service desk leads"), ("2", "Network"), ("3", "Identity")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    tags = forms.MultipleChoiceField(
        label="Tags", choices=[(n, f"Tag {n}") for n in "abcd"], required=False
    )
    note = forms.CharField(label="Note on top", widget=forms.Textarea, required=False)
    query = forms.CharField(
        label="Query", widget=forms.Textarea, initial="SELECT 1\nFROM tickets", required=False
    )
    file = forms.FileField(label="Data", help_text="CSV or XLSX, up to 200 MB.", required=False)
    alert = forms.BooleanField(label="Tell me when it fails", required=False, help_text="By mail.")


def form(request: HttpRequest) -> str:
    bound = ReportForm(
        {
            "name": "Monday figures",
            "dashboard": "1",
            "cadence": "w",
            "to": "kai.brandt",
            "first": "",
            "groups": ["1"],
        }
    )
    crumbs = [{"label": "Reports", "url": "#"}, {"label": "New"}]
    return render(request, "form.html", title="New report", form=bound, crumbs=crumbs)


class SignInForm(forms.Form):
    username = forms.EmailField(label="Email")
    password = forms.CharField(label="Password", widget=forms.PasswordInput)


def sign_in(request: HttpRequest) -> str:
    return (
        engines["django"]
        .get_template("accounts/sign_in.html")
        .render({"form": SignInForm()}, request)
    )


def not_found(request: HttpRequest) -> str:
    return engines["django"].get_template("404.html").render({"user": None}, request)


def refused(request: HttpRequest) -> str:
    return render(request, "refused.html", message="Only Ana Ruiz may publish this version.")


# Everything else


def parts(request: HttpRequest) -> str:
    note = [
        Message(constants.SUCCESS, "Version 1.5 is live."),
        Message(constants.ERROR, "The source refused the password. Figures are from 06:00."),
        Message(constants.INFO, "You are looking at a preview."),
    ]
    return render(
        request,
        "parts.html",
        title="Change calendar",
        crumbs=[{"label": "Portfolio", "url": "#"}, {"label": "Change calendar"}],
        messages=note,
        thread_nodes=THREAD,
        page=Paginator(range(380), 20).page(7),
        now=timezone.now(),
        earlier=timezone.now() - timedelta(minutes=5),
        stages=[
            {"number": n, "name": name, "note": "Passed 3 Aug", "url": "#", "done": n < 4}
            | ({"here": True, "part": 60, "note": "3 of 5 checks"} if n == 4 else {})
            | ({"note": "Not started"} if n > 4 else {})
            for n, name in enumerate(
                [
                    "Problem and KPIs",
                    "Persona",
                    "Features",
                    "Design",
                    "Prototype",
                    "Validate",
                    "Launch",
                    "Iterate",
                ],
                1,
            )
        ],
        checks=[
            {"kind": "bad", "text": "SUS 68 or more", "value": "64, n 6"},
            {"kind": "watch", "text": "No open severity 1", "value": "1 open", "url": "#"},
            {"kind": "none", "text": "Sign-off by somebody else", "value": "not asked"},
            {"kind": "good", "text": "Counts reconcile with the source", "value": "12 of 12"},
        ],
        facts=[("Missed by", "130 incidents"), ("Date used", "Closed at"), ("Version", "v2", "#")],
        changes=[
            {"kind": "changed", "what": "Target", "before": "8 h or less", "after": "7 h or less"},
            {"kind": "added", "what": "Filter by resolver group"},
            {"kind": "removed", "what": "Tile “Reopened”"},
        ],
    )


def blueprint(request: HttpRequest) -> str:
    return render(
        request, "blueprint.html", title="Incident, as is", crumbs=[{"label": "Discover"}]
    )


def home(request: HttpRequest) -> str:
    view = r.number_view(TTR, data.figure(7.1), previous=data.figure(8.2))
    return render(request, "home.html", title="Good morning, Marit", view=view)


PAGES: dict[str, Callable[[HttpRequest], str]] = {
    "dashboard": dashboard,
    "explain": explain,
    "form": form,
    "sign-in": sign_in,
    "not-found": not_found,
    "refused": refused,
    "parts": parts,
    "blueprint": blueprint,
    "home": home,
}
