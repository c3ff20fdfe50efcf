"""What the verified work of a person says about its levels: read for the guard against up- and down-coding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from coding.actions.findings import weights_for
from coding.models import Coding, Edition, Encounter, Utilisation, Verification
from coding.rules.code_sets import CodeSet
from coding.rules.codings import CodedEncounter, bare
from coding.rules.em_families import FAMILIES, Family, family_of_code
from coding.rules.level_guard import Drift, LevelShare, ValueDifference, drift, level_shares, value_difference
from portal.models import User
from portal.rules.specialties import Specialty

PERIOD = timedelta(days=180)

# The names CMS gives these specialties in its utilisation files.
CMS_NAMES: Mapping[Specialty, tuple[str, ...]] = {
    Specialty.PRIMARY_CARE: ("Family Practice", "Internal Medicine", "General Practice"),
    Specialty.CARDIOLOGY: ("Cardiology",),
    Specialty.RADIOLOGY: ("Diagnostic Radiology",),
    Specialty.ORTHOPEDICS: ("Orthopedic Surgery",),
    Specialty.EMERGENCY: ("Emergency Medicine",),
    Specialty.GASTROENTEROLOGY: ("Gastroenterology",),
}


@dataclass(frozen=True)
class Judged:
    """One verified encounter: who coded it, when the verdict fell, and its codes by provider, coder and verifier."""

    verification: int
    encounter: int
    label: str
    specialty: Specialty
    at: datetime
    provider_code: str
    coder: CodedEncounter
    verifier: CodedEncounter


@dataclass(frozen=True)
class FamilyLevels:
    """The levels of one family in one specialty, by who chose them; `peers` says which file the peers come from."""

    family: Family
    specialty: Specialty
    provider: tuple[LevelShare, ...]
    coder: tuple[LevelShare, ...]
    verifier: tuple[LevelShare, ...]
    peers: str


@dataclass(frozen=True)
class PersonLevels:
    """Everything the guard says about one person's verified work."""

    judged: tuple[Judged, ...]
    differences: tuple[Decimal, ...]  # RVUs, one an encounter, oldest first
    value: ValueDifference
    drift: Drift | None
    families: tuple[FamilyLevels, ...]


def levels_of(person: User, *, seen_by: User, at: datetime) -> PersonLevels:
    """The guard's view of the encounters that a person coded and somebody verified in the last 180 days."""
    judged = judged_work(person, seen_by=seen_by, since=at - PERIOD)
    weights = weights_for(*(version for one in judged for version in (one.coder, one.verifier)))
    differences = tuple(value_of(one.coder, weights) - value_of(one.verifier, weights) for one in judged)
    return PersonLevels(
        judged=tuple(judged),
        differences=differences,
        value=value_difference(differences),
        drift=drift(differences),
        families=tuple(family_levels(judged, at=at)),
    )


def judged_work(person: User, *, seen_by: User, since: datetime) -> list[Judged]:
    """The last verdict on each encounter, oldest first; five queries whatever their number."""
    rows = (
        Verification.objects.filter(
            coder=person,
            at__gte=since,
            encounter__in=Encounter.objects.visible_to(seen_by).originals(),
            verdict__in=("verified", "corrected"),
        )
        .select_related("encounter", "encounter__batch", "coder_version", "verifier_version")
        .prefetch_related(
            "coder_version__diagnoses",
            "coder_version__procedures",
            "verifier_version__diagnoses",
            "verifier_version__procedures",
        )
        .order_by("at", "pk")
    )
    last = {row.encounter_id: row for row in rows}
    return [judged_of(row) for row in last.values()]


def judged_of(row: Verification) -> Judged:
    coder, verifier = row.coder_version, row.verifier_version or row.coder_version
    return Judged(
        verification=row.pk,
        encounter=row.encounter_id,
        label=row.encounter.label,
        specialty=Specialty(row.encounter.specialty),
        at=row.at,
        provider_code=provider_code(coder, verifier),
        coder=coder.coded(),
        verifier=verifier.coded(),
    )


def provider_code(*versions: Coding) -> str:
    """The level the provider chose, from the first worksheet that tells it."""
    return next((code for version in versions if (code := version.worksheet.get("provider_code", ""))), "")


def value_of(coded: CodedEncounter, weights: Mapping[str, Decimal]) -> Decimal:
    """The relative values of a version's lines together; what has none counts nothing."""
    values = (weights.get(bare(line.code), Decimal(0)) * line.units for line in coded.procedures)
    return sum(values, Decimal(0))


def family_levels(judged: Sequence[Judged], *, at: datetime) -> Iterable[FamilyLevels]:
    """The distributions of each family that occurs, specialty by specialty."""
    for specialty in Specialty:
        own = [one for one in judged if one.specialty is specialty]
        counts, source = peers_of(specialty, at=at) if own else ({}, "")
        for of in FAMILIES.values():
            provider = [one.provider_code for one in own if in_family(one.provider_code, of)]
            coder = [code for one in own for code in levels_in(one.coder, of)]
            verifier = [code for one in own for code in levels_in(one.verifier, of)]
            if provider or coder or verifier:
                yield FamilyLevels(
                    of, specialty, level_shares(provider, of, counts), level_shares(coder, of, counts),
                    level_shares(verifier, of, counts), source,
                )  # fmt: skip


def levels_in(coded: CodedEncounter, of: Family) -> list[str]:
    return [bare(line.code) for line in coded.procedures if in_family(bare(line.code), of)]


def in_family(code: str, of: Family) -> bool:
    own = family_of_code(code)
    return own is not None and own.name == of.name


def peers_of(specialty: Specialty, *, at: datetime) -> tuple[dict[str, int], str]:
    """How often the specialty bills each code, and the file that says so; nothing if none is loaded."""
    edition = Edition.objects.in_force(CodeSet.UTILISATION, on=at.date()).get(CodeSet.UTILISATION)
    if edition is None:
        return {}, ""
    rows = Utilisation.objects.filter(edition=edition.pk, specialty__in=CMS_NAMES[specialty])
    counts: Counter[str] = Counter()
    for code, services in rows.values_list("code", "services"):
        counts[code] += services
    return dict(counts), edition.name
