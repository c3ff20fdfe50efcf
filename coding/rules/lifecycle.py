"""The moves of an encounter, as a table; docs/lifecycle.md is drawn from it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from portal.rules.lifecycle import Move
from portal.rules.stages import Stage as Stage  # noqa: PLC0414  (its home for this app)


class EncounterStatus(StrEnum):
    TO_PRECODE = "to_precode"
    PRECODING = "precoding"
    TO_CODE = "to_code"
    CODING = "coding"
    TO_VERIFY = "to_verify"
    VERIFYING = "verifying"
    HELD = "held"
    VERIFIED = "verified"
    NOT_BILLABLE = "not_billable"
    DELIVERED = "delivered"

    @property
    def label(self) -> str:
        return LABELS[self][1]

    @property
    def glyph(self) -> str:
        return LABELS[self][0]

    @property
    def tone(self) -> str:
        return LABELS[self][2]


# Glyph, words and tone of UX.md's status vocabulary; the same everywhere.
LABELS: Mapping[EncounterStatus, tuple[str, str, str]] = MappingProxyType(
    {
        EncounterStatus.TO_PRECODE: ("○", "To pre-code", "neutral"),
        EncounterStatus.PRECODING: ("◐", "Pre-coding", "info"),
        EncounterStatus.TO_CODE: ("◔", "To code", "neutral"),
        EncounterStatus.CODING: ("◐", "Coding", "info"),
        EncounterStatus.TO_VERIFY: ("◇", "To verify", "audit"),
        EncounterStatus.VERIFYING: ("◇", "In verification", "audit"),
        EncounterStatus.HELD: ("‖", "On hold", "warn"),
        EncounterStatus.VERIFIED: ("✓", "Verified", "plain"),
        EncounterStatus.NOT_BILLABLE: ("✕", "Not billable", "neutral"),
        EncounterStatus.DELIVERED: ("✓✓", "Delivered", "plain"),
    }
)

_ = EncounterStatus

WAITING: Mapping[Stage, EncounterStatus] = MappingProxyType(
    {Stage.PRECODING: _.TO_PRECODE, Stage.CODING: _.TO_CODE, Stage.VERIFICATION: _.TO_VERIFY}
)
IN_WORK: Mapping[Stage, EncounterStatus] = MappingProxyType(
    {Stage.PRECODING: _.PRECODING, Stage.CODING: _.CODING, Stage.VERIFICATION: _.VERIFYING}
)
STAGE_OF: Mapping[EncounterStatus, Stage] = MappingProxyType(
    {status: stage for table in (WAITING, IN_WORK) for stage, status in table.items()}
)
FINISHED = frozenset({_.VERIFIED, _.NOT_BILLABLE, _.DELIVERED})

MOVES: Mapping[str, Move] = MappingProxyType(
    {
        "start_precoding": Move(frozenset({_.TO_PRECODE}), _.PRECODING),
        "start_coding": Move(frozenset({_.TO_CODE}), _.CODING),
        "start_verification": Move(frozenset({_.TO_VERIFY}), _.VERIFYING),
        "release_precoding": Move(frozenset({_.PRECODING}), _.TO_PRECODE),
        "release_coding": Move(frozenset({_.CODING}), _.TO_CODE),
        "release_verification": Move(frozenset({_.VERIFYING}), _.TO_VERIFY),
        "finish_precoding": Move(frozenset({_.PRECODING}), _.TO_CODE),
        "undo_precoding": Move(frozenset({_.TO_CODE}), _.PRECODING),
        "back_to_precoding": Move(frozenset({_.CODING}), _.TO_PRECODE),
        "submit_coding": Move(frozenset({_.CODING}), _.TO_VERIFY),
        "submit_unsampled": Move(frozenset({_.CODING}), _.VERIFIED),
        "undo_coding": Move(frozenset({_.TO_VERIFY, _.VERIFIED}), _.CODING),
        "verify": Move(frozenset({_.VERIFYING}), _.VERIFIED),
        "return_to_coder": Move(frozenset({_.VERIFYING}), _.TO_CODE),
        "undo_verification": Move(frozenset({_.VERIFIED, _.TO_CODE}), _.VERIFYING),
        "recode": Move(frozenset({_.TO_VERIFY}), _.TO_CODE),
        "hold": Move(frozenset({_.PRECODING, _.CODING, _.VERIFYING}), _.HELD),
        "resume_precoding": Move(frozenset({_.HELD}), _.TO_PRECODE),
        "resume_coding": Move(frozenset({_.HELD}), _.TO_CODE),
        "resume_verification": Move(frozenset({_.HELD}), _.TO_VERIFY),
        "mark_not_billable": Move(frozenset({_.PRECODING, _.CODING, _.VERIFYING}), _.NOT_BILLABLE),
        # Of a visit that is coded or judged twice: nobody took it, or it cannot be coded as it is.
        "give_up_repeat": Move(frozenset({_.TO_CODE, _.CODING, _.TO_VERIFY}), _.VERIFIED),
        "join": Move(frozenset({_.TO_PRECODE, _.PRECODING}), _.NOT_BILLABLE),
        "deliver": Move(frozenset({_.VERIFIED, _.NOT_BILLABLE}), _.DELIVERED),
        "reopen": Move(frozenset({_.VERIFIED, _.NOT_BILLABLE, _.DELIVERED}), _.TO_CODE),
        "reopen_verification": Move(frozenset({_.DELIVERED}), _.TO_VERIFY),
        "reopen_precoding": Move(frozenset({_.NOT_BILLABLE, _.DELIVERED}), _.TO_PRECODE),
    }
)

START: Mapping[Stage, str] = MappingProxyType(
    {Stage.PRECODING: "start_precoding", Stage.CODING: "start_coding", Stage.VERIFICATION: "start_verification"}
)
RELEASE: Mapping[Stage, str] = MappingProxyType(
    {Stage.PRECODING: "release_precoding", Stage.CODING: "release_coding", Stage.VERIFICATION: "release_verification"}
)
RESUME: Mapping[Stage, str] = MappingProxyType(
    {Stage.PRECODING: "resume_precoding", Stage.CODING: "resume_coding", Stage.VERIFICATION: "resume_verification"}
)


# What takes a submission back, within half a minute.
UNDO: Mapping[Stage, str] = MappingProxyType(
    {Stage.PRECODING: "undo_precoding", Stage.CODING: "undo_coding", Stage.VERIFICATION: "undo_verification"}
)

# By which moves an encounter leaves a stage with its work done there.
DONE: Mapping[Stage, tuple[str, ...]] = MappingProxyType(
    {
        Stage.PRECODING: ("finish_precoding", "mark_not_billable"),
        Stage.CODING: ("submit_coding", "submit_unsampled", "mark_not_billable"),
        Stage.VERIFICATION: ("verify", "return_to_coder", "mark_not_billable"),
    }
)


class HoldReason(StrEnum):
    MISSING_PAGE = "missing_page"
    UNREADABLE_PAGE = "unreadable_page"
    PROVIDER_UNKNOWN = "provider_unknown"
    DATE_UNCLEAR = "date_unclear"
    INSURANCE_MISSING = "insurance_missing"
    DOCUMENTATION_UNCLEAR = "documentation_unclear"
    SECOND_OPINION = "second_opinion"
    QUERY = "query"  # said by the sending of a query, not by a person; ends with the query alone

    @property
    def label(self) -> str:
        if self is HoldReason.QUERY:
            return "Query to the provider"
        return self.value.replace("_", " ").capitalize()


class WhoseMove(StrEnum):
    PRACTICE = "practice"
    SERVICE = "service"
    PAYER = "payer"

    @property
    def label(self) -> str:
        return {"practice": "The practice", "service": "We", "payer": "The payer"}[self.value]

    @property
    def waits_for(self) -> str:
        """As in "Waits for ..."."""
        return {"practice": "the practice", "service": "Chartline", "payer": "the payer"}[self.value]


class NotBillableReason(StrEnum):
    NO_SERVICE = "no_service"
    NOT_SIGNED = "not_signed"
    GLOBAL_PERIOD = "global_period"
    WRONG_PATIENT = "wrong_patient"
    NOT_A_VISIT = "not_a_visit"
    ALREADY_CODED = "already_coded"
    JOINED = "joined"  # said by the arranging of pages, not by a person

    @property
    def label(self) -> str:
        return {
            "no_service": "No billable service documented",
            "not_signed": "Not signed",
            "global_period": "Within a global surgery period",
            "wrong_patient": "Not this practice's patient",
            "not_a_visit": "Not a visit (letter, form, blank page)",
            "already_coded": "Already coded",
            "joined": "Its pages belong to another visit",
        }[self.value]


class SkipReason(StrEnum):
    NOT_MY_SPECIALTY = "not_my_specialty"
    UNREADABLE = "unreadable"
    MISSING_PAGE = "missing_page"
    CONFLICT = "conflict_of_interest"
    OTHER = "other"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()
