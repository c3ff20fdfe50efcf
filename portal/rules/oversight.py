"""Who must be looked up in the exclusion lists again, and what a review of access says of a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from portal.rules.roles import ROLE_LABELS, STAFF_ROLES, Role, overlapping_duties

# OIG, Special Advisory Bulletin on the Effect of Exclusion, 2013-05-08: the list is updated and best screened monthly.
CHECKED_EVERY = timedelta(days=31)
UNUSED_AFTER = timedelta(days=90)


class ExclusionList(StrEnum):
    LEIE = "leie"
    SAM = "sam"

    @property
    def label(self) -> str:
        return {"leie": "OIG exclusions (LEIE)", "sam": "SAM.gov exclusions"}[self.value]


class Outcome(StrEnum):
    CLEAR = "clear"
    MATCH = "match"

    @property
    def label(self) -> str:
        return {"clear": "Not on the list", "match": "On the list"}[self.value]


class Decision(StrEnum):
    KEEP = "keep"
    CHANGE = "change"
    END = "end"

    @property
    def label(self) -> str:
        return {"keep": "Keeps access", "change": "Change roles", "end": "End access"}[self.value]


@dataclass(frozen=True)
class Due:
    """When somebody must be looked up again, in words; `late` where the day is past or there never was one."""

    label: str
    late: bool


def exclusion_due(last: Mapping[ExclusionList, date], roles: Iterable[Role], *, on: date) -> Due | None:
    """None for people of a practice: their employer looks them up."""
    if not STAFF_ROLES & frozenset(roles):
        return None
    missing = [one.label for one in ExclusionList if one not in last]
    if missing:
        return Due(f"Never checked: {', '.join(missing)}", late=True)
    due = min(last.values()) + CHECKED_EVERY
    if due < on:
        return Due(f"Check was due {due:%b %-d, %Y}", late=True)
    return Due(f"Next check by {due:%b %-d, %Y}", late=False)


def remarks(
    roles: Iterable[Role],
    *,
    last_sign_in: datetime | None,
    has_factor: bool,
    exclusion: Due | None,
    at: datetime,
) -> tuple[str, ...]:
    """What a reviewer should look at before saying that somebody keeps their access."""
    held = frozenset(roles)
    found = [f"{ROLE_LABELS[one]} and {ROLE_LABELS[other]} in one hand" for one, other in overlapping_duties(held)]
    if last_sign_in is None:
        found.append("Never signed in")
    elif at - last_sign_in > UNUSED_AFTER:
        found.append(f"Not signed in for {(at - last_sign_in).days} days")
    if STAFF_ROLES & held and not has_factor:
        found.append("No second step")
    if exclusion is not None and exclusion.late:
        found.append(exclusion.label)
    return tuple(found)
