"""The portal's tables."""

from portal.models.audit import AuditEvent, AuditSeal, Outcome
from portal.models.batch import Batch, Chart, Page
from portal.models.delivery import Delivery, Download
from portal.models.job import Job, JobState, Notice
from portal.models.people import ClientRule, Invitation, Membership, Skill, User, UserRole
from portal.models.practice import (
    BusinessAssociateAgreement,
    Contract,
    Location,
    Payer,
    Practice,
    PracticeOwnedQuerySet,
    Provider,
)
from portal.models.rows import ClientRow, choices, known, together
from portal.models.token import ApiCall, ApiToken, IdempotentRequest, TokenScope
from portal.models.words import PageWords

__all__ = [
    "ApiCall",
    "ApiToken",
    "AuditEvent",
    "AuditSeal",
    "Batch",
    "BusinessAssociateAgreement",
    "Chart",
    "ClientRow",
    "ClientRule",
    "Contract",
    "Delivery",
    "Download",
    "IdempotentRequest",
    "Invitation",
    "Job",
    "JobState",
    "Location",
    "Membership",
    "Notice",
    "Outcome",
    "Page",
    "PageWords",
    "Payer",
    "Practice",
    "PracticeOwnedQuerySet",
    "Provider",
    "Skill",
    "TokenScope",
    "User",
    "UserRole",
    "choices",
    "known",
    "together",
]
