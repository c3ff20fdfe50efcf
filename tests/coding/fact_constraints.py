"""Each named constraint of where facts are from, broken once."""

from coding.models import DoubleKeying, DoubleKeyRule, FactOrigin, PreCoding
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


def double_key(**fields):
    practice = fields.pop("practice", None) or factories.PracticeFactory()
    return DoubleKeyRule.objects.create(
        **{"practice": practice, "set_by": factories.UserFactory(roles=[Role.MANAGER]), "set_at": NOON, **fields}
    )


def keying(**fields):
    one = waiting()
    return DoubleKeying.objects.create(**{
        "practice": one.practice, "encounter": one, "field": "sex", "differed": False,
        "keyed_by": factories.UserFactory(roles=[Role.CODER]), "keyed_at": NOON, **fields,
    })  # fmt: skip


def two_rules():
    double_key(practice=double_key().practice)


BROKEN_FACTS = {
    "coding_doublekeyrule_practice_once": two_rules,
    "coding_doublekeyrule_fields_known": lambda: double_key(fields=["shoe_size"]),
    "coding_doublekeying_kept_of_two": lambda: keying(kept="first"),
    "coding_factorigin_field_once": same_field,
    "coding_factorigin_how_known": lambda: origin(how="guessed"),
    "coding_factorigin_source_known": lambda: origin(source="crystal"),
    "coding_factorigin_read_from_where": lambda: origin(source=""),
}
