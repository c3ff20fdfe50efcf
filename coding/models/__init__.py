"""The work: code lists, encounters, assignments, codings, verifications."""

from coding.models.code_files import CodeFile, FileOutcome
from coding.models.codes import Code, CodeGroup, CodeNote, Crosswalk, IndexEntry
from coding.models.coding import Coding, Diagnosis, Discrepancy, Draft, ProcedureLine, Verdict, Verification
from coding.models.delivered import DeliveredResult
from coding.models.double_key import DoubleKeying, DoubleKeyRule
from coding.models.draft_actions import DraftAction
from coding.models.editions import Edition
from coding.models.encounter import Assignment, Encounter, QueueRank
from coding.models.encounter_events import EncounterEvent
from coding.models.fact_origins import FactOrigin
from coding.models.fees import (
    AnaesthesiaFactor,
    ConversionFactor,
    CountyLocality,
    Fee,
    FeeSchedule,
    Locality,
    RelativeValue,
    Utilisation,
    ZipLocality,
)
from coding.models.ncci import AddOnPair, BundledPair, CoverageDocument, CoverageGroup, UnitLimit
from coding.models.pages import Addendum, EncounterPage
from coding.models.payer_rules import PayerRule
from coding.models.precoding import PreCoding
from coding.models.quality import Dispute, DisputeStep, QualityTerms, Score
from coding.models.queries import Query, QueryIndicator, SignedAddendum
from coding.models.repeats import Repeat
from coding.models.rulings import Ruling
from coding.models.samples import Reveal, Sample
from coding.models.small_lists import ClaimCode, Modifier, PlaceOfService, Taxonomy
from coding.models.submissions import Submission
from coding.models.suggestions import SuggestedCode, SuggestionDecision, SuggestionSet
from coding.models.usage import FavouriteCode, SearchExpression, frequent_codes

__all__ = [
    "AddOnPair",
    "Addendum",
    "AnaesthesiaFactor",
    "Assignment",
    "BundledPair",
    "ClaimCode",
    "Code",
    "CodeFile",
    "CodeGroup",
    "CodeNote",
    "Coding",
    "ConversionFactor",
    "CountyLocality",
    "CoverageDocument",
    "CoverageGroup",
    "Crosswalk",
    "DeliveredResult",
    "Diagnosis",
    "Discrepancy",
    "Dispute",
    "DisputeStep",
    "DoubleKeyRule",
    "DoubleKeying",
    "Draft",
    "DraftAction",
    "Edition",
    "Encounter",
    "EncounterEvent",
    "EncounterPage",
    "FactOrigin",
    "FavouriteCode",
    "Fee",
    "FeeSchedule",
    "FileOutcome",
    "IndexEntry",
    "Locality",
    "Modifier",
    "PayerRule",
    "PlaceOfService",
    "PreCoding",
    "ProcedureLine",
    "QualityTerms",
    "Query",
    "QueryIndicator",
    "QueueRank",
    "RelativeValue",
    "Repeat",
    "Reveal",
    "Ruling",
    "Sample",
    "Score",
    "SearchExpression",
    "SignedAddendum",
    "Submission",
    "SuggestedCode",
    "SuggestionDecision",
    "SuggestionSet",
    "Taxonomy",
    "UnitLimit",
    "Utilisation",
    "Verdict",
    "Verification",
    "ZipLocality",
    "frequent_codes",
]
