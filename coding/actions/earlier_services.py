"""What else the practice has coded for the same patient: for global periods, new patients and duplicates."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q

from coding.models import Coding, Encounter, PreCoding, ProcedureLine
from coding.rules.codings import EarlierService
from coding.rules.lifecycle import EncounterStatus

# CMS Pub. 100-04, chapter 12: three years make a patient new again (30.6.7.A), no global period reaches further
# back (40.1), and a decision for surgery is the day before it (40.1.B).
BACK = timedelta(days=3 * 366)
AHEAD = timedelta(days=1)


def earlier_services(encounter: Encounter, known: PreCoding, *, on: date) -> tuple[EarlierService, ...]:
    """The lines of the patient's other encounters in the same practice, around the day; one query.

    The same patient has the same name and birth date, or the same account number. Of each encounter the newest
    version counts; one that ended as not billable has nothing to count, nor has a repeat; a repeat knows nothing of its
    original. Oldest first.
    """
    visits = (
        PreCoding.objects.filter(same_patient(known), practice=encounter.practice_id)
        .exclude(encounter__in=[encounter.pk, encounter.repeats_id or encounter.pk])
        .filter(encounter__repeats=None)
        .exclude(encounter__status=EncounterStatus.NOT_BILLABLE)
    )
    standing = Coding.objects.exclude(submissions__taken_back_at__isnull=False)
    newer = standing.filter(encounter=OuterRef("coding__encounter"), version__gt=OuterRef("coding__version"))
    rows = (
        ProcedureLine.objects.exclude(coding__submissions__taken_back_at__isnull=False)
        .filter(
            ~Exists(newer),
            practice=encounter.practice_id,
            coding__encounter__precoding__in=visits,
            coding__date_of_service__range=(on - BACK, on + AHEAD),
        )
        .order_by("coding__date_of_service", "coding__encounter", "position")
    )
    provider = "coding__encounter__precoding__rendering_provider"
    return tuple(
        EarlierService(Encounter(pk=encounter_id).label, day, code, tuple(modifiers), units, npi, specialty)
        for encounter_id, day, code, modifiers, units, npi, specialty in rows.values_list(
            "coding__encounter", "coding__date_of_service", "code", "modifiers", "units",
            f"{provider}__npi", f"{provider}__specialty",
        )
    )  # fmt: skip


def same_patient(known: PreCoding) -> Q:
    """Which pre-codings are about the same person."""
    same = Q(patient_name__iexact=known.patient_name, birth_date=known.birth_date)
    return same | Q(account_number=known.account_number) if known.account_number else same
