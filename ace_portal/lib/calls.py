"""How Python keeps its frames."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

#: Slots of eight bytes. Memory is taken in powers of two, and what such a frame leaves of half a
#: megabyte, some two hundred kilobytes, holds all calls beneath it.
SLOTS = 40_000


def roomy(call: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """``call`` with room beneath it for deep calls.

    CPython 3.11 keeps the frames of a thread in pieces of 16 kB, takes the next from the system
    when one is full and gives it back as soon as it is empty. A loop that happens to run on the
    edge of a piece does so at every turn: templates did, some thousand times a page. A frame that
    asks for much gets a piece to match, and the edge is far away.
    """

    def with_room(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        return call(*args, **kwargs)

    with_room.__code__ = with_room.__code__.replace(co_stacksize=SLOTS)
    update_wrapper(with_room, call)
    return with_room
