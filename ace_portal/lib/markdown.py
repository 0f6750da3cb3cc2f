"""Text that people write in Markdown, as HTML that cannot do harm."""

from __future__ import annotations

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
_TAGS = {
    "a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto"}
_WORDS = {"text", "code_inline", "code_block", "fence"}


def to_line(text: str) -> str:
    """The words alone, in one line: for lists, titles and the short text of a notification."""
    words = []
    for token in _MARKDOWN.parse(text):
        inner = token.children if token.children is not None else [token]
        words += [one.content if one.type in _WORDS else _gap(one.type) for one in inner] + [" "]
    return " ".join("".join(words).split())


def _gap(kind: str) -> str:
    """What stands for markup: a line's end parts words, emphasis in the midst of them does not."""
    return " " if kind in {"softbreak", "hardbreak"} else ""


def to_html(text: str) -> SafeString:
    """Markup typed by people is text, pictures stay away, links say nothing of where we are."""
    # A page has its own headings above: those of the text begin below them.
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
    raw = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    clean = nh3.clean(
        raw,
        tags=_TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)
