"""What others saved before a form was sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ace_portal.lib.errors import Conflict
from dashboards.content.models import Version


class Theirs:
    """A save, and what others saved before it: a form keeps what was typed and shows both."""

    def __init__(self, call: Callable[..., Version]) -> None:
        self.call = call
        self.refused: Conflict | None = None

    def save(self, **given: Any) -> Version:
        try:
            return self.call(**given)
        except Conflict as error:
            self.refused = error
            raise

    @property
    def details(self) -> dict[str, Any]:
        return self.refused.details if self.refused is not None else {}
