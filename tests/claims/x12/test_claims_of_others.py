"""837P that others wrote: read, written again, and read the same; what the model does not hold is told."""

import json
from collections import Counter
from decimal import Decimal

import pytest

from claims.rules.claim.splitting import split_claim
from claims.rules.x12.claim_837p import batch_as_sent, transaction_set
from claims.rules.x12.claim_837p_reader import ClaimsRead, read_claims
from claims.rules.x12.segments import read_file
from claims.rules.x12.writing import written
from tests.claims.x12.examples import ENVELOPE
from tests.shared_data import DATA

CORPUS = DATA.parent / "corpus" / "x12"
INDEX = json.loads((CORPUS / "index.json").read_text()) if CORPUS.is_dir() else []
ROWS = [row for row in INDEX if row["kind"] == "837p"]
pytestmark = pytest.mark.skipif(not ROWS, reason="no files of others beside this checkout")
VALID = [row for row in ROWS if row["pyx12"] == "pass" and not row["gs08"].startswith("004010")]

# What the model leaves out, with a finding each time: certificates of equipment suppliers (CR3, LQ, FRM, MEA, their
# dates and PWK*CT), what repricers add (HCP, REF*9A), amounts of the guide before 5010, second telephone numbers, a
# provider's numbers at other payers beside the billing one's, reference BB of a file that is no claim.
NOT_HELD = {
    "AMT*AAE", "AMT*B6", "AMT*F2", "CR3*I", "CR3*R", "DMG*D8", "DTP*461", "DTP*463", "DTP*607", "FRM*1", "FRM*1A",
    "FRM*1C", "FRM*2", "FRM*3", "FRM*4", "FRM*5", "FRM*7", "FRM*8", "FRM*9", "HCP*00", "HCP*03", "LQ*UT", "MEA*TR",
    "NM1*82", "PER*IC", "PWK*CT", "REF*9A", "REF*BB", "REF*EI", "REF*G2",
}  # fmt: skip


def each(rows):
    return pytest.mark.parametrize("row", rows, ids=[row["file"] for row in rows])


def reads(row) -> list[ClaimsRead]:
    return [read_claims(one) for one in read_file((CORPUS / row["file"]).read_bytes()).sets]


@each([row for row in ROWS if row["info"]])
def test_claims_lines_and_charges_are_those_of_the_index(row):
    """The index has the charges that CLM02 says; ours are the lines'. Where they differ, a finding says so."""
    facts = row["info"]
    claims = [claim for read in reads(row) for claim in read.batch.claims]
    assert (len(claims), sum(len(claim.lines) for claim in claims)) == (facts["claims"], facts["lines"])
    unbalanced = [one for read in reads(row) for one in read.findings if one.element == "CLM02"]
    assert len(unbalanced) == facts["claims_unbalanced"]
    if not unbalanced:
        assert sum(claim.charge for claim in claims) == Decimal(facts["charges"])


@each(ROWS)
def test_read_and_written_again_it_means_the_same(row):
    for read in reads(row):
        parts = [
            part
            for claim in read.batch.claims
            for part in split_claim(claim, (f"{claim.control_number[:17]}-{number}" for number in range(1, 9)))
        ]
        batch = type(read.batch)(**{**vars(read.batch), "claims": tuple(parts)})
        (again,) = read_file(written(ENVELOPE, [transaction_set(batch, 1)])).sets
        assert read_claims(again).batch == batch_as_sent(batch)


def test_what_is_not_held_is_told_and_known():
    told = Counter(
        one.words.removeprefix("Not held: ")
        for row in ROWS
        for read in reads(row)
        for one in read.findings
        if one.words.startswith("Not held")
    )
    assert set(told) == NOT_HELD


@each(VALID)
def test_files_that_the_validator_passes_need_no_finding_that_is_an_error(row):
    assert [str(one) for read in reads(row) for one in read.findings if not one.is_warning] == []
