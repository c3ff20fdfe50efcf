"""Each named constraint of this app's tables is broken once: the database has the last word."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import UniqueConstraint

from coding.models import (
    Addendum,
    Assignment,
    Code,
    Coding,
    Diagnosis,
    Discrepancy,
    Draft,
    DraftAction,
    Encounter,
    EncounterEvent,
    EncounterPage,
    PreCoding,
    ProcedureLine,
    Verdict,
    Verification,
)
from coding.rules.codings import System
from coding.rules.lifecycle import EncounterStatus, Stage
from portal.rules.roles import Role
from tests import factories
from tests.coding.fact_constraints import BROKEN_FACTS
from tests.coding.flow_constraints import BROKEN_FLOW
from tests.coding.lines import NOON, VISIT_DAY, facts_for, load_codes, submitted, waiting
from tests.coding.list_constraints import BROKEN_LISTS
from tests.coding.output_constraints import BROKEN_OUTPUT, BROKEN_OUTPUT_AT_THE_END, FROZEN_OUTPUT
from tests.coding.plan_constraints import BROKEN_PLANS, BROKEN_PLANS_AT_THE_END, FROZEN_PLANS
from tests.coding.quality_constraints import BROKEN_QUALITY, BROKEN_QUALITY_AT_THE_END, FROZEN_QUALITY
from tests.coding.query_constraints import BROKEN_QUERIES, BROKEN_QUERIES_AT_THE_END
from tests.coding.report_constraints import BROKEN_REPORTS, BROKEN_REPORTS_AT_THE_END
from tests.coding.suggestion_constraints import BROKEN_SUGGESTIONS, decision, suggestion_set
from tests.coding.work_constraints import BROKEN_WORK

pytestmark = pytest.mark.django_db


def change(row, **values):
    type(row).objects.filter(pk=row.pk).update(**values)


def encounter():
    return waiting()


def held():
    return waiting(
        status=EncounterStatus.HELD, hold_reason="missing_page", hold_move="practice", hold_stage="coding",
        hold_return_at=NOON, held_at=NOON, held_by=coder(),
    )  # fmt: skip


def coder():
    return factories.UserFactory(roles=[Role.CODER])


def precoding():
    one = encounter()
    facts = vars(facts_for(one))
    return PreCoding.objects.create(
        practice=one.practice, encounter=one, finished_by=coder(), finished_at=NOON,
        **{**facts, "modifiers": []},
    )  # fmt: skip


def coding(**fields):
    one = fields.pop("encounter", None) or encounter()
    return Coding.objects.create(**{
        "practice": one.practice, "encounter": one, "version": 1, "stage": Stage.CODING, "author": coder(),
        "date_of_service": VISIT_DAY, "submitted_at": NOON, **fields,
    })  # fmt: skip


def diagnosis(**fields):
    of = fields.pop("coding", None) or coding()
    return Diagnosis.objects.create(
        **{"practice": of.practice, "coding": of, "position": 1, "system": "icd10cm", "code": "I10", **fields}
    )


def procedure(**fields):
    of = fields.pop("coding", None) or coding()
    return ProcedureLine.objects.create(
        **{"practice": of.practice, "coding": of, "position": 1, "code": "99213", **fields}
    )


def draft(**fields):
    one = fields.pop("encounter", None) or encounter()
    author = fields.pop("author", None) or coder()
    return Draft.objects.create(
        **{"practice": one.practice, "encounter": one, "stage": "coding", "author": author, "saved_at": NOON, **fields}
    )


def draft_action(**fields):
    one = fields.pop("encounter", None) or encounter()
    author = fields.pop("author", None) or coder()
    return DraftAction.objects.create(**{
        "practice": one.practice, "encounter": one, "stage": "coding", "author": author, "series": uuid4(),
        "place": 1, "taken": "saved", "version": 1, "at": NOON, **fields,
    })  # fmt: skip


def same_action_twice():
    first = draft_action()
    draft_action(author=first.author, series=first.series, version=2)


def verification(**fields):
    of = fields.pop("coding", None) or coding()
    return Verification.objects.create(**{
        "practice": of.practice, "encounter": of.encounter, "coder_version": of, "coder": of.author,
        "verifier": factories.UserFactory(roles=[Role.VERIFIER]), "verdict": Verdict.VERIFIED, "at": NOON, **fields,
    })  # fmt: skip


def discrepancy(of, **fields):
    return Discrepancy.objects.create(practice=of.practice, verification=of, position=1, kind="missed", **fields)


def event(**fields):
    one = encounter()
    return EncounterEvent.objects.create(**{
        "practice": one.practice, "encounter": one, "move": "x", "new_status": "coding", "at": NOON, **fields,
    })  # fmt: skip


def twice(make, *of):
    """Make the same row for the same parents again."""

    def breaking():
        parents = {name: parent() for name, parent in of}
        make(**parents), make(**parents)

    return breaking


def placed(**fields):
    """A page of an encounter's own chart among its pages."""
    one = fields.pop("encounter", None) or encounter()
    page = fields.pop("page", None) or factories.PageFactory(chart=one.chart)
    return EncounterPage.objects.create(
        **{"practice": one.practice, "encounter": one, "page": page, "chart": one.chart, "position": 1, **fields}
    )


def same_page_twice():
    first = placed()
    placed(encounter=first.encounter, page=first.page, position=2)


def page_of_another_chart():
    other = factories.ChartFactory()
    placed(chart=other, page=factories.PageFactory(chart=other))


def addendum(**fields):
    one = fields.pop("encounter", None) or encounter()
    return Addendum.objects.create(**{
        "practice": one.practice, "encounter": one, "chart": factories.ChartFactory(batch=one.batch),
        "source": "person", "attached_at": NOON, **fields,
    })  # fmt: skip


def two_assignments():
    one = encounter()
    factories.AssignmentFactory(encounter=one), factories.AssignmentFactory(encounter=one)


def two_parts():
    waiting(chart=encounter().chart)


def own_verification():
    of = coding()
    verification(coding=of, verifier=of.author)


def verification_with_another_coder():
    verification(coder=coder())


def verification_of_another_encounter():
    of = coding()
    verification(coding=of, encounter=waiting(chart=factories.ChartFactory(batch=of.encounter.batch)))


submission = factories.SubmissionFactory
BROKEN_SUBMISSIONS = {
    "coding_submission_stage_known": lambda: submission(stage="tea"),
    "coding_submission_status_known": lambda: submission(status="lost"),
    "coding_submission_old_rank_known": lambda: submission(old_rank=9),
    "coding_submission_until_later": lambda: change(submission(), until=NOON - timedelta(days=400)),
    "coding_submission_taken_back_has_no_draft": lambda: submission(draft={}, taken_back_at=NOON),
    "coding_submission_coding_once": twice(submission, ("coding", coding)),
    "coding_submission_verification_once": twice(submission, ("verification", verification)),
}
BROKEN = {
    **BROKEN_LISTS,
    **BROKEN_WORK,
    **BROKEN_FLOW,
    **BROKEN_QUALITY,
    **BROKEN_PLANS,
    **BROKEN_QUERIES,
    **BROKEN_REPORTS,
    **BROKEN_OUTPUT,
    **BROKEN_SUGGESTIONS,
    **BROKEN_FACTS,
    "coding_code_system_known": lambda: change(factories.CodeFactory(), system="snomed"),
    "coding_code_once": lambda: [factories.CodeFactory(code="I10"), factories.CodeFactory(code="I10")],
    "coding_encounter_status_known": lambda: change(encounter(), status="lost"),
    "coding_encounter_specialty_known": lambda: change(encounter(), specialty="magic"),
    "coding_encounter_part_once": two_parts,
    "coding_encounterpage_position_once": twice(placed, ("encounter", encounter)),
    "coding_encounterpage_page_once": same_page_twice,
    "coding_encounterpage_position_from_one": lambda: placed(position=0),
    "coding_encounterpage_turn_known": lambda: placed(turn=45),
    "coding_addendum_source_known": lambda: addendum(source="rumour"),
    "coding_addendum_once": twice(addendum, ("encounter", encounter), ("chart", factories.ChartFactory)),
    "coding_encounter_has_a_turn": lambda: change(encounter(), turn_at=None),
    "coding_encounter_held_by_at": lambda: change(encounter(), held_by=coder()),
    "coding_encounter_rests_for_until": lambda: change(encounter(), rests_until=NOON),
    "coding_encounter_hold_says_why": lambda: change(held(), hold_reason=""),
    "coding_encounter_hold_stage_known": lambda: change(encounter(), hold_stage="tea"),
    "coding_encounter_queue_rank_known": lambda: change(encounter(), queue_rank=9),
    "coding_encounter_not_billable_says_why": lambda: change(encounter(), status="not_billable", finished_at=NOON),
    "coding_encounter_clock_stopped_on_hold": lambda: change(encounter(), clock_stopped=True),
    "coding_encounter_finished_at": lambda: change(encounter(), finished_at=NOON),
    "coding_encounterevent_old_status_known": lambda: event(old_status="lost"),
    "coding_encounterevent_new_status_known": lambda: event(new_status="lost"),
    "coding_assignment_one_open": two_assignments,
    "coding_assignment_stage_known": lambda: factories.AssignmentFactory(stage="tea"),
    "coding_assignment_how_known": lambda: factories.AssignmentFactory(how="stolen"),
    "coding_assignment_end_says_how": lambda: factories.AssignmentFactory(ended_at=NOON),
    **BROKEN_SUBMISSIONS,
    "coding_precoding_dates": lambda: change(precoding(), date_to=VISIT_DAY - timedelta(days=1)),
    "coding_precoding_born_before": lambda: change(precoding(), birth_date=VISIT_DAY + timedelta(days=1)),
    "coding_precoding_pos_form": lambda: change(precoding(), place_of_service="1A"),
    "coding_precoding_sex_known": lambda: change(precoding(), sex="X"),
    "coding_precoding_visit_known": lambda: change(precoding(), visit_type="tea"),
    "coding_draft_once": twice(draft, ("encounter", encounter), ("author", coder)),
    "coding_draft_stage_known": lambda: draft(stage="tea"),
    "coding_draftaction_once": same_action_twice,
    "coding_draftaction_version_once": twice(draft_action, ("encounter", encounter), ("author", coder)),
    "coding_draftaction_stage_known": lambda: draft_action(stage="tea"),
    "coding_draftaction_taken_known": lambda: draft_action(taken="lost"),
    "coding_draftaction_place": lambda: draft_action(place=0),
    "coding_coding_version_once": twice(coding, ("encounter", encounter)),
    "coding_coding_check_reason_known": lambda: coding(check_reason="because"),
    "coding_coding_stage": lambda: coding(stage=Stage.PRECODING),
    "coding_diagnosis_position_once": twice(diagnosis, ("coding", coding)),
    "coding_diagnosis_position": lambda: diagnosis(position=13),
    "coding_diagnosis_system": lambda: diagnosis(system="procedure"),
    "coding_procedureline_position_once": twice(procedure, ("coding", coding)),
    "coding_procedureline_units": lambda: procedure(units=0),
    "coding_procedureline_limits": lambda: procedure(pointers=[1, 2, 3, 4, 5]),
    "coding_verification_not_by_author": own_verification,
    "coding_verification_verdict_known": lambda: verification(verdict="maybe"),
    "coding_discrepancy_position_once": twice(discrepancy, ("of", verification)),
}

# Foreign keys of the migrations; they are checked when the transaction ends.
BROKEN_AT_THE_END = {
    **BROKEN_OUTPUT_AT_THE_END,
    **BROKEN_QUALITY_AT_THE_END,
    **BROKEN_PLANS_AT_THE_END,
    **BROKEN_QUERIES_AT_THE_END,
    **BROKEN_REPORTS_AT_THE_END,
    "coding_verification_coder_is_author": verification_with_another_coder,
    "coding_verification_same_encounter": verification_of_another_encounter,
    "coding_encounter_chart_id_same_practice": lambda: change(encounter(), practice=factories.PracticeFactory()),
    "coding_encounterpage_page_of_chart": lambda: placed(page=factories.PageFactory()),
    "coding_encounterpage_own_chart": page_of_another_chart,
    "coding_encounterpage_added_chart": lambda: change(placed(), addendum=addendum()),
    "coding_assignment_encounter_id_same_practice": lambda: factories.AssignmentFactory(
        practice=factories.PracticeFactory()
    ),
    "coding_precoding_rendering_provider_id_same_practice": lambda: change(
        precoding(), rendering_provider=factories.ProviderFactory()
    ),
}


@pytest.mark.parametrize("name", list(BROKEN))
def test_broken(name):
    with pytest.raises(IntegrityError, match=rf'"{name}"'), transaction.atomic():
        BROKEN[name]()


def break_at_the_end(name):
    BROKEN_AT_THE_END[name]()
    with connection.cursor() as cursor:
        cursor.execute(f'SET CONSTRAINTS "{name}" IMMEDIATE')


@pytest.mark.parametrize("name", list(BROKEN_AT_THE_END))
def test_broken_at_the_end(name):
    with pytest.raises(IntegrityError, match=rf'"{name}"'), transaction.atomic():
        break_at_the_end(name)


def test_every_constraint_is_broken_once():
    """Uniqueness of (id, …) only serves foreign keys; the id makes it true anyway."""
    named = {
        constraint.name
        for model in apps.get_app_config("coding").get_models()
        for constraint in model._meta.constraints
        if not (isinstance(constraint, UniqueConstraint) and constraint.fields[:1] == ("id",))
    }
    assert named == set(BROKEN)


@pytest.mark.parametrize(
    "table", ["coding", "diagnosis", "procedureline", "verification", "encounterevent", "draftaction"]
)
def test_frozen_tables_only_grow(ann, table):
    load_codes()
    of = submitted(waiting(), ann).codings.get()
    verification(coding=of)
    draft_action(encounter=of.encounter)
    with (
        pytest.raises(IntegrityError, match="only added"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE coding_{table} SET practice_id = practice_id")


@pytest.mark.parametrize("table", [*FROZEN_QUALITY, *FROZEN_PLANS])
def test_what_was_judged_only_grows(table):
    {**FROZEN_QUALITY, **FROZEN_PLANS}[table]()


@pytest.mark.parametrize("table", {**FROZEN_QUALITY, **FROZEN_OUTPUT})
def test_what_was_judged_or_delivered_only_grows(table):
    {**FROZEN_QUALITY, **FROZEN_OUTPUT}[table]()
    with (
        pytest.raises(IntegrityError, match="only added"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE coding_{table} SET practice_id = practice_id")


def test_rows_that_break_nothing_are_taken():
    """The makers above are valid as they are, so that each failure is the one it names."""
    assert held().status == EncounterStatus.HELD
    assert precoding().date_from == VISIT_DAY
    assert verification().coder_version.version == 1
    assert discrepancy(verification()).kind == "missed"
    assert diagnosis().position == procedure().position == 1
    assert draft().version == 0
    assert draft_action().place == 1
    assert decision().decision == "accepted"
    assert suggestion_set().share == 10
    assert event().move == "x"
    assert Code.objects.on(date(2026, 1, 1), system=System.ICD10CM).count() == 0
    assert Encounter.objects.exists()
    assert not Assignment.objects.exists()
    connection.check_constraints()
