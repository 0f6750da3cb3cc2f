"""The rows of a table of figures as HTML.

A page of charts carries hundreds of them; as a template they took most of its time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from ace_portal.lib.ui.parts import icon


def rows_html(rows: Iterable[Iterable[Any]], *, bars: bool) -> SafeString:
    """Rows of ``dashboards.rendering.Cell``; the first of each heads its row."""
    return mark_safe("".join(f"<tr>{_row(row, bars=bars)}</tr>" for row in rows))


def _row(cells: Iterable[Any], *, bars: bool) -> str:
    first, *rest = cells
    head = f'<th scope="row">{_text(first)}{_note(first)}</th>'
    return head + "".join(_cell(cell, bars=bars) for cell in rest)


def _cell(cell: Any, *, bars: bool) -> str:
    start = '<td class="table__num">' if cell.numeric else "<td>"
    if cell.heat:
        start = format_html('<td class="table__num table__heat--{}">', cell.heat)
    if bars and cell.share is not None:
        inside: str = _bar(cell)
    elif cell.reason:
        inside = format_html(
            '<span title="{}">{}<span class="sr"> {}</span></span>',
            cell.reason, cell.text, cell.reason,
        )  # fmt: skip
    else:
        inside = _text(cell)
    return f"{start}{inside}{_note(cell)}</td>"


def _text(cell: Any) -> str:
    """As a link where one can choose the value; ``data-mark`` lets a chart's marks follow it."""
    if not cell.link:
        return escape(cell.text)
    here = mark_safe(' aria-current="true"') if cell.chosen else ""
    return format_html('<a href="{}" data-mark{}>{}</a>', cell.link, here, cell.text)


def _bar(cell: Any) -> str:
    muted = " chart__bar--muted" if cell.muted else ""
    mark: str = ""
    if cell.target is not None:
        mark = format_html(
            '<line class="cellbar__mark" x1="{}%" x2="{}%" y1="-3" y2="11"/>',
            cell.target, cell.target,
        )  # fmt: skip
    return format_html(
        '<div class="cellbar"><span>{}</span><svg aria-hidden="true">'
        '<rect class="chart__track" width="100%" height="8" rx="2"/>'
        '<rect class="chart__bar{}" width="{}%" height="8" rx="2"/>{}</svg></div>',
        cell.text, muted, cell.share, mark,
    )  # fmt: skip


def _note(cell: Any) -> str:
    note: str = format_html(' <span class="mute">{}</span>', cell.note) if cell.note else ""
    if not cell.odd:
        return note
    return note + format_html(
        ' <span class="status status--watch table__odd">{}{}</span>', icon("bolt"), cell.odd
    )
