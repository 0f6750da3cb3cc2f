"""What a third party's script does on its way in, done with less."""

from __future__ import annotations

import re

#: The libraries within plotly.js ask the engine five things by having something thrown: how a
#: strict function hides its callee, what errors inherit from, whether Reflect.apply looks at its
#: arguments, what is a regular expression, whether Object.assign goes on after a fault (in browsers
#: of 2015). Each time V8 reads the whole bundle again to say where that was: half of what the
#: first visit waits for. The answers are had without a throw, or the older way of asking is taken.
PROBES = (
    (
        re.compile(
            r"try\{return arguments\.callee,(\w+)\}catch\(\w+\)"
            r"\{(try\{return \w+\(arguments,\"callee\"\)\.get\}catch\(\w+\)\{return \1\})\}"
        ),
        r"\2",
    ),
    (
        re.compile(r"try\{null\.error\}catch\((\w+)\)\{(\w+)=(\w+)\(\3\(\1\)\)"),
        r"{\2=Error.prototype",
    ),
    (
        re.compile(
            r"if\(typeof (\w+)==\"function\"&&typeof Object\.defineProperty==\"function\"\)"
            r"(?=try\{\w+=Object\.defineProperty\(\{\},\"length\")"
        ),
        "if(!1)",
    ),
    (re.compile(r";\w+\?(?=\(\w+=\w+\(\"RegExp\.prototype\.exec\"\))"), ";!1?"),
    (
        re.compile(
            r"var \w+=Object\.preventExtensions\(\{1:2\}\);try\{Object\.assign\(\w+,\"xy\"\)\}"
            r"catch\(\w+\)\{return \w+\[1\]===\"y\"\}return!1"
        ),
        "return!1",
    ),
)
#: A function in brackets is compiled while the bundle still comes, by another thread; one without
#: is left until it is called, and then all of it is read once more.
WHOLE = re.compile(
    r"(: this, )(\(\) => \{\n\"use strict\";var Plotly=.*\nreturn Plotly;\n\})(?=\)\);\s*$)", re.S
)


def quiet(script: bytes) -> bytes:
    """The script, asking without a throw and compiled while it comes; another stays as it is."""
    text = script.decode()
    for probe, instead in PROBES:
        text = probe.sub(instead, text)
    return WHOLE.sub(r"\1(\2)", text).encode()
