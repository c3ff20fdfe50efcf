"""Each named constraint of where facts are from, broken once."""

from coding.models import FactOrigin, PreCoding
from portal.rules.roles import Role
from tests import factories
from tests.coding.lines import NOON, facts_for, waiting


def origin(**fields):
    of = fields.pop("precoding", None) or precoding()
    return FactOrigin.objects.create(**{
        "practice": of.practice, "precoding": of, "field": "sex", "how": "confirmed", "source": "page",
        "confirmed_by": factories.UserFactory(roles=[Role.CODER]), "confirmed_at": NOON, **fields,
    })  # fmt: skip


def precoding():
    one = waiting()
    return PreCoding.objects.create(
        practice=one.practice, encounter=one, finished_by=factories.UserFactory(roles=[Role.CODER]), finished_at=NOON,
        **{**vars(facts_for(one)), "modifiers": []},
    )  # fmt: skip


def same_field():
    first = origin()
    origin(precoding=first.precoding)


BROKEN_FACTS = {
    "coding_factorigin_field_once": same_field,
    "coding_factorigin_how_known": lambda: origin(how="guessed"),
    "coding_factorigin_source_known": lambda: origin(source="crystal"),
    "coding_factorigin_read_from_where": lambda: origin(source=""),
}
