"""The rows of the loaded lists that a coding touches, by the editions in force on its date of service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

from django.db.models import Q

from coding.actions.earlier_services import earlier_services
from coding.actions.prices import COLUMNS
from coding.models import (
    AddOnPair,
    BundledPair,
    Code,
    CodeGroup,
    CodeNote,
    CoverageGroup,
    Edition,
    Encounter,
    Modifier,
    PayerRule,
    PlaceOfService,
    PreCoding,
    RelativeValue,
    UnitLimit,
)
from coding.rules import tables
from coding.rules.code_sets import LISTS_OF, CodeSet, EditionFact
from coding.rules.codings import CodedEncounter, EarlierService, System, bare, diagnosis_system
from coding.rules.edits.diagnosis_neighbours import diagnoses_to_look_up
from coding.rules.tables import CodeFact, Tables
from coding.rules.timed_services import TIMED

Editions = Mapping[CodeSet, EditionFact]

CATEGORY = 3  # characters of an ICD category
SMALL_LISTS = 64  # editions of modifiers, places and chapters that a process keeps
# The lists of modifiers, the one whose words win first; a claim may carry what is in any of them.
MODIFIER_LISTS = (CodeSet.CPT_MODIFIERS, CodeSet.HCPCS, CodeSet.MODIFIERS)
# Professional claims (837P): the practitioner tables of NCCI.
ASKED = (
    *MODIFIER_LISTS, CodeSet.ICD10CM_TABULAR, CodeSet.PLACES_OF_SERVICE, CodeSet.PTP_PRACTITIONER,
    CodeSet.MUE_PRACTITIONER, CodeSet.ADD_ONS, CodeSet.RELATIVE_VALUES, CodeSet.COVERAGE,
)  # fmt: skip


def tables_for(
    coded: CodedEncounter, *, encounter: Encounter | None = None, earlier: tuple[EarlierService, ...] = ()
) -> Tables:
    """Everything that edits ask about this coding on its date of service; without a date, nothing.

    `encounter` brings the patient's other services, besides those of `earlier`, and the practice's rules. A constant
    number of queries, however long the coding. Which editions are in force is read each time, so a load counts from its
    commit on; the short lists of an edition are kept, because an edition never changes (a corrected file is another
    edition). An edition that is replaced while its rows are read has them read again: half of a list finds nothing.
    """
    day = coded.date_of_service
    if day is None:
        return Tables()
    asked = (*LISTS_OF[diagnosis_system(day)], *LISTS_OF[System.PROCEDURE], *ASKED)
    editions = editions_on(day, *asked)
    while True:
        found = tables_at(day, editions, coded, encounter, earlier)
        before, editions = editions, editions_on(day, *asked)
        if editions == before:
            return found


def tables_at(
    day: date,
    editions: Editions,
    coded: CodedEncounter,
    encounter: Encounter | None,
    earlier: tuple[EarlierService, ...],
) -> Tables:
    """The rows of these editions."""
    system = diagnosis_system(day)
    known = PreCoding.objects.filter(encounter=encounter).first() if encounter else None
    if encounter and known:
        earlier = (*earlier, *earlier_services(encounter, known, on=day))
    diagnoses = {bare(line.code) for line in coded.diagnoses}
    procedures = {bare(line.code) for line in coded.procedures}
    facts_found = facts_in(editions, {system: set(diagnoses_to_look_up(coded)), System.PROCEDURE: procedures}, day)
    coded_facts = {code: fact for code, fact in facts_found[system].items() if code in diagnoses}
    listed = next((editions[code_set] for code_set in LISTS_OF[system] if code_set in editions), None)
    return Tables(
        diagnoses=facts_found[system],
        list_name=listed.name if listed else "",
        list_from=listed.effective if listed else None,
        procedures=facts_found[System.PROCEDURE],
        notes=notes_of(diagnoses, editions),
        children=children_of(coded_facts, system, editions, day),
        elsewhere=elsewhere(diagnoses - coded_facts.keys()),
        modifiers=modifiers_in(editions),
        all_modifiers=CodeSet.HCPCS in editions,
        places=places_in(editions),
        pairs=pairs_of(procedures, editions),
        unit_limits=unit_limits_of(procedures, editions),
        add_ons=add_ons_of(procedures, editions, day),
        relative_values=relative_values_of(procedures | {service.code for service in earlier}, editions),
        coverage=coverage_of(procedures, editions),
        earlier=earlier,
        payer_rules=payer_rules_of(encounter, known, day) if encounter else (),
        timed=TIMED,
    )


def editions_on(day: date, *code_sets: CodeSet) -> Editions:
    """The edition of each list on the day, as far as there is one; one query."""
    return Edition.objects.in_force(*dict.fromkeys(code_sets), on=day)


# -- codes -------------------------------------------------------------------------------------------


def facts(codes: Iterable[str], *, system: System, on: date) -> dict[str, CodeFact]:
    """What the lists of a system know about these codes on the day; codes they don't have are absent."""
    return facts_in(editions_on(on, *LISTS_OF[system]), {system: {bare(code) for code in codes}}, on)[system]


def facts_in(editions: Editions, wanted: Mapping[System, set[str]], day: date) -> dict[System, dict[str, CodeFact]]:
    """The same for several systems in one query; of two lists with one code the first of LISTS_OF wins."""
    listing = [editions[code_set] for of in wanted for code_set in LISTS_OF[of] if code_set in editions]
    places = {edition.pk: place for place, edition in enumerate(listing)}
    rows = Code.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=day),
        Q(valid_from=None) | Q(valid_from__lte=day),
        edition__in=list(places),
        code__in=set().union(*wanted.values()),
    ).values_list("edition", "system", "code", "title", "billable")
    found: dict[System, dict[str, CodeFact]] = {system: {} for system in wanted}
    for pk, of, code, title, billable in sorted(rows, key=lambda row: places[row[0]]):
        if code in wanted[System(of)]:
            found[System(of)].setdefault(code, CodeFact(code, title, billable, listing[places[pk]].name))
    return found


def children_of(
    known: Mapping[str, CodeFact], system: System, editions: Editions, day: date
) -> dict[str, tuple[CodeFact, ...]]:
    """The billable codes below each heading that is coded; no query where none is."""
    headings = [code for code, fact in known.items() if not fact.billable]
    if not headings:
        return {}
    below = Q()
    for heading in headings:
        below |= Q(code__startswith=heading)
    rows = Code.objects.filter(
        below,
        Q(valid_to=None) | Q(valid_to__gte=day),
        Q(valid_from=None) | Q(valid_from__lte=day),
        edition__in=[editions[code_set].pk for code_set in LISTS_OF[system] if code_set in editions],
        billable=True,
    ).order_by("code")
    listed = [CodeFact(row.code, row.title, row.billable) for row in rows]
    return {heading: tuple(fact for fact in listed if fact.code.startswith(heading)) for heading in headings}


def elsewhere(codes: set[str]) -> dict[str, tuple[tables.OtherEdition, ...]]:
    """For codes that no list of the day has, the editions that have them as billable; no query where there is none."""
    if not codes:
        return {}
    lists = [code_set for system in (System.ICD9CM, System.ICD10CM) for code_set in LISTS_OF[system]]
    rows = Code.objects.filter(edition__code_set__in=lists, code__in=codes, billable=True)
    found: dict[str, list[tables.OtherEdition]] = defaultdict(list)
    for code, system, name, effective in rows.order_by("edition__effective").values_list(
        "code", "system", "edition__name", "edition__effective"
    ):
        found[code].append(tables.OtherEdition(System(system), name, effective))
    return {code: tuple(editions) for code, editions in found.items()}


def notes_of(codes: Iterable[str], editions: Editions) -> dict[str, tuple[tables.CodeNote, ...]]:
    """For each diagnosis its own notes and those of the codes, block and chapter above it, in the list's order."""
    edition = editions.get(CodeSet.ICD10CM_TABULAR)
    if edition is None:
        return {}
    groups = groups_of(edition.pk)
    holders = {code: {*above_and_own(code), *groups.get(code[:CATEGORY], ())} for code in codes}
    rows = CodeNote.objects.filter(edition=edition.pk, holder__in=set().union(*holders.values())).order_by("position")
    notes = [
        tables.CodeNote(tables.NoteKind(kind), holder, text)
        for holder, kind, text in rows.values_list("holder", "kind", "text")
    ]
    return {code: tuple(note for note in notes if note.holder in of) for code, of in holders.items()}


def above_and_own(code: str) -> list[str]:
    return [code[:length] for length in range(CATEGORY, len(code) + 1)]


# -- short lists, kept by edition ----------------------------------------------------------------------


@lru_cache(maxsize=SMALL_LISTS)
def groups_of(edition: int) -> Mapping[str, tuple[str, ...]]:
    """For each category of a tabular list the labels of its chapter and blocks."""
    found: dict[str, list[str]] = defaultdict(list)
    for label, categories in CodeGroup.objects.filter(edition=edition).values_list("label", "categories"):
        for category in categories:
            found[category].append(label)
    return {category: tuple(labels) for category, labels in found.items()}


@lru_cache(maxsize=SMALL_LISTS)
def modifiers_of(edition: int, name: str) -> Mapping[str, tables.ModifierFact]:
    rows = Modifier.objects.filter(edition=edition).values_list("code", "title")
    return {code: tables.ModifierFact(code, title, name) for code, title in rows}


@lru_cache(maxsize=SMALL_LISTS)
def places_of(edition: int) -> Mapping[str, tables.Place]:
    """The places that can be reported: CMS lists its free numbers too, as "Unassigned"."""
    named = PlaceOfService.objects.filter(edition=edition).exclude(name="Unassigned")
    rows = named.values_list("code", "name", "is_facility")
    return {code: tables.Place(code, name, is_facility) for code, name, is_facility in rows}


def forget_short_lists() -> None:
    """For whoever gives the number of an edition to another one, as only an emptied database does."""
    for kept in (groups_of, modifiers_of, places_of):
        kept.cache_clear()


def modifiers_in(editions: Editions) -> dict[str, tables.ModifierFact]:
    found: dict[str, tables.ModifierFact] = {}
    for code_set in reversed(MODIFIER_LISTS):
        if edition := editions.get(code_set):
            found.update(modifiers_of(edition.pk, edition.name))
    return found


def places_in(editions: Editions) -> Mapping[str, tables.Place]:
    edition = editions.get(CodeSet.PLACES_OF_SERVICE)
    return places_of(edition.pk) if edition else {}


# -- NCCI, fee schedule, coverage ----------------------------------------------------------------------


def pairs_of(codes: set[str], editions: Editions) -> dict[tuple[str, str], tuple[tables.BundledPair, ...]]:
    """Every dated row of the pairs among these codes."""
    edition = editions.get(CodeSet.PTP_PRACTITIONER)
    if edition is None:
        return {}
    found: dict[tuple[str, str], list[tables.BundledPair]] = defaultdict(list)
    for row in BundledPair.objects.among(codes, edition=edition.pk):
        found[row.column_one, row.column_two].append(
            tables.BundledPair(
                row.column_one, row.column_two, row.effective, row.deleted_on, row.indicator, row.rationale,
                f"NCCI PTP {edition.name}",
            )
        )  # fmt: skip
    return {pair: tuple(dated) for pair, dated in found.items()}


def unit_limits_of(codes: set[str], editions: Editions) -> dict[str, tables.UnitLimit]:
    edition = editions.get(CodeSet.MUE_PRACTITIONER)
    if edition is None:
        return {}
    rows = UnitLimit.objects.filter(edition=edition.pk, code__in=codes)
    return {
        values[0]: tables.UnitLimit(*values, f"NCCI MUE {edition.name}")
        for values in rows.values_list("code", "units", "adjudication", "rationale")
    }


def add_ons_of(codes: set[str], editions: Editions, day: date) -> dict[str, tables.AddOn]:
    """The add-on codes among these, with the primaries of the day."""
    edition = editions.get(CodeSet.ADD_ONS)
    if edition is None:
        return {}
    rows = AddOnPair.objects.filter(
        Q(effective=None) | Q(effective__lte=day),
        Q(deleted_on=None) | Q(deleted_on__gte=day),
        edition=edition.pk,
        add_on__in=codes,
    )
    kinds: dict[str, int] = {}
    primaries: dict[str, set[str]] = defaultdict(set)
    for code, primary, kind in rows.values_list("add_on", "primary", "kind"):
        kinds[code] = kind
        primaries[code].add(primary)
    name = f"NCCI add-on code edits {edition.name}"
    return {code: tables.AddOn(code, kind, frozenset(primaries[code]), name) for code, kind in kinds.items()}


def relative_values_of(codes: set[str], editions: Editions) -> dict[tuple[str, str], tables.RelativeValue]:
    """The rows of the day's file; for an earlier service too, whose package rarely changes between two files."""
    edition = editions.get(CodeSet.RELATIVE_VALUES)
    if edition is None:
        return {}
    rows = RelativeValue.objects.filter(edition=edition.pk, code__in=codes).values_list(*COLUMNS)
    return {
        (values[0], values[1]): tables.RelativeValue(**dict(zip(COLUMNS, values, strict=True)), edition=edition.name)
        for values in rows
    }


def coverage_of(codes: set[str], editions: Editions) -> tuple[tables.CoverageGroup, ...]:
    edition = editions.get(CodeSet.COVERAGE)
    if edition is None:
        return ()
    rows = CoverageGroup.objects.filter(edition=edition.pk, procedures__overlap=list(codes)).order_by(
        "article", "group"
    )
    return tuple(
        tables.CoverageGroup(
            row.article, row.title, row.group, frozenset(row.procedures), frozenset(row.covered),
            frozenset(row.not_covered), edition.name,
        )
        for row in rows.order_by("article", "group")
    )  # fmt: skip


def payer_rules_of(encounter: Encounter, known: PreCoding | None, day: date) -> tuple[tables.PayerRule, ...]:
    """The rules in force on the day: the practice's own, and those of the visit's payer."""
    rows = PayerRule.objects.filter(
        Q(payer=None) | Q(payer=known.payer_id if known else None),
        Q(valid_to=None) | Q(valid_to__gte=day),
        practice=encounter.practice_id,
        valid_from__lte=day,
    )
    return tuple(
        tables.PayerRule(row.name, row.condition, row.finding, row.valid_from, row.valid_to)
        for row in rows.order_by("name", "valid_from")
    )
