"""The pieces that pages are made of. Each tag's markup is in ``templates/components``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField, Form
from django.forms import widgets as w
from django.template import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ace_portal.lib.cells import rows_html

register = template.Library()

# What fits beside "More" on a phone.
BOTTOM_BAR = 4

STATUS_ICONS = {"good": "good", "watch": "watch", "bad": "bad", "none": "none", "live": "live"}
MESSAGE_ICONS = {"success": "good", "warning": "watch", "error": "bad"}
NOTICE_ICONS = {"bad": "bad", "watch": "watch", "none": "info"}
DELTA_ICONS = {"up": "up", "down": "dn", "flat": "flat"}
CHANGE_ICONS = {"added": "plus", "removed": "minus", "changed": "edit"}


# Small parts


@register.simple_tag
def icon(name: str, label: str = "", size: int = 16) -> SafeString:
    """An icon of the sprite; with ``label`` it speaks, without it is decoration."""
    css = "icon" if size == 16 else f"icon icon--{size}"
    voice = format_html('role="img" aria-label="{}"', label) if label else 'aria-hidden="true"'
    return format_html(
        '<svg class="{}" {}><use href="{}#i-{}"/></svg>',
        css,
        mark_safe(voice),
        static("icons.svg"),
        name,
    )


@register.inclusion_tag("components/status.html")
def status(kind: str, word: str, *, pill: bool = False, icon: str = "") -> dict[str, Any]:
    """good, watch, bad, none or live: always an icon and a word."""
    name = icon or STATUS_ICONS.get(kind, "none")
    return {"kind": kind, "word": word, "pill": pill, "icon_name": name}


@register.inclusion_tag("components/delta.html")
def delta(text: str, direction: str, tone: str = "none", note: str = "") -> dict[str, Any]:
    """A change: which way (up, down, flat) and whether that is good, bad or neither."""
    words = {"up": _("up"), "down": _("down"), "flat": _("unchanged")}
    return {
        "text": text,
        "tone": tone,
        "note": note,
        "icon_name": DELTA_ICONS.get(direction, "flat"),
        "word": words.get(direction, ""),
    }


@register.inclusion_tag("components/avatar.html")
def avatar(name: str, *, size: int = 24, me: bool = False) -> dict[str, Any]:
    parts = [part for part in str(name).replace("-", " ").split() if part[0].isalnum()]
    initials = "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper()
    return {"initials": initials or "?", "size": size, "me": me}


@register.simple_tag
def when(value: datetime | date | None, how: str = "relative", empty: str = "–") -> SafeString:
    """A moment: relative ("5 minutes ago"), "date" or "time", exact in the title.

    Shown in the reader's zone, which the current time zone is.
    """
    if value is None:
        return format_html('<span class="mute">{}</span>', empty)
    if not isinstance(value, datetime):
        return format_html(
            '<time datetime="{}">{}</time>', value.isoformat(), formats.date_format(value, "j M Y")
        )
    local = timezone.localtime(value)
    exact = f"{formats.date_format(local, 'D j M Y, H:i')} {timezone.get_current_timezone_name()}"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.astimezone(UTC).isoformat(timespec="seconds"),
        exact,
        _moment(local, how),
    )


def _moment(local: datetime, how: str) -> str:
    now = timezone.localtime()
    day = "j M" if local.year == now.year else "j M Y"
    if how == "date":
        return str(formats.date_format(local, day))
    if how == "time":
        return str(formats.date_format(local, f"{day}, H:i"))
    return relative(local, now)


def relative(value: datetime, now: datetime) -> str:
    """How long ago, or how soon, in the largest unit that fits; beyond a week it is the date."""
    distance = abs(now - value)
    ahead = value > now
    if distance < timedelta(minutes=1):
        return _("in a moment") if ahead else _("just now")
    if distance < timedelta(hours=1):
        n = int(distance.total_seconds() // 60)
        if ahead:
            return ngettext("in %(n)d minute", "in %(n)d minutes", n) % {"n": n}
        return ngettext("%(n)d minute ago", "%(n)d minutes ago", n) % {"n": n}
    days = (value.date() - now.date()).days
    clock = value.strftime("%H:%M")
    if days == 0:
        return _("today, %(time)s") % {"time": clock}
    if days == 1:
        return _("tomorrow, %(time)s") % {"time": clock}
    if days == -1:
        return _("yesterday, %(time)s") % {"time": clock}
    if 1 < days < 8:
        return ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}
    if -8 < days < -1:
        return ngettext("%(n)d day ago", "%(n)d days ago", -days) % {"n": -days}
    day = "j M" if value.year == now.year else "j M Y"
    return str(formats.date_format(value, day))


@register.inclusion_tag("components/progress.html")
def progress(
    label: str,
    value: float | None = None,
    maximum: float = 100,
    note: str = "",
    *,
    bad: bool = False,
) -> dict[str, Any]:
    """How far long work has come; without ``value`` it only says that it runs."""
    return {"label": label, "value": value, "max": maximum, "note": note, "bad": bad}


# The way around


@register.inclusion_tag("components/rail.html", takes_context=True)
def rail(context: Context, groups: Sequence[Mapping[str, Any]] | None) -> dict[str, Any]:
    """The navigation: a rail, and on a phone a bottom bar whose rest is behind "More"."""
    groups = groups or []
    first = groups[0]["items"] if groups else []
    fits = len(groups) < 2 and len(first) <= BOTTOM_BAR + 1
    bar = first if fits else first[:BOTTOM_BAR]
    rest: list[Mapping[str, Any]] = []
    if not fits:
        rest = [{"label": "", "items": first[BOTTOM_BAR:]}, *groups[1:]]
    return {
        "request": context.get("request"),
        "groups": groups,
        "bar": bar,
        "rest": [group for group in rest if group["items"]],
        "zone": timezone.get_current_timezone_name(),
        "rest_current": any(item.get("current") for group in rest for item in group["items"]),
    }


@register.inclusion_tag("components/crumbs.html")
def crumbs(items: Iterable[Mapping[str, Any]] | None) -> dict[str, Any]:
    """Where I am: ``{label, url}`` from the top down; the last one has no need of a url."""
    return {"items": list(items or [])}


@register.inclusion_tag("components/tabs.html")
def tabs(items: Iterable[Mapping[str, Any]], label: str = "") -> dict[str, Any]:
    """``{label, url, current, count}`` each."""
    return {"items": items, "label": label or _("Sections")}


@register.inclusion_tag("components/thread.html")
def thread(nodes: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """From step to release: ``{kind, name, url, lit, here}`` each."""
    return {"nodes": nodes}


@register.inclusion_tag("components/stages.html")
def stages(items: Iterable[Mapping[str, Any]], label: str = "") -> dict[str, Any]:
    """``{number, name, note, url, done, here, part}`` each; ``part`` is 0 to 100 of the present."""
    return {"items": items, "label": label or _("Stages")}


@register.inclusion_tag("components/checks.html")
def checks(items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """``{kind, text, value, need, url}`` each; kind is good, watch, bad or none."""
    words = {"good": _("Met"), "watch": _("Open"), "bad": _("Not met"), "none": _("Not started")}
    return {"items": [{**item, "word": item.get("word") or words[item["kind"]]} for item in items]}


@register.inclusion_tag("components/facts.html")
def facts(rows: Iterable[Sequence[Any]], *, side: bool = False) -> dict[str, Any]:
    """A definition list of (term, value) or (term, value, url)."""
    cells = [(row[0], row[1], row[2] if len(row) > 2 else "") for row in rows]
    return {"rows": cells, "side": side}


@register.inclusion_tag("components/changes.html")
def changes(items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Differences in words: ``{kind, what, before, after}``; kind is added, removed or changed."""
    words = {"added": _("Added"), "removed": _("Removed"), "changed": _("Changed")}
    return {
        "items": [
            {**item, "icon_name": CHANGE_ICONS[item["kind"]], "word": words[item["kind"]]}
            for item in items
        ]
    }


@register.inclusion_tag("components/empty.html")
def empty(
    title: str, text: str = "", action: str = "", url: str = "", *, level: int = 2
) -> dict[str, Any]:
    """What this place is for and the next step."""
    return {"title": title, "text": text, "action": action, "url": url, "level": level}


@register.inclusion_tag("components/notice.html")
def notice(kind: str, text: str, action: str = "", url: str = "") -> dict[str, Any]:
    """Something that the reader of this page must know: bad, watch or none."""
    name = NOTICE_ICONS.get(kind, "info")
    return {"kind": kind, "text": text, "action": action, "url": url, "icon_name": name}


@register.inclusion_tag("components/messages.html")
def message_list(messages: Iterable[Any]) -> dict[str, Any]:
    items = [
        {
            "text": message,
            "kind": (message.level_tag or "info"),
            "icon_name": MESSAGE_ICONS.get(message.level_tag, "info"),
        }
        for message in messages or []
    ]
    return {"items": items}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any], name: str = "page") -> dict[str, Any]:
    """The pages of a list; keeps the rest of the query string."""
    request = context.get("request")
    query = request.GET.copy() if request is not None else None

    def link(number: int) -> str:
        if query is None:
            return f"?{name}={number}"
        query[name] = str(number)
        return f"?{query.urlencode()}"

    numbers = [
        {"number": n, "url": link(n) if isinstance(n, int) else "", "current": n == page.number}
        for n in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]
    return {
        "page": page,
        "numbers": numbers,
        "previous": link(page.previous_page_number()) if page.has_previous() else "",
        "next": link(page.next_page_number()) if page.has_next() else "",
    }


# Boxes around a page's own markup


@register.simple_block_tag
def card(
    content: str,
    title: str = "",
    note: str = "",
    *,
    id: str = "",
    level: int = 2,
    url: str = "",
    action: str = "",
    kind: str = "",
) -> SafeString:
    """A surface with a heading, a note or a link at its end, and the content of the block."""
    return render_to_string(
        "components/card.html",
        {
            "content": content,
            "title": title,
            "note": note,
            "id": id,
            "level": level,
            "url": url,
            "action": action,
            "kind": kind,
        },
    )


@register.simple_block_tag
def menu(content: str, label: str, *, icon: str = "more", button: str = "") -> SafeString:
    """A button that opens a sheet of ``menu_item`` and ``menu_post``; ``label`` says of what."""
    return render_to_string(
        "components/menu.html",
        {"content": content, "label": label, "icon_name": icon, "button": button},
    )


@register.inclusion_tag("components/menu_item.html")
def menu_item(label: str, url: str, *, icon: str = "", key: str = "", panel: bool = False) -> Any:
    """A link in a menu; ``key`` is its shortcut, ``panel`` opens it beside the page."""
    return {"label": label, "url": url, "icon_name": icon, "key": key, "panel": panel}


@register.inclusion_tag("components/menu_post.html", takes_context=True)
def menu_post(
    context: Context, label: str, url: str, *, icon: str = "", name: str = "", value: str = ""
) -> dict[str, Any]:
    """A deed in a menu: a form with one button."""
    return {
        "csrf_token": context.get("csrf_token", ""),
        "label": label,
        "url": url,
        "icon_name": icon,
        "name": name,
        "value": value,
    }


# Forms


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, kind: str = "", *, short: bool = False) -> dict[str, Any]:
    """Label above, control, error, help below.

    ``kind`` overrides the look that the widget suggests: "segment" for radio buttons side by side,
    "upload" for a drop zone, "code" for a query, "box" for a long list of choices.
    """
    look = kind or _look(bound.field.widget)
    return {
        "field": bound,
        "look": look,
        "short": short,
        "control": _control(bound, look),
        "options": list(bound) if look in {"choices", "box", "segment"} else [],
        "many": isinstance(bound.field.widget, w.CheckboxSelectMultiple),
    }


def _look(widget: w.Widget) -> str:
    if isinstance(widget, w.RadioSelect | w.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, w.CheckboxInput):
        return "check"
    if isinstance(widget, w.SelectMultiple):
        return "multiple"
    if isinstance(widget, w.Select):
        return "select"
    if isinstance(widget, w.FileInput):
        return "file"
    return "textarea" if isinstance(widget, w.Textarea) else "input"


_CLASSES = {
    "input": "input",
    "textarea": "input",
    "code": "input input--code",
    "select": "select",
    "multiple": "select",
    "file": "input input--file",
    "upload": "upload__input",
}


def _control(bound: BoundField, look: str) -> str:
    widget = bound.field.widget
    attrs: dict[str, Any] = {}
    if look in _CLASSES:
        attrs["class"] = " ".join(filter(None, [_CLASSES[look], widget.attrs.get("class", "")]))
    if look == "code":
        attrs |= {"spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}
    if look == "textarea":
        attrs["rows"] = widget.attrs.get("rows", 4) if widget.attrs.get("rows") != "10" else 4
    if look in {"choices", "box", "segment"}:
        return ""
    if type(widget) is w.DateInput:
        # The browser's own calendar wants ISO dates, whatever the language of the page.
        widget = w.DateInput({**widget.attrs, "type": "date"}, format="%Y-%m-%d")
    elif type(widget) is w.TimeInput:
        widget = w.TimeInput({**widget.attrs, "type": "time"}, format="%H:%M")
    elif type(widget) is w.DateTimeInput:
        widget = w.DateTimeInput(
            {**widget.attrs, "type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
        )
    return bound.as_widget(widget, attrs=attrs)


@register.inclusion_tag("components/fields.html")
def fields(form: Form) -> dict[str, Any]:
    """Every field of a form, the hidden ones too."""
    return {"form": form}


@register.inclusion_tag("components/form_errors.html")
def form_errors(form: Form) -> dict[str, Any]:
    """What is wrong, on top of a form, each error with a link to its field."""
    listed = [
        {"field": bound, "label": bound.label, "id": bound.id_for_label, "text": error}
        for bound in form.visible_fields()
        for error in bound.errors
    ]
    general = list(form.non_field_errors())
    general += [error for bound in form.hidden_fields() for error in bound.errors]
    return {"general": general, "listed": listed, "count": len(general) + len(listed)}


# Figures


@register.inclusion_tag("components/chart.html")
def chart(
    key: str, figure: Mapping[str, Any] | None, summary: str, table: Any = None, height: int = 0
) -> dict[str, Any]:
    """A plotly figure as data, in words, and as a table.

    ``figure`` is what ``dashboards.rendering.figure`` returns, ``table`` what ``data_table`` does.
    """
    layout = (figure or {}).get("layout", {})
    return {
        "key": key,
        "figure": figure,
        "summary": summary,
        "table": table,
        "height": height or layout.get("height", 280),
        "data": _json_block(figure) if figure else "",
    }


def _json_block(value: Any) -> SafeString:
    """JSON that may stand inside a script element: no character of it can end the element."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    for sign, escape in (("&", "\\u0026"), ("<", "\\u003C"), (">", "\\u003E")):
        text = text.replace(sign, escape)
    return mark_safe(text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


@register.inclusion_tag("components/figure.html")
def number(view: Any) -> dict[str, Any]:
    """A big number: ``dashboards.rendering.NumberView``."""
    return {"view": view}


@register.inclusion_tag("components/spark.html")
def spark(view: Any, *, word: str = "") -> dict[str, Any]:
    """A line without axes: ``dashboards.rendering.Spark``."""
    return {"spark": view, "word": word}


@register.inclusion_tag("components/data_table.html")
def data_table(table: Any, *, caption: str = "", bars: bool = False) -> dict[str, Any]:
    """``dashboards.rendering.Table``, with bars in the cells if asked."""
    body = rows_html(table.rows, bars=bars)
    return {"table": table, "caption": caption, "body": body}


# Filters


@register.inclusion_tag("components/filter_choice.html")
def filter_choice(
    name: str, label: str, options: Sequence[Mapping[str, Any]], *, find_from: int = 9
) -> dict[str, Any]:
    """Choose any of many: ``{value, label, count, selected}`` each. None chosen means all."""
    chosen = [option for option in options if option.get("selected")]
    return {
        "name": name,
        "label": label,
        "options": options,
        "chosen": chosen,
        "find": len(options) >= find_from,
    }


@register.inclusion_tag("components/filter_range.html")
def filter_range(
    label: str,
    presets: Sequence[Mapping[str, Any]],
    *,
    name: str = "period",
    start: date | None = None,
    end: date | None = None,
    shown: str = "",
) -> dict[str, Any]:
    """A stretch of time: presets ``{value, label, selected}`` or own dates, both ends included."""
    chosen = [preset["label"] for preset in presets if preset.get("selected")]
    return {
        "label": label,
        "presets": presets,
        "name": name,
        "start": start.isoformat() if start else "",
        "end": end.isoformat() if end else "",
        "own": not chosen,
        "shown": shown or (chosen[0] if chosen else ""),
    }
