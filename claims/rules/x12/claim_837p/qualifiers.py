"""What a date, reference or amount is by its qualifier: the same for writing and reading (005010X222A1)."""

from __future__ import annotations

from collections.abc import Mapping

from coding.rules.codings import System

Fields = tuple[tuple[str, str], ...]  # qualifier and the field of the claim, in the order of the guide

VERSION = "005010X222A1"
KIND = "837"

CLAIM_DATES: Fields = (
    ("431", "onset"),
    ("454", "initial_treatment"),
    ("304", "last_seen"),
    ("453", "acute_manifestation"),
    ("484", "last_menstrual_period"),
    ("455", "last_x_ray"),
    ("471", "prescription"),
    ("297", "last_worked"),
    ("296", "return_to_work"),
    ("435", "admission"),
    ("096", "discharge"),
    ("090", "care_assumed"),
    ("091", "care_relinquished"),
    ("444", "first_contact"),
    ("050", "repricer_received"),
)
ACCIDENT = "439"
# A stretch of disability; its first day alone, its last day alone.
DISABILITY, DISABILITY_FROM, DISABILITY_TO = "314", "360", "361"
SERVICE, PAID = "472", "573"

LINE_DATES: Fields = (
    ("471", "prescription"),
    ("304", "last_seen"),
    ("738", "hemoglobin_test"),
    ("739", "creatine_test"),
    ("011", "shipped"),
    ("455", "last_x_ray"),
    ("454", "initial_treatment"),
)

CLAIM_REFERENCES: Fields = (
    ("4N", "service_exception"),
    ("EW", "mammography_certification"),
    ("9F", "referral_number"),
    ("G1", "prior_authorization"),
    ("F8", "payer_control_number"),
    ("X4", "clia_number"),
    ("LX", "investigational_device"),
    ("D9", "intermediary_trace"),
    ("EA", "medical_record_number"),
    ("P4", "demonstration_project"),
    ("1J", "care_plan_oversight"),
)
PROPERTY_CLAIM = "Y4"

LINE_REFERENCES: Fields = (
    ("G1", "prior_authorization"),
    ("6R", "control_number"),
    ("EW", "mammography_certification"),
    ("X4", "clia_number"),
    ("F4", "referring_clia_number"),
    ("BT", "immunization_batch"),
    ("9F", "referral_number"),
)
DRUG_REFERENCES: Fields = (("XZ", "prescription"), ("VY", "compound"))

OTHER_REFERENCES: Fields = (
    ("G1", "prior_authorization"),
    ("9F", "referral_number"),
    ("F8", "payer_control_number"),
)
OTHER_AMOUNTS: Fields = (("D", "paid"), ("A8", "not_covered"), ("EAF", "remaining"))

# The first diagnosis and the others, by code set (HI01-1, HI02-1).
FIRST: Mapping[System, str] = {System.ICD10CM: "ABK", System.ICD9CM: "BK"}
FURTHER: Mapping[System, str] = {System.ICD10CM: "ABF", System.ICD9CM: "BF"}
ANESTHESIA, FURTHER_ANESTHESIA, CONDITION = "BP", "BO", "BG"
CODES_OF_HI = 12
