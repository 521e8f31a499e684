"""A run over everything that waits, in two steps: a preview shows what it would do, and only what was shown is done."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, Protocol, TypeVar

from marketplace.kernel.errors import ChangedMeanwhile

Seen = Mapping[int, tuple[int, int]]
"""The content of a preview: key of a facility or coordinator → (lines, cents)."""


class Row(Protocol):
    """The effect of the run for one facility or coordinator; none while it is not `ready`."""

    @property
    def key(self) -> int: ...

    @property
    def lines(self) -> int: ...

    @property
    def cents(self) -> int: ...

    @property
    def ready(self) -> bool: ...


R = TypeVar("R", bound=Row)


class PreviewChanged(ChangedMeanwhile):
    """Something was approved, run or held since the preview was made. Nothing was done."""


@dataclass(frozen=True)
class Preview(Generic[R]):
    """The effect of the run for everything worked up to `until`."""

    until: date
    rows: tuple[R, ...]

    @property
    def ready(self) -> tuple[R, ...]:
        return tuple(row for row in self.rows if row.ready)

    @property
    def waiting(self) -> tuple[R, ...]:
        return tuple(row for row in self.rows if not row.ready)

    @property
    def cents(self) -> int:
        """The total of the run, in cents."""
        return sum(row.cents for row in self.ready)

    @property
    def seen(self) -> dict[int, tuple[int, int]]:
        """The content of this preview, to be handed to the run."""
        return {row.key: (row.lines, row.cents) for row in self.ready}

    def differs(self, seen: Seen, only: Collection[int] | None) -> bool:
        """Whether this is no longer what was `seen`, for those in `only`, or for everybody."""
        now = self.seen
        chosen = set(only) if only is not None else set(seen) | set(now)
        return any(now.get(key) != seen.get(key) for key in chosen)
