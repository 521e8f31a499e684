"""What may be written down about a facility, and the ways it can stand with the agency."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.facilities.rules import LIFE, FacilityDraft, FacilityState, SiteDraft, checked, checked_site
from marketplace.kernel import Invalid, NotAllowedNow, is_valid_npi

GOOD = FacilityDraft("1234567893", "Harbor", "hospital", "America/Chicago", city="Chicago", region="IL")


def test_a_good_facility_is_taken_as_it_is():
    assert checked(GOOD) == GOOD


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"npi": "1234567890"}, "npi"),
        ({"npi": "12345"}, "npi"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 161}, "name"),
        ({"name": "Har\x00bor"}, "name"),
        ({"kind": ""}, "kind"),
        ({"time_zone": "America/Gotham"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"region": "ZZ"}, "region"),
        ({"payer_mix": tuple(f"payer {n}" for n in range(31))}, "payer_mix"),
        ({"monthly_budget_cents": -1}, "monthly_budget_cents"),
        ({"ehr": "\ud800"}, "ehr"),
    ],
)
def test_what_cannot_be_right_is_refused_at_its_field(change, field):
    with pytest.raises(Invalid) as refused:
        checked(replace(GOOD, **change))
    assert refused.value.field == field


def test_payers_are_kept_once_in_small_letters():
    assert checked(replace(GOOD, payer_mix=("Medicaid", "medicaid", ""))).payer_mix == ("medicaid",)


@given(st.from_regex(r"[0-9]{10}", fullmatch=True))
def test_only_numbers_with_a_right_check_digit_become_a_facilitys(npi):
    if is_valid_npi(npi):
        assert checked(replace(GOOD, npi=npi)).npi == npi
    else:
        with pytest.raises(Invalid):
            checked(replace(GOOD, npi=npi))


@given(st.text(max_size=200), st.text(max_size=10))
def test_whatever_is_typed_is_taken_clean_or_refused_at_its_field(name, region):
    try:
        right = checked_site(SiteDraft(name, "America/Denver", region=region)).name.strip() != ""
    except Invalid as refusal:
        right = refusal.field in ("name", "region") and refusal.sentence != ""
    assert right


@pytest.mark.parametrize("state", list(FacilityState))
@pytest.mark.parametrize("act", ["activate", "pause", "resume"])
def test_a_facility_moves_only_as_its_table_says(state, act):
    if LIFE.allows(state, act):
        assert LIFE.after(state, act) in (FacilityState.ACTIVE, FacilityState.PAUSED)
    else:
        with pytest.raises(NotAllowedNow):
            LIFE.after(state, act)
