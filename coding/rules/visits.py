"""Which codes are visits, and what their numbers say of place and patient. Only CPT and HCPCS numbers are used."""

from collections.abc import Mapping
from types import MappingProxyType

from coding.rules.em_families import family_of_code

# CPT Evaluation and Management, and its telemedicine visits since 2025.
SECTIONS = (("99202", "99499"), ("98000", "98016"))
OPHTHALMOLOGY = frozenset({"92002", "92004", "92012", "92014"})
MEDICARE_VISITS = frozenset({"G0402", "G0438", "G0439"})

# New patient's code: the established patient's code of the same decision making.
ESTABLISHED: Mapping[str, str] = MappingProxyType(
    {
        "99202": "99212", "99203": "99213", "99204": "99214", "99205": "99215",
        "99341": "99347", "99342": "99348", "99344": "99349", "99345": "99350",
        "92002": "92012", "92004": "92014",
    }
)  # fmt: skip

# Where visits of a family take place (CMS place-of-service list); families that are not here may be anywhere.
PLACES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "hospital_initial": frozenset({"02", "21", "22", "23", "51", "52", "61"}),
        "hospital": frozenset({"02", "21", "22", "23", "51", "52", "61"}),
        "hospital_same_day": frozenset({"21", "22", "23", "51", "52", "61"}),
        "hospital_discharge": frozenset({"02", "21", "22", "23", "51", "52", "61"}),
        "hospital_consultation": frozenset({"02", "21", "22", "23", "31", "32", "51", "52", "56", "61"}),
        "emergency": frozenset({"02", "23"}),
        "nursing_initial": frozenset({"02", "31", "32", "54", "56"}),
        "nursing": frozenset({"02", "31", "32", "54", "56"}),
        "nursing_discharge": frozenset({"02", "31", "32", "54", "56"}),
        "home_new": frozenset({"02", "04", "10", "12", "13", "14", "16", "33", "55"}),
        "home": frozenset({"02", "04", "10", "12", "13", "14", "16", "33", "55"}),
    }
)
NEVER_OFFICE = frozenset({"21", "23", "31"})  # an office visit is not reported from these


def is_visit(code: str) -> bool:
    """Whether modifiers 24, 25 and 57 can stand on it: CPT's visits, and the eye and Medicare visits."""
    numeric = len(code) == 5 and code.isdigit()  # noqa: PLR2004  (length of a code)
    in_section = numeric and any(first <= code <= last for first, last in SECTIONS)
    return in_section or code in OPHTHALMOLOGY or code in MEDICARE_VISITS


def fits_place(code: str, place: str) -> bool:
    """Whether a visit of this code can take place there; true for codes whose number says nothing of it."""
    of = family_of_code(code)
    if of is None:
        return True
    if of.name in {"office", "office_new"}:
        return place not in NEVER_OFFICE
    return place in PLACES.get(of.name, {place})
