"""The work: code lists, encounters, assignments, codings, verifications."""

from coding.models.assignment import Assignment
from coding.models.code_files import CodeFile, FileOutcome
from coding.models.codes import Code, CodeGroup, CodeNote, Crosswalk, IndexEntry
from coding.models.coding import Coding, Diagnosis, Discrepancy, Draft, ProcedureLine, Verdict, Verification
from coding.models.delivered import DeliveredResult
from coding.models.double_key import DoubleKeying, DoubleKeyRule
from coding.models.draft_actions import DraftAction
from coding.models.drift import DriftAlarm, Lesson
from coding.models.editions import Edition
from coding.models.emergency import EmergencyAccess
from coding.models.encounter import Encounter, QueueRank
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
from coding.models.flow import ComplexityFit, FlowDay, PersonDay, RolledDay, WorkHour
from coding.models.hours import Absence, WorkHours
from coding.models.ncci import AddOnPair, BundledPair, CoverageDocument, CoverageGroup, UnitLimit
from coding.models.pages import Addendum, EncounterPage
from coding.models.payer_rules import PayerRule
from coding.models.plans import AuditDraw, FocusedAudit, Standing, VerificationPlan
from coding.models.precoding import PreCoding
from coding.models.quality import Dispute, DisputeStep, QualityTerms, Score
from coding.models.queries import Query, QueryIndicator, SignedAddendum
from coding.models.remarks import Remark
from coding.models.repeats import Repeat
from coding.models.reports import Report, ReportReader, ReportSchedule
from coding.models.reviews import DeliveryReview
from coding.models.rulings import Ruling
from coding.models.samples import Reveal, Sample
from coding.models.saved_views import ListColumns, SavedView
from coding.models.small_lists import ClaimCode, Modifier, PlaceOfService, Taxonomy
from coding.models.submissions import Submission
from coding.models.suggestions import SuggestedCode, SuggestionDecision, SuggestionSet
from coding.models.usage import FavouriteCode, SearchExpression, frequent_codes
from coding.models.work_queues import WorkQueue, WorkQueueVersion

__all__ = [
    "Absence",
    "AddOnPair",
    "Addendum",
    "AnaesthesiaFactor",
    "Assignment",
    "AuditDraw",
    "BundledPair",
    "ClaimCode",
    "Code",
    "CodeFile",
    "CodeGroup",
    "CodeNote",
    "Coding",
    "ComplexityFit",
    "ConversionFactor",
    "CountyLocality",
    "CoverageDocument",
    "CoverageGroup",
    "Crosswalk",
    "DeliveredResult",
    "DeliveryReview",
    "Diagnosis",
    "Discrepancy",
    "Dispute",
    "DisputeStep",
    "DoubleKeyRule",
    "DoubleKeying",
    "Draft",
    "DraftAction",
    "DriftAlarm",
    "Edition",
    "EmergencyAccess",
    "Encounter",
    "EncounterEvent",
    "EncounterPage",
    "FactOrigin",
    "FavouriteCode",
    "Fee",
    "FeeSchedule",
    "FileOutcome",
    "FlowDay",
    "FocusedAudit",
    "IndexEntry",
    "Lesson",
    "ListColumns",
    "Locality",
    "Modifier",
    "PayerRule",
    "PersonDay",
    "PlaceOfService",
    "PreCoding",
    "ProcedureLine",
    "QualityTerms",
    "Query",
    "QueryIndicator",
    "QueueRank",
    "RelativeValue",
    "Remark",
    "Repeat",
    "Report",
    "ReportReader",
    "ReportSchedule",
    "Reveal",
    "RolledDay",
    "Ruling",
    "Sample",
    "SavedView",
    "Score",
    "SearchExpression",
    "SignedAddendum",
    "Standing",
    "Submission",
    "SuggestedCode",
    "SuggestionDecision",
    "SuggestionSet",
    "Taxonomy",
    "UnitLimit",
    "Utilisation",
    "Verdict",
    "Verification",
    "VerificationPlan",
    "WorkHour",
    "WorkHours",
    "WorkQueue",
    "WorkQueueVersion",
    "ZipLocality",
    "frequent_codes",
]
