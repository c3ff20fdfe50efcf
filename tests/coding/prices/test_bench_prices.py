"""Expected prices at the bench: by place, locality and payer."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from coding.models import FeeSchedule, Locality, PreCoding, ZipLocality
from coding.rules.code_sets import CodeSet
from tests import factories
from tests.coding.benches import body, form_for, to_code
from tests.coding.prices.rows import row
from tests.coding.prices.test_price_command import edition, stored

pytestmark = pytest.mark.django_db
VISIT = row("99213", "1.30", "1.35", "0.57", "0.10", conversion_factor=Decimal("32.3465"))


@pytest.fixture
def held(river, ann):
    stored(VISIT, edition(CodeSet.RELATIVE_VALUES))
    return to_code(river, ann)


@pytest.fixture
def expected(held, ann, as_user):
    def expected(*lines):
        sent = form_for(held, body=body("E119", *lines))
        answer = as_user(ann).post(reverse("coding:findings", args=[held.encounter_id]), sent)
        return " ".join(answer.content.decode().split())

    return expected


def test_without_a_locality_the_national_amount_is_expected(expected):
    text = expected(("99213", [1]))
    assert "Expected <strong>$88.95</strong>" in text
    assert "Medicare, national" in text


def test_the_locality_of_the_location_counts(expected, held, river):
    of = edition(CodeSet.ZIP_LOCALITIES)
    ZipLocality.objects.create(edition=of, zip_code="72201", state="AR", carrier="07102", locality="13")
    Locality.objects.create(
        edition=edition(CodeSet.GPCI), carrier="07102", locality="13", state="AR", name="AR", work=1,
        expense=Decimal("0.860"), malpractice=Decimal("0.518"),
    )  # fmt: skip
    location = factories.LocationFactory(practice=river, zip_code="72201")
    PreCoding.objects.update(location=location)
    text = expected(("99213", [1]))
    assert "Expected <strong>$81.28</strong>" in text
    assert "Medicare, 07102-13" in text


def test_the_payers_own_schedule_counts(expected, river):
    payer = factories.PayerFactory(practice=river)
    PreCoding.objects.update(payer=payer)
    FeeSchedule.objects.create(
        practice=river, payer=payer, name="Acme 2026", starts_on=date(2026, 1, 1), percent_of_medicare=120
    )
    text = expected(("99213", [1]))
    assert "Expected <strong>$106.74</strong>" in text
    assert "Acme 2026" in text


def test_a_line_without_a_price_says_so(expected):
    text = expected(("99213", [1]), ("20610", [1]))
    assert "1 without a price" in text
    assert "20610 is not in the fee schedule of 2026-10-30" in text


def test_without_a_fee_schedule_nothing_is_promised(river, ann, as_user):
    held = to_code(river, ann)
    sent = form_for(held, body=body("E119", ("99213", [1])))
    text = as_user(ann).post(reverse("coding:findings", args=[held.encounter_id]), sent).content.decode()
    assert "Expected" not in text
