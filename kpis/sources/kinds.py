"""What every kind of file source can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from kpis.sources.base import Caps, LoadReport, Progress, ignore
from kpis.sources.reading import Profile, Reading


class FileSource(ABC):
    """One kind of file: look at it first, then load it with the answers of a person."""

    kind: ClassVar[str]
    label: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]]
    answers: ClassVar[tuple[str, ...]]
    """What a person may say about such a file; everything else is seen in it."""
    cutting: ClassVar[tuple[str, ...]] = ()
    """Of these, what decides which columns there are."""
    sensed: ClassVar[tuple[str, ...]] = ()
    """Of these, what each file shows by itself, so that the answer for another does not count."""

    def kind_of(self, profile: Profile) -> str:
        """The kind by what was seen, where it is narrower than the one that was guessed."""
        return self.kind

    @abstractmethod
    def options(self, data: Mapping[str, Any]) -> Reading:
        """Options from their stored form; Invalid names the wrong one."""

    @abstractmethod
    def profile(
        self, path: Path, options: Reading | None = None, *, caps: Caps | None = None
    ) -> Profile:
        """What the file seems to hold, why, and what a person must still say."""

    @abstractmethod
    def profile_from_json(self, data: Mapping[str, Any]) -> Profile:
        """A profile from its stored form."""

    @abstractmethod
    def check(self, path: Path, options: Reading, *, caps: Caps | None = None) -> None:
        """Raise the refusal that a load of the file with these options would."""

    @abstractmethod
    def load(
        self,
        path: Path,
        options: Reading,
        target: Path,
        progress: Progress = ignore,
        *,
        caps: Caps | None = None,
        memory_mb: int = 512,
    ) -> LoadReport:
        """Turn the file into Parquet at ``target``, or leave nothing there."""
