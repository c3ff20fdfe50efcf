"""Numbers typed into the palette lead to what the person may see, and nobody else's."""

import pytest

from coding.rules.numbers import read_number
from tests import factories
from tests.coding.benches import to_code, visit


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("E-00012", ("E", 12)), ("e12", ("E", 12)), ("c 7", ("C", 7)), (" B-3 ", ("B", 3)), ("12", ("BCE", 12)),
        ("X-1", None), ("E-", None), ("", None), ("12a", None), ("E11.9", None), ("2147483648", None), ("٣", None),
        ("99999999999999999999", None),
    ],
)  # fmt: skip
def test_a_number_is_read(text, meant):
    assert read_number(text) == meant


def found(browser, text):
    return [(row["label"], row["url"]) for row in browser.get("/work/find/", {"q": text}).json()["results"]]


def test_a_coder_finds_what_they_hold_and_nothing_else(as_user, river, ann, bea):
    held = to_code(river, ann).encounter
    other = visit(river)
    browser = as_user(ann)
    assert found(browser, held.label) == [(held.label, f"/work/encounters/{held.pk}/")]
    assert found(browser, other.label) == found(browser, held.chart.label) == found(browser, held.batch.label) == []
    assert found(as_user(bea), held.label) == []
    assert browser.get(found(browser, held.label)[0][1]).status_code == 302


def test_a_practice_finds_its_own_and_an_outsider_nothing(as_user, river, ann, cleo, otto, max_):
    encounter = to_code(river, ann).encounter
    chart, batch = encounter.chart, encounter.batch
    for person in (cleo, max_):
        browser = as_user(person)
        for label in (encounter.label, chart.label, batch.label):
            ((said, url),) = found(browser, label)
            assert said == label
            assert browser.get(url).status_code == 200
        labels = {label for label, _url in found(browser, str(batch.number))}
        assert batch.label in labels
    for label in (encounter.label, chart.label, batch.label, str(encounter.pk)):
        assert found(as_user(otto), label) == []


def test_batches_of_two_practices_with_one_number_are_told_apart(as_user, river, lake, max_):
    for practice in (river, lake):
        factories.BatchFactory(practice=practice, number=41)
    rows = as_user(max_).get("/work/find/", {"q": "B-41"}).json()["results"]
    assert {row["what"] for row in rows} == {f"Batch of {river.name}", f"Batch of {lake.name}"}


def test_other_words_find_nothing(as_user, max_):
    assert found(as_user(max_), "Smith") == []
