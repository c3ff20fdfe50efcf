"""Files that others wrote, when they lie beside the checkout: what we understand is what their index says."""

import json
from collections import Counter
from decimal import Decimal
from functools import cache

import pytest

from claims.rules.x12.reading import read
from claims.rules.x12.segments import read_file
from tests.shared_data import DATA

CORPUS = DATA.parent / "corpus" / "x12"
INDEX = json.loads((CORPUS / "index.json").read_text()) if CORPUS.is_dir() else []
KINDS = {"277ca": "277CA"}
pytestmark = pytest.mark.skipif(not INDEX, reason="no files of others beside this checkout")

NO_ENVELOPE = "noenv/837p/imsweb__x12_no_isa_line.txt.x12"  # has no facts but its bytes


def named(*kinds):
    rows = [row for row in INDEX if row["kind"] in kinds]
    return pytest.mark.parametrize("row", rows, ids=[row["file"] for row in rows])


@cache
def reading_of(name):
    return read((CORPUS / name).read_bytes())


def contents(row):
    return [one.content for one in reading_of(row["file"]).sets]


@pytest.mark.parametrize("row", INDEX, ids=[row["file"] for row in INDEX])
def test_segments_delimiters_and_kinds_are_those_of_the_index(row):
    file = read_file((CORPUS / row["file"]).read_bytes())
    assert {one.kind for one in reading_of(row["file"]).sets} <= {
        KINDS.get(row["kind"], row["kind"]), row["kind"].upper(), "837",
    }  # fmt: skip
    if row["file"] == NO_ENVELOPE:
        return
    [delimiters] = {one.delimiters for one in file.interchanges}
    assert (delimiters.segment, delimiters.element) == (row["info"]["term"], row["info"]["sep"])
    inside = sum(len(one.segments) for one in file.sets)
    envelopes = sum(2 + 2 * len({id(one) for one in groups_of(interchange)}) for interchange in file.interchanges)
    assert inside + envelopes == row["info"]["segments"]


def groups_of(interchange):
    """A set that begins behind the envelope of the last one begins a group."""
    ends = 2
    for one in interchange.sets:
        if one.place != ends:
            yield one
        ends = one.place + len(one.segments)


@named("835")
def test_an_835_has_the_claims_lines_and_sums_of_the_index(row):
    info, payments = row["info"], contents(row)
    claims = [claim for payment in payments for claim in payment.claims]
    assert len(claims) == info["claims"]
    assert sum(len(claim.lines) for claim in claims) == info["lines"]
    assert sum(claim.is_reversal for claim in claims) == info["reversals"]
    assert sum(claim.is_denied for claim in claims) == info["denied"]
    assert sum(len({one.place for one in payment.provider_adjustments}) for payment in payments) == info["plb"]
    assert [(payment.payment, payment.claims_paid, payment.adjusted) for payment in payments] == [
        (Decimal(one["BPR02"]), Decimal(one["sumCLP04"]), Decimal(one["PLB"])) for one in info["tx"]
    ]


@named("835")
def test_an_835_balances_where_the_index_says_so(row):
    balances = [one.balance for one in reading_of(row["file"]).sets]
    assert [one.is_balanced for one in balances] == [one["balanced"] for one in row["info"]["tx"]]
    assert sum(len(one.claims) for one in balances) == row["info"]["claims_unbalanced"]
    assert sum(len(one.lines) for one in balances) == row["info"]["lines_unbalanced"]


@named("835")
def test_a_second_reader_of_835_sees_the_same(row):
    oxedi = pytest.importorskip("oxedi")
    other, ours = oxedi.parse((CORPUS / row["file"]).read_bytes()), contents(row)
    claims = [claim for payment in ours for claim in payment.claims]
    lines = [line for claim in claims for line in claim.lines]
    assert (other.count_claims(), other.sum_payments()) == (len(claims), sum(payment.payment for payment in ours))
    assert {name: len(other.tables[name]) for name in ("services", "provider_adjustments", "adjustments")} == {
        "services": len(lines),
        "provider_adjustments": sum(len(payment.provider_adjustments) for payment in ours),
        "adjustments": sum(len(one.adjustments) for one in [*claims, *lines]),
    }
    theirs = {one.segment + 1 for one in other.diagnostics if one.kind == "BalanceMismatch"}
    findings = [finding for one in reading_of(row["file"]).sets for finding in one.balance.findings]
    assert theirs == {finding.place for finding in findings if not finding.is_warning}


@named("999")
def test_a_999_has_the_words_and_errors_of_the_index(row):
    info, groups = row["info"], contents(row)
    sets = [one for group in groups for one in group.sets]
    errors = [error for one in sets for error in one.errors]
    assert [code for one in sets for code in one.codes] == info["IK5"]
    assert ["*".join([*group.codes, *group.counts]) for group in groups] == info["AK9"]
    assert len(errors) == info["IK3"]
    assert sum(len(error.elements) for error in errors) == info["IK4"]


@named("277ca")
def test_a_277ca_has_the_states_of_the_index(row):
    states = [state for one in contents(row) for item in one.items for state in item.item.states]
    # One of the files separates components by "|", and the index copies it so.
    assert [str(state) for state in states] == [text.replace("|", ":") for text in row["info"]["STC"]]


@named("277")
def test_a_277_has_the_states_of_the_index(row):
    statuses = [
        status
        for one in contents(row)
        for item in one.items
        for status in (*item.statuses, *(status for line in item.lines for status in line.statuses))
    ]
    # The index copies the composite whole: RX in "F2:80::RX" is the list of the code, not whom it is about.
    assert [str(status.states[0]) for status in statuses] == [text.split("::")[0] for text in row["info"]["STC"]]


@named("276")
def test_a_276_asks_about_as_many_claims_as_it_has_traces(row):
    file = read_file((CORPUS / row["file"]).read_bytes())
    names = Counter(segment[0] for one in file.sets for segment in one.segments)
    [asked] = contents(row)
    assert (len(asked.items), not asked.findings) == (names["TRN"], True)
    assert all((item.trace and item.charge is not None) or item.lines for item in asked.claims)


@named("837p", "837i")
def test_an_837_has_the_claims_lines_and_charges_of_the_index(row):
    if row["file"] == NO_ENVELOPE:
        return
    info = row["info"]
    claims = [claim for one in contents(row) for claim in one.claims]
    assert (len(claims), sum(len(claim.lines) for claim in claims)) == (info["claims"], info["lines"])
    assert sum(claim.charge for claim in claims) == Decimal(info["charges"])
    uneven = [claim for claim in claims if sum(line.charge for line in claim.lines) != claim.charge]
    assert len(uneven) == info["claims_unbalanced"]


@pytest.mark.parametrize("row", INDEX, ids=[row["file"] for row in INDEX])
def test_no_file_of_the_corpus_raises_wherever_it_is_cut_off(row):
    content = (CORPUS / row["file"]).read_bytes()
    for end in range(0, len(content), 97):
        read(content[:end])
