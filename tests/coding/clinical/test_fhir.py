"""The FHIR bundle: golden, valid to two libraries, closed in itself."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from fhir.resources.R4B.bundle import Bundle as BundleR4B
from fhirclient.models.bundle import Bundle as BundleR4
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.rules.formats import fhir_bundle
from coding.rules.formats.person_names import one_line, person_name
from tests.coding.clinical.visits import BATCH, BEFORE_ICD10, EMERGENCY, KNEE, PLAIN, TWELVE, VISITS, only, render

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "clinical"


def told(batch=BATCH):
    return json.loads(render(fhir_bundle, batch))


def resources(bundle, kind):
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]


def references(part):
    if isinstance(part, dict):
        if "reference" in part:
            yield part["reference"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def codings(part):
    if isinstance(part, dict):
        yield from part.get("coding", ())
        for value in part.values():
            yield from codings(value)
    elif isinstance(part, list):
        for value in part:
            yield from codings(value)


def check(content):
    """Both libraries read it without complaint, and write what they read."""
    bundle = json.loads(content)
    assert json.loads(BundleR4B.model_validate_json(content).model_dump_json()) == bundle
    assert BundleR4(bundle, strict=True).as_json() == bundle


@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.encounter)
def test_a_visit_is_its_golden_file(visit):
    assert render(fhir_bundle, only(visit)) == (GOLDEN / f"{visit.encounter}.fhir.json").read_bytes()


@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.encounter)
def test_a_visit_is_valid_r4_and_r4b(visit):
    check(render(fhir_bundle, only(visit)))


def test_the_whole_batch_and_an_empty_one_are_valid():
    check(render(fhir_bundle, BATCH))
    empty = replace(BATCH, visits=())
    check(render(fhir_bundle, empty))
    assert "entry" not in told(empty)


def test_every_reference_names_an_entry_of_the_right_kind_and_no_id_is_there_twice():
    bundle = told()
    urls = {entry["fullUrl"]: entry["resource"]["resourceType"] for entry in bundle["entry"]}
    assert len(urls) == len(bundle["entry"])
    named = list(references(bundle))
    assert len(named) > 100
    assert set(named) <= set(urls)
    for entry in bundle["entry"]:
        assert entry["fullUrl"] == f"urn:uuid:{entry['resource']['id']}"


def test_people_practice_and_payers_are_there_once():
    bundle = told()
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "Organization": 3, "Patient": 5, "Practitioner": 2, "Condition": 18, "Encounter": 5, "ChargeItem": 13,
        "Coverage": 3, "Claim": 5,
    }  # fmt: skip
    twice = replace(BATCH, visits=(KNEE, replace(KNEE, encounter="E-00199", chart="C-0100")))
    assert len(resources(told(twice), "Patient")) == 1
    other = replace(BATCH, visits=(KNEE, replace(KNEE, encounter="E-00199", account_number="A-1002")))
    assert len(resources(told(other), "Patient")) == 2


def test_systems_are_those_of_the_standard():
    systems = {(one["system"], one["code"]) for one in codings(told())}
    for expected in (
        ("http://hl7.org/fhir/sid/icd-10-cm", "M17.11"),
        ("http://hl7.org/fhir/sid/icd-9-cm", "E800.0"),
        ("http://www.ama-assn.org/go/cpt", "99213"),
        ("http://www.ama-assn.org/go/cpt", "25"),
        ("https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "J1030"),
        ("https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "RT"),
        ("https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set", "23"),
    ):
        assert expected in systems
    npis = {one["identifier"][0]["value"] for one in resources(told(), "Practitioner")}
    assert npis == {"1000000012", "1234567893"}


def test_no_procedure_has_words():
    for one in codings(told()):
        if "ama-assn" in one["system"] or "HCPCS" in one["system"]:
            assert set(one) == {"system", "code"}


def test_a_claim_is_a_draft_with_pointers_modifiers_units_and_dates():
    [claim] = resources(told(only(KNEE)), "Claim")
    assert (claim["use"], claim["status"]) == ("claim", "draft")
    first, second, third = claim["item"]
    assert first["diagnosisSequence"] == [1, 2]
    assert [one["coding"][0]["code"] for one in first["modifier"]] == ["25"]
    assert first["servicedDate"] == "2026-03-02"
    assert "modifier" not in third
    assert (second["quantity"], third["quantity"]) == ({"value": 1}, {"value": 2})
    assert [one["sequence"] for one in claim["diagnosis"]] == [1, 2]
    [stay] = resources(told(only(TWELVE)), "Claim")
    assert stay["item"][0]["servicedPeriod"] == {"start": "2026-02-27", "end": "2026-03-04"}
    assert len(stay["diagnosis"]) == 12


def test_a_claim_without_a_payer_says_so():
    [claim] = resources(told(only(PLAIN)), "Claim")
    assert claim["insurance"][0]["coverage"] == {"display": "No payer is documented"}
    assert "insurer" not in claim


@pytest.mark.parametrize(("visit", "kind"), [(KNEE, "AMB"), (EMERGENCY, "EMER"), (TWELVE, "IMP"), (PLAIN, "VR")])
def test_the_class_of_the_encounter_comes_from_the_place_of_service(visit, kind):
    [encounter] = resources(told(only(visit)), "Encounter")
    assert encounter["class"]["code"] == kind


def test_ids_are_the_same_for_the_next_version_and_hold_nothing_of_the_patient():
    first, second = told(only(BEFORE_ICD10)), told(replace(only(BEFORE_ICD10), version=2))
    assert first["id"] != second["id"]
    assert [one["fullUrl"] for one in first["entry"]] == [one["fullUrl"] for one in second["entry"]]
    renamed = told(only(BEFORE_ICD10, patient=person_name("Somebody Else")))
    assert [one["fullUrl"] for one in first["entry"]] == [one["fullUrl"] for one in renamed["entry"]]


names = st.text(max_size=40)


@settings(max_examples=60, deadline=None)
@given(names, names, names)
def test_whatever_a_chart_says_the_bundle_is_valid(patient, account, member):
    content = render(
        fhir_bundle, only(KNEE, patient=person_name(patient), account_number=account, member_id=member, location=member)
    )
    check(content)
    [found] = resources(json.loads(content), "Patient")
    assert found["name"][0].get("text", "") == one_line(patient)
