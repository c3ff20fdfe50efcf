"""What leaves the building, byte for byte; and what pyx12 says of it."""

from pathlib import Path

import pytest

from claims.validation import validate
from tests.claims.x12.examples import KINDS, file_of

GOLDEN = Path(__file__).parents[2] / "golden" / "claims"


def as_lines(content: bytes) -> bytes:
    """A segment in a line, so that a change can be reviewed."""
    return content.replace(b"~", b"~\n")


@pytest.mark.parametrize("kind", KINDS)
def test_a_claim_is_written_byte_for_byte_as_before(kind):
    assert as_lines(file_of(*KINDS[kind])) == (GOLDEN / f"{kind}.837p").read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_the_validator_has_nothing_against_it(kind):
    assert validate(file_of(*KINDS[kind])) == ()


def test_there_is_no_golden_file_of_nothing():
    assert {path.stem for path in GOLDEN.glob("*.837p")} == set(KINDS)
