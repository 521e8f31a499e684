"""The question as it is put: which shifts are open, who is there, who may take what, and how well it would fit.

An instance is a file of arrays (`.npz`). Times are whole minutes from any common start; a slot is one shift, with a
headcount of seats.

    slot_start, slot_end, slot_priority, slot_headcount, slot_week       one entry a slot
    coordinator_rest        minutes that must lie between two shifts     one entry a coordinator
    coordinator_minutes     minutes still allowed: coordinators × weeks; a slot counts in the week in which it starts
    pair_slot, pair_coordinator, pair_score                              one entry an eligible pair
    coordinator_activation  (optional) points lost for each coordinator used at all
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marketplace.kernel import Invalid
from marketplace.matching.constants import PRIORITY_POINTS

Integers = NDArray[np.int64]

MOST_POINTS = 2**42
"""All values of an instance together stay below this, so that sums of prices (multiples of 1/1024) are exact in a float."""


@dataclass(frozen=True, eq=False)
class Instance:
    """The arrays of the module's docstring, all of them int64, checked when they are put together."""

    slot_start: Integers
    slot_end: Integers
    slot_priority: Integers
    slot_headcount: Integers
    slot_week: Integers
    coordinator_rest: Integers
    coordinator_minutes: Integers
    pair_slot: Integers
    pair_coordinator: Integers
    pair_score: Integers
    coordinator_activation: Integers | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            given = getattr(self, field.name)
            if given is not None or field.name != "coordinator_activation":
                object.__setattr__(self, field.name, _whole_numbers(field.name, given))
        _check_shapes(self)
        _check_contents(self)

    @property
    def slots(self) -> int:
        return len(self.slot_start)

    @property
    def coordinators(self) -> int:
        return len(self.coordinator_rest)

    @property
    def pairs(self) -> int:
        return len(self.pair_slot)

    @property
    def weeks(self) -> int:
        return int(self.coordinator_minutes.shape[1])

    @property
    def seats(self) -> int:
        """Seats of all slots together, whether or not anybody may take them."""
        return int(self.slot_headcount.sum())

    @property
    def pair_value(self) -> Integers:
        """Points each pair adds to a plan: 10,000 × priority + score."""
        return PRIORITY_POINTS * self.slot_priority[self.pair_slot] + self.pair_score

    @property
    def fixed_cost(self) -> Integers:
        """Points lost for each coordinator used at all; zeros when the instance has none."""
        if self.coordinator_activation is None:
            return np.zeros(self.coordinators, np.int64)
        return self.coordinator_activation

    @classmethod
    def load(cls, path: str | Path) -> Instance:
        """Read an instance file. Raises `Invalid` with one sentence when it is not one."""
        arrays = read_arrays(path)
        wanted = {field.name for field in fields(cls)}
        missing = sorted(wanted - arrays.keys() - {"coordinator_activation"})
        if missing:
            raise Invalid(f"{path} lacks the arrays {', '.join(missing)}.")
        return cls(**{name: array for name, array in arrays.items() if name in wanted})

    def save(self, path: str | Path) -> None:
        """Write an instance file."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        write_arrays(path, {name: array for name, array in given.items() if array is not None})


def read_arrays(path: str | Path) -> dict[str, NDArray[Any]]:
    """All arrays of an `.npz` file. Raises `Invalid` when it cannot be read as one."""
    try:
        file = np.load(path, allow_pickle=False)
        if isinstance(file, np.ndarray):
            raise Invalid(f"{path} holds one array, not a set of named ones: write it with numpy.savez.")
        with file:
            return {name: file[name] for name in file.files}
    except FileNotFoundError:
        raise Invalid(f"There is no file {path}.") from None
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as problem:
        raise Invalid(f"{path} cannot be read as arrays of numpy (.npz).") from problem


def plan_value(instance: Instance, pairs: Integers) -> int:
    """The value of a plan in points: 10,000 × priority + score of its pairs, less the fixed cost of each coordinator used."""
    pairs = np.asarray(pairs, np.int64)
    used = np.unique(instance.pair_coordinator[pairs])
    return int(instance.pair_value[pairs].sum() - instance.fixed_cost[used].sum())


def _whole_numbers(name: str, given: Any) -> Integers:
    array = np.asarray(given)
    if array.size and array.dtype.kind not in "iu":
        raise Invalid(f"{name} must hold whole numbers.", name)
    if array.size and (array.max() >= 2**62 or array.min() <= -(2**62)):
        raise Invalid(f"{name} holds numbers that are too large.", name)
    return np.ascontiguousarray(array, dtype=np.int64)


def _check_shapes(instance: Instance) -> None:
    for kind in ("slot", "coordinator", "pair"):
        names = [field.name for field in fields(instance) if field.name.startswith(kind + "_")]
        length = len(np.atleast_1d(getattr(instance, names[0])))
        for name in names:
            array = getattr(instance, name)
            dimensions = 2 if name == "coordinator_minutes" else 1
            if array is None:
                continue
            if array.ndim != dimensions:
                shape = "a table of coordinators × weeks" if dimensions == 2 else "a plain list"
                raise Invalid(f"{name} must be {shape}.", name)
            if len(array) != length:
                raise Invalid(f"{name} has {len(array)} entries where {names[0]} has {length}.", name)


def _check_contents(instance: Instance) -> None:
    _refuse(instance.slot_end <= instance.slot_start, "slot_end", "Slot {} ends before it has begun.")
    _refuse(instance.slot_end - instance.slot_start > 2**31, "slot_end", "Slot {} lasts longer than anybody can work.")
    for name in ("slot_priority", "slot_headcount", "coordinator_rest", "coordinator_activation"):
        array = getattr(instance, name)
        if array is not None:
            _refuse(array < 0, name, f"{name} is below zero at {{}}.")
    overdrawn = np.asarray((instance.coordinator_minutes < 0).any(axis=1))
    _refuse(overdrawn, "coordinator_minutes", "Coordinator {} has minutes below zero.")
    _within(instance.slot_week, instance.weeks, "slot_week", "a week that coordinator_minutes has no column for")
    _within(instance.pair_slot, instance.slots, "pair_slot", "a slot that does not exist")
    _within(instance.pair_coordinator, instance.coordinators, "pair_coordinator", "a coordinator who does not exist")
    order = np.lexsort((instance.slot_week, instance.slot_start))
    back = np.flatnonzero(np.diff(instance.slot_week[order]) < 0)
    if len(back):
        earlier, later = order[back[0]], order[back[0] + 1]
        raise Invalid(f"Slot {earlier} starts before slot {later}, but counts in a later week.", "slot_week")
    _check_countable(instance)


def _check_countable(instance: Instance) -> None:
    highest = instance.slot_priority.max(initial=0) * float(PRIORITY_POINTS) + np.abs(instance.pair_score).max(
        initial=0
    )
    seats = np.minimum(instance.slot_headcount.astype(float), instance.coordinators).sum()
    if highest * max(seats, 1.0) + instance.fixed_cost.astype(float).sum() >= MOST_POINTS:
        raise Invalid("Priorities, scores and headcounts together are too large to be added up exactly.")


def _within(array: Integers, count: int, name: str, what: str) -> None:
    _refuse((array < 0) | (array >= count), name, f"{name} names {what}, at entry {{}}.")


def write_arrays(path: str | Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write an `.npz` file of just this name. Raises `Invalid` where nothing can be written."""
    try:
        with Path(path).open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
    except OSError as problem:
        raise Invalid(f"{path} cannot be written: {problem.strerror}.") from problem


def _refuse(wrong: NDArray[np.bool_], name: str, sentence: str) -> None:
    where = np.flatnonzero(wrong)
    if len(where):
        raise Invalid(sentence.format(int(where[0])), name)
