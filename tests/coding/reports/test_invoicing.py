"""What a month costs: every visit once, by the prices of its day, the lines adding up to the sum."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.rules.invoicing import Delivered, Prices, Terms, invoice, minimum_of

OCTOBER = date(2026, 10, 1)
PLAIN = Terms(Prices(per_encounter=Decimal("4.10"), per_page=Decimal("0.35")), date(2026, 1, 1))


def visit(on=date(2026, 10, 5), *, pages=2, seconds=0, coded=True, credit=Decimal(0)):
    return Delivered("E-00001", "B-1", on, pages, seconds, coded, credit)


def total(*work, terms=(PLAIN,)):
    return invoice(work, terms, first=OCTOBER).total


def test_a_coded_visit_costs_its_price_and_its_pages():
    assert total(visit()) == Decimal("4.80")


def test_a_visit_without_billable_services_costs_its_pages_alone():
    assert total(visit(coded=False)) == Decimal("0.70")


@pytest.mark.parametrize(
    ("seconds", "amount"),
    [(3600, "30.00"), (90, "0.90"), (18, "0.30"), (17, "0.00"), (0, "0.00")],
)
def test_hours_are_taken_to_two_decimals_before_they_are_priced(seconds, amount):
    by_hour = Terms(Prices(per_hour=Decimal(30)), date(2026, 1, 1))
    assert total(visit(seconds=seconds), terms=[by_hour]) == Decimal(amount)


def test_each_visit_is_priced_by_the_contract_of_its_own_day():
    old = Terms(Prices(per_encounter=Decimal(4)), date(2026, 1, 1), date(2026, 10, 14))
    new = Terms(Prices(per_encounter=Decimal(5)), date(2026, 10, 15))
    days = [date(2026, 10, 14), date(2026, 10, 15)]
    lines = invoice([visit(day) for day in days], [new, old], first=OCTOBER).lines
    assert [line.amount for line in lines] == [4, 5]


def test_a_month_below_the_minimum_is_raised_to_it_and_one_above_is_not():
    terms = [Terms(Prices(per_encounter=Decimal(4), monthly_minimum=Decimal(10)), date(2026, 1, 1))]
    assert invoice([visit()], terms, first=OCTOBER).to_minimum == 6
    assert total(visit(), terms=terms) == 10
    assert total(*[visit()] * 3, terms=terms) == 12


def test_the_minimum_of_a_contract_that_begins_in_the_month_counts_by_its_days():
    half = Terms(Prices(monthly_minimum=Decimal(310)), date(2026, 10, 17))
    assert minimum_of([half], OCTOBER) == 150
    assert minimum_of([half], date(2026, 9, 1)) == 0


@pytest.mark.parametrize(
    ("percent", "left"), [("0", "4.80"), ("10", "4.32"), ("12.5", "4.20"), ("100", "0"), ("150", "0")]
)
def test_a_late_batch_takes_its_share_off_each_of_its_visits(percent, left):
    assert total(visit(credit=Decimal(percent))) == Decimal(left)
    assert total(visit(credit=Decimal(percent)), visit()) == Decimal(left) + Decimal("4.80")


def test_the_credit_comes_off_after_the_minimum():
    terms = [Terms(Prices(per_encounter=Decimal(4), monthly_minimum=Decimal(10)), date(2026, 1, 1))]
    assert total(visit(credit=Decimal(50)), terms=terms) == 8


def test_without_a_contract_the_work_is_listed_and_costs_nothing():
    bill = invoice([visit()], [], first=OCTOBER)
    assert (len(bill.lines), bill.total) == (1, 0)


amounts = st.decimals(0, 500, places=2)
works = st.builds(
    visit,
    st.dates(OCTOBER, OCTOBER + timedelta(days=30)),
    pages=st.integers(0, 80),
    seconds=st.integers(0, 20_000),
    coded=st.booleans(),
    credit=st.decimals(0, 100, places=2),
)


@given(st.lists(works, max_size=20), amounts, amounts, amounts, amounts)
def test_the_lines_add_up_to_the_sum_to_the_cent(work, visit_price, page_price, hour_price, minimum):
    terms = [Terms(Prices(visit_price, page_price, hour_price, minimum), date(2026, 1, 1))]
    bill = invoice(work, terms, first=OCTOBER)
    assert sum(line.amount for line in bill.lines) == bill.subtotal
    assert sum(line.credit for line in bill.lines) == bill.credit
    assert all(one == one.quantize(Decimal("0.01")) for line in bill.lines for one in (line.amount, line.credit))
    assert all(0 <= line.credit <= line.amount for line in bill.lines)
    assert bill.subtotal + bill.to_minimum == max(bill.subtotal, minimum)
    assert bill.total == bill.subtotal + bill.to_minimum - bill.credit >= 0
    assert invoice(reversed(work), terms, first=OCTOBER).total == bill.total
