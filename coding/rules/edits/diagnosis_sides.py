"""Edits of side: diagnosis against modifier, against its evidence, and against other diagnoses."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from coding.rules.code_titles import (
    Side,
    other_side,
    part_of,
    side_is_unspecified,
    side_of,
    sided_titles,
)
from coding.rules.codings import CodedEncounter, ProcedureLine, System, bare, dotted
from coding.rules.edits.diagnosis_lines import (
    Known,
    about,
    guideline,
    icd10_lines,
    pairs_of,
    replace_fix,
    with_code,
)
from coding.rules.edits.diagnosis_neighbours import sides_of
from coding.rules.edits.repairs import without_diagnosis
from coding.rules.edits.shape import Finding, Fix, Part, Place, Severity
from coding.rules.quote_words import side_in
from coding.rules.tables import Tables

# HCPCS Level II anatomical modifiers (CMS HCPCS file): side, and the digit or eyelid as titles name it.
MODIFIER_SIDES: Mapping[str, tuple[Side, str]] = {
    "RT": (Side.RIGHT, ""), "LT": (Side.LEFT, ""), "50": (Side.BOTH, ""),
    "E1": (Side.LEFT, "upper"), "E2": (Side.LEFT, "lower"), "E3": (Side.RIGHT, "upper"), "E4": (Side.RIGHT, "lower"),
    "FA": (Side.LEFT, "thumb"), "F1": (Side.LEFT, "index"), "F2": (Side.LEFT, "middle"), "F3": (Side.LEFT, "ring"),
    "F4": (Side.LEFT, "little"), "F5": (Side.RIGHT, "thumb"), "F6": (Side.RIGHT, "index"),
    "F7": (Side.RIGHT, "middle"), "F8": (Side.RIGHT, "ring"), "F9": (Side.RIGHT, "little"),
    "TA": (Side.LEFT, "great"), "T5": (Side.RIGHT, "great"),
    **{f"T{toe}": (Side.LEFT, "lesser") for toe in range(1, 5)},
    **{f"T{toe}": (Side.RIGHT, "lesser") for toe in range(6, 10)},
}  # fmt: skip
MODIFIER_SOURCE = "HCPCS Level II modifiers (CMS); "


def line_side(line: ProcedureLine) -> Side | None:
    """The side that a line's modifiers name; both if they name both."""
    sides = {MODIFIER_SIDES[modifier][0] for modifier in line.modifiers if modifier in MODIFIER_SIDES}
    if not sides:
        return None
    return sides.pop() if len(sides) == 1 else Side.BOTH


def pointed(line: ProcedureLine, lines: list[Known], coded: CodedEncounter) -> list[Known]:
    """The known diagnoses that a service line points to."""
    codes = {bare(coded.diagnoses[to - 1].code) for to in line.pointers if 1 <= to <= len(coded.diagnoses)}
    return [known for known in lines if known.code in codes]


def side_against_modifier(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A line on one side points to diagnoses of the other side only; which of the two is wrong the record tells."""
    lines = icd10_lines(coded, tables)
    for number, service in enumerate(coded.procedures, start=1):
        wanted = line_side(service)
        sided = [(known, side) for known in pointed(service, lines, coded) if (side := side_of(known.title))]
        have = {side for _, side in sided}
        if wanted is None or not have or wanted in have or Side.BOTH in have or len(have) > 1:
            continue
        known, side = sided[0]
        yield Finding(
            "side_against_modifier",
            Severity.CHECK,
            f"Line {number} ({bare(service.code)}) is {wanted} by its modifier; {known.shown} is {side}.",
            MODIFIER_SOURCE + guideline(coded, "I.B.13"),
            Place(Part.PROCEDURE, number, "modifiers"),
        )


def digit_against_modifier(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A finger, toe or eyelid modifier of the right side, yet another digit or lid than each diagnosis names."""
    lines = icd10_lines(coded, tables)
    for number, service in enumerate(coded.procedures, start=1):
        parts = {MODIFIER_SIDES[modifier] for modifier in service.modifiers if modifier in MODIFIER_SIDES}
        named = [(known, part_of(known.title)) for known in pointed(service, lines, coded) if part_of(known.title)]
        if len(parts) != 1 or not named:
            continue
        side, part = parts.pop()
        if part and part not in {found for _, found in named} and side is side_of(named[0][0].title):
            yield Finding(
                "digit_against_modifier",
                Severity.CHECK,
                f"Line {number} ({bare(service.code)}): its modifier names the {side} {part} one, {named[0][0].shown}"
                f" the {named[0][1]} one.",
                MODIFIER_SOURCE + guideline(coded, "I.B.13"),
                Place(Part.PROCEDURE, number, "modifiers"),
            )


def side_against_quote(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """The evidence names one side, the code the other."""
    for line in icd10_lines(coded, tables):
        side = side_of(line.title)
        told = quoted_side(line)
        if side in {Side.RIGHT, Side.LEFT} and told in {Side.RIGHT, Side.LEFT} and told is not side:
            right = sibling(tables, line, told)
            yield about(
                "side_against_quote",
                Severity.CHECK,
                line,
                f"{line.shown} is {side}; its evidence says {told}.",
                guideline(coded, "I.B.13"),
                replace_fix(coded, line, right) if right else None,
            )


def quoted_side(line: Known) -> Side | None:
    """The side on which all the quotes agree that name one."""
    sides = {side for quote in line.quotes if (side := side_in(quote))}
    return sides.pop() if len(sides) == 1 else None


def sibling(tables: Tables, line: Known, side: Side) -> str:
    """The billable code that differs from this one in nothing but its side; empty if none is known."""
    open_titles = sided_titles(line.title, side)
    for code in sides_of(line.code):
        fact = tables.diagnoses.get(code)
        if fact is None or not fact.billable or side_of(fact.title) is not side:
            continue
        if fact.title.lower() in open_titles or (side_of(line.title) and other_side(line.title, fact.title)):
            return code
    return ""


def side_unspecified(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """An open side where the evidence or the modifiers of its lines tell it."""
    lines = icd10_lines(coded, tables)
    for line in lines:
        if not side_is_unspecified(line.title):
            continue
        quoted = quoted_side(line)
        told = quoted or modifier_side(coded, line)
        if told:
            specific = sibling(tables, line, told)
            yield about(
                "side_unspecified",
                Severity.CHECK,
                line,
                f"{line.shown} leaves the side open; the {'evidence' if quoted else 'modifier'} says {told}.",
                guideline(coded, "I.B.13 and I.B.18"),
                replace_fix(coded, line, specific) if specific and not coded_twice(coded, specific) else None,
            )


def coded_twice(coded: CodedEncounter, code: str) -> bool:
    return any(bare(line.code) == code for line in coded.diagnoses)


def modifier_side(coded: CodedEncounter, line: Known) -> Side | None:
    """The one side of all sided lines that point to this diagnosis."""
    sides = {
        side
        for service in coded.procedures
        if line.code
        in {bare(coded.diagnoses[to - 1].code) for to in service.pointers if 1 <= to <= len(coded.diagnoses)}
        and (side := line_side(service))
    }
    return sides.pop() if len(sides) == 1 else None


def both_sides_apart(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """Right and left are coded where one code says bilateral."""
    for one, two in pairs_of(icd10_lines(coded, tables)):
        if {side_of(one.title), side_of(two.title)} != {Side.RIGHT, Side.LEFT}:
            continue
        both = sibling(tables, one, Side.BOTH) if other_side(one.title, two.title) else ""
        if both:
            fact = tables.diagnoses[both]
            joined = with_code(coded, one.number, dotted(System.ICD10CM, both))
            joined = without_diagnosis(joined, two.number, instead=one.number)
            kept = tuple(dict.fromkeys((*one.quotes, *two.quotes)))
            merged = list(joined.diagnoses)
            shown = (coded.diagnoses[known.number - 1].evidence for known in (one, two))
            passages = tuple(dict.fromkeys(passage for some in shown for passage in some or ()))
            merged[one.number - 1] = replace(
                merged[one.number - 1], quotes=kept, evidence=passages or coded.diagnoses[one.number - 1].evidence
            )
            yield about(
                "both_sides_apart",
                Severity.CHECK,
                two,
                f"{one.shown} and {two.shown} are one code when both sides have it: {fact.title}.",
                guideline(coded, "I.B.13"),
                Fix("Report the bilateral code", replace(joined, diagnoses=tuple(merged))),
            )
