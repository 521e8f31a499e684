"""The input and output of the command that simulates past weeks."""

from collections.abc import Sequence
from dataclasses import fields, replace

from marketplace.kernel import Invalid
from marketplace.matching.facts import Weights
from marketplace.matching.simulating import SimulationResult


def weights_from(text: str, now: Weights) -> Weights:
    """`continuity=300,fairness=0`: the others stay as they are. Raises Invalid for unknown names and sums other than 999."""
    changed: dict[str, int] = {}
    known = {field.name for field in fields(Weights)}
    for part in text.split(","):
        name, _, points = part.strip().partition("=")
        if name not in known:
            raise Invalid(
                "There is no part of the score named %(name)s. They are: %(known)s.",
                name=repr(name),
                known=", ".join(sorted(known)),
            )
        if not (points.isascii() and points.isdecimal()):
            raise Invalid("The weight of %(name)s must be whole points: %(name)s=120.", name=name)
        changed[name] = int(points)
    try:
        return replace(now, **changed)
    except ValueError as problem:
        total = sum(getattr(now, name) for name in known - changed.keys()) + sum(changed.values())
        raise Invalid("The weights must add up to 999; these add up to %(total)s.", total=total) from problem


def table(outcomes: Sequence[SimulationResult]) -> list[str]:
    """Side by side, a line each."""
    width = max(len(one.way) for one in outcomes)
    lines = [f"{'':{width}}   filled   fill        pay  score  people   Gini  moved  asked  declined"]
    for one in outcomes:
        moved = f"{100 * one.moved_share:5.1f}%" if one.shown else "     –"
        asked = f"{one.asked:5}  {one.declined:8}" if one.asked else "    –         –"
        lines.append(
            f"{one.way:{width}}  {one.filled:4}/{one.seats:<4} {100 * one.fill_rate:5.1f}%  ${one.pay_cents / 100:9,.2f}"
            f"  {one.mean_score:5.0f}  {one.used:6}  {one.gini_hours:5.3f} {moved}  {asked}"
        )
    return lines
