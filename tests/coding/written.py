"""Codings written small, for tests of the rules: no Django here."""

from datetime import date

from coding.rules.codings import CodedEncounter, DiagnosisLine, ProcedureLine

VISIT_DAY = date(2026, 10, 30)


def coded(diagnoses="E119 I10", procedures="99213@1", day=VISIT_DAY):
    """A version written small: coded("E119 I10", "99213-25@1,2 20610x2@2")."""
    return CodedEncounter(
        date_of_service=day,
        diagnoses=tuple(DiagnosisLine(code) for code in diagnoses.split()),
        procedures=tuple(line(text) for text in procedures.split()),
    )


def line(text):
    head, _, pointers = text.partition("@")
    head, _, units = head.partition("x")
    code, *modifiers = head.split("-")
    return ProcedureLine(
        code=code,
        modifiers=tuple(modifiers),
        units=int(units or 1),
        pointers=tuple(int(number) for number in pointers.split(",") if number),
    )
