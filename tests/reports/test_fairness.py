"""Fair shares: everybody beside those who do the same work, and who is too far below is flagged."""

from datetime import timedelta

import pytest

from marketplace.booking import offers
from marketplace.booking.booking import book
from marketplace.kernel import Span
from marketplace.needs.models import FillMode
from marketplace.reports.fairness import fairness
from marketplace.reports.rules import gini
from tests.plans.planned import plan_made
from tests.world import NOW, TODAY

SPAN = Span(NOW - timedelta(days=28), NOW + timedelta(days=14))


def test_gini_is_nothing_when_all_have_the_same_and_near_one_when_one_has_all():
    assert gini([5, 5, 5, 5]) == 0
    assert gini([0, 0, 0, 12]) == 75
    assert gini([1, 2, 3, 4]) == 25
    assert gini([0, 0]) is None
    assert gini([]) is None


def test_the_order_makes_no_difference_to_the_spread():
    assert gini([9, 1, 4]) == gini([1, 4, 9])


@pytest.fixture
def busy(world):
    """Maya gets what there is; nobody else does."""
    for n in range(4):
        shift = world.shift(day=TODAY + timedelta(days=6 + n), mode=FillMode.FIRST_COME)
        offers.send_offer(shift, world.maya, world.rosa, NOW)
        book(shift, world.maya, world.maya.person, NOW)
    return world


def test_shares_are_counted_for_each_and_compared_with_those_who_share_a_line(busy):
    found = fairness(SPAN, 50)
    by_id = {share.coordinator_id: share for share in found.shares}
    maya = by_id[busy.maya.id]
    assert (maya.amounts["offers"], maya.amounts["fills"]) == (4, 4)
    assert found.ginis["fills"] > 50
    others = [share for share in found.shares if share.below]
    assert others
    assert maya.below == ()
    assert all("prior-auth" in share.lines for share in others)


def test_the_bound_decides_who_is_flagged(busy):
    assert len(fairness(SPAN, 100).flagged) == 0
    assert len(fairness(SPAN, 1).flagged) >= len(fairness(SPAN, 50).flagged) > 0


def test_a_plan_that_weighed_her_is_counted(world):
    world.shift(day=TODAY + timedelta(days=6))
    plan_made(world)
    assert sum(share.amounts["considered"] for share in fairness(SPAN, 50).shares) > 0


def test_the_page_filters_sorts_and_exports(busy, client):
    page = client.sign_in("sam").get("/reports/fairness?period=4w&sort=-offers")
    assert page.sees("Fair shares", "Too far below", "Maya Torres")
    assert client.get("/reports/fairness?show=flagged").text.count("Maya Torres") == 0
    assert client.get("/reports/fairness?period=rubbish&line=%00&sort=zz").status == 200
    assert client.get("/reports/fairness?period=2026-10").sees("Fair shares")
    csv = client.get("/reports/fairness.csv?period=4w")
    assert csv.html.splitlines()[0].lstrip("\ufeff").startswith("coordinator,service_lines,comparable,considered")
    assert "Maya Torres" in csv.html


@pytest.mark.parametrize("who", ["rosa", "maya", "bea"])
def test_shares_are_the_agencys_to_see(world, client, who):
    assert client.sign_in(who).get("/reports/fairness").status == 403
    assert client.get("/reports/fairness.csv").status == 403
