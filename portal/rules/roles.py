"""Who may do what: the permission table, as data."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    PRACTICE = "practice"
    CODER = "coder"
    VERIFIER = "verifier"
    MANAGER = "manager"
    BILLER = "biller"
    ADMIN = "admin"


class Permission(StrEnum):
    SEND_CHARTS = "send_charts"
    SEE_BATCHES = "see_batches"
    SEE_CHARTS = "see_charts"
    DOWNLOAD_RESULTS = "download_results"
    REVIEW_RESULTS = "review_results"
    DISCUSS = "discuss"
    PRECODE = "precode"
    CODE = "code"
    VERIFY = "verify"
    MANAGE_WORK = "manage_work"
    SEE_CLAIMS = "see_claims"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_PRACTICES = "manage_practices"
    MANAGE_TOKENS = "manage_tokens"
    READ_AUDIT = "read_audit"
    MANAGE_CODE_LISTS = "manage_code_lists"
    BREAK_GLASS = "break_glass"


ROLE_LABELS: Mapping[Role, str] = MappingProxyType(
    {
        Role.PRACTICE: "Practice user",
        Role.CODER: "Coder",
        Role.VERIFIER: "Verifier",
        Role.MANAGER: "Manager",
        Role.BILLER: "Biller",
        Role.ADMIN: "Admin",
    }
)

STAFF_ROLES = frozenset(Role) - {Role.PRACTICE}

PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.PRACTICE: frozenset(
            {
                Permission.SEND_CHARTS,
                Permission.SEE_BATCHES,
                Permission.SEE_CHARTS,
                Permission.DOWNLOAD_RESULTS,
                Permission.REVIEW_RESULTS,
                Permission.DISCUSS,
                Permission.MANAGE_TOKENS,
            }
        ),
        Role.CODER: frozenset(
            {Permission.PRECODE, Permission.CODE, Permission.SEE_CHARTS, Permission.DISCUSS, Permission.BREAK_GLASS}
        ),
        Role.VERIFIER: frozenset(
            {Permission.VERIFY, Permission.SEE_CHARTS, Permission.DISCUSS, Permission.BREAK_GLASS}
        ),
        Role.MANAGER: frozenset(
            {
                Permission.MANAGE_WORK,
                Permission.SEE_BATCHES,
                Permission.SEE_CHARTS,
                Permission.DOWNLOAD_RESULTS,
                Permission.DISCUSS,
            }
        ),
        Role.BILLER: frozenset({Permission.SEE_CLAIMS, Permission.SEE_CHARTS, Permission.SEE_BATCHES}),
        Role.ADMIN: frozenset(
            {
                Permission.MANAGE_PEOPLE,
                Permission.MANAGE_PRACTICES,
                Permission.READ_AUDIT,
                Permission.MANAGE_CODE_LISTS,
                Permission.BREAK_GLASS,
            }
        ),
    }
)


def granted(roles: Iterable[Role]) -> frozenset[Permission]:
    """Everything that any of the roles grants."""
    return frozenset().union(*(PERMISSIONS[role] for role in roles))


def misfit(roles: Iterable[Role], *, has_practice: bool) -> str:
    """Why a person cannot hold these roles, as a sentence; empty if they can."""
    wanted = frozenset(roles)
    if not wanted:
        return "Choose at least one role."
    if Role.PRACTICE in wanted and wanted & STAFF_ROLES:
        return "A practice user cannot hold a role of the service."
    if Role.PRACTICE in wanted and not has_practice:
        return "Choose the practice of this practice user."
    if Role.PRACTICE not in wanted and has_practice:
        return "Only practice users belong to a practice."
    return ""


# Pairs that one person should not hold: who does the work must not also decide about people and read the trail.
SEPARATE_DUTIES: tuple[tuple[Role, Role], ...] = (
    (Role.ADMIN, Role.CODER),
    (Role.ADMIN, Role.VERIFIER),
    (Role.ADMIN, Role.BILLER),
    (Role.CODER, Role.BILLER),
)


def overlapping_duties(roles: Iterable[Role]) -> list[tuple[Role, Role]]:
    """The pairs of roles that one person should not hold together."""
    held = frozenset(roles)
    return [pair for pair in SEPARATE_DUTIES if held.issuperset(pair)]


PERMISSION_WORDS = {
    Permission.SEND_CHARTS: "send charts",
    Permission.SEE_BATCHES: "see batches",
    Permission.SEE_CHARTS: "see charts within their work",
    Permission.DOWNLOAD_RESULTS: "download results",
    Permission.REVIEW_RESULTS: "accept or reopen results",
    Permission.DISCUSS: "take part in threads",
    Permission.PRECODE: "pre-code",
    Permission.CODE: "code",
    Permission.VERIFY: "verify",
    Permission.MANAGE_WORK: "hand out and release work",
    Permission.SEE_CLAIMS: "see claims",
    Permission.MANAGE_PEOPLE: "manage people",
    Permission.MANAGE_PRACTICES: "manage practices",
    Permission.MANAGE_TOKENS: "manage API keys",
    Permission.READ_AUDIT: "read the audit trail",
    Permission.MANAGE_CODE_LISTS: "load code lists",
    Permission.BREAK_GLASS: "open a chart in an emergency",
}


def in_words(permissions: frozenset[Permission]) -> list[str]:
    """The permissions as the site's pages name them, in the order in which they are declared."""
    return [PERMISSION_WORDS[permission] for permission in Permission if permission in permissions]
