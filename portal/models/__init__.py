"""The portal's tables."""

from portal.models.audit import AuditEvent, AuditSeal, Outcome
from portal.models.batch import Batch, Chart, ChartStep, Page
from portal.models.channels import Attempt, Channel, Dispatch
from portal.models.credentials import Credential, CredentialDemand
from portal.models.delivery import Delivery, Download
from portal.models.destruction import Cause, Destruction, LegalHold
from portal.models.doors import (
    EndpointState,
    FhirDocument,
    FhirEndpoint,
    InboxFile,
    InboxFolder,
    SftpAccount,
    SftpKey,
    SftpServer,
)
from portal.models.job import Job, JobState, Notice
from portal.models.keys import PracticeKey
from portal.models.manifest import Manifest, ManifestRow
from portal.models.notice_wishes import NoticeWishes
from portal.models.output import OutputTemplateVersion
from portal.models.oversight import AccessReview, ExclusionCheck, ReviewedAccess
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
from portal.models.scrub import Damage, DamagedFile, Scrub
from portal.models.token import ApiCall, ApiToken, IdempotentRequest, TokenScope
from portal.models.upload import Upload, UploadPart
from portal.models.words import PageWords

__all__ = [
    "AccessReview",
    "ApiCall",
    "ApiToken",
    "Attempt",
    "AuditEvent",
    "AuditSeal",
    "Batch",
    "BusinessAssociateAgreement",
    "Cause",
    "Channel",
    "Chart",
    "ChartStep",
    "ClientRow",
    "ClientRule",
    "Contract",
    "Credential",
    "CredentialDemand",
    "Damage",
    "DamagedFile",
    "Delivery",
    "Destruction",
    "Dispatch",
    "Download",
    "EndpointState",
    "ExclusionCheck",
    "FhirDocument",
    "FhirEndpoint",
    "IdempotentRequest",
    "InboxFile",
    "InboxFolder",
    "Invitation",
    "Job",
    "JobState",
    "LegalHold",
    "Location",
    "Manifest",
    "ManifestRow",
    "Membership",
    "Notice",
    "NoticeWishes",
    "Outcome",
    "OutputTemplateVersion",
    "Page",
    "PageWords",
    "Payer",
    "Practice",
    "PracticeKey",
    "PracticeOwnedQuerySet",
    "Provider",
    "ReviewedAccess",
    "Scrub",
    "SftpAccount",
    "SftpKey",
    "SftpServer",
    "Skill",
    "TokenScope",
    "Upload",
    "UploadPart",
    "User",
    "UserRole",
    "choices",
    "known",
    "together",
]
