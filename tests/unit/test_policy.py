"""core/policy: out of range is refused, never clamped."""

import math

import pytest

from core.errors import BadInput
from core.policy import DAY, MINUTE, Policy, settle_terms
from core.push import Terms

POLICY = Policy()
NO_NUMBERS = [math.nan, math.inf, 1e99, 1.0, "1", "", True, False, [], b"1"]


@pytest.mark.parametrize("given", [0, -1, 2**63, -(2**63), 5 * MINUTE - 1, 90 * DAY + 1])
def test_an_expiry_out_of_range_is_refused(given: int):
    refused(given, None, "expiry", "out_of_range")


@pytest.mark.parametrize("given", [0, -1, 2**63, 101])
def test_views_out_of_range_are_refused(given: int):
    refused(None, given, "views", "out_of_range")


@pytest.mark.parametrize("given", NO_NUMBERS, ids=repr)
def test_what_is_no_whole_number_is_refused(given: object):
    refused(given, None, "expiry", "not_a_whole_number")
    refused(None, given, "views", "not_a_whole_number")


def refused(expires_in: object, views: object, field: str, reason: str) -> None:
    with pytest.raises(BadInput) as told:
        settle_terms(POLICY, expires_in, views)
    assert (told.value.field, told.value.reason) == (field, reason)


@pytest.mark.parametrize(("expiry", "views"), [(5 * MINUTE, 1), (90 * DAY, 100), (DAY, 7)])
def test_what_is_in_range_is_taken_as_it_is(expiry: int, views: int):
    assert settle_terms(POLICY, expiry, views) == Terms(expiry, views)


def test_none_means_the_default():
    assert settle_terms(Policy(default_expiry=DAY, default_views=3), None, None) == Terms(DAY, 3)


def test_the_installations_own_limits_hold():
    narrow = Policy(default_expiry=DAY, longest_expiry=DAY, most_views=2)
    assert settle_terms(narrow, DAY, 2) == Terms(DAY, 2)
    for expiry, views in ((DAY + 1, 1), (DAY, 3)):
        with pytest.raises(BadInput):
            settle_terms(narrow, expiry, views)


def test_a_form_offers_only_what_the_policy_takes():
    for policy in (POLICY, Policy(default_expiry=DAY, longest_expiry=DAY, default_views=2, most_views=4)):
        for expiry in policy.offered_expiries():
            for views in policy.offered_views():
                assert settle_terms(policy, expiry, views) == Terms(expiry, views)


def test_a_form_offers_the_default_and_what_was_wished_in_order():
    policy = Policy(default_expiry=2 * DAY, default_views=4)
    assert policy.offered_expiries(11 * MINUTE)[0] == 11 * MINUTE
    assert 2 * DAY in policy.offered_expiries()
    assert policy.offered_views(7) == sorted({*policy.offered_views(), 7})
    assert 4 in policy.offered_views()
