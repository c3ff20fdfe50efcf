"""Every official layout that `load_codes` reads, by list. Add one: a module beside this, and its line here."""

from collections.abc import Mapping
from types import MappingProxyType

from coding.rules.code_sets import CodeSet
from coding.rules.layouts import (
    add_ons,
    anaesthesia,
    bundled_pairs,
    claim_codes,
    conversion_factors,
    counties,
    coverage,
    coverage_documents,
    localities,
    relative_values,
    taxonomy,
    unit_limits,
    utilisation,
    zip_localities,
)
from coding.rules.layouts.shape import Layout

# A list can come in several layouts (text and CSV): the first that does not say WrongFile reads the file.
LAYOUTS: Mapping[CodeSet, tuple[Layout, ...]] = MappingProxyType(
    {
        CodeSet.PTP_PRACTITIONER: bundled_pairs.layouts(CodeSet.PTP_PRACTITIONER),
        CodeSet.PTP_HOSPITAL: bundled_pairs.layouts(CodeSet.PTP_HOSPITAL),
        CodeSet.MUE_PRACTITIONER: unit_limits.layouts(CodeSet.MUE_PRACTITIONER),
        CodeSet.MUE_HOSPITAL: unit_limits.layouts(CodeSet.MUE_HOSPITAL),
        CodeSet.MUE_DME: unit_limits.layouts(CodeSet.MUE_DME),
        CodeSet.ADD_ONS: (add_ons.LAYOUT,),
        CodeSet.RELATIVE_VALUES: relative_values.LAYOUTS,
        CodeSet.GPCI: localities.LAYOUTS,
        CodeSet.ZIP_LOCALITIES: (zip_localities.LAYOUT,),
        CodeSet.COUNTY_LOCALITIES: counties.LAYOUTS,
        CodeSet.CONVERSION_FACTORS: (conversion_factors.LAYOUT,),
        CodeSet.ANAESTHESIA: anaesthesia.LAYOUTS,
        CodeSet.COVERAGE: (coverage.LAYOUT,),
        CodeSet.COVERAGE_DOCUMENTS: (coverage_documents.LAYOUT,),
        CodeSet.CLAIM_CODES: (claim_codes.LAYOUT,),
        CodeSet.TAXONOMY: (taxonomy.LAYOUT,),
        CodeSet.UTILISATION: (utilisation.LAYOUT,),
    }
)
