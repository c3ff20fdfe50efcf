"""Work of every kind for the manager's list: waiting, in hand, held, asked about, judged, finished."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from coding.models import Coding, Diagnosis, Encounter, EncounterEvent, PreCoding, ProcedureLine, Verification
from coding.rules.lifecycle import Stage
from portal.models import Batch, User
from tests import factories
from tests.query_factories import QueryFactory

SERVED = date(2026, 11, 18)
# Whose visits they are: no more than initials and year of birth may be seen of them.
PATIENTS = (
    ("Marta Quinlan", date(1948, 3, 2)), ("Ivo Hartung", date(1961, 7, 30)), ("Oona Devlin", date(1990, 12, 9)),
    ("Pell Ashby", date(2011, 1, 21)),
)  # fmt: skip


def known(visit: Encounter, by: User, number: int = 0) -> Encounter:
    """Pre-coded, by this person."""
    name, born = PATIENTS[number % len(PATIENTS)]
    PreCoding.objects.create(
        practice=visit.practice, encounter=visit, patient_name=name, birth_date=born, sex="F", date_from=SERVED,
        date_to=SERVED, rendering_provider=factories.ProviderFactory(practice=visit.practice), place_of_service="11",
        visit_type="established", finished_by=by, finished_at=timezone.now(),
    )  # fmt: skip
    return visit


def coded(visit: Encounter, by: User, *, diagnoses: int = 2) -> Coding:
    """A version of so many diagnoses and one procedure."""
    version = Coding.objects.create(
        practice=visit.practice, encounter=visit, version=1, stage=Stage.CODING, author=by, date_of_service=SERVED,
        submitted_at=timezone.now(),
    )  # fmt: skip
    for place in range(1, diagnoses + 1):
        Diagnosis.objects.create(
            practice=visit.practice, coding=version, position=place, system="icd10cm", code=f"E1{place}9"
        )
    ProcedureLine.objects.create(practice=visit.practice, coding=version, position=1, code="99213", pointers=[1])
    return version


def work(batch: Batch, *, coder: User, verifier: User, at: datetime, number: int = 0) -> Any:
    """One visit of each kind, by name; those of later numbers are promised and came a little later."""
    chart = factories.ChartFactory(batch=batch)

    def visit(part: int, **fields: Any) -> Encounter:
        given = {"due_at": at + timedelta(hours=3 * part + number), "created_at": at - timedelta(hours=30 - 3 * part)}
        return factories.EncounterFactory(chart=chart, part=part, **{**given, **fields})

    def held(encounter: Encounter, stage: Stage, user: User) -> Encounter:
        factories.AssignmentFactory(encounter=encounter, stage=stage, user=user, started_at=at)
        EncounterEvent.objects.create(
            practice=batch.practice, encounter=encounter, move=f"start_{stage}", new_status=encounter.status, user=user,
            at=at,
        )  # fmt: skip
        return encounter

    late = visit(1, due_at=at - timedelta(hours=2))
    precoding = held(visit(2, status="precoding"), Stage.PRECODING, coder)
    to_code = known(visit(3, status="to_code", specialty="cardiology", priority=10), coder, number)
    coding = held(known(visit(4, status="coding"), coder, number + 1), Stage.CODING, coder)
    on_hold = known(
        visit(5, status="held", hold_reason="missing_page", hold_move="practice", hold_stage="coding", held_at=at,
              held_by=coder, hold_return_at=at + timedelta(days=1)), coder, number + 2,
    )  # fmt: skip
    asked = known(
        visit(6, status="held", hold_reason="query", hold_move="practice", hold_stage="coding", held_at=at,
              held_by=coder, hold_return_at=at + timedelta(days=7), clock_stopped=True), coder, number + 3,
    )  # fmt: skip
    query = QueryFactory(encounter=asked, asked_by=coder, asked_at=at - timedelta(hours=5))
    verifying = held(known(visit(7, status="verifying", coded_by=coder), coder, number), Stage.VERIFICATION, verifier)
    coded(verifying, coder, diagnoses=3)
    verified = known(visit(8, status="verified", coded_by=coder, finished_at=at), coder, number + 1)
    Verification.objects.create(
        practice=batch.practice, encounter=verified, coder_version=coded(verified, coder), coder=coder,
        verifier=verifier, verdict="verified", at=at,
    )  # fmt: skip
    return SimpleNamespace(
        late=late, precoding=precoding, to_code=to_code, coding=coding, on_hold=on_hold, asked=asked, query=query,
        verifying=verifying, verified=verified,
    )  # fmt: skip


def rows_of(answer: Any) -> list[int]:
    """The encounters on a page of the list, in their order."""
    return [row["pk"] for row in answer.context["rows"]]


def names(kinds: Any, wanted: Iterable[int]) -> set[str]:
    """Which kinds of `work` some encounters are."""
    found = set(wanted)
    return {name for name, one in vars(kinds).items() if isinstance(one, Encounter) and one.pk in found}
