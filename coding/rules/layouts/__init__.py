"""Every official layout that `load_codes` reads, by list. Add one: a module beside this, and its line here."""

from collections.abc import Mapping
from types import MappingProxyType

from coding.rules.code_sets import CodeSet
from coding.rules.layouts import cpt, gems, hcpcs, icd9cm, icd10cm_index, own_lists
from coding.rules.layouts.icd10cm_codes import CODES_FILE, ORDER_FILE, TABBED_LIST
from coding.rules.layouts.icd10cm_index_csv import INDEX_CSV
from coding.rules.layouts.icd10cm_notes import NOTES_AND_GROUPS
from coding.rules.layouts.icd10cm_tabular import TABULAR_CODES
from coding.rules.layouts.places_of_service import PLACES
from coding.rules.layouts.shape import Layout

# A list can come in several layouts (text and CSV): the first that does not say WrongFile reads the file.
LAYOUTS: Mapping[CodeSet, tuple[Layout, ...]] = MappingProxyType(
    {
        CodeSet.ICD10CM: (ORDER_FILE, TABULAR_CODES, TABBED_LIST, CODES_FILE),
        CodeSet.ICD10CM_TABULAR: (NOTES_AND_GROUPS,),
        CodeSet.ICD10CM_INDEX: (icd10cm_index.INDEX, INDEX_CSV),
        CodeSet.ICD10CM_EXTERNAL_INDEX: (icd10cm_index.EXTERNAL_INDEX,),
        CodeSet.ICD10CM_NEOPLASM: (icd10cm_index.NEOPLASMS,),
        CodeSet.ICD10CM_DRUG: (icd10cm_index.DRUGS,),
        CodeSet.ICD9CM: (icd9cm.DIAGNOSES,),
        CodeSet.ICD9CM_PROCEDURES: (icd9cm.PROCEDURES,),
        CodeSet.GEM_9_TO_10: (gems.GEM_9_TO_10, gems.GEM_9_TO_10_CSV),
        CodeSet.GEM_10_TO_9: (gems.GEM_10_TO_9, gems.GEM_10_TO_9_CSV),
        CodeSet.HCPCS: (hcpcs.TEXT, hcpcs.ATTRIBUTES_CSV, hcpcs.KINDS_CSV),
        CodeSet.CPT: (cpt.CODE_FILE, cpt.TABBED_FILE, cpt.LONG_FILE, cpt.SHORT_FILE),
        CodeSet.CPT_MODIFIERS: (cpt.MODIFIER_FILE,),
        CodeSet.DEMO_PROCEDURES: (own_lists.DEMO_PROCEDURES,),
        CodeSet.MODIFIERS: (own_lists.MODIFIERS,),
        CodeSet.PLACES_OF_SERVICE: (PLACES,),
    }
)
