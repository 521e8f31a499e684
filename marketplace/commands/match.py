"""`marketplace match …`: a plan for an instance, and past weeks lived again in other ways."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import click

from marketplace.commands.sessions import session_of_the_system


@click.group("match")
def match_commands() -> None:
    """Matching people to shifts."""


@match_commands.command("plan")
@click.argument("instance", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where the plan goes (.npz)."
)
@click.option(
    "--time-limit", type=click.FloatRange(min=0, min_open=True), help="Seconds; without it, effort goes by size."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="One seed, one plan.")
@click.option("--warm", type=click.Path(dir_okay=False, path_type=Path), help="An earlier plan to start from (.npz).")
def match_plan(instance: Path, out: Path, time_limit: float | None, seed: int, warm: Path | None) -> None:
    """The best plan for all open shifts of an INSTANCE (.npz), with a proven bound. Needs no database."""
    from marketplace.matching.solver.instance import Instance
    from marketplace.matching.solver.plan import Plan, solve

    question = Instance.load(instance)
    start = Plan.load(warm, question) if warm else None
    plan = solve(question, time_limit=time_limit, seed=seed, warm=start)
    plan.save(out)
    click.echo(
        f"filled {len(plan.pairs)} of {question.seats}, value {plan.value}, bound {plan.bound},"
        f" gap {100 * plan.gap:.4f} %, {plan.seconds:.2f} s"
    )


@match_commands.command("simulate")
@click.option(
    "--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day; without it, the weeks before today."
)
@click.option("--weeks", type=click.IntRange(1, 26), default=2, show_default=True, help="How long a stretch.")
@click.option("--wave", "waves", type=click.IntRange(1, 50), multiple=True, help="Ask so many at once. Repeatable.")
@click.option("--every", type=click.IntRange(1, 168), default=6, show_default=True, help="Hours from plan to plan.")
@click.option(
    "--freeze", "freezes", type=click.IntRange(0, 720), multiple=True, help="Fix so many hours ahead. Repeatable."
)
@click.option("--weights", multiple=True, help="Other weights of the score: continuity=100,fairness=180. Repeatable.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="One seed, one set of answers.")
@click.option("--json", "as_json", is_flag=True, help="The figures as JSON.")
def match_simulate(
    first: datetime | None, weeks: int, waves: tuple[int, ...], every: int, freezes: tuple[int, ...],
    weights: tuple[str, ...], seed: int, as_json: bool,
) -> None:  # fmt: skip
    """Live past weeks again under other waves, freezes and weights, and print what each would have come to."""
    from marketplace.kernel import now, week_start
    from marketplace.matching.simulating import PerfectForesight, PlannedStrategy, Strategy, Waves
    from marketplace.plans.replay.past_weeks import read_weeks
    from marketplace.plans.replay.simulation import live_again
    from marketplace.plans.replay.words import table, weights_from

    begins = first.date() if first else week_start(now().date()) - timedelta(weeks=weeks)
    ways: list[Strategy] = [
        *(Waves(size) for size in waves or (1, 3)),
        *(PlannedStrategy(every, freeze) for freeze in freezes or (0, 24, 72)),
        PerfectForesight(),
    ]
    with session_of_the_system():
        stretch = read_weeks(begins, begins + timedelta(weeks=weeks))
    present = stretch.context.weights
    sets = {"": present} | {text: weights_from(text, present) for text in weights}
    outcomes = live_again(stretch, ways, sets, seed)
    if as_json:
        click.echo(json.dumps([one.as_record() for one in outcomes], indent=1))
        return
    click.echo(f"{stretch.first} to {stretch.until}: {len(stretch.shifts)} shifts, {len(stretch.people)} coordinators")
    for line in table(outcomes):
        click.echo(line)
