"""Edits of modifiers: known, in order, not against each other, and on a code that takes them."""

from collections.abc import Callable, Iterator

from coding.rules.codings import CodedEncounter, bare
from coding.rules.edits.repairs import with_line
from coding.rules.edits.shape import Finding, Fix, Part, Place, Severity
from coding.rules.ncci import ON_VISITS
from coding.rules.tables import RelativeValue, Tables
from coding.rules.visits import is_visit

SV101 = "ASC X12N 005010X222A1, loop 2400, SV101-3 to SV101-6"
MANUAL = "CMS Pub. 100-04, chapter 12"
X_MODIFIERS = "CMS transmittal R1422OTN (2014-08-15), X{EPSU} modifiers"
INDICATORS = "CMS relative value file, RVU25D"

# What bears on the price goes first, then what explains, then what informs.
PRICING = frozenset(
    {"22", "26", "50", "52", "53", "54", "55", "56", "62", "66", "73", "74", "78", "80", "81", "82", "AA", "AD", "AS",
     "QK", "QX", "QY", "QZ", "TC"}
)  # fmt: skip

# Pairs that no payer takes on one line.
CONFLICTS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"26", "TC"}), "the whole service is reported without either"),
    (frozenset({"52", "53"}), "a service is reduced or discontinued, not both"),
    (frozenset({"GA", "GZ"}), "a notice was given or was not"),
    (frozenset({"93", "95"}), "a telehealth visit is by voice only or by video"),
)
# Pairs that hardly ever belong together. 24 and 57 do: unrelated to one surgery, and decided on another.
UNLIKELY: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"LT", "RT"}), "both sides are one modifier 50, or two lines"),
    (frozenset({"50", "LT"}), "50 already says both sides"),
    (frozenset({"50", "RT"}), "50 already says both sides"),
    (frozenset({"58", "78"}), "a return is staged or unplanned, unless there were two surgeries"),
    (frozenset({"58", "79"}), "a service is staged or unrelated, unless there were two surgeries"),
    (frozenset({"78", "79"}), "a return is related or unrelated, unless there were two surgeries"),
    (frozenset({"76", "77"}), "a repeat is by the same or by another provider"),
)
# AS goes beside one of the others: it says that the assistant was no physician.
ASSISTING_PHYSICIANS = frozenset({"80", "81", "82"})
ASSISTANTS = ASSISTING_PHYSICIANS | {"AS"}
EXACT = frozenset({"XE", "XS", "XP", "XU"})
OPERATIONS = frozenset({"000", "010", "090"})  # global days


def unknown_modifier(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A claim with such a modifier is rejected; if only the short list is loaded, it may still be a good one."""
    if not tables.modifiers:
        return
    for number, line in enumerate(coded.procedures, start=1):
        for modifier in line.modifiers:
            if modifier not in tables.modifiers:
                kept = tuple(other for other in line.modifiers if other != modifier)
                yield Finding(
                    "unknown_modifier",
                    Severity.HARD if tables.all_modifiers else Severity.CHECK,
                    f"Line {number}: {modifier} is not in the list of modifiers.",
                    "45 CFR 162.1002 (CPT and HCPCS modifiers)",
                    Place(Part.PROCEDURE, number, "modifiers"),
                    Fix(f"Remove {modifier}", with_line(coded, number, modifiers=kept)),
                )


def modifier_order(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    """Pricing modifiers stand first; the order of the others is kept."""
    for number, line in enumerate(coded.procedures, start=1):
        ordered = tuple(sorted(line.modifiers, key=lambda modifier: modifier not in PRICING))
        if ordered != line.modifiers:
            yield Finding(
                "modifier_order",
                Severity.CHECK,
                f"Line {number}: {next(one for one in ordered if one in PRICING)} bears on the price and goes first.",
                f"{MANUAL}, section 20.4; payers price by the first modifiers",
                Place(Part.PROCEDURE, number, "modifiers"),
                Fix("Put pricing modifiers first", with_line(coded, number, modifiers=ordered)),
            )


def modifier_conflict(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    for number, line in enumerate(coded.procedures, start=1):
        for severity, pairs in ((Severity.HARD, CONFLICTS), (Severity.CHECK, UNLIKELY)):
            for pair, why in pairs:
                if pair <= set(line.modifiers):
                    yield conflict(number, pair, why, severity)
        assisting = ASSISTING_PHYSICIANS.intersection(line.modifiers)
        if len(assisting) > 1:
            yield conflict(number, assisting, "one assistant has one role", Severity.HARD)


def conflict(number: int, modifiers: frozenset[str], why: str, severity: Severity) -> Finding:
    return Finding(
        "modifier_conflict",
        severity,
        f"Line {number}: {' and '.join(sorted(modifiers))} do not go together: {why}.",
        f"{SV101}; {MANUAL}, section 40",
        Place(Part.PROCEDURE, number, "modifiers"),
    )


def visit_modifier_elsewhere(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """24, 25 and 57 are about a visit: never on an operation; of other services payers think differently."""
    for number, line in enumerate(coded.procedures, start=1):
        wrong = sorted(ON_VISITS.intersection(line.modifiers))
        row = tables.relative_values.get((bare(line.code), ""))
        operation = row is not None and row.global_days in OPERATIONS
        if wrong and not is_visit(bare(line.code)):
            kept = tuple(modifier for modifier in line.modifiers if modifier not in ON_VISITS)
            yield Finding(
                "visit_modifier_elsewhere",
                Severity.HARD if operation else Severity.CHECK,
                f"Line {number}: {', '.join(wrong)} stands on visits only, and {bare(line.code)} is none.",
                f"{MANUAL}, sections 30.6.6 and 40.2",
                Place(Part.PROCEDURE, number, "modifiers"),
                Fix(f"Remove {', '.join(wrong)}", with_line(coded, number, modifiers=kept)),
            )


def takes_professional(row: RelativeValue) -> bool:
    return row.professional_technical in {"1", "6"}  # 6: a physician's reading of a laboratory test


def takes_technical(row: RelativeValue) -> bool:
    return row.professional_technical == "1"


def takes_both_sides(row: RelativeValue) -> bool:
    return row.bilateral in {"1", "3"}


def takes_assistants(row: RelativeValue) -> bool:
    return row.assistant in {"0", "2"}


def takes_co_surgeons(row: RelativeValue) -> bool:
    return row.co_surgeon in {"1", "2"}


def takes_teams(row: RelativeValue) -> bool:
    return row.team in {"1", "2"}


# Modifiers, whether a row takes them, and the indicator that says so.
BY_INDICATOR: tuple[tuple[frozenset[str], Callable[[RelativeValue], bool], str, str], ...] = (
    (frozenset({"26"}), takes_professional, "PC/TC", "professional_technical"),
    (frozenset({"TC"}), takes_technical, "PC/TC", "professional_technical"),
    (frozenset({"50"}), takes_both_sides, "bilateral", "bilateral"),
    (ASSISTANTS, takes_assistants, "assistant at surgery", "assistant"),
    (frozenset({"62"}), takes_co_surgeons, "co-surgeon", "co_surgeon"),
    (frozenset({"66"}), takes_teams, "team surgery", "team"),
)


def modifier_against_code(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """A modifier that the fee schedule's indicators of the code do not allow, and that has no row of its own."""
    for number, line in enumerate(coded.procedures, start=1):
        row = tables.relative_values.get((bare(line.code), ""))
        if row is None:
            continue
        for modifiers, takes, name, column in BY_INDICATOR:
            for modifier in sorted(modifiers.intersection(line.modifiers)):
                if not takes(row) and (row.code, modifier) not in tables.relative_values:
                    yield Finding(
                        "modifier_against_code",
                        Severity.CHECK,
                        f"Line {number}: {row.code} does not take modifier {modifier} ({name} indicator "
                        f"{getattr(row, column) or 'none'}).",
                        f"{INDICATORS}, {name} indicator; {row.edition or 'loaded'}",
                        Place(Part.PROCEDURE, number, "modifiers"),
                    )


def modifier_59(coded: CodedEncounter, _tables: Tables) -> Iterator[Finding]:
    """59 is the last resort: X{EPSU} say more, and both together say it twice."""
    for number, line in enumerate(coded.procedures, start=1):
        if "59" not in line.modifiers:
            continue
        exact = sorted(EXACT.intersection(line.modifiers))
        kept = tuple(modifier for modifier in line.modifiers if modifier != "59")
        hint = "59 only if none of XE (encounter), XS (structure), XP (practitioner), XU (unusual) fits"
        yield Finding(
            "modifier_59",
            Severity.CHECK if exact else Severity.INFO,
            f"Line {number}: {f'{exact[0]} already says what 59 says' if exact else hint}.",
            X_MODIFIERS,
            Place(Part.PROCEDURE, number, "modifiers"),
            Fix("Remove 59", with_line(coded, number, modifiers=kept)) if exact else None,
        )


def multiple_modifier_on_add_on(coded: CodedEncounter, tables: Tables) -> Iterator[Finding]:
    """Add-on codes are never reduced as further procedures, so 51 does not stand on them."""
    for number, line in enumerate(coded.procedures, start=1):
        if "51" in line.modifiers and bare(line.code) in tables.add_ons:
            kept = tuple(modifier for modifier in line.modifiers if modifier != "51")
            yield Finding(
                "multiple_modifier_on_add_on",
                Severity.CHECK,
                f"Line {number}: 51 does not stand on the add-on code {bare(line.code)}.",
                f"{MANUAL}, section 40.6",
                Place(Part.PROCEDURE, number, "modifiers"),
                Fix("Remove 51", with_line(coded, number, modifiers=kept)),
            )
