"""Which official lists the house keeps, and which edition of a list holds on a date of service."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from coding.rules.codings import System


class CodeSet(StrEnum):
    """One official list. `load_codes` takes these names; each has a layout in coding/rules/layouts/."""

    ICD10CM = "icd10cm"  # order file or code list: codes and titles
    ICD10CM_TABULAR = "icd10cm_tabular"  # tabular XML: chapters, blocks, notes
    ICD10CM_INDEX = "icd10cm_index"
    ICD10CM_EXTERNAL_INDEX = "icd10cm_external_index"
    ICD10CM_NEOPLASM = "icd10cm_neoplasm"
    ICD10CM_DRUG = "icd10cm_drug"
    ICD9CM = "icd9cm"  # CMS32 diagnoses
    ICD9CM_PROCEDURES = "icd9cm_procedures"  # CMS32 procedures (volume 3)
    GEM_9_TO_10 = "gem_9_to_10"
    GEM_10_TO_9 = "gem_10_to_9"
    HCPCS = "hcpcs"  # HCPCS Level II, its modifiers included
    CPT = "cpt"
    CPT_MODIFIERS = "cpt_modifiers"
    DEMO_PROCEDURES = "demo_procedures"  # our own words
    MODIFIERS = "modifiers"  # our own short words for the modifiers that the edits know
    PLACES_OF_SERVICE = "places_of_service"
    PTP_PRACTITIONER = "ptp_practitioner"
    PTP_HOSPITAL = "ptp_hospital"
    MUE_PRACTITIONER = "mue_practitioner"
    MUE_HOSPITAL = "mue_hospital"
    MUE_DME = "mue_dme"
    ADD_ONS = "add_ons"
    RELATIVE_VALUES = "relative_values"  # PPRRVU
    GPCI = "gpci"
    ZIP_LOCALITIES = "zip_localities"
    COUNTY_LOCALITIES = "county_localities"  # LOCCO
    CONVERSION_FACTORS = "conversion_factors"
    ANAESTHESIA = "anaesthesia"
    COVERAGE = "coverage"  # LCD/NCD articles: procedures and the diagnoses that support them
    COVERAGE_DOCUMENTS = "coverage_documents"  # the list of LCDs and articles
    CLAIM_CODES = "claim_codes"  # CARC, RARC, group codes, claim status
    TAXONOMY = "taxonomy"
    UTILISATION = "utilisation"  # how often each E/M level is billed, by specialty


LIST_NAMES: dict[CodeSet, str] = {
    CodeSet.ICD10CM: "ICD-10-CM codes",
    CodeSet.ICD10CM_TABULAR: "ICD-10-CM tabular list",
    CodeSet.ICD10CM_INDEX: "ICD-10-CM index",
    CodeSet.ICD10CM_EXTERNAL_INDEX: "ICD-10-CM external cause index",
    CodeSet.ICD10CM_NEOPLASM: "ICD-10-CM neoplasm table",
    CodeSet.ICD10CM_DRUG: "ICD-10-CM table of drugs",
    CodeSet.ICD9CM: "ICD-9-CM diagnoses",
    CodeSet.ICD9CM_PROCEDURES: "ICD-9-CM procedures",
    CodeSet.GEM_9_TO_10: "GEM from ICD-9-CM",
    CodeSet.GEM_10_TO_9: "GEM to ICD-9-CM",
    CodeSet.HCPCS: "HCPCS Level II",
    CodeSet.CPT: "CPT",
    CodeSet.CPT_MODIFIERS: "CPT modifiers",
    CodeSet.DEMO_PROCEDURES: "Demo procedures",
    CodeSet.MODIFIERS: "Modifiers",
    CodeSet.PLACES_OF_SERVICE: "Places of service",
    CodeSet.PTP_PRACTITIONER: "NCCI pairs, practitioner",
    CodeSet.PTP_HOSPITAL: "NCCI pairs, outpatient hospital",
    CodeSet.MUE_PRACTITIONER: "MUE, practitioner",
    CodeSet.MUE_HOSPITAL: "MUE, outpatient hospital",
    CodeSet.MUE_DME: "MUE, durable equipment supplier",
    CodeSet.ADD_ONS: "NCCI add-on codes",
    CodeSet.RELATIVE_VALUES: "Relative values (PPRRVU)",
    CodeSet.GPCI: "Price indices (GPCI)",
    CodeSet.ZIP_LOCALITIES: "Localities by ZIP code",
    CodeSet.COUNTY_LOCALITIES: "Localities by county",
    CodeSet.CONVERSION_FACTORS: "Conversion factors",
    CodeSet.ANAESTHESIA: "Anaesthesia factors",
    CodeSet.COVERAGE: "Coverage articles",
    CodeSet.COVERAGE_DOCUMENTS: "Coverage documents",
    CodeSet.CLAIM_CODES: "Claim codes (CARC, RARC, status)",
    CodeSet.TAXONOMY: "Provider taxonomy",
    CodeSet.UTILISATION: "Utilisation by specialty",
}

# Which lists hold the codes of a system, the one that wins for a code first.
LISTS_OF: dict[System, tuple[CodeSet, ...]] = {
    System.ICD10CM: (CodeSet.ICD10CM,),
    System.ICD9CM: (CodeSet.ICD9CM,),
    System.PROCEDURE: (CodeSet.CPT, CodeSet.HCPCS, CodeSet.DEMO_PROCEDURES),
}


@dataclass(frozen=True)
class EditionFact:
    """One loaded edition: from when it holds, and (for a list that ended) until when."""

    pk: int
    code_set: CodeSet
    name: str
    effective: date
    ends_on: date | None = None


def in_force(editions: Iterable[EditionFact], on: date) -> EditionFact | None:
    """The edition of a date of service: the last that began by then, else the first there is.

    Older lists than the first loaded are not known, so a date before it is answered by that one, which says its
    name in every answer. None if the list ended before the date, or nothing is loaded.
    """
    known = sorted(editions, key=lambda edition: edition.effective)
    if not known:
        return None
    chosen = next((edition for edition in reversed(known) if edition.effective <= on), known[0])
    return None if chosen.ends_on and chosen.ends_on < on else chosen
