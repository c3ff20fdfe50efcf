"""The result as HL7 v2.5.1: one DFT^P03 (detail financial transaction, chapter 6) a visit, in one batch.

docs/delivery-formats.md lists every field that is filled. What is not billable has no charge and no message.
"""

from collections.abc import Iterator

from coding.rules.codings import System, dotted
from coding.rules.formats.clinical import ClinicalBatch, CodedDiagnosis, CodedLine, Provider, Visit
from coding.rules.formats.contents import Contents, clinical_of
from coding.rules.formats.hl7_segments import Component, Repetition, day, moment, segment
from coding.rules.formats.person_names import PersonName, one_line
from coding.rules.formats.procedure_systems import is_cpt
from coding.rules.formats.template import OutputTemplate, Setting

LABEL = "HL7 v2 charges (DFT^P03)"
MEDIA_TYPE = "application/hl7-v2; charset=utf-8"
ENDING = ".hl7"
NEEDS_EVIDENCE = True
COMPOSES: frozenset[Setting] = frozenset()
TEMPLATE = OutputTemplate()

SENDER = "CHARTLINE"
VERSION = "2.5.1"
CHARSET = "UNICODE UTF-8"  # table 0211
CHARGE = "CG"  # table 0017
FINAL = "F"  # table 0052
METHODS = {System.ICD9CM: "I9", System.ICD10CM: "I10"}  # tables 0053 and 0396
# Table 0004, by CMS place of service: 21, 51 and 61 are inpatient places, 23 is the emergency room.
PATIENT_CLASSES = {"21": "I", "51": "I", "61": "I", "23": "E"}
OUTPATIENT = "O"


def render(contents: Contents, template: OutputTemplate) -> bytes:  # noqa: ARG001  (nothing of it is composed)
    """BHS, a message for each visit, BTS with their count; UTF-8, each segment ended by a carriage return."""
    batch = clinical_of(contents)
    header = {3: SENDER, 5: batch.practice_code, 7: moment(batch.made_at), 11: batch.name}
    parts = [segment("BHS", header)]
    parts += [message(batch, visit) for visit in batch.visits]
    parts.append(segment("BTS", {1: str(len(batch.visits)), 2: batch.name}))
    return "".join(parts).encode()


def message(batch: ClinicalBatch, visit: Visit) -> str:
    """One visit: MSH, EVN, PID, PV1, for each line FT1 and PR1, then each DG1, and IN1 if the payer is known."""
    return "".join(
        [
            segment("MSH", message_header(batch, visit)),
            segment("EVN", {1: "P03", 2: moment(batch.made_at)}),
            segment("PID", patient(visit)),
            segment("PV1", stay(visit)),
            *charges(batch, visit),
            *diagnoses(visit),
            *insurance(visit),
        ]
    )


def control_id(batch: ClinicalBatch, visit: Visit) -> str:
    """MSH-10: the same when made again, another one for another version; up to 20 characters."""
    return f"{visit.encounter.replace('-', '')}V{batch.version}"


def message_header(batch: ClinicalBatch, visit: Visit) -> dict[int, Repetition]:
    return {
        3: SENDER,
        5: batch.practice_code,
        7: moment(batch.made_at),
        9: ("DFT", "P03", "DFT_P03"),
        10: control_id(batch, visit),
        11: "P",
        12: VERSION,
        17: "USA",
        18: CHARSET,
    }


def patient(visit: Visit) -> dict[int, Repetition]:
    """PID; the identifier is the practice's account number, or our number of the visit where there is none."""
    account, visit_number = (visit.account_number, "", "", "", "AN"), (visit.encounter, "", "", SENDER, "VN")
    return {
        1: "1",
        3: account if one_line(visit.account_number) else visit_number,
        5: (*name_parts(visit.patient), visit.patient.degree, "L"),
        7: day(visit.birth_date),
        8: visit.sex,
        18: visit.account_number,
    }


def name_parts(name: PersonName) -> tuple[Component, ...]:
    """The first five components of XPN: family name, given name, further given names, suffix, prefix.

    A name of one word is all family: XPN has no component for a name as a whole.
    """
    first, *further = name.given or ("",)
    return ((name.family,), first, " ".join(further), name.suffix, name.prefix)


def provider(person: Provider | None) -> Repetition:
    """XCN: the NPI, the name in parts, and that the number is an NPI."""
    if person is None:
        return ""
    return (person.npi, *name_parts(person.name), person.name.degree, "", "NPI", "L", "", "", "NPI")


def place(visit: Visit) -> Repetition:
    """PL: the CMS place of service as point of care, the location's name as description."""
    return (visit.place_of_service, "", "", "", "", "", "", "", visit.location)


def stay(visit: Visit) -> dict[int, Repetition]:
    """PV1."""
    return {
        1: "1",
        2: PATIENT_CLASSES.get(visit.place_of_service, OUTPATIENT),
        3: place(visit),
        7: provider(visit.rendering),
        8: provider(visit.referring),
        19: (visit.encounter, "", "", SENDER, "VN"),
        44: day(visit.date_from),
        45: day(visit.date_to),
    }


def charges(batch: ClinicalBatch, visit: Visit) -> Iterator[str]:
    """FT1 and PR1 for each line."""
    for number, line in enumerate(visit.lines, start=1):
        code = procedure(line)
        pointed = [diagnosis(visit, visit.diagnoses[at - 1]) for at in line.pointers if at <= len(visit.diagnoses)]
        yield segment(
            "FT1",
            {
                1: str(number),
                2: f"{visit.encounter}-{number}",
                3: batch.name,
                4: (day(visit.date_from), day(visit.date_to)),
                5: day(batch.made_at.date()),
                6: CHARGE,
                7: code,
                10: str(line.units),
                16: place(visit),
                19: pointed,
                20: provider(visit.rendering),
                21: provider(visit.referring),
                25: code,
                26: list(modifiers(line)),
            },
        )
        yield segment(
            "PR1",
            {
                1: str(number),
                3: code,
                5: day(visit.date_from),
                11: provider(visit.rendering),
                15: pointed[0] if pointed else "",
                16: list(modifiers(line)),
            },
        )


def procedure(line: CodedLine) -> Repetition:
    """CE: code and coding system; no text, since CPT's is licensed."""
    return (line.code, "", system_of(line.code))


def modifiers(line: CodedLine) -> Iterator[Repetition]:
    """CE of each modifier, in the coding system of those: CPT's are two digits."""
    for modifier in line.modifiers:
        yield (modifier, "", "C4" if modifier.isdigit() else "HCPCS")


def system_of(code: str) -> str:
    """Table 0396: CPT-4, or HCPCS."""
    return "C4" if is_cpt(code) else "HCPCS"


def diagnosis(visit: Visit, line: CodedDiagnosis) -> Repetition:
    """CE: code with its dot, the list's title, coding system."""
    return (dotted(visit.system, line.code), line.title, METHODS[visit.system])


def diagnoses(visit: Visit) -> Iterator[str]:
    """DG1 in the order of the claim."""
    for number, line in enumerate(visit.diagnoses, start=1):
        yield segment(
            "DG1",
            {
                1: str(number),
                2: METHODS[visit.system],
                3: diagnosis(visit, line),
                5: day(visit.date_from),
                6: FINAL,
                15: str(number),
                16: provider(visit.rendering),
            },
        )


def insurance(visit: Visit) -> Iterator[str]:
    """IN1; where the payer's number is not known, its name stands for it."""
    if visit.payer is not None:
        number = visit.payer.electronic_id or visit.payer.name
        yield segment("IN1", {1: "1", 2: number, 3: number, 4: visit.payer.name, 36: visit.member_id})
