"""Instance files and the judge of plans: what cannot be right is refused in words, and every broken rule is found."""

from dataclasses import fields
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.cli import commands
from marketplace.kernel import Invalid
from marketplace.matching.solver.instance import Instance
from marketplace.matching.solver.plan_check import check
from tests.matching.instances import market, small


def arrays() -> dict[str, np.ndarray]:
    instance = market(30, 6, seed=1)
    return {
        field.name: getattr(instance, field.name)
        for field in fields(instance)
        if getattr(instance, field.name) is not None
    }


def test_a_file_comes_back_as_it_was_written(tmp_path: Path) -> None:
    instance = small(3, fixed_cost=True)
    instance.save(tmp_path / "market.npz")
    again = Instance.load(tmp_path / "market.npz")
    assert all(np.array_equal(getattr(instance, field.name), getattr(again, field.name)) for field in fields(instance))


@pytest.mark.parametrize(
    ("name", "wrong", "sentence"),
    [
        ("slot_end", lambda a: a - 5_000, "ends before it has begun"),
        ("slot_headcount", lambda a: a - 9, "below zero"),
        ("slot_week", lambda a: a + 7, "no column"),
        ("slot_week", lambda a: a[::-1].copy(), "counts in a later week"),
        ("pair_slot", lambda a: a + 30, "a slot that does not exist"),
        ("pair_coordinator", lambda a: a - 9, "a coordinator who does not exist"),
        ("pair_score", lambda a: a[:-1], "entries where"),
        ("pair_score", lambda a: a + 0.5, "whole numbers"),
        ("coordinator_minutes", lambda a: a[:, 0], "coordinators × weeks"),
        ("coordinator_minutes", lambda a: a - 10**6, "minutes below zero"),
        ("slot_priority", lambda a: a + 10**12, "too large"),
    ],
)
def test_what_cannot_be_right_is_refused(name: str, wrong: object, sentence: str) -> None:
    given = arrays()
    if name == "slot_week":
        order = np.argsort(given["slot_start"])
        for each in ("slot_start", "slot_end", "slot_week"):
            given[each] = given[each][order]
    with pytest.raises(Invalid, match=sentence):
        Instance(**{**given, name: wrong(given[name])})  # type: ignore[operator]


def test_files_that_are_no_instance_are_one_sentence_and_exit_code_one(tmp_path: Path) -> None:
    (tmp_path / "text.npz").write_text("not arrays")
    np.savez(tmp_path / "lacking.npz", slot_start=np.arange(3))
    np.save(tmp_path / "single.npy", np.arange(3))
    for name, sentence in (("text", "cannot be read"), ("lacking", "lacks the arrays"), ("absent", "There is no file")):
        with pytest.raises(Invalid, match=sentence):
            Instance.load(tmp_path / f"{name}.npz")
    with pytest.raises(Invalid, match="one array"):
        Instance.load(tmp_path / "single.npy")
    refused = CliRunner().invoke(
        commands, ["match", "plan", str(tmp_path / "text.npz"), "--out", str(tmp_path / "plan.npz")]
    )
    assert isinstance(refused.exception, Invalid)


def test_the_command_writes_a_plan_that_serves_as_the_next_start(tmp_path: Path) -> None:
    instance = market(200, 50, seed=1)
    instance.save(tmp_path / "market.npz")
    out = tmp_path / "plan.npz"
    for more in ([], ["--warm", str(out), "--seed", "2"], ["--time-limit", "0.1"]):
        done = CliRunner().invoke(commands, ["match", "plan", str(tmp_path / "market.npz"), "--out", str(out), *more])
        assert done.exit_code == 0, done.output
        assert done.output.startswith("filled ")
        with np.load(out) as plan:
            assert check(instance, plan["pairs"]) == []
            assert plan["bound"] > 0


def broken_by_comparing_all(instance: Instance, pairs: list[int]) -> bool:
    """The rules once more, every two against each other."""
    slot, who = instance.pair_slot, instance.pair_coordinator
    duration = instance.slot_end - instance.slot_start
    for one, other in combinations(pairs, 2):
        if one == other or (who[one] == who[other] and slot[one] == slot[other]):
            return True
        rest = instance.coordinator_rest[who[one]]
        a, b = slot[one], slot[other]
        apart = (
            instance.slot_end[a] + rest <= instance.slot_start[b]
            or instance.slot_end[b] + rest <= instance.slot_start[a]
        )
        if who[one] == who[other] and not apart:
            return True
    seats = any(
        sum(slot[pair] == each for pair in pairs) > instance.slot_headcount[each] for each in range(instance.slots)
    )
    hours = any(
        sum(duration[slot[pair]] for pair in pairs if who[pair] == person and instance.slot_week[slot[pair]] == week)
        > instance.coordinator_minutes[person, week]
        for person in range(instance.coordinators)
        for week in range(instance.weeks)
    )
    return seats or hours


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10_000), st.data())
def test_the_judge_agrees_with_comparing_every_two_pairs(seed: int, data: st.DataObject) -> None:
    instance = small(seed)
    pairs = data.draw(st.lists(st.integers(0, max(0, instance.pairs - 1)), max_size=6)) if instance.pairs else []
    assert bool(check(instance, np.array(pairs, int))) == broken_by_comparing_all(instance, pairs)


def test_each_broken_rule_is_said_in_words() -> None:
    instance = Instance(
        slot_start=[0, 100, 400], slot_end=[120, 220, 460], slot_priority=[1, 1, 1], slot_headcount=[1, 1, 1],
        slot_week=[0, 0, 0], coordinator_rest=[15, 0], coordinator_minutes=[[200], [60]],
        pair_slot=[0, 1, 2, 0, 2], pair_coordinator=[0, 0, 0, 1, 1], pair_score=[0, 0, 0, 0, 0],
    )  # fmt: skip
    assert check(instance, np.array([1, 4])) == []
    assert check(instance, np.array([0, 1])) == [
        "Coordinator 0 has no 15 minutes between slots 0 and 1.",
        "Coordinator 0 works 240 minutes in week 0, 200 are left.",
    ]
    assert check(instance, np.array([0, 3])) == [
        "Slot 0 has 2 coordinators for 1 seats.",
        "Coordinator 1 works 120 minutes in week 0, 60 are left.",
    ]
    assert check(instance, np.array([9])) == ["Pair 9 does not exist."]
