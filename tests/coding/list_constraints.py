"""The constraints of the official lists, the fees and the payers' rules, each with a way to break it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Model

from coding.models import (
    AddOnPair,
    AnaesthesiaFactor,
    BundledPair,
    ClaimCode,
    CodeFile,
    CodeGroup,
    CodeNote,
    ConversionFactor,
    CoverageDocument,
    CoverageGroup,
    Crosswalk,
    Edition,
    FavouriteCode,
    Fee,
    FeeSchedule,
    IndexEntry,
    Locality,
    Modifier,
    PayerRule,
    PlaceOfService,
    RelativeValue,
    SearchExpression,
    Taxonomy,
    UnitLimit,
    Utilisation,
    ZipLocality,
)
from coding.rules.code_sets import CodeSet
from tests import factories
from tests.coding.lines import NOON

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
FACTORS = {"work": 1, "expense": 1, "malpractice": 1}

# The smallest row of each list.
ROWS: dict[type[Model], dict[str, Any]] = {
    AddOnPair: {"add_on": "00002", "primary": "00001", "kind": 1, "effective": None},
    AnaesthesiaFactor: {"carrier": "00001", "locality": "00", "name": "Somewhere", "amount": 20},
    BundledPair: {
        "column_one": "00001", "column_two": "00002", "effective": JANUARY, "indicator": "1", "rationale": "x",
    },
    ClaimCode: {"kind": "group", "code": "CO", "text": "x"},
    CodeGroup: {"position": 1, "label": "1", "title": "x", "first": "A00", "last": "B99"},
    CodeNote: {"holder": "A00", "kind": "note", "position": 1, "text": "x"},
    ConversionFactor: {"starts_on": JANUARY, "amount": 33},
    CoverageDocument: {"number": "L1", "kind": "LCD", "title": "x", "contractor": "x", "version": "1"},
    CoverageGroup: {"article": "A1", "title": "x", "group": 1, "procedures": []},
    Crosswalk: {
        "position": 1, "source": "0010", "target": "A000", "approximate": False, "no_map": False,
        "combination": False, "scenario": 0, "choice_list": 0,
    },
    IndexEntry: {"position": 1, "level": 0, "path": ["x"]},
    Locality: {"carrier": "00001", "locality": "00", "state": "AR", "name": "x", **FACTORS},
    Modifier: {"code": "LT", "title": "x"},
    PlaceOfService: {"code": "11", "name": "x", "is_facility": False},
    RelativeValue: {
        "code": "G0101", "status": "A", "work": 1, "office_expense": 1, "facility_expense": 1, "malpractice": 1,
        "conversion_factor": 33,
    },
    Taxonomy: {"code": "207Q00000X", "classification": "x"},
    UnitLimit: {"code": "G0101", "units": 1, "adjudication": 2, "rationale": "x"},
    Utilisation: {"specialty": "primary_care", "code": "G0101", "services": 1},
    ZipLocality: {"zip_code": "72201", "state": "AR", "carrier": "00001", "locality": "00"},
}  # fmt: skip


def row(model: type[Model], **changed: Any) -> Model:
    return model._default_manager.create(edition=factories.EditionFactory(), **{**ROWS[model], **changed})


def twice(model: type[Model]) -> Callable[[], object]:
    return lambda: [row(model), row(model)]


def edition(**fields: Any) -> Edition:
    more = {"code_set": CodeSet.CPT, "name": "one", "effective": JANUARY, "file_name": "x", "sha256": "", "rows": 0}
    return Edition.objects.create(**{**more, "loaded_at": NOON, **fields})


def code_file(**fields: Any) -> CodeFile:
    more = {"code_set": CodeSet.CPT, "edition": "one", "effective": FEBRUARY, "file_name": "x", "stored": "x"}
    return CodeFile.objects.create(
        **{**more, "sha256": "", "size": 1, "sent_at": NOON, "sent_by": factories.UserFactory(), **fields}
    )


def schedule(**fields: Any) -> FeeSchedule:
    payer = fields.pop("payer", None) or factories.PayerFactory()
    return FeeSchedule.objects.create(
        **{"practice": payer.practice, "payer": payer, "name": "x", "starts_on": FEBRUARY, **fields}
    )


def fee(**fields: Any) -> Fee:
    of = fields.pop("schedule", None) or schedule()
    return Fee.objects.create(**{"practice": of.practice, "schedule": of, "code": "G0101", "amount": 1, **fields})


def payer_rule(**fields: Any) -> PayerRule:
    practice = fields.pop("practice", None) or factories.PracticeFactory()
    more = {"name": "x", "condition": {}, "finding": {}, "valid_from": FEBRUARY, "changed_at": NOON}
    return PayerRule.objects.create(**{"practice": practice, "changed_by": factories.UserFactory(), **more, **fields})


def favourite(**fields: Any) -> FavouriteCode:
    user = fields.pop("user", None) or factories.UserFactory()
    return FavouriteCode.objects.create(
        **{"user": user, "system": "icd10cm", "code": "I10", "added_at": NOON, **fields}
    )


def favourite_twice() -> None:
    user = factories.UserFactory()
    favourite(user=user)
    favourite(user=user)


def expression_twice() -> None:
    same = {"practice": factories.PracticeFactory(), "changed_by": factories.UserFactory()}
    for means in ("knee", "joint"):
        SearchExpression.objects.create(text="knee ache", means=means, changed_at=NOON, **same)


def schedule_twice() -> None:
    payer = factories.PayerFactory()
    schedule(payer=payer)
    schedule(payer=payer)


def fee_twice() -> None:
    of = schedule()
    fee(schedule=of)
    fee(schedule=of)


def payer_rule_twice() -> None:
    practice = factories.PracticeFactory()
    payer_rule(practice=practice)
    payer_rule(practice=practice)


BROKEN_LISTS: dict[str, Callable[[], object]] = {
    "coding_edition_code_set_known": lambda: edition(code_set="snomed"),
    "coding_edition_one_a_day": lambda: [edition(), edition(name="two")],
    "coding_edition_name_once": lambda: [edition(), edition(effective=FEBRUARY)],
    "coding_edition_dates": lambda: edition(effective=FEBRUARY, ends_on=JANUARY),
    "coding_codefile_code_set_known": lambda: code_file(code_set="snomed"),
    "coding_codefile_outcome_known": lambda: code_file(outcome="lost", finished_at=NOON),
    "coding_codefile_dates": lambda: code_file(ends_on=JANUARY),
    "coding_codefile_finished": lambda: code_file(finished_at=NOON),
    "coding_codegroup_once": twice(CodeGroup),
    "coding_codenote_kind_known": lambda: row(CodeNote, kind="remark"),
    "coding_codenote_once": twice(CodeNote),
    "coding_indexentry_once": twice(IndexEntry),
    "coding_crosswalk_once": twice(Crosswalk),
    "coding_modifier_once": twice(Modifier),
    "coding_place_once": twice(PlaceOfService),
    "coding_claimcode_once": twice(ClaimCode),
    "coding_claimcode_kind": lambda: row(ClaimCode, kind="other"),
    "coding_taxonomy_once": twice(Taxonomy),
    "coding_bundledpair_once": twice(BundledPair),
    "coding_bundledpair_indicator": lambda: row(BundledPair, indicator="2"),
    "coding_unitlimit_once": twice(UnitLimit),
    "coding_unitlimit_adjudication": lambda: row(UnitLimit, adjudication=4),
    "coding_addonpair_once": twice(AddOnPair),
    "coding_addonpair_kind": lambda: row(AddOnPair, kind=4),
    "coding_coveragedocument_once": twice(CoverageDocument),
    "coding_coveragegroup_once": twice(CoverageGroup),
    "coding_relativevalue_once": twice(RelativeValue),
    "coding_locality_once": twice(Locality),
    "coding_ziplocality_once": twice(ZipLocality),
    "coding_conversionfactor_once": twice(ConversionFactor),
    "coding_anaesthesiafactor_once": twice(AnaesthesiaFactor),
    "coding_utilisation_once": twice(Utilisation),
    "coding_feeschedule_dates": lambda: schedule(ends_on=JANUARY),
    "coding_feeschedule_once": schedule_twice,
    "coding_fee_once": fee_twice,
    "coding_fee_not_negative": lambda: fee(amount=-1),
    "coding_payerrule_once": payer_rule_twice,
    "coding_favouritecode_once": favourite_twice,
    "coding_favouritecode_system_known": lambda: favourite(system="snomed"),
    "coding_searchexpression_once": expression_twice,
    "coding_payerrule_dates": lambda: payer_rule(valid_to=JANUARY),
}
