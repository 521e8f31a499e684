"""Differences between old and new facts, by the names of the columns."""

from collections.abc import Iterable, Mapping
from typing import Any


def differing(present: object, wanted: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    """Those of the names under which `present` says something else than is wanted. Lists say the same in any order."""
    return [name for name in names if not _same(getattr(present, name), wanted[name])]


def _same(present: Any, wanted: Any) -> bool:
    return sorted(present) == sorted(wanted) if isinstance(wanted, list) else bool(present == wanted)
