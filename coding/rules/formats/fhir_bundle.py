"""The result as a FHIR R4 (4.0.1) Bundle: for each visit Encounter, Conditions, ChargeItems and a draft Claim.

People, the practice and payers are there once. Every id is made of the delivery and our numbers, never of patient
data; a reference always names another entry of the bundle.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from coding.rules.codings import System, dotted
from coding.rules.formats.clinical import (
    ClinicalBatch,
    CodedDiagnosis,
    CodedLine,
    Payer,
    Provider,
    Visit,
)
from coding.rules.formats.contents import Contents, clinical_of
from coding.rules.formats.person_names import PersonName, one_line
from coding.rules.formats.procedure_systems import is_cpt
from coding.rules.formats.template import OutputTemplate, Setting

LABEL = "FHIR R4 bundle"
MEDIA_TYPE = "application/fhir+json; fhirVersion=4.0"
ENDING = ".fhir.json"
NEEDS_EVIDENCE = True
COMPOSES: frozenset[Setting] = frozenset()
TEMPLATE = OutputTemplate()

OURS = UUID("6f0e3f52-1f0b-5d0a-9c39-5b7a0c1d2e11")  # the space of names in which ids are made
NPI = "http://hl7.org/fhir/sid/us-npi"
SYSTEMS = {System.ICD10CM: "http://hl7.org/fhir/sid/icd-10-cm", System.ICD9CM: "http://hl7.org/fhir/sid/icd-9-cm"}
CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
PLACES = "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"
TERMS = "http://terminology.hl7.org/CodeSystem"
GENDERS = {"F": "female", "M": "male"}
# HL7 v3 ActCode by CMS place of service: inpatient places, the emergency room, telehealth.
CLASSES = {"21": ("IMP", "inpatient encounter"), "51": ("IMP", "inpatient encounter"),
           "61": ("IMP", "inpatient encounter"), "23": ("EMER", "emergency"), "02": ("VR", "virtual"),
           "10": ("VR", "virtual")}  # fmt: skip
AMBULATORY = ("AMB", "ambulatory")

Resource = dict[str, Any]


def render(contents: Contents, template: OutputTemplate) -> bytes:  # noqa: ARG001  (nothing of it is composed)
    """The bundle as JSON in UTF-8."""
    return (json.dumps(bundle(clinical_of(contents)), ensure_ascii=False, indent=1) + "\n").encode()


def bundle(batch: ClinicalBatch) -> Resource:
    """The bundle, of type collection: nothing is to be done with its entries, they are handed over."""
    made = Bundle(batch)
    for visit in batch.visits:
        made.add_visit(visit)
    found = {
        "resourceType": "Bundle",
        "id": str(uuid5(OURS, batch.name)),
        "meta": {"lastUpdated": made.at},
        "identifier": {"system": made.names("delivery"), "value": batch.name},
        "type": "collection",
        "timestamp": made.at,
        "entry": made.entries,
    }
    return {part: value for part, value in found.items() if value}  # FHIR knows no empty list


@dataclass
class Bundle:
    """The entries so far, and where those are that several visits share."""

    batch: ClinicalBatch
    entries: list[Resource] = field(default_factory=list)
    shared: dict[object, Resource] = field(default_factory=dict)

    @property
    def at(self) -> str:
        return self.batch.made_at.isoformat()

    def names(self, what: str) -> str:
        """The system of the practice's, or our, numbers for something."""
        return f"urn:chartline:{self.batch.practice_code}:{what}"

    def add(self, kind: str, name: str, content: Resource) -> Resource:
        """Add a resource; the reference to it. `name` tells it from the others of the batch."""
        key = str(uuid5(OURS, f"{self.batch.practice_code}/{self.batch.batch}/{kind}/{name}"))
        resource = {"resourceType": kind, "id": key, **{part: value for part, value in content.items() if value}}
        self.entries.append({"fullUrl": f"urn:uuid:{key}", "resource": resource})
        return {"reference": f"urn:uuid:{key}", "type": kind}

    def once(self, key: object, kind: str, name: str, content: Resource) -> Resource:
        """The reference to a resource that is added with its first use."""
        if key not in self.shared:
            self.shared[key] = self.add(kind, name, content)
        return self.shared[key]

    # -- who ------------------------------------------------------------------------------------
    def practice(self) -> Resource:
        content = {
            "identifier": [{"system": "urn:chartline:practice", "value": self.batch.practice_code}],
            "active": True,
            "type": concepts(f"{TERMS}/organization-type", "prov", "Healthcare Provider"),
            "name": one_line(self.batch.practice),
        }
        return self.once("practice", "Organization", "practice", content)

    def payer(self, payer: Payer) -> Resource:
        number = [{"system": self.names("payer"), "value": payer.electronic_id}] if payer.electronic_id else []
        content = {
            "identifier": number,
            "active": True,
            "type": concepts(f"{TERMS}/organization-type", "pay", "Payer"),
            "name": one_line(payer.name),
        }
        return self.once(payer, "Organization", f"payer/{payer.name}", content)

    def practitioner(self, provider: Provider) -> Resource:
        content = {"identifier": [{"system": NPI, "value": provider.npi}], "name": [name(provider.name)]}
        return self.once(provider, "Practitioner", provider.npi, content)

    def patient(self, visit: Visit) -> Resource:
        """One for all visits on which the practice wrote the same person down the same way."""
        person = (visit.patient, visit.birth_date, visit.sex, visit.account_number)
        number, account = [], one_line(visit.account_number)
        if account:
            number = [{
                "type": concept(f"{TERMS}/v2-0203", "AN", "Account number"),
                "system": self.names("account"), "value": account,
            }]  # fmt: skip
        content = {
            "identifier": number,
            "name": [name(visit.patient)],
            "gender": GENDERS.get(visit.sex, "unknown"),
            "birthDate": visit.birth_date.isoformat(),
            "managingOrganization": self.practice(),
        }
        return self.once(person, "Patient", visit.encounter, content)

    # -- what -----------------------------------------------------------------------------------
    def add_visit(self, visit: Visit) -> None:
        """Encounter, Conditions, ChargeItems, Coverage and Claim of one visit."""
        patient, rendering = self.patient(visit), self.practitioner(visit.rendering)
        encounter_key = uuid5(OURS, f"{self.batch.practice_code}/{self.batch.batch}/Encounter/{visit.encounter}")
        encounter = {"reference": f"urn:uuid:{encounter_key}", "type": "Encounter"}
        conditions = [
            self.condition(visit, number, line, patient, encounter)
            for number, line in enumerate(visit.diagnoses, start=1)
        ]
        self.encounter(visit, patient, rendering, conditions)
        for number, line in enumerate(visit.lines, start=1):
            self.charge(visit, number, line, {"patient": patient, "encounter": encounter, "by": rendering})
        self.claim(visit, {"patient": patient, "encounter": encounter, "by": rendering}, conditions)

    def encounter(self, visit: Visit, patient: Resource, rendering: Resource, conditions: list[Resource]) -> None:
        code, display = CLASSES.get(visit.place_of_service, AMBULATORY)
        attends = {"type": concepts(f"{TERMS}/v3-ParticipationType", "ATND", "attender"), "individual": rendering}
        participants = [attends]
        if visit.referring:
            refers = concepts(f"{TERMS}/v3-ParticipationType", "REF", "referrer")
            participants.append({"type": refers, "individual": self.practitioner(visit.referring)})
        content = {
            "identifier": [{"system": self.names("encounter"), "value": visit.encounter}],
            "status": "finished",
            "class": {"system": f"{TERMS}/v3-ActCode", "code": code, "display": display},
            "subject": patient,
            "participant": participants,
            "period": period(visit),
            "diagnosis": [{"condition": ref, "rank": rank} for rank, ref in enumerate(conditions, start=1)],
            "serviceProvider": self.practice(),
        }
        self.add("Encounter", visit.encounter, content)

    def condition(
        self, visit: Visit, number: int, line: CodedDiagnosis, patient: Resource, encounter: Resource
    ) -> Resource:
        content = {
            "verificationStatus": concept(f"{TERMS}/condition-ver-status", "confirmed", "Confirmed"),
            "category": concepts(f"{TERMS}/condition-category", "encounter-diagnosis", "Encounter Diagnosis"),
            "code": diagnosis_code(visit, line),
            "subject": patient,
            "encounter": encounter,
            "recordedDate": visit.date_from.isoformat(),
        }
        return self.add("Condition", f"{visit.encounter}/{number}", content)

    def charge(self, visit: Visit, number: int, line: CodedLine, ours: Resource) -> None:
        pointed = [visit.diagnoses[at - 1] for at in line.pointers if at <= len(visit.diagnoses)]
        content = {
            "identifier": [{"system": self.names("charge"), "value": f"{visit.encounter}-{number}"}],
            "status": "billable",
            "code": procedure_code(line),
            "subject": ours["patient"],
            "context": ours["encounter"],
            "occurrencePeriod": period(visit),
            "performer": [{"actor": ours["by"]}],
            "performingOrganization": self.practice(),
            "quantity": {"value": line.units},
            "enteredDate": self.at,
            "reason": [diagnosis_code(visit, one) for one in pointed],
        }
        self.add("ChargeItem", f"{visit.encounter}/{number}", content)

    def claim(self, visit: Visit, ours: Resource, conditions: list[Resource]) -> None:
        """A draft: codes, pointers, units and dates; amounts and the practice's own numbers are still to come."""
        team = [{
            "sequence": 1, "provider": ours["by"], "responsible": True,
            "role": concept(f"{TERMS}/claimcareteamrole", "primary", "Primary provider"),
        }]  # fmt: skip
        content = {
            "identifier": [{"system": self.names("claim"), "value": visit.encounter}],
            "status": "draft",
            "type": concept(f"{TERMS}/claim-type", "professional", "Professional"),
            "use": "claim",
            "patient": ours["patient"],
            "billablePeriod": period(visit),
            "created": self.at,
            "insurer": self.payer(visit.payer) if visit.payer else None,
            "provider": self.practice(),
            "priority": concept(f"{TERMS}/processpriority", "normal", "Normal"),
            "careTeam": team + self.referrer(visit),
            "diagnosis": [
                {"sequence": number, "diagnosisReference": ref} for number, ref in enumerate(conditions, start=1)
            ],
            "insurance": [{"sequence": 1, "focal": True, "coverage": self.coverage(visit, ours["patient"])}],
            "item": [item(visit, number, line, ours["encounter"]) for number, line in enumerate(visit.lines, start=1)],
        }
        self.add("Claim", visit.encounter, content)

    def referrer(self, visit: Visit) -> list[Resource]:
        if visit.referring is None:
            return []
        who = self.practitioner(visit.referring)
        return [{"sequence": 2, "provider": who, "role": {"text": "Referring provider"}}]

    def coverage(self, visit: Visit, patient: Resource) -> Resource:
        """The payer and member number of the visit; a claim without a known payer says so in words."""
        if visit.payer is None:
            return {"display": "No payer is documented"}
        content = {
            "status": "active",
            "subscriberId": one_line(visit.member_id),
            "beneficiary": patient,
            "payor": [self.payer(visit.payer)],
        }
        key = ("coverage", visit.payer, visit.member_id, patient["reference"])
        return self.once(key, "Coverage", visit.encounter, content)


def item(visit: Visit, number: int, line: CodedLine, encounter: Resource) -> Resource:
    """One line of the claim."""
    found: Resource = {
        "sequence": number,
        "careTeamSequence": [1],
        "diagnosisSequence": [at for at in line.pointers if at <= len(visit.diagnoses)],
        "productOrService": procedure_code(line),
        "modifier": [concept(CPT if mark.isdigit() else HCPCS, mark) for mark in line.modifiers],
        **served(visit),
        "locationCodeableConcept": place(visit),
        "quantity": {"value": line.units},
        "encounter": [encounter],
    }
    return {part: value for part, value in found.items() if value}


def served(visit: Visit) -> Resource:
    """When a line was served: a day, or the days of a stay."""
    if visit.date_from == visit.date_to:
        return {"servicedDate": visit.date_from.isoformat()}
    return {"servicedPeriod": period(visit)}


def period(visit: Visit) -> Resource:
    return {"start": visit.date_from.isoformat(), "end": visit.date_to.isoformat()}


def place(visit: Visit) -> Resource:
    """The CMS place of service, with the location's name as words."""
    found, words = concept(PLACES, visit.place_of_service), one_line(visit.location)
    return {**found, "text": words} if words else found


def concept(system: str, code: str, display: str = "") -> Resource:
    """A CodeableConcept of one code."""
    coding, words = {"system": system, "code": code}, one_line(display)
    return {"coding": [{**coding, "display": words} if words else coding]}


def concepts(system: str, code: str, display: str = "") -> list[Resource]:
    return [concept(system, code, display)]


def diagnosis_code(visit: Visit, line: CodedDiagnosis) -> Resource:
    return concept(SYSTEMS[visit.system], dotted(visit.system, line.code), line.title)


def procedure_code(line: CodedLine) -> Resource:
    """The code without words: CPT's are licensed."""
    return concept(CPT if is_cpt(line.code) else HCPCS, line.code)


def name(person: PersonName) -> Resource:
    """HumanName, with the line as it was written as its text."""
    parts: Iterator[tuple[str, Any]] = iter(
        (
            ("use", "official"),
            ("text", person.text),
            ("family", person.family),
            ("given", list(person.given)),
            ("prefix", [person.prefix] if person.prefix else []),
            ("suffix", [part for part in (person.suffix, person.degree) if part]),
        )
    )
    return {part: value for part, value in parts if value}
