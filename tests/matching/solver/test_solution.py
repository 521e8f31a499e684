"""Who works what while a plan is made: what still fits is the same whether pairs are asked for one by one or all at once."""

import numpy as np
import pytest

from marketplace.matching.solver.preprocessing import prepare
from marketplace.matching.solver.solution import empty_solution, fits, fitting, take_in_order
from tests.matching.instances import small


@pytest.mark.parametrize("block", range(4))
def test_of_all_pairs_just_those_fit_that_fit_one_by_one(block: int) -> None:
    for seed in range(25 * block, 25 * block + 25):
        market = prepare(small(seed), None, None, None).market
        roster = empty_solution(market)
        pairs = np.arange(market.pairs)
        taken = 0
        for some in np.array_split(np.random.default_rng(seed).permutation(market.pairs), 3):
            assert fitting(market, roster, pairs).tolist() == [pair for pair in pairs if fits(market, roster, pair)]
            taken += take_in_order(market, roster, some)
        assert taken == roster.chosen.sum()
