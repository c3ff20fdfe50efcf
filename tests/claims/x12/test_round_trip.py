"""What was written is read back as it was sent; whatever stands in it, the counts of the file are exact."""

from dataclasses import fields, is_dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.rules.claim import Address, Claim, Name
from claims.rules.claim.batches import Batch
from claims.rules.x12.characters import EXTENDED
from claims.rules.x12.claim_837p import as_sent, batch_as_sent, transaction_set
from claims.rules.x12.claim_837p.limits import LIMITS
from claims.rules.x12.claim_837p_reader import read_claims
from claims.rules.x12.segments import USUAL, Delimiters, at, read_file
from claims.rules.x12.writing import written
from tests.claims.x12.anything import anything
from tests.claims.x12.examples import ENVELOPE, KINDS, batch, file_of, simple

SLOW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
PIPES = Delimiters(element="|", component=">", repetition="^", segment="\n")


def read_back(content: bytes) -> Batch:
    """The one transaction set of a file, without any fault of the envelopes."""
    file = read_file(content)
    assert list(file.faults) == []
    (one,) = file.sets
    return read_claims(one).batch


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_claim_is_read_back(kind):
    claims = KINDS[kind]
    assert read_back(file_of(*claims)) == batch_as_sent(batch(*claims))


@SLOW
@given(anything(Claim))
def test_any_claim_is_read_back_as_it_was_sent(claim):
    assert read_back(file_of(claim)).claims == (as_sent(claim),)


@SLOW
@given(anything(Claim))
def test_what_was_sent_is_sent_the_same_again(claim):
    assert as_sent(as_sent(claim)) == as_sent(claim)


@given(last=st.text(), first=st.text(), street=st.text(), city=st.text())
def test_any_name_and_address(last, first, street, city):
    name = Name(last, first)
    person = replace(simple().patient, name=name, address=Address(street, city, "OR", "97202"))
    claim = simple(patient=person, coverage=replace(simple().coverage, subscriber=person))
    assert read_back(file_of(claim)).claims == (as_sent(claim),)


@SLOW
@given(st.lists(anything(Claim), max_size=4))
def test_each_claim_of_a_batch_comes_back_once(claims):
    numbered = [replace(claim, control_number=f"C-{place}") for place, claim in enumerate(claims)]
    found = {claim.control_number: claim for claim in read_back(file_of(*numbered)).claims}
    assert found == {claim.control_number: as_sent(claim) for claim in numbered}


@SLOW
@given(st.lists(anything(Claim), max_size=3))
def test_counts_and_numbers_are_exact(claims):
    content = file_of(*claims)
    assert set(content.decode()) <= EXTENDED | set(USUAL)
    (one,) = read_file(content).sets
    assert one.segments[-1] == ["SE", str(len(one.segments)), "0001"]
    assert content.endswith(b"GE*1*5~IEA*1*000000017~")
    levels = [segment for segment in one.segments if segment[0] == "HL"]
    assert [level[1] for level in levels] == [str(number) for number in range(1, len(levels) + 1)]
    kinds = {level[1]: level[3] for level in levels}
    parents = {"20": None, "22": "20", "23": "22"}
    assert all(kinds.get(level[2]) == parents[level[3]] for level in levels)
    with_children = {level[2] for level in levels}
    assert all((at(level, 4) == "1") == (level[1] in with_children) for level in levels)


def test_other_delimiters():
    content = written(ENVELOPE, [transaction_set(batch(*KINDS["complete"]), 1, PIPES)], PIPES)
    assert read_back(content) == batch_as_sent(batch(*KINDS["complete"]))


@pytest.mark.parametrize(
    "delimiters", [USUAL._replace(component="-"), USUAL._replace(element="A"), USUAL._replace(component="*")]
)
def test_delimiters_that_data_may_have_are_refused(delimiters):
    with pytest.raises(ValueError, match="delimiters"):
        transaction_set(batch(), 1, delimiters)


def test_every_text_of_the_model_has_a_limit():
    missing = [
        f"{kind.__name__}.{one.name}"
        for kind in parts_of(Batch)
        for one in fields(kind)
        if one.type in {"str", "tuple[str, ...]"} and one.name not in LIMITS.get(kind, {})
    ]
    assert missing == []


def parts_of(kind: type) -> set[type]:
    """A dataclass and all dataclasses in its fields."""
    from typing import get_args, get_type_hints

    found, waiting = set(), [kind]
    while waiting:
        one = waiting.pop()
        if is_dataclass(one) and one not in found:
            found.add(one)
            waiting += get_type_hints(one).values()
        else:
            waiting += get_args(one)
    return found
