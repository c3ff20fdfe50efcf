"""What a credential is worth on a day, and whether a person meets what is demanded."""

from datetime import date, timedelta

import pytest

from portal.rules.credentials import CredentialKind, Demand, Held, Standing, in_words, unmet

TODAY = date(2026, 11, 2)
CPC, CCS, CRC = CredentialKind.CPC, CredentialKind.CCS, CredentialKind.CRC


def held(days, *, kind=CPC, checked=True):
    return Held(kind, TODAY + timedelta(days=days), checked)


@pytest.mark.parametrize(
    ("days", "checked", "standing", "counts"),
    [
        (-1, True, Standing.ENDED, False),
        (0, True, Standing.ENDING, True),
        (60, True, Standing.ENDING, True),
        (61, True, Standing.VALID, True),
        (61, False, Standing.UNCHECKED, False),
        (-1, False, Standing.ENDED, False),
    ],
)
def test_a_credential_holds_through_its_day_and_counts_once_checked(days, checked, standing, counts):
    one = held(days, checked=checked)
    assert (one.standing(TODAY), one.counts(TODAY)) == (standing, counts)


def test_one_of_the_kinds_meets_a_demand():
    demand = Demand(None, "", frozenset({CPC, CCS}))
    assert unmet([demand], [held(9, kind=CCS)], on=TODAY) == ()
    assert unmet([demand], [held(9, kind=CRC), held(-1)], on=TODAY) == (demand,)
    assert unmet([demand], [held(9, checked=False)], on=TODAY) == (demand,)
    assert unmet([], [], on=TODAY) == ()


@pytest.mark.parametrize(
    ("practice", "specialty", "is_about"),
    [(None, "", True), (7, "", True), (8, "", False), (None, "radiology", True), (7, "cardiology", False)],
)
def test_a_demand_is_about_a_practice_and_specialty_or_all(practice, specialty, is_about):
    demand = Demand(practice, specialty, frozenset({CPC}))
    assert demand.is_about(practice_id=7, specialty="radiology") is is_about


@pytest.mark.parametrize(
    ("kinds", "words"), [([CPC], "CPC"), ([CCS, CPC], "CPC or CCS"), ([CCS, CPC, CRC], "CPC, CRC or CCS"), ([], "")]
)
def test_kinds_are_named_in_one_order(kinds, words):
    assert in_words(kinds) == words


def test_letters_and_issuers():
    assert (CredentialKind.CCS_P.label, CredentialKind.CCS_P.issuer) == ("CCS-P", "AHIMA")
    assert (CredentialKind.CPC.label, CredentialKind.CPC.issuer) == ("CPC", "AAPC")
