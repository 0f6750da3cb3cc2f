"""YAML as people keep it in a repository: written so that it reads back, read without surprises."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

import yaml
from django.utils.translation import gettext as _
from yaml.nodes import MappingNode, Node, ScalarNode
from yaml.resolver import Resolver

from ace_portal.lib.errors import Invalid

MOST = 300_000  # characters
BOOL, INT, TIMESTAMP = (f"tag:yaml.org,2002:{kind}" for kind in ("bool", "int", "timestamp"))


class _Reader(yaml.SafeLoader):
    """Like YAML 1.2: only true and false are truth values, a day is a text, 12:30 is no number.

    Nothing is named twice and nothing is an alias, so a short text stays a short value.
    """

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        if self.check_event(yaml.AliasEvent):
            peek: Any = self.peek_event
            told = _("another entry is meant here: write it out")
            raise yaml.MarkedYAMLError(None, None, told, peek().start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        known = set()
        for key, _value in node.value:
            name = key.value if isinstance(key, ScalarNode) else ""
            if key.tag == "tag:yaml.org,2002:merge" or not isinstance(key, ScalarNode):
                raise yaml.MarkedYAMLError(None, None, _("this is no name"), key.start_mark)
            if name in known:
                told = _("“%(name)s” stands here twice") % {"name": name}
                raise yaml.MarkedYAMLError(None, None, told, key.start_mark)
            known.add(name)
        return super().construct_mapping(node, deep)


_Reader.yaml_implicit_resolvers = {
    first: [(tag, shape) for tag, shape in shapes if tag not in {BOOL, INT, TIMESTAMP}]
    for first, shapes in Resolver.yaml_implicit_resolvers.items()
}
_Reader.add_implicit_resolver(BOOL, re.compile(r"^(?:true|false)$"), list("tf"))
_Reader.add_implicit_resolver(INT, re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789"))


#: what other programs take for the end of a line: such a text is written with escapes
_BREAKS = re.compile("[\x85\u2028\u2029]")


class _Writer(yaml.SafeDumper):
    """Text of several lines stands as it is read."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(writer: yaml.SafeDumper, text: str) -> ScalarNode:
    style = '"' if _BREAKS.search(text) else "|" if "\n" in text else None
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(str, _text)


def dump(value: Any) -> str:
    """Plain values (dicts, lists, texts, numbers, truth values, None), in the order given."""
    return str(yaml.dump(value, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=100))


def load(text: str, *, field: str = "text") -> Any:
    """The value that a text spells; raises ``Invalid`` with the line where it does not."""
    if len(text) > MOST:
        raise Invalid(
            _("At most %(most)s characters are read.") % {"most": f"{MOST:,}"}, field=field
        )
    try:
        return yaml.load(text, Loader=_Reader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        told = {"line": line, "what": error.problem or error.context or ""}
        raise Invalid(_("Line %(line)d: %(what)s.") % told, field=field) from error
    except yaml.YAMLError as error:
        raise Invalid(_("This is no YAML: %(what)s") % {"what": error}, field=field) from error
    except (RecursionError, ValueError, OverflowError) as error:
        raise Invalid(_("This is nested too deep, or a number too long."), field=field) from error
