"""Scores: computed from the two versions and what became of their differences, kept with the terms they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from coding.actions.findings import weights_for
from coding.models import Coding, Discrepancy, Encounter, QualityTerms, Score, Verdict, Verification
from coding.rules.codings import CodedEncounter
from coding.rules.discrepancies import compare, keys_of
from coding.rules.disputes import FALLEN
from coding.rules.reasons import Judgement, Severity, proposed, proposed_severity
from coding.rules.scoring import EncounterScore, JudgedDifference, line_values, score_encounter
from coding.rules.scoring_profiles import STANDARD, Profile, as_data
from portal.actions.audit import record
from portal.actions.batches import day_of
from portal.models import Practice, User


class Backdated(Exception):
    """Terms would begin before today: what was scored already would be judged by another measure."""


@transaction.atomic
def set_quality_terms(
    *,
    practice: Practice,
    by: User,
    at: datetime,
    name: str,
    starts_on: date,
    profile: Profile,
    step_hours: int,
    double_coding_share: int = 0,
    double_verifying_share: int = 0,
    focus: str = "",
) -> QualityTerms:
    """New terms from a day on; the earlier ones stay as they were. Backdated if the day is past."""
    Practice.objects.select_for_update(no_key=True).get(pk=practice.pk)
    if starts_on < day_of(practice, at):
        raise Backdated
    last = QualityTerms.objects.filter(practice=practice).aggregate(last=Max("version"))["last"] or 0
    terms = QualityTerms.objects.create(
        practice=practice,
        version=last + 1,
        name=name,
        starts_on=starts_on,
        profile=as_data(profile),
        step_hours=step_hours,
        double_coding_share=double_coding_share,
        double_verifying_share=double_verifying_share,
        focus=focus,
        set_by=by,
        set_at=at,
    )
    record(
        "quality.terms_set", at=at, by=by, about=terms, version=terms.version, starts_on=f"{starts_on:%Y-%m-%d}",
        share=double_coding_share, verdicts=double_verifying_share,
    )  # fmt: skip
    return terms


def terms_for(encounter: Encounter, *, at: datetime) -> QualityTerms | None:
    """The terms of the encounter's practice on the day; None where only the standard ones hold."""
    on = day_of(encounter.practice, at)
    return QualityTerms.objects.in_force(on).filter(practice_id=encounter.practice_id).first()


def is_scored(verification: Verification) -> bool:
    """Whether there is something to score: work returned without a version to compare with has no figures."""
    return verification.verdict != Verdict.RETURNED or verification.verifier_version_id is not None


@transaction.atomic
def keep_score(*, verification: Verification, at: datetime) -> Score:
    """The next revision of a verification's score: by the terms of the verdict's day, and by what still stands."""
    Encounter.objects.select_for_update(no_key=True).get(pk=verification.encounter_id)  # one revision at a time
    last = verification.scores.order_by("-revision").select_related("terms").first()
    terms = last.terms if last else terms_for(verification.encounter, at=verification.at)
    figures = score_of(verification, terms.scoring_profile() if terms else STANDARD)
    return Score.objects.create(
        practice_id=verification.practice_id,
        verification=verification,
        revision=last.revision + 1 if last else 1,
        terms=terms,
        at=at,
        **columns_of(figures),
    )


def score_of(verification: Verification, profile: Profile) -> EncounterScore:
    """The figures of a verification as its differences stand now."""
    coder, verifier = versions_of(verification)
    values = line_values(coder, verifier, weights_for(coder, verifier))
    rows = verification.discrepancies.select_related("dispute")
    return score_encounter(coder, verifier, judged_differences(rows), profile, values)


def score_so_far(
    *, encounter: Encounter, judged: Coding, mine: CodedEncounter, judgements: Mapping[str, Judgement], at: datetime
) -> tuple[EncounterScore, Profile]:
    """What a verdict with this version would score now, and by which profile; nothing is kept."""
    terms = terms_for(encounter, at=at)
    profile = terms.scoring_profile() if terms else STANDARD
    theirs = judged.coded(place_of_service=place_of(encounter))
    weights = weights_for(theirs, mine)
    found = compare(theirs, mine, weights)
    words = (judgements.get(key) or proposed(one) for key, one in zip(keys_of(found), found, strict=True))
    differences = [JudgedDifference(one, word.severity) for one, word in zip(found, words, strict=True)]
    return score_encounter(theirs, mine, differences, profile, line_values(theirs, mine, weights)), profile


def versions_of(verification: Verification) -> tuple[CodedEncounter, CodedEncounter]:
    """Coder's and verifier's version, the same one twice where the verifier had none; with the visit's place."""
    place = place_of(verification.encounter)
    mine: Coding = verification.coder_version
    theirs = verification.verifier_version or mine
    return mine.coded(place_of_service=place), theirs.coded(place_of_service=place)


def place_of(encounter: Encounter) -> str:
    precoding = getattr(encounter, "precoding", None)
    return precoding.place_of_service if precoding else ""


def judged_differences(rows: Iterable[Discrepancy]) -> list[JudgedDifference]:
    """The differences of a verification with their severities, and whether they stand; disputes come along."""
    judged = []
    for row in rows:
        difference, dispute = row.difference(), getattr(row, "dispute", None)
        judged.append(
            JudgedDifference(
                difference,
                Severity(row.severity) if row.severity else proposed_severity(difference),
                stands=dispute is None or dispute.state not in FALLEN,
            )
        )
    return judged


def columns_of(figures: EncounterScore) -> dict[str, Any]:
    """The figures as the table has them."""
    return {
        "lines_right": figures.lines.right,
        "lines_of": figures.lines.of,
        "lines_squares": figures.lines.squares,
        "rows": figures.rows,
        "right_rows": figures.right_rows,
        "is_clean": figures.is_clean,
        "pays_the_same": figures.pays_the_same,
        "first_listed_right": figures.first_listed_right,
        "over": figures.value.over,
        "under": figures.value.under,
        "worth": figures.value.of,
        "value_lines": figures.value.lines,
        "unvalued": figures.value.unvalued,
    }
