"""Prices of the physician fee schedule, by the examples of CMS's own files and manual."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.rules.fee_modifiers import Practitioner
from coding.rules.fee_schedules import Schedule, expected_prices
from coding.rules.rbrvs import Indices, limiting_charge, medicare_payment, sequestration_on
from tests.coding.prices.rows import FACTORS, amount, priced, prices, row, service, tables

# RVUs of real services under invented codes: an office visit, and three colonoscopies of one family.
VISIT = row("VISIT", "1.30", "1.35", "0.57", "0.10")
SCOPE = row("SCOPE", "3.26", "6.44", "1.79", "0.43", multiple_procedure="2")
SCOPE_STOPPED = row("SCOPE-53", "1.63", "3.22", "0.90", "0.22", multiple_procedure="2")
BIOPSY = row("BIOPSY", "3.56", "8.79", "1.93", "0.47", multiple_procedure="3", endoscopic_base="SCOPE")
SNARE = row("SNARE", "4.57", "8.33", "2.38", "0.56", multiple_procedure="3", endoscopic_base="SCOPE")
FAMILY = (SCOPE, SCOPE_STOPPED, BIOPSY, SNARE)


@pytest.mark.parametrize(("pos", "amount"), [("11", "81.28"), ("22", "59.58"), ("02", "59.58"), ("10", "81.28")])
def test_the_place_of_service_chooses_the_expense(pos, amount):
    assert priced("VISIT", VISIT, pos=pos) == [amount]


def test_the_national_amount_has_indices_of_one():
    assert priced("VISIT", VISIT, indices=Indices()) == ["88.95"]


def test_components_are_not_rounded_before_the_sum():
    alaska = Indices(Decimal("1.500"), Decimal("1.081"), Decimal("0.592"))
    assert priced("VISIT", VISIT, indices=alaska) == ["112.20"]


@pytest.mark.parametrize(
    ("day", "qualifying", "expected"),
    [
        (date(2024, 3, 8), False, "327.44"),
        (date(2024, 3, 9), False, "332.88"),
        (date(2025, 12, 31), False, "323.47"),
        (date(2026, 1, 1), False, "334.01"),
        (date(2026, 1, 1), True, "335.68"),
        (date(2025, 1, 1), True, "323.47"),
    ],
)
def test_the_factor_is_that_of_the_day_and_of_the_payment_model(day, qualifying, expected):
    assert priced("TEN", row("TEN", 10, 0), day=day, indices=Indices(), qualifying=qualifying) == [expected]


def test_a_year_without_a_factor_takes_the_one_printed_in_the_row():
    own = row("OLD", 10, 0, conversion_factor=Decimal("36.0391"))
    assert priced("OLD", own, day=date(2019, 5, 1), indices=Indices()) == ["360.39"]


def test_the_outpatient_cap_is_paid_where_it_is_lower():
    capped = row("SCAN", 0, 5, capped_office_expense=Decimal(3), capped_facility_expense=Decimal(9))
    assert priced("SCAN", capped, indices=Indices()) == ["97.04"]
    assert priced("SCAN", capped, indices=Indices(), pos="22") == ["161.73"]


# -- endoscopy, surgery ------------------------------------------------------------------------------


def test_two_endoscopies_of_one_family():
    """The worked example: 223.41 in full, 176.72 less its base 162.45."""
    assert priced("SNARE BIOPSY", *FAMILY, pos="22") == ["223.41", "14.27"]
    assert priced("BIOPSY SNARE", *FAMILY, pos="22") == ["14.27", "223.41"]


def test_the_base_is_part_of_the_other_endoscopy():
    assert priced("SCOPE BIOPSY", *FAMILY, pos="22") == ["0.00", "176.72"]


def test_the_base_alone_is_paid():
    assert priced("SCOPE", *FAMILY, pos="22") == ["162.45"]
    assert priced("SCOPE-53", *FAMILY, pos="22") == ["81.45"]
    assert priced("SCOPE-53", *FAMILY) == ["145.98"]


def test_a_family_ranks_with_the_other_procedures():
    big = row("REPAIR", 20, 0, multiple_procedure="2")
    small = row("SHAVE", 1, 0, multiple_procedure="2")
    assert priced("SNARE BIOPSY REPAIR SHAVE", *FAMILY, big, small, pos="22") == [
        "111.71", "7.14", "646.93", "16.18",
    ]  # fmt: skip


def test_procedures_of_one_day_by_rank():
    ranks = [row(f"P{fee}", fee, 0, multiple_procedure="2") for fee in (50, 40, 30, 20, 10, 5)]
    assert priced("P10 P20 P30 P40 P50 P5", *ranks, indices=Indices()) == [
        "161.74", "323.47", "485.20", "646.93", "1617.33", "80.87",
    ]  # fmt: skip
    last = prices("P10 P20 P30 P40 P50 P5", *ranks)[-1]
    assert "by report" in last.steps[-1]


def test_visits_and_add_ons_are_not_reduced():
    add_on = row("EXTRA", 2, 0, multiple_procedure="0", global_days="ZZZ")
    surgery = row("REPAIR", 20, 0, multiple_procedure="2")
    assert priced("REPAIR EXTRA*2 VISIT", surgery, add_on, VISIT) == ["646.93", "129.38", "81.28"]


def test_other_days_do_not_count():
    surgery = row("REPAIR", 20, 0, multiple_procedure="2")
    services = [service("REPAIR"), service("REPAIR", date(2025, 2, 2))]
    both = expected_prices(services, tables(surgery))
    assert [amount(price) for price in both] == ["646.93", "646.93"]


# -- sides -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("indicator", "fifty", "pair"),
    [
        ("0", ["323.47"], ["323.47", "0.00"]),
        ("1", ["485.21"], ["323.47", "161.74"]),
        ("2", ["323.47"], ["323.47", "0.00"]),
        ("3", ["646.94"], ["323.47", "323.47"]),
        ("9", ["323.47"], ["323.47", "0.00"]),
    ],
)
def test_both_sides_by_the_bilateral_indicator(indicator, fifty, pair):
    joint = row("JOINT", 10, 0, bilateral=indicator)
    assert priced("JOINT-50", joint, indices=Indices()) == fifty
    assert priced("JOINT-RT JOINT-LT", joint, indices=Indices()) == pair


def test_both_sides_are_one_procedure_when_ranked():
    """CMS Pub. 100-04, chapter 12, section 40.7: the bilateral adjustment comes before the ranking."""
    joint = row("JOINT", 10, 0, bilateral="1", multiple_procedure="2")
    repair = row("REPAIR", 12, 0, multiple_procedure="2")
    assert priced("REPAIR JOINT-50", repair, joint, indices=Indices()) == ["194.08", "485.21"]
    assert priced("REPAIR JOINT-RT JOINT-LT", repair, joint, indices=Indices()) == ["194.08", "323.47", "161.74"]


# -- components and therapy --------------------------------------------------------------------------


@pytest.mark.parametrize("lines", ["JOINT-TC-RT JOINT-26-LT", "JOINT-26-LT JOINT-TC-RT"])
def test_the_professional_part_of_one_side_is_no_second_side_of_the_technical_part(lines):
    technical = row("JOINT-TC", 0, 1, bilateral="1", multiple_procedure="0")
    professional = row("JOINT-26", 2, 0, bilateral="1", multiple_procedure="2")
    found = priced(lines, technical, professional, indices=Indices())
    assert sorted(found) == ["32.35", "64.69"]


def imaging(code, technical, professional, rule="4", family="88"):
    more = {"multiple_procedure": rule, "imaging_family": family, "professional_technical": "1"}
    return [
        row(code, professional, technical, **more),
        row(f"{code}-TC", 0, technical, **more),
        row(f"{code}-26", professional, 0, **more),
    ]


def test_imaging_of_one_family_loses_half_of_the_second_technical_part_and_a_twentieth_of_the_professional():
    rows = [*imaging("HEAD", 8, 2), *imaging("NECK", 4, 3)]
    # NECK: 4 × 32.3465 = 129.39, half is 64.695. HEAD's professional part 64.69 is the lesser: 5 % is 3.2345.
    assert priced("HEAD NECK", *rows, indices=Indices()) == ["320.24", "161.74"]
    assert priced("HEAD-TC NECK-TC", *rows, indices=Indices()) == ["258.77", "64.70"]
    assert priced("HEAD-26 NECK-26", *rows, indices=Indices()) == ["61.46", "97.04"]


def test_imaging_of_another_family_is_left_alone():
    rows = [*imaging("HEAD", 8, 2), *imaging("NECK", 4, 3, family="99")]
    assert priced("HEAD NECK", *rows, indices=Indices()) == ["323.47", "226.43"]


@pytest.mark.parametrize(("rule", "second"), [("6", "97.04"), ("7", "103.51")])
def test_cardiovascular_and_ophthalmology_lose_a_share_of_the_technical_part(rule, second):
    rows = [*imaging("FIRST", 8, 0, rule), *imaging("SECOND", 4, 0, rule)]
    assert priced("FIRST SECOND", *rows, indices=Indices()) == ["258.77", second]


def test_therapy_keeps_the_full_expense_of_one_unit_only():
    gait, exercise = row("GAIT", 1, 2, multiple_procedure="5"), row("EXERCISE", 1, 1, multiple_procedure="5")
    assert priced("GAIT*2 EXERCISE", gait, exercise, indices=Indices()) == ["161.73", "48.52"]


def test_a_component_has_a_row_of_its_own_and_parts_need_not_add_up():
    bone = [row("BONE", "0.20", "0.96", malpractice="0.02"), row("BONE-26", "0.20", "0.07", malpractice="0.01"),
            row("BONE-TC", 0, "0.89", malpractice="0.01")]  # fmt: skip
    alabama = Indices(Decimal("1.000"), Decimal("0.869"), Decimal("0.575"))
    assert priced("BONE", *bone, indices=alabama) == ["33.83"]
    assert priced("BONE-26", *bone, indices=alabama) == ["8.62"]
    assert priced("BONE-TC", *bone, indices=alabama) == ["25.20"]
    assert priced("VISIT-26", VISIT) == ["none"]


# -- people and parts of a package -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "indicators", "expected"),
    [
        ("OP-80", {"assistant": "2"}, "51.76"),
        ("OP-81", {"assistant": "0"}, "51.76"),
        ("OP-82", {"assistant": "1"}, "0.00"),
        ("OP-AS", {"assistant": "2"}, "43.99"),
        ("OP-62", {"co_surgeon": "2"}, "202.17"),
        ("OP-62", {"co_surgeon": "1"}, "202.17"),
        ("OP-62", {"co_surgeon": "0"}, "0.00"),
        ("OP-66", {"team": "2"}, "none"),
        ("OP-54", {}, "291.12"),
        ("OP-55", {}, "32.35"),
        ("OP-56", {}, "0.00"),
        ("OP-78", {}, "262.01"),
        ("OP-58", {}, "323.47"),
        ("OP-79", {}, "323.47"),
        ("OP-22", {}, "323.47"),
        ("OP-52", {}, "none"),
        ("OP-53", {}, "none"),
        ("OP-80-50", {"assistant": "2", "bilateral": "1"}, "77.63"),
    ],
)
def test_modifiers(line, indicators, expected):
    package = {"preoperative": "0.09", "intraoperative": "0.81", "postoperative": "0.10", "global_days": "090"}
    assert priced(line, row("OP", 10, 0, **package, **indicators), indices=Indices()) == [expected]


@pytest.mark.parametrize(
    ("practitioner", "expected"),
    [
        (Practitioner.PHYSICIAN, "323.47"),
        (Practitioner.NURSE_PRACTITIONER, "274.95"),
        (Practitioner.SOCIAL_WORKER, "242.60"),
    ],
)
def test_who_renders(practitioner, expected):
    assert priced("OP", row("OP", 10, 0), indices=Indices(), practitioner=practitioner) == [expected]


def test_an_assistant_who_is_no_physician_is_paid_as_such_once():
    op = row("OP", 10, 0, assistant="2")
    assert priced("OP-AS", op, indices=Indices(), practitioner=Practitioner.NURSE_PRACTITIONER) == ["43.99"]


# -- status ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("A", "323.47"),
        ("R", "323.47"),
        ("T", "323.47"),
        ("B", "0.00"),
        ("N", "0.00"),
        ("X", "0.00"),
        ("C", "none"),
        ("I", "none"),
        ("J", "none"),
    ],
)
def test_only_some_status_codes_are_paid_by_the_fee_schedule(status, expected):
    assert priced("OP", row("OP", 10, 0, status=status), indices=Indices()) == [expected]


def test_an_injection_of_status_t_is_paid_only_alone():
    assert priced("SHOT VISIT", row("SHOT", 1, 0, status="T"), VISIT) == ["0.00", "81.28"]


def test_incident_to_services_are_not_paid_in_a_facility():
    shot = row("SHOT", 1, 0, professional_technical="5")
    assert priced("SHOT", shot, pos="22") == ["0.00"]
    assert priced("SHOT", shot) == ["32.35"]


def test_an_unknown_code_says_so():
    (price,) = prices("NOWHERE", VISIT)
    assert price.amount is None
    assert price.steps == ("NOWHERE is not in the fee schedule of 2025-02-01",)


def test_every_price_tells_how_it_came_about():
    (visit,) = prices("VISIT", VISIT)
    assert visit.steps == ("(1.30 × 1.000 + 1.35 × 0.860 + 0.10 × 0.518) × 32.3465 = 81.28 (non-facility)",)
    _snare, biopsy = prices("SNARE BIOPSY", *FAMILY, pos="22")
    assert biopsy.steps[-1] == "endoscopy of the family of SCOPE: 176.72 less its base 162.45"


# -- payers, payments --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (Schedule("Acme", Decimal(120)), "97.54"),
        (Schedule("Acme", None, {("VISIT", ""): Decimal("90.00")}), "180.00"),
        (Schedule("Acme", Decimal(50), {("VISIT", ""): Decimal("90.00"), ("VISIT", "25"): Decimal("70.00")}), "140.00"),
        (Schedule("Acme", None, {}), "none"),
    ],
)
def test_a_payer_pays_a_percentage_or_prices_of_its_own(schedule, expected):
    text = "VISIT-25" if schedule.percent_of_medicare != 120 else "VISIT"
    found = expected_prices([service(f"{text}*{1 if text == 'VISIT' else 2}")], tables(VISIT), schedule)
    assert amount(found[0]) == expected


@pytest.mark.parametrize(
    ("day", "share"),
    [("2013-03-31", "0"), ("2013-04-01", "0.02"), ("2020-05-01", "0"), ("2022-04-01", "0.01"), ("2022-07-01", "0.02")],
)
def test_sequestration_by_date(day, share):
    assert sequestration_on(date.fromisoformat(day)) == Decimal(share)


def test_what_medicare_itself_pays():
    assert medicare_payment(Decimal("100.00"), sequestration=Decimal("0.02")) == Decimal("78.40")
    assert medicare_payment(Decimal("100.00"), deductible=Decimal("150.00"), sequestration=Decimal("0.02")) == 0
    assert limiting_charge(Decimal("81.28")) == Decimal("88.80")


# -- laws --------------------------------------------------------------------------------------------

CODES = ["SNARE", "BIOPSY", "SCOPE", "VISIT", "REPAIR"]
REPAIR = row("REPAIR", 20, 0, multiple_procedure="2")


@given(st.permutations(CODES), st.permutations(CODES))
def test_the_order_of_lines_does_not_change_the_total(one, other):
    def total(codes):
        return sum(price.amount for price in prices(" ".join(codes), *FAMILY, VISIT, REPAIR))

    assert total(one) == total(other)


@given(st.lists(st.sampled_from(CODES), unique=True, min_size=1))
def test_one_more_service_never_lowers_the_total(codes):
    *codes, more = codes

    def total(of):
        return sum((price.amount for price in prices(" ".join(of), *FAMILY, VISIT, REPAIR)), Decimal(0))

    # A cent: each line is rounded by itself.
    assert total([*codes, more]) >= total(codes) - Decimal("0.01") * len(codes)


def test_the_factors_are_not_mixed_up():
    assert len({(factor.starts_on, factor.qualifying) for factor in FACTORS}) == len(FACTORS)
