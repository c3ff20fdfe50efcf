"""Who may work on what: the permission of each stage, and what makes a person unsuitable."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from coding.rules.lifecycle import Stage
from portal.rules.credentials import Demand
from portal.rules.roles import Permission

STAGE_PERMISSION: Mapping[Stage, Permission] = MappingProxyType(
    {
        Stage.PRECODING: Permission.PRECODE,
        Stage.CODING: Permission.CODE,
        Stage.VERIFICATION: Permission.VERIFY,
    }
)

CREDENTIALED = frozenset({Stage.CODING, Stage.VERIFICATION})  # where a demanded credential is needed

SKIPPED_FOR = timedelta(hours=4)  # how long a skipped encounter stays away from who skipped it
RESERVED_FOR = timedelta(hours=24)  # how long returned work waits for its coder before others get it
ASLEEP_FOR = timedelta(hours=4)  # how long nothing is assigned ahead to who let such work lapse unopened


class Unsuitable(StrEnum):
    INACTIVE = "inactive"
    AWAY = "away"
    NO_PERMISSION = "no_permission"
    NO_SKILL = "no_skill"
    NO_CREDENTIAL = "no_credential"
    CLIENT_RULE = "client_rule"
    OWN_WORK = "own_work"
    CONFLICT = "conflict"
    TWICE = "twice"

    @property
    def label(self) -> str:
        return {
            "inactive": "This person is no longer active.",
            "away": "This person is away today.",
            "no_permission": "This person's roles do not include the stage.",
            "no_skill": "This person does not work in the specialty at this stage.",
            "no_credential": "This person has no valid credential of those that are demanded here.",
            "client_rule": "This person is not to work for the practice.",
            "own_work": "Nobody verifies their own coding.",
            "conflict": "This person named a conflict of interest.",
            "twice": "This person codes or verifies the visit a second time, and must not see the first.",
        }[self.value]


@dataclass(frozen=True)
class Hands:
    """What decides which work a person may be given.

    `passed_over` are ids of encounters skipped a short while ago, or for a conflict of interest at any time;
    `barred` are ids of practices; `unmet` are demands of credentials that the person does not meet today.
    """

    user_id: int
    active: bool
    permissions: frozenset[Permission]
    skills: frozenset[tuple[Stage, str]]
    barred: frozenset[int] = frozenset()
    passed_over: frozenset[int] = frozenset()
    unmet: tuple[Demand, ...] = ()

    def specialties_at(self, stage: Stage) -> tuple[str, ...]:
        return tuple(sorted(specialty for at, specialty in self.skills if at is stage))

    def unmet_for(self, *, stage: Stage, specialty: str, practice_id: int) -> Demand | None:
        """The first demand that keeps the person from work there; pre-coding needs no credential."""
        if stage not in CREDENTIALED:
            return None
        about = (one for one in self.unmet if one.is_about(practice_id=practice_id, specialty=specialty))
        return next(about, None)


def stages_for(permissions: Collection[Permission]) -> tuple[Stage, ...]:
    """The stages at which these permissions let a person work, in the order of the line."""
    return tuple(stage for stage in Stage if STAGE_PERMISSION[stage] in permissions)


def why_unsuitable(
    hands: Hands, *, stage: Stage, specialty: str, practice_id: int, wrote_it: bool
) -> Unsuitable | None:
    """The first reason why these hands may not have the work, or None."""
    checks = (
        (not hands.active, Unsuitable.INACTIVE),
        (STAGE_PERMISSION[stage] not in hands.permissions, Unsuitable.NO_PERMISSION),
        ((stage, specialty) not in hands.skills, Unsuitable.NO_SKILL),
        (
            hands.unmet_for(stage=stage, specialty=specialty, practice_id=practice_id) is not None,
            Unsuitable.NO_CREDENTIAL,
        ),
        (practice_id in hands.barred, Unsuitable.CLIENT_RULE),
        (stage is Stage.VERIFICATION and wrote_it, Unsuitable.OWN_WORK),
    )
    return next((reason for fails, reason in checks if fails), None)
