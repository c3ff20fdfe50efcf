"""The smallest valid query, passage and signed reply."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from coding.models import Query, QueryIndicator, SignedAddendum
from coding.rules.lifecycle import EncounterStatus, HoldReason, Stage, WhoseMove
from coding.rules.queries.states import SignerRole
from coding.rules.queries.wording import REQUIRED, Purpose, QueryForm
from portal.rules.roles import Role
from tests.factories import EncounterFactory, PageFactory, UserFactory


class QueryFactory(DjangoModelFactory):
    """An open query, and the encounter that is on hold for it."""

    class Meta:
        model = Query

    encounter = factory.SubFactory(
        EncounterFactory,
        status=EncounterStatus.HELD,
        hold_reason=HoldReason.QUERY,
        hold_move=WhoseMove.PRACTICE,
        hold_stage=Stage.CODING,
        hold_return_at=factory.LazyFunction(lambda: timezone.now() + timedelta(days=7)),
        held_at=factory.LazyFunction(timezone.now),
        held_by=factory.SelfAttribute("..asked_by"),
    )
    practice = factory.SelfAttribute("encounter.practice")
    stage = Stage.CODING
    purpose = Purpose.SIGNIFICANCE
    form = QueryForm.OPEN
    title = "Meaning of a result"
    question = "Did the result quoted here have a meaning for this visit?"
    options = list(REQUIRED)
    asked_at = factory.LazyFunction(timezone.now)
    asked_by = factory.SubFactory(UserFactory, roles=[Role.CODER])
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))
    stops_clock = False


class QueryIndicatorFactory(DjangoModelFactory):
    class Meta:
        model = QueryIndicator

    query = factory.SubFactory(QueryFactory)
    practice = factory.SelfAttribute("query.practice")
    position = 1
    page = factory.SubFactory(PageFactory, chart=factory.SelfAttribute("..query.encounter.chart"))
    quote = "Potassium 5.9"


class SignedAddendumFactory(DjangoModelFactory):
    """A reply whose hash is none of what was signed."""

    class Meta:
        model = SignedAddendum

    query = factory.SubFactory(QueryFactory)
    practice = factory.SelfAttribute("query.practice")
    encounter = factory.SelfAttribute("query.encounter")
    option = REQUIRED[1]
    signer_name = "Cleo Cruz"
    signer_role = SignerRole.TREATING
    signed_by = factory.SubFactory(UserFactory, roles=[Role.PRACTICE])
    signed_at = factory.LazyFunction(timezone.now)
    sha256 = "0" * 64
