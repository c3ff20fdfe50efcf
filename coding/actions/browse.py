"""What the code browser reads: one list on one day, a place in it, and everything around a code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from django.db.models import Q

from coding.actions.prices import PricedTogether, price_claims
from coding.models import AddOnPair, BundledPair, Code, CodeGroup, CodeNote, Crosswalk, Edition, IndexEntry, UnitLimit
from coding.rules.code_sets import LISTS_OF, CodeSet, EditionFact
from coding.rules.code_tree import CATEGORY, Choice, above, directly_below, extension_choices, side_choices, stems
from coding.rules.codings import System
from coding.rules.pricing import Price, Service
from coding.rules.tables import CodeFact

SHOWN = 40  # pairs and index lines: of more the number is told
OFFICE, FACILITY = "11", "22"  # places of service that stand for the two prices
INDEXES = (CodeSet.ICD10CM_INDEX, CodeSet.ICD10CM_EXTERNAL_INDEX, CodeSet.ICD10CM_NEOPLASM, CodeSet.ICD10CM_DRUG)
LIMIT_WORDS = {1: "a line", 2: "a day, absolute", 3: "a day, may be appealed with records"}
LIMIT_SETS = {
    CodeSet.MUE_PRACTITIONER: "practitioner",
    CodeSet.MUE_HOSPITAL: "outpatient hospital",
    CodeSet.MUE_DME: "equipment supplier",
}


@dataclass(frozen=True)
class Group:
    """A chapter or block."""

    position: int
    label: str
    title: str


@dataclass(frozen=True)
class Branch:
    """A place in a list: what lies above it, directly below and, where nothing is below, beside it.

    A group is the last of its own `groups_above`. Stems are (characters, what is under them in words).
    """

    edition: str
    groups_above: tuple[Group, ...] = ()
    codes_above: tuple[CodeFact, ...] = ()
    groups_below: tuple[Group, ...] = ()
    stems_below: tuple[tuple[str, str], ...] = ()
    codes_below: tuple[CodeFact, ...] = ()
    codes_beside: tuple[CodeFact, ...] = ()


# -- the tree ----------------------------------------------------------------------------------------


def root_of(system: System, on: date) -> Branch:
    """The chapters of a list, or the first characters of its codes where it has none."""
    groups = group_rows(system, on)
    chapters = tuple(group_of(row) for row in groups if row.within is None)
    if chapters:
        return Branch(edition_names(system, on), groups_below=chapters)
    firsts = Counter(code[0] for code in Code.objects.on(on, system=system).values_list("code", flat=True))
    counted = tuple(
        (first, f"{count:,} {'code' if count == 1 else 'codes'}") for first, count in sorted(firsts.items())
    )
    return Branch(edition_names(system, on), stems_below=counted)


def group_branch(position: int, system: System, on: date) -> Branch | None:
    """A chapter or block: its blocks, or its categories where it has none; None if there is no such group."""
    groups = {row.position: row for row in group_rows(system, on)}
    own = groups.get(position)
    if own is None:
        return None
    blocks = [row for row in groups.values() if row.within == position]
    elsewhere = {category for block in blocks for category in block.categories}
    categories = [category for category in own.categories if category not in elsewhere]
    return Branch(
        edition_names(system, on),
        groups_above=tuple(group_of(row) for row in (*around(own, groups), own)),
        groups_below=tuple(group_of(row) for row in blocks),
        codes_below=tuple(facts_in(Code.objects.on(on, system=system).filter(code__in=categories)).values()),
    )


def code_branch(code: str, system: System, on: date) -> Branch:
    """A code or the first characters of codes: what the list has above and below it."""
    rows = Code.objects.on(on, system=system)
    if len(code) < CATEGORY:
        under = stems(rows.filter(code__startswith=code).values_list("code", "title"))
        return Branch(edition_names(system, on), stems_below=under)
    listed = facts_in(rows.filter(code__startswith=code[:CATEGORY]))
    holding = [row for row in group_rows(system, on) if code[:CATEGORY] in row.categories]
    higher, below = above(code, listed), directly_below(code, listed)
    beside: tuple[CodeFact, ...] = ()
    if not below and not higher and holding:
        beside = tuple(facts_in(rows.filter(code__in=holding[-1].categories)).values())
    elif not below:
        around_it = (directly_below(stem, listed) for stem in (*reversed(higher), code[:CATEGORY]))
        beside = next(filter(None, around_it), ())
    return Branch(
        edition_names(system, on),
        groups_above=tuple(group_of(row) for row in holding),
        codes_above=tuple(listed[other] for other in higher),
        codes_below=below,
        codes_beside=beside,
    )


def group_rows(system: System, on: date) -> list[CodeGroup]:
    if system is not System.ICD10CM:
        return []
    edition = edition_of(CodeSet.ICD10CM_TABULAR, on)
    return list(CodeGroup.objects.filter(edition=edition.pk).order_by("position")) if edition else []


def around(row: CodeGroup, groups: Mapping[int, CodeGroup]) -> list[CodeGroup]:
    """The groups around a group, the chapter first."""
    found: list[CodeGroup] = []
    while row.within is not None:
        row = groups[row.within]
        found.insert(0, row)
    return found


def group_of(row: CodeGroup) -> Group:
    return Group(row.position, row.label, row.title)


def edition_of(code_set: CodeSet, on: date) -> EditionFact | None:
    return Edition.objects.in_force(code_set, on=on).get(code_set)


def edition_names(system: System, on: date) -> str:
    """The editions that answer for the day, in words."""
    return ", ".join(edition.name for edition in Edition.objects.in_force(*LISTS_OF[system], on=on).values())


def facts_of(codes: Iterable[str], system: System, on: date) -> tuple[CodeFact, ...]:
    """Those of the codes that the list of the day has, in order."""
    return tuple(facts_in(Code.objects.on(on, system=system).filter(code__in=codes)).values())


def facts_in(rows: Iterable[Code]) -> dict[str, CodeFact]:
    """The codes of a query as plain data; of two lists with one code the one that wins."""
    found: dict[str, CodeFact] = {}
    for row in rows:
        found.setdefault(row.code, CodeFact(row.code, row.title, row.billable))
    return dict(sorted(found.items()))


# -- one code ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NotesAt:
    """The notes at one place: the code itself, a code above it, its block or chapter. Each is (kind, text)."""

    holder: str
    notes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Counterpart:
    """A code of the other revision ("" where the mapping has none), with the flags of the row in words."""

    code: str
    title: str
    flags: tuple[str, ...]


@dataclass(frozen=True)
class CodePage:
    """A code and what the loaded lists say about it on the day."""

    fact: CodeFact
    notes: tuple[NotesAt, ...]
    sides: tuple[Choice, ...]
    extensions: tuple[Choice, ...]
    changes: tuple[str, ...]
    index: tuple[str, ...]
    counterparts: tuple[Counterpart, ...]
    pairs: tuple[BundledPair, ...]
    pair_count: int
    limits: tuple[str, ...]
    add_on: tuple[str, ...]
    prices: tuple[tuple[str, Price], ...]


def code_page(code: str, branch: Branch, system: System, on: date) -> CodePage | None:
    """Everything about a code; None if the list of the day does not have it."""
    rows = Code.objects.on(on, system=system)
    row = rows.filter(code=code).select_related("edition").first()
    if row is None:
        return None
    fact = CodeFact(row.code, row.title, row.billable, row.edition.name)
    relatives = list(facts_in(rows.filter(code__startswith=code[:CATEGORY])).values())
    is_procedure = system is System.PROCEDURE
    pairs, pair_count = bundled(code, on) if is_procedure else ((), 0)
    return CodePage(
        fact=fact,
        notes=notes_about(code, branch, on) if system is System.ICD10CM else (),
        sides=() if is_procedure else side_choices(fact, relatives),
        extensions=() if is_procedure else extension_choices(code, relatives),
        changes=changes_of(code, system),
        index=index_lines(code, on) if system is System.ICD10CM else (),
        counterparts=() if is_procedure else counterparts(code, system, on),
        pairs=pairs,
        pair_count=pair_count,
        limits=limits_of(code, on) if is_procedure else (),
        add_on=add_on_words(code, on) if is_procedure else (),
        prices=prices_of(code, on) if is_procedure else (),
    )


def notes_about(code: str, branch: Branch, on: date) -> tuple[NotesAt, ...]:
    """The notes at the code first, then at what is above it, up to the chapter; without a code those of its groups."""
    edition = edition_of(CodeSet.ICD10CM_TABULAR, on)
    holders = [*([code] if code else []), *(fact.code for fact in reversed(branch.codes_above))]
    holders += [group.label for group in reversed(branch.groups_above)]
    rows = CodeNote.objects.filter(edition=edition.pk if edition else None, holder__in=holders).order_by("position")
    found: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        found.setdefault(row.holder, []).append((row.kind, row.text))
    return tuple(NotesAt(holder, tuple(found[holder])) for holder in holders if holder in found)


def changes_of(code: str, system: System) -> tuple[str, ...]:
    """What each loaded edition changed about a code, in the order of the editions."""
    editions = {edition.pk: edition for edition in Edition.objects.facts(*LISTS_OF[system])}
    rows = {row.edition_id: row for row in Code.objects.filter(edition__in=editions, code=code)}
    by_list: dict[CodeSet, list[EditionFact]] = {}
    for edition in sorted(editions.values(), key=lambda one: one.effective):
        by_list.setdefault(edition.code_set, []).append(edition)
    return tuple(
        f"{later.name} ({later.effective:%Y-%m-%d}): {change}"
        for ordered in by_list.values()
        for earlier, later in pairwise(ordered)
        for change in change_words(rows.get(earlier.pk), rows.get(later.pk))
    )


def change_words(before: Code | None, after: Code | None) -> list[str]:
    if before is None and after is None:
        return []
    if before is None:
        return ["new"]
    if after is None:
        return ["deleted"]
    words = []
    if before.billable != after.billable:
        words.append("now billable" if after.billable else "no longer billable: it has codes below it")
    if before.title != after.title:
        words.append(f"title was “{before.title}”")
    return words


def index_lines(code: str, on: date) -> tuple[str, ...]:
    """The paths of the alphabetic indexes that lead to the code, or to it with more characters."""
    editions = [edition.pk for edition in Edition.objects.in_force(*INDEXES, on=on).values()]
    wanted = [code, *(f"{code[:length]}-" for length in range(CATEGORY, len(code)))]
    rows = IndexEntry.objects.filter(edition__in=editions, code__in=wanted).order_by("edition", "position")
    return tuple(" › ".join(filter(None, (*row.path, row.column))) for row in rows[:SHOWN])


def counterparts(code: str, system: System, on: date) -> tuple[Counterpart, ...]:
    """The codes of the other revision by the General Equivalence Mappings."""
    code_set, other = (
        (CodeSet.GEM_10_TO_9, System.ICD9CM) if system is System.ICD10CM else (CodeSet.GEM_9_TO_10, System.ICD10CM)
    )
    edition = edition_of(code_set, on)
    rows = list(Crosswalk.objects.filter(edition=edition.pk if edition else None, source=code).order_by("position"))
    titles = titles_of((row.target for row in rows), other)
    return tuple(
        Counterpart("" if row.no_map else row.target, titles.get(row.target, ""), flag_words(row)) for row in rows
    )


def titles_of(codes: Iterable[str], system: System) -> dict[str, str]:
    """Titles from any edition, the newest last: a mapping's targets may be gone by now."""
    lists = [code_set.value for code_set in LISTS_OF[system]]
    rows = Code.objects.filter(edition__code_set__in=lists, code__in=list(codes)).order_by("edition__effective")
    return dict(rows.values_list("code", "title"))


def flag_words(row: Crosswalk) -> tuple[str, ...]:
    """The flags of a mapping row as its technical guide (CMS, 2018) explains them."""
    words = ["no equivalent" if row.no_map else "approximate" if row.approximate else "identical meaning"]
    if row.combination:
        words.append(f"in combination: scenario {row.scenario}, choice list {row.choice_list}")
    return tuple(words)


# -- a procedure -------------------------------------------------------------------------------------


def bundled(code: str, on: date) -> tuple[tuple[BundledPair, ...], int]:
    """The pairs of NCCI's practitioner table that the code is in on the day, the first SHOWN and how many."""
    edition = edition_of(CodeSet.PTP_PRACTITIONER, on)
    if edition is None:
        return (), 0
    rows = BundledPair.objects.filter(
        Q(column_one=code) | Q(column_two=code),
        Q(deleted_on=None) | Q(deleted_on__gte=on),
        edition=edition.pk,
        effective__lte=on,
    ).exclude(indicator="9")
    ordered = rows.order_by("column_one", "column_two")
    return tuple(ordered[:SHOWN]), rows.count()


def limits_of(code: str, on: date) -> tuple[str, ...]:
    editions = Edition.objects.in_force(*LIMIT_SETS, on=on)
    by_pk = {edition.pk: (code_set, edition) for code_set, edition in editions.items()}
    found = []
    for row in UnitLimit.objects.filter(edition__in=by_pk, code=code):
        code_set, edition = by_pk[row.edition_id]
        unit = "unit" if row.units == 1 else "units"
        words = f"{row.units} {unit} {LIMIT_WORDS[row.adjudication]} ({LIMIT_SETS[code_set]}, MAI {row.adjudication})"
        found.append(f"{words}, {edition.name}")
    return tuple(found)


def add_on_words(code: str, on: date) -> tuple[str, ...]:
    edition = edition_of(CodeSet.ADD_ONS, on)
    if edition is None:
        return ()
    primaries = AddOnPair.objects.filter(edition=edition.pk, add_on=code).order_by("primary")
    names = [row.primary for row in primaries[: SHOWN + 1]]
    if not names:
        return ()
    if names == ["CCCCC"]:
        return (f"Add-on code; the contractor decides on its primaries ({edition.name})",)
    more = " and others" if len(names) > SHOWN else ""
    return (f"Add-on code to {', '.join(names[:SHOWN])}{more} ({edition.name})",)


def prices_of(code: str, on: date) -> tuple[tuple[str, Price], ...]:
    """The national Medicare amounts of the day, in an office and in a facility; empty without a fee schedule."""
    office = Service(code, on, place_of_service=OFFICE)
    claims = [PricedTogether((office,)), PricedTogether((replace(office, place_of_service=FACILITY),))]
    (in_office,), (in_facility,) = price_claims(claims)
    priced = (("Office", in_office), ("Facility", in_facility))
    return priced if edition_of(CodeSet.RELATIVE_VALUES, on) else ()
