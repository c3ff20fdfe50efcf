"""What the loaded lists, the payer's prices and the house's rulings say about one code of a visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from coding.actions.browse import Counterpart, NotesAt, counterparts, edition_of
from coding.actions.prices import PricedTogether, indices_at, price_claims, schedule_of
from coding.actions.rulings import rulings_for
from coding.actions.tables import (
    CATEGORY,
    Editions,
    add_ons_of,
    coverage_of,
    editions_on,
    facts_in,
    groups_of,
    notes_of,
    pairs_of,
    relative_values_of,
    unit_limits_of,
)
from coding.models import Encounter, PreCoding
from coding.rules.code_reference import Partner, Support, chapter_guideline, partners_of, support_of
from coding.rules.code_sets import LISTS_OF, CodeSet
from coding.rules.codings import CodedEncounter, ProcedureLine, System, bare, diagnosis_system
from coding.rules.pricing import Price, Service
from coding.rules.rulings import Ruling
from coding.rules.tables import AddOn, CodeFact, RelativeValue, Tables, UnitLimit

ABOUT_PROCEDURES = (
    CodeSet.PTP_PRACTITIONER, CodeSet.MUE_PRACTITIONER, CodeSet.ADD_ONS, CodeSet.RELATIVE_VALUES, CodeSet.COVERAGE,
)  # fmt: skip
OFFICE = "11"  # place of service of a visit whose place is not known


@dataclass(frozen=True)
class DiagnosisSide:
    """What is known of a diagnosis only; `mapping` names the crosswalk that gave the counterparts."""

    notes: tuple[NotesAt, ...]
    tabular: str
    guideline: str
    counterparts: tuple[Counterpart, ...]
    mapping: str


@dataclass(frozen=True)
class ProcedureSide:
    """What is known of a procedure only; None and "" where the list of the day has nothing or is not loaded."""

    partners: tuple[Partner, ...]
    pairs: str  # the edition of the bundled pairs
    limit: UnitLimit | None
    add_on: AddOn | None
    values: RelativeValue | None
    price: Price | None
    priced_by: str
    support: tuple[Support, ...]


@dataclass(frozen=True)
class Reference:
    """A code on the visit's date of service; `fact` is None if the list of the day does not have it."""

    system: System
    code: str
    fact: CodeFact | None
    listed: str  # the edition that was asked
    diagnosis: DiagnosisSide | None
    procedure: ProcedureSide | None
    rulings: tuple[Ruling, ...]


def reference_of(
    *, encounter: Encounter, known: PreCoding, coded: CodedEncounter, line: ProcedureLine | None, code: str, today: date
) -> Reference:
    """Everything about a bare code by the editions of the visit's date of service.

    `line` is the procedure in hand and one of `coded`; without it the code is a diagnosis. A ruling counts by `today`,
    the day of the work. A constant number of queries, however many codes the visit has.
    """
    day = known.date_from
    system = System.PROCEDURE if line else diagnosis_system(day)
    editions = editions_on(day, *LISTS_OF[system], CodeSet.ICD10CM_TABULAR, *ABOUT_PROCEDURES)
    return Reference(
        system=system,
        code=code,
        fact=facts_in(editions, {system: {code}}, day)[system].get(code),
        listed=", ".join(editions[one].name for one in LISTS_OF[system] if one in editions),
        diagnosis=None if line else diagnosis_side(code, coded, system, day, editions),
        procedure=procedure_side(code, coded, line, known, editions) if line else None,
        rulings=rulings_for(encounter, [code], on=today),
    )


def diagnosis_side(code: str, coded: CodedEncounter, system: System, day: date, editions: Editions) -> DiagnosisSide:
    tabular = editions.get(CodeSet.ICD10CM_TABULAR) if system is System.ICD10CM else None
    mapping = edition_of(CodeSet.GEM_10_TO_9 if system is System.ICD10CM else CodeSet.GEM_9_TO_10, day)
    groups = groups_of(tabular.pk).get(code[:CATEGORY], ()) if tabular else ()
    return DiagnosisSide(
        notes=notes_at_each(code, groups, editions) if tabular else (),
        tabular=tabular.name if tabular else "",
        guideline=chapter_guideline(coded, groups),
        counterparts=counterparts(code, system, day) if mapping else (),
        mapping=mapping.name if mapping else "",
    )


def notes_at_each(code: str, groups: tuple[str, ...], editions: Editions) -> tuple[NotesAt, ...]:
    """The notes at the code first, then at each code above it, its block and its chapter."""
    found: dict[str, list[tuple[str, str]]] = {}
    for note in notes_of([code], editions).get(code, ()):
        found.setdefault(note.holder, []).append((note.kind.value, note.text))
    holders = [*(code[:length] for length in range(len(code), CATEGORY - 1, -1)), *reversed(groups)]
    return tuple(NotesAt(holder, tuple(found[holder])) for holder in holders if holder in found)


def procedure_side(
    code: str, coded: CodedEncounter, line: ProcedureLine, known: PreCoding, editions: Editions
) -> ProcedureSide:
    codes, day = {bare(one.code) for one in coded.procedures}, known.date_from
    pairs = editions.get(CodeSet.PTP_PRACTITIONER)
    values = relative_values_of({code}, editions)
    split = next((one for one in line.modifiers if (code, one) in values), "")
    price, priced_by = price_of(code, line, known) if CodeSet.RELATIVE_VALUES in editions else (None, "")
    return ProcedureSide(
        partners=partners_of(code, coded, Tables(pairs=pairs_of(codes, editions))),
        pairs=pairs.name if pairs else "",
        limit=unit_limits_of({code}, editions).get(code),
        add_on=add_ons_of({code}, editions, day).get(code),
        values=values.get((code, split)),
        price=price,
        priced_by=priced_by,
        support=support_of(code, coded, coverage_of({code}, editions)),
    )


def price_of(code: str, line: ProcedureLine, known: PreCoding) -> tuple[Price, str]:
    """What the visit's payer is expected to allow for one unit, and whose schedule and locality say so."""
    day = known.date_from
    place = line.place_of_service or known.place_of_service or OFFICE
    indices, where = indices_at(known.location, on=day)
    schedule = schedule_of(known.payer, on=day)
    service = Service(code, day, line.modifiers, 1, place)
    ((price,),) = price_claims([PricedTogether((service,), indices)], schedule=schedule)
    return price, f"{schedule.name}, {where}"
