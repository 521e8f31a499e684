"""The chance of acceptance comes from somebody's answers, and takes points from a proposal, never the value of a seat."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel import Phrase
from marketplace.matching.acceptance import (
    ANSWERS,
    NONE_YET,
    YES,
    Answers,
    chance,
    expected,
    with_acceptance,
    with_application,
)
from marketplace.matching.scoring import Tone, score
from tests.matching.cast import ANA, BILLING, CONTEXT

answers = st.integers(0, 400).flatmap(lambda total: st.builds(Answers, st.integers(0, total), st.just(total)))


def test_of_whom_nothing_is_known_accepts_as_is_usual():
    assert chance(NONE_YET) == 1000 * YES // ANSWERS == 800


@given(answers)
def test_the_chance_is_the_mean_of_the_beta_distribution_rounded_down(told):
    no = told.answered - told.accepted
    mean = Fraction(YES + told.accepted, YES + told.accepted + ANSWERS - YES + no)
    assert chance(told) <= 1000 * mean < chance(told) + 1
    assert 0 < chance(told) < 1000


@given(answers)
def test_a_yes_more_never_lowers_it_and_a_no_more_never_raises_it(told):
    assert chance(Answers(told.accepted + 1, told.answered + 1)) >= chance(told)
    assert chance(Answers(told.accepted, told.answered + 1)) <= chance(told)


@given(st.integers(0, 999), answers)
def test_points_stay_within_their_bounds_and_a_better_fit_stays_the_better_one(points, told):
    found = expected(points, chance(told))
    assert 0 <= found <= points <= 999
    assert expected(min(points + 1, 999), chance(told)) >= found


@given(st.lists(st.tuples(st.integers(0, 999), answers), max_size=30))
def test_for_many_at_once_it_is_the_same(pairs):
    points = np.array([one for one, _ in pairs], np.int64)
    chances = np.array([chance(told) for _, told in pairs], np.int64)
    assert expected(points, chances).tolist() == [expected(one, chance(told)) for one, told in pairs]


@given(answers)
def test_the_score_of_a_proposal_is_the_sum_of_its_parts_and_this_is_one_of_them(told):
    fit = score(ANA, BILLING, CONTEXT)
    found = with_acceptance(fit, told)
    assert found.total == sum(part.points for part in found.parts) == expected(fit.total, chance(told))
    assert found.parts[:-1] == fit.parts
    assert found.parts[-1].code == "acceptance"


@pytest.mark.parametrize(
    ("told", "sentence", "detail", "tone"),
    [
        (Answers(), "Has answered no offers yet", "8 of 10 is usual", None),
        (Answers(8, 10), "Usually accepts", "8 of 10 offers accepted", None),
        (Answers(2, 8), "Accepts more often than not", "2 of 8 offers accepted", None),
        (Answers(1, 9), "Often declines", "1 of 9 offers accepted", Tone.NOTE),
    ],
)
def test_it_is_said_in_words(told, sentence, detail, tone):
    part = with_acceptance(score(ANA, BILLING, CONTEXT), told).parts[-1]
    assert (str(part.phrase), str(part.detail), part.tone) == (sentence, detail, tone)


def test_who_has_applied_has_said_yes():
    fit = score(ANA, BILLING, CONTEXT)
    assert with_application(fit).total == fit.total
    assert with_application(fit).parts[-1].phrase == Phrase("Has applied for this shift")
