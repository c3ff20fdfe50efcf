"""Why a coding is verified under a plan: chance first, then audits, then risks, each with its own share."""

from datetime import date
from decimal import Decimal

import pytest

from coding.rules.plans.choosing import Audit, Terms, why_planned
from coding.rules.plans.draws import is_drawn
from coding.rules.plans.risks import About, Limits, Risk, risks_of
from coding.rules.rulings import Ruling
from coding.rules.sampling import Sampled, Source
from tests.coding.written import VISIT_DAY, coded

SEED = "ab" * 32
ON = date(2026, 11, 2)
NEW = Ruling(7, None, "", "", "99213", "Count.", date(2026, 10, 1))
OLD = Ruling(6, None, "", "", "99213", "Count.", date(2026, 1, 1))
ALL = dict.fromkeys(Risk, 100)
NOTHING = About()


def drawn(number, share, purpose="random"):
    return is_drawn(seed=SEED, purpose=purpose, number=number, share=share)


def first_not_drawn(share, purpose="random"):
    return next(number for number in range(1, 10_000) if not drawn(number, share, purpose))


def terms(share=10, **more):
    return Terms(plan=3, seed=SEED, share=share, **more)


def why(version, of, number=None, about=NOTHING):
    return why_planned(version, of, about, number=number or first_not_drawn(of.share), on=ON)


@pytest.mark.parametrize(
    ("version", "about", "found"),
    [
        (coded(procedures="99213-25@1"), NOTHING, {Risk.MODIFIER_25: "modifier 25"}),
        (coded(procedures="20610-59@1"), NOTHING, {Risk.DISTINCT: "modifier 59"}),
        (coded(procedures="20610-XS@1"), NOTHING, {Risk.DISTINCT: "modifier XS"}),
        (coded(procedures="99215@1"), NOTHING, {Risk.TOP_LEVEL: "highest level 99215"}),
        (coded(procedures="99205@1"), NOTHING, {Risk.TOP_LEVEL: "highest level 99205"}),
        (coded(procedures="99214@1"), NOTHING, {}),
        (coded("I10 M179"), About(unspecified=frozenset({"M179"})), {Risk.UNSPECIFIED: "unspecified M179"}),
        (coded(), About(weights={"99213": Decimal("5.00")}), {Risk.HIGH_VALUE: "value 5.00"}),
        (coded(procedures="99213x2@1"), About(weights={"99213": Decimal("2.50")}), {Risk.HIGH_VALUE: "value 5.00"}),
        (coded(), About(weights={"99213": Decimal("4.99")}), {}),
        (coded(), About(rulings=(NEW,)), {Risk.NEW_RULING: "new ruling R-0007"}),
        (coded(), About(rulings=(OLD,)), {}),
    ],
)
def test_each_risk_names_what_gives_it(version, about, found):
    assert dict(risks_of(version, about, Limits(), on=ON)) == found


def test_everything_is_verified_on_a_whole_step():
    assert why(coded(), terms(100), number=5) == Sampled(Source.EVERY, "plan 3", 100, plan=3)


def test_what_chance_drew_stays_a_random_sample_whatever_else_speaks_for_it():
    number = next(number for number in range(1, 1000) if drawn(number, 10))
    of = terms(audits=[Audit(4)], risks=ALL, focus="-25")
    assert why(coded(procedures="99215-25@1"), of, number) == Sampled(Source.RANDOM, "plan 3", 10, plan=3)


def test_an_audit_comes_before_a_risk_and_the_first_that_fits():
    of = terms(audits=[Audit(4, "20610"), Audit(5, "-25")], risks=ALL)
    sampled = why(coded(procedures="99215-25@1"), of)
    assert sampled == Sampled(Source.AUDIT, "plan 3", 10, "modifier 25", plan=3, audit=5)
    assert sampled.words == "focused audit: modifier 25"
    assert why(coded(), terms(audits=[Audit(4)])).focus == "A-004"


def test_a_risk_has_its_own_share_and_its_own_draw():
    version = coded(procedures="99215@1")
    of = terms(1, risks={Risk.TOP_LEVEL: 25})
    numbers = [number for number in range(1, 4001) if not drawn(number, 1)]
    found = [number for number in numbers if why(version, of, number) is not None]
    assert found == [number for number in numbers if drawn(number, 25, "top_level")]
    assert 0.22 < len(found) / len(numbers) < 0.28
    assert why(version, of, found[0]) == Sampled(Source.RISK, "plan 3", 25, "highest level 99215", plan=3)
    assert why(version, of, found[0]).words == "25 % of risks, highest level 99215"


def test_without_a_reason_nobody_looks_and_the_contracts_focus_comes_last():
    assert why(coded(), terms()) is None
    assert why(coded(), terms(risks=ALL)) is None
    assert why(coded(procedures="20610@1"), terms(focus="20610")).source is Source.FOCUS


def test_every_reason_fits_the_column_that_keeps_it():
    about = About(frozenset({"M179"}), {"99205": Decimal(99999)}, (NEW,))
    version = coded("M179", "99205-25-59@1", day=VISIT_DAY)
    found = dict(risks_of(version, about, Limits(), on=ON))
    assert set(found) == set(Risk)
    assert max(map(len, found.values())) <= 40
