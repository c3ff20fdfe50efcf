"""A visit on the line once more, and who takes it: for the tests of repeats."""

import pytest

from coding.models import Encounter
from portal.rules.roles import Role
from tests import factories
from tests.coding.lines import load_codes
from tests.coding.quality.twice import agreed_on, judge, on_the_line, visit


@pytest.fixture
def kim(db):
    return factories.UserFactory(name="Kim Larsen", roles=[Role.CODER])


@pytest.fixture
def vic(db):
    return factories.UserFactory(name="Vic Verity", roles=[Role.VERIFIER])


@pytest.fixture
def original(ann, river, ada):
    """Ann's coding of a River visit, on the line once more."""
    load_codes()
    agreed_on(river, ada, codings=100)
    encounter = visit(ann, river)
    assert on_the_line() == 1
    return encounter


@pytest.fixture
def copy(original):
    return Encounter.objects.get(repeats=original)


@pytest.fixture
def judged(ann, bea, river, ada):
    """A visit that Ann coded and Bea verified, to be judged once more."""
    load_codes()
    agreed_on(river, ada, verdicts=100)
    encounter = visit(ann, river)
    judge(bea, version=("E119 I10", "99213@1"), verdict="corrected")
    assert on_the_line() == 1
    return encounter
