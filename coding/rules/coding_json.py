"""Codings and findings as JSON: read strictly by coding.rules.coding_schema, written the same way."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from coding.rules import tables
from coding.rules.coding_schema import CODING
from coding.rules.codings import CodedEncounter, DiagnosisLine, EarlierService, ProcedureLine, Sex, bare
from coding.rules.edits.shape import Finding, Severity
from coding.rules.evidence import Passage
from coding.rules.tables import Tables

TOLD = 20  # places that an error names
VALIDATOR = Draft202012Validator(CODING, format_checker=Draft202012Validator.FORMAT_CHECKER)
SAYS_ITSELF = frozenset({"required", "additionalProperties"})  # their messages name keys and no values
AMOUNTS = ("work", "office_expense", "facility_expense", "malpractice")
Raw = Mapping[str, Any]


class BadCoding(Exception):
    """What was sent is no coding; the text names the places and what belongs there, never what stood there."""


@dataclass(frozen=True)
class Case:
    """A coding from outside; `tables` are its own, None if the loaded ones are to be asked."""

    coded: CodedEncounter
    earlier: tuple[EarlierService, ...] = ()
    tables: Tables | None = None


def read_case(raw: object) -> Case:
    """A case of the shape CODING, or BadCoding."""
    errors = sorted(VALIDATOR.iter_errors(raw), key=lambda error: [str(part) for part in error.absolute_path])
    if errors:
        raise BadCoding("\n".join(told(error) for error in errors[:TOLD]))
    assert isinstance(raw, Mapping)  # noqa: S101  (the schema saw to it)
    coded, earlier = coded_of(raw), tuple(earlier_of(one) for one in raw.get("earlier", ()))
    return Case(coded, earlier, tables_of(raw["tables"], coded, earlier) if "tables" in raw else None)


def told(error: ValidationError) -> str:
    """Where an error is and what belongs there."""
    place = "/".join(str(part) for part in error.absolute_path) or "the file"
    if error.validator in SAYS_ITSELF:
        return f"{place}: {error.message}"
    return f"{place}: must keep to {error.validator} {json.dumps(error.validator_value)[:200]}"


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def coded_of(raw: Raw) -> CodedEncounter:
    return CodedEncounter(
        date_of_service=day(raw["date_of_service"]),
        diagnoses=tuple(diagnosis_of(line) for line in raw.get("diagnoses", ())),
        procedures=tuple(line_of(line) for line in raw.get("procedures", ())),
        place_of_service=raw.get("place_of_service", ""),
        birth_date=day(raw.get("birth_date")),
        sex=Sex(raw.get("sex", Sex.UNKNOWN)),
        visit_type=raw.get("visit_type", ""),
        specialty=raw.get("specialty", ""),
        provider_npi=raw.get("provider_npi", ""),
        referring_npi=raw.get("referring_npi", ""),
        payer=raw.get("payer", ""),
        practice=raw.get("practice", ""),
    )


def diagnosis_of(raw: Raw) -> DiagnosisLine:
    return DiagnosisLine(raw["code"], **shown(raw))


def shown(raw: Raw) -> dict[str, Any]:
    """The quotes of a line, those of its evidence among them, and the evidence; None where nothing is said of it."""
    passages = evidence_of(raw["evidence"]) if "evidence" in raw else None
    words = (*raw.get("quotes", ()), *(one.quote for one in passages or () if one.quote))
    return {"quotes": tuple(dict.fromkeys(words)), "evidence": passages}


def evidence_of(raw: Sequence[Raw]) -> tuple[Passage, ...]:
    """Passages from outside; the page is the number in its chart."""
    return tuple(
        Passage(0, one["page"], tuple(tuple(box) for box in one["boxes"]), one.get("quote", "")) for one in raw
    )


def written_evidence(line: DiagnosisLine | ProcedureLine) -> dict[str, Any]:
    """The key `evidence` as it is read, left out where there is none or nobody was asked."""
    passages = line.evidence or ()
    rows = [{"page": one.number, "boxes": [list(box) for box in one.boxes], "quote": one.quote} for one in passages]
    return filled(evidence=rows)


def line_of(raw: Raw) -> ProcedureLine:
    return ProcedureLine(
        code=raw["code"],
        modifiers=tuple(raw.get("modifiers", ())),
        units=raw.get("units", 1),
        pointers=tuple(raw.get("pointers", ())),
        minutes=raw.get("minutes"),
        place_of_service=raw.get("place_of_service", ""),
        **shown(raw),
    )


def earlier_of(raw: Raw) -> EarlierService:
    return EarlierService(
        encounter=raw.get("encounter", "an earlier encounter"),
        date_of_service=date.fromisoformat(raw["date_of_service"]),
        code=bare(raw["code"]),
        modifiers=tuple(raw.get("modifiers", ())),
        units=raw.get("units", 1),
        provider_npi=raw.get("provider_npi", ""),
        specialty=raw.get("specialty", ""),
    )


# -- tables ----------------------------------------------------------------------------------------------


def tables_of(raw: Raw, coded: CodedEncounter, earlier: tuple[EarlierService, ...]) -> Tables:
    """The case's own tables; a code list that it leaves out counts every code of the case as good."""
    return Tables(
        diagnoses=listed(raw.get("diagnoses"), [line.code for line in coded.diagnoses]),
        procedures=listed(raw.get("procedures"), [line.code for line in coded.procedures]),
        notes=notes_of(raw.get("notes", ())),
        modifiers={code: tables.ModifierFact(code, "") for code in raw.get("modifiers", ())},
        places={one["code"]: tables.Place(one["code"], one.get("name", ""), one.get("is_facility", False))
                for one in raw.get("places", ())},
        pairs=pairs_of(raw.get("pairs", ())),
        unit_limits={
            bare(one["code"]): tables.UnitLimit(
                bare(one["code"]), one["units"], one["adjudication"], one.get("rationale", "")
            )
            for one in raw.get("unit_limits", ())
        },
        add_ons={
            bare(one["code"]): tables.AddOn(bare(one["code"]), one["kind"], frozenset(map(bare, one["primaries"])))
            for one in raw.get("add_ons", ())
        },
        relative_values={
            (bare(one["code"]), one.get("modifier", "")): relative_value(one) for one in raw.get("relative_values", ())
        },
        coverage=tuple(coverage_of(one) for one in raw.get("coverage", ())),
        earlier=earlier,
        payer_rules=tuple(payer_rule_of(one) for one in raw.get("payer_rules", ())),
        timed=raw.get("timed", {}),
    )  # fmt: skip


def listed(raw: Sequence[Raw] | None, codes: Iterable[str]) -> dict[str, tables.CodeFact]:
    wanted: Sequence[Raw] = raw if raw is not None else [{"code": code} for code in codes]
    return {
        bare(one["code"]): tables.CodeFact(bare(one["code"]), one.get("title", ""), one.get("billable", True))
        for one in wanted
    }


def notes_of(raw: Iterable[Raw]) -> dict[str, tuple[tables.CodeNote, ...]]:
    found: dict[str, list[tables.CodeNote]] = defaultdict(list)
    for one in raw:
        if one["kind"] not in list(tables.NoteKind):
            raise BadCoding(f"tables/notes: kind is one of {', '.join(tables.NoteKind)}")
        found[bare(one["code"])].append(tables.CodeNote(tables.NoteKind(one["kind"]), one["holder"], one["text"]))
    return {code: tuple(notes) for code, notes in found.items()}


def pairs_of(raw: Iterable[Raw]) -> dict[tuple[str, str], tuple[tables.BundledPair, ...]]:
    found: dict[tuple[str, str], list[tables.BundledPair]] = defaultdict(list)
    for one in raw:
        key = bare(one["column_one"]), bare(one["column_two"])
        found[key].append(
            tables.BundledPair(
                *key, date.fromisoformat(one["effective"]), day(one.get("deleted_on")), one["indicator"],
                one.get("rationale", ""),
            )
        )  # fmt: skip
    return {key: tuple(rows) for key, rows in found.items()}


def relative_value(raw: Raw) -> tables.RelativeValue:
    amounts = {name: Decimal(str(raw.get(name, "0"))) for name in AMOUNTS}
    words = {name: value for name, value in raw.items() if name not in AMOUNTS}
    return tables.RelativeValue(**{"modifier": "", "status": "A", **words, **amounts, "code": bare(raw["code"])})


def coverage_of(raw: Raw) -> tables.CoverageGroup:
    procedures, covered, against = (
        frozenset(map(bare, raw.get(name, ()))) for name in ("procedures", "covered", "not_covered")
    )
    return tables.CoverageGroup(raw["article"], raw.get("title", ""), raw.get("group", 1), procedures, covered, against)


def payer_rule_of(raw: Raw) -> tables.PayerRule:
    return tables.PayerRule(
        raw["name"], raw["condition"], raw["finding"], date.fromisoformat(raw["valid_from"]), day(raw.get("valid_to"))
    )


# -- findings --------------------------------------------------------------------------------------------


def written(findings: Sequence[Finding]) -> dict[str, Any]:
    """The findings in the shape FINDINGS."""
    counts = Counter(finding.severity for finding in findings)
    return {
        "findings": [written_finding(finding) for finding in findings],
        "counts": {severity.value: counts[severity] for severity in Severity},
    }


def written_finding(finding: Finding) -> dict[str, Any]:
    place, fix = finding.place, finding.fix
    return {
        "edit": finding.edit,
        "severity": finding.severity.value,
        "text": finding.text,
        "source": finding.source,
        "place": {"part": place.part.value, "number": place.number, "field": place.field} if place else None,
        "fix": {"label": fix.label, **written_lines(fix.after)} if fix else None,
    }


def written_lines(coded: CodedEncounter) -> dict[str, Any]:
    """The lines of a coding as they are read; what is empty or as always is left out."""
    return {
        "diagnoses": [
            {"code": line.code, **filled(quotes=list(line.quotes)), **written_evidence(line)}
            for line in coded.diagnoses
        ],
        "procedures": [
            {
                "code": line.code,
                "modifiers": list(line.modifiers),
                "units": line.units,
                "pointers": list(line.pointers),
                **filled(minutes=line.minutes, place_of_service=line.place_of_service, quotes=list(line.quotes)),
                **written_evidence(line),
            }
            for line in coded.procedures
        ],
    }


def filled(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [])}
