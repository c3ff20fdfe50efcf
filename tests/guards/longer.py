"""What makes each list one row longer; thirty of these must cost as many queries as three."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from coding.models import (
    Assignment,
    CodeFile,
    CodeGroup,
    Coding,
    DeliveryReview,
    Diagnosis,
    EncounterEvent,
    PreCoding,
    ProcedureLine,
)
from coding.rules.code_sets import CodeSet
from portal.actions.audit import record
from portal.actions.invitations import invite_person
from portal.actions.tokens_admin import create_token
from portal.models import AccessReview, Delivery, Job, JobState, Manifest, ReviewedAccess, TokenScope
from portal.rules.intake import ChartStatus, Refusal
from portal.rules.lifecycle import BatchStatus
from portal.rules.roles import Role
from tests import factories
from tests.coding.output_constraints import output_template
from tests.coding.report_constraints import report, schedule
from tests.query_factories import QueryFactory, QueryIndicatorFactory, SignedAddendumFactory

# -- one more row of each kind ---------------------------------------------------------------------


def more_batches(world, number):
    """Sent, delivered with its files, and open; with a ready chart, a refused and a duplicate."""
    now = timezone.now()
    for status, fields in (
        (BatchStatus.RECEIVED, {}),
        (BatchStatus.DELIVERED, {"delivered_at": now}),
        (BatchStatus.OPEN, {"received_at": None, "due_at": None}),
    ):
        batch = factories.BatchFactory(practice=world.river, status=status, created_by=new_cleo(world), **fields)
        more_charts(world, number, batch=batch)
        if status == BatchStatus.DELIVERED:
            more_deliveries(world, number, batch=batch)


def more_standing(world, number):
    """Batches in progress and delivered with visits, a query, a score and a question of each."""
    more_batches(world, number)
    batch = factories.BatchFactory(practice=world.river)
    encounter = factories.EncounterFactory(chart=factories.ChartFactory(batch=batch))
    QueryFactory(encounter=encounter)
    thread = factories.ThreadFactory(batch=batch)
    factories.CommentFactory(thread=thread, needs_answer_from="practice")


def more_of_a_batch(world, number):
    """Visits that were reopened, each by somebody else, and deliveries."""
    more_charts(world, number)
    visit = factories.EncounterFactory(chart=factories.ChartFactory(batch=world.batch))
    EncounterEvent.objects.create(
        practice=world.river, encounter=visit, move="reopen", new_status="to_code", user=new_cleo(world),
        at=timezone.now(),
    )  # fmt: skip


def more_charts(world, number, batch=None):
    batch = batch or world.batch
    first = factories.ChartFactory(batch=batch)
    factories.ChartFactory(batch=batch, status=ChartStatus.DUPLICATE, duplicate_of=first, ready_at=None)
    elsewhere = factories.ChartFactory(batch=factories.BatchFactory(practice=world.river))
    factories.ChartFactory(batch=batch, status=ChartStatus.DUPLICATE, duplicate_of=elsewhere, ready_at=None)
    factories.ChartFactory(batch=batch, status=ChartStatus.UNREADABLE, reason=Refusal.EMPTY, ready_at=None)


def more_manifest_rows(world, number):
    """Another line about another file of the open batch."""
    chart = factories.ChartFactory(batch=world.open_batch)
    manifest = Manifest.objects.filter(batch=world.open_batch).first() or factories.ManifestFactory(
        batch=world.open_batch, created_by=world.cleo
    )
    manifest.rows.create(practice=world.river, line=number + 10, file=chart.original_name)


def more_uploads(world, number):
    """Another unfinished file, and another part of the one there is."""
    factories.UploadFactory(batch=world.open_batch, created_by=new_cleo(world))
    world.upload.parts.create(
        practice=world.river, offset=number, size=1, sha256="0" * 64, storage_name=f"uploads/{number}"
    )


def more_deliveries(world, number, batch=None):
    batch = batch or world.batch
    delivery = Delivery.objects.create(
        practice=world.river, batch=batch, version=number + 1, format="csv", file_name=f"{number}.csv",
        storage_name=f"results/{batch.pk}/{number}", sha256="0" * 64, size=10, encounter_count=1,
        created_at=timezone.now(),
    )  # fmt: skip
    factories.DispatchFactory(channel=world.channel, delivery=delivery)


def more_pages(world, number):
    page = factories.PageFactory(chart=world.chart, number=number + 10)
    type(world.chart).objects.filter(pk=world.chart.pk).update(page_count=number + 10)
    world.coding_work.placed.create(practice=world.river, page=page, chart=world.chart, position=number + 10)


def more_added_pages(world, number):
    """Another page in the document that came later, and another before it."""
    more_pages(world, number)
    page = factories.PageFactory(chart=world.added_chart, number=number + 10, text=f"Later words {number}")
    world.coding_work.placed.create(
        practice=world.river, page=page, chart=world.added_chart, position=number + 1000,
        addendum=world.coding_work.addenda.get(),
    )  # fmt: skip


def more_visits_of_a_chart(world, number):
    """Another page, and another visit that has it."""
    page = factories.PageFactory(chart=world.chart, number=number + 10, text="Patient: Doe, Jane\nPage 1 of 1")
    type(world.chart).objects.filter(pk=world.chart.pk).update(page_count=number + 10)
    factories.EncounterFactory(chart=world.chart, part=number + 10, pages=[page.number])


def more_people(world, number):
    """A coder with work, a practice user with a key; and one who is only invited."""
    now = timezone.now()
    coder, member = factories.UserFactory(roles=[Role.CODER, Role.VERIFIER]), new_cleo(world)
    more_tokens(world, number, by=member)
    factories.AssignmentFactory(user=coder)
    invite_person(
        email=f"invited{number}@example.com", name="Invited", roles=[Role.CODER], practice=None, specialties=[],
        by=world.ada, at=now,
    )  # fmt: skip


def more_reviewed(world: Any, number: int) -> None:
    """Another person in the open review, and another review."""
    by = factories.UserFactory(roles=[Role.ADMIN])
    person = factories.UserFactory(roles=[Role.CODER])
    ReviewedAccess.objects.create(
        review=world.access_review, user=person, name=person.name, email=person.email, roles=["coder"], decision="keep",
        decided_at=timezone.now(), decided_by=by,
    )  # fmt: skip
    AccessReview.objects.create(started_at=timezone.now(), started_by=by, closed_at=timezone.now(), closed_by=by)


def more_reports(world: Any, number: int) -> None:
    """A report that River sees, and another practice's schedule."""
    report(practice=world.river, shared_at=timezone.now())
    schedule()


def more_practices(world, number):
    new_cleo(world, practice=factories.PracticeFactory())


def more_parts_of_a_practice(world, number):
    for factory in (factories.ProviderFactory, factories.LocationFactory, factories.PayerFactory):
        factory(practice=world.river)
    new_cleo(world)


def more_tokens(world, number, by=None):
    create_token(
        practice=world.river, name=f"EHR {number}", scopes=list(TokenScope), by=by or new_cleo(world),
        expires_at=timezone.now() + timedelta(days=30), at=timezone.now(),
    )  # fmt: skip


def more_doors(world, number):
    """Accounts of people and of systems, and an SFTP server."""
    factories.SftpAccountFactory(practice=world.river, owner=new_cleo(world), created_by=world.cleo)
    more_keys(world, number)


def more_channels(world, number):
    """Another channel, with a file on its way and one in trouble; and another of each of River's own."""
    now, channel = timezone.now(), factories.ChannelFactory(practice=world.river, made_by=world.ada)
    for one in (channel, world.channel):
        factories.AttemptFactory(dispatch__channel=one)
        factories.AttemptFactory(
            dispatch__channel=one, dispatch__state="rejected", dispatch__ended_at=now, dispatch__trouble="rejected",
            dispatch__trouble_since=now,
        )  # fmt: skip


def more_attempts(world, number):
    factories.AttemptFactory(dispatch=world.dispatch, number=number + 100)


def more_keys(world, number):
    factories.SftpKeyFactory(account=world.sftp_account, created_by=new_cleo(world))


def more_events(world, number):
    record("page.viewed", at=timezone.now(), by=new_cleo(world), about=world.chart)


def more_work(world, number):
    """Waiting, in a new person's hands, held, done by Ann and finished with codes; and a job that failed."""
    now = timezone.now()
    batch, coder = factories.BatchFactory(practice=world.river), factories.UserFactory(roles=[Role.CODER])
    for at in (batch, world.batch):
        chart = factories.ChartFactory(batch=at)
        factories.EncounterFactory(chart=chart, part=1)
        taken = factories.EncounterFactory(chart=chart, part=2, status="precoding")
        factories.AssignmentFactory(encounter=taken, user=coder)
        factories.EncounterFactory(
            chart=chart, part=3, status="held", hold_reason="missing_page", hold_move="practice", hold_stage="coding",
            held_at=now, held_by=world.ann, hold_return_at=now + timedelta(days=1),
        )  # fmt: skip
        own = factories.EncounterFactory(chart=chart, part=4, status="precoding")
        factories.AssignmentFactory(encounter=own, user=world.ann)
        returned = factories.EncounterFactory(chart=chart, part=5, status="to_code", reserved_for=world.ann)
        done = coded(factories.EncounterFactory(chart=chart, part=6, status="verified", finished_at=now), by=coder)
        for encounter in (returned, done):
            Assignment.objects.create(
                practice=world.river, encounter=encounter, stage="coding", user=world.ann, started_at=now,
                lease_until=now, ended_at=now, end="finished",
            )  # fmt: skip
        EncounterEvent.objects.create(
            practice=world.river, encounter=done, move="submit_coding", old_status="coding", new_status="to_verify",
            user=coder, at=now,
        )  # fmt: skip
    Job.objects.create(
        kind="portal.send_notice", object_id=batch.pk, practice=batch.practice, state=JobState.FAILED, due_at=now,
        created_at=now, finished_at=now,
    )  # fmt: skip


def more_results(world, number):
    """Work at every stage, and two delivered visits, one of them accepted by somebody else."""
    more_work(world, number)
    now = timezone.now()
    for accepted in (True, False):
        chart = factories.ChartFactory(batch=world.batch)
        visit = factories.EncounterFactory(chart=chart, status="delivered", finished_at=now)
        EncounterEvent.objects.create(
            practice=world.river, encounter=visit, move="deliver", new_status="delivered", at=world.delivery.created_at
        )
        if accepted:
            DeliveryReview.objects.create(
                practice=world.river, encounter=visit, version=world.delivery.version, word="accepted", at=now,
                by=new_cleo(world),
            )  # fmt: skip


def coded(encounter, *, by):
    """The encounter with its facts and one version of codes."""
    PreCoding.objects.create(
        practice=encounter.practice, encounter=encounter, patient_name="Marta Quinlan", birth_date=date(1961, 2, 3),
        sex="F", date_from=date(2026, 3, 2), date_to=date(2026, 3, 2), place_of_service="11", visit_type="new",
        rendering_provider=factories.ProviderFactory(practice=encounter.practice), finished_by=by,
        payer=factories.PayerFactory(practice=encounter.practice), finished_at=timezone.now(),
    )  # fmt: skip
    of = Coding.objects.create(
        practice=encounter.practice, encounter=encounter, version=1, stage="coding", author=by,
        date_of_service=date(2026, 3, 2), submitted_at=timezone.now(),
    )  # fmt: skip
    Diagnosis.objects.create(practice=encounter.practice, coding=of, position=1, system="icd10cm", code="I10")
    ProcedureLine.objects.create(practice=encounter.practice, coding=of, position=1, code="99213", pointers=[1])
    return encounter


def more_talk(world, number):
    """Another thread with a question, and in River's own a question about a visit with its answer."""
    for thread in (world.thread, factories.ThreadFactory(batch=factories.BatchFactory(practice=world.river))):
        encounter = factories.EncounterFactory(chart=factories.ChartFactory(batch=thread.batch))
        author = factories.UserFactory(roles=[Role.MANAGER])
        question = factories.CommentFactory(
            thread=thread, author=author, encounter=encounter, needs_answer_from="practice"
        )
        factories.CommentFactory(thread=thread, author=new_cleo(world), reply_to=question)
        question.mentions.create(practice=world.river, user=world.cleo)
        for comment in (question, factories.CommentFactory(thread=thread, author=author)):
            factories.InboxItemFactory(comment=comment, user=world.cleo, encounter=comment.encounter)
        question.attachments.create(
            practice=world.river, original_name="a.png", media_type="image/png", size=1, sha256="0" * 64,
            storage_name=f"attachments/{question.pk}", created_at=timezone.now(),
        )  # fmt: skip


def more_queries(world, number):
    """Another open query about a visit of another provider, with a passage; and one that was answered."""
    now = timezone.now()
    asked_by = factories.UserFactory(roles=[Role.CODER])
    provider = factories.ProviderFactory(practice=world.river)
    for fields in ({}, {"status": "answered", "ended_at": now, "ended_by": new_cleo(world)}):
        chart = factories.ChartFactory(batch=world.batch)
        query = QueryFactory(encounter__chart=chart, asked_by=asked_by, provider=provider, **fields)
        QueryIndicatorFactory(query=query)


def more_passages(world, number):
    """Another passage of the query, on another page of its visit."""
    page = factories.PageFactory(chart=world.chart, number=number + 10)
    world.query.encounter.placed.create(practice=world.river, page=page, chart=world.chart, position=number + 10)
    QueryIndicatorFactory(query=world.query, page=page, position=number + 10)


def more_replies(world, number):
    """Another signed reply in the chart of the visit, and another page."""
    more_pages(world, number)
    query = QueryFactory(
        encounter=world.coding_work, status="answered", ended_at=timezone.now(), ended_by=new_cleo(world)
    )
    SignedAddendumFactory(query=query, provider=factories.ProviderFactory(practice=world.river))


def more_remarks(world, number):
    """Another code of the visit with a remark by somebody else, another visit's, and one that was declined."""
    for encounter in (world.remarked, factories.EncounterFactory(chart=world.chart, part=number + 20)):
        cleo, kim = new_cleo(world), factories.UserFactory(roles=[Role.VERIFIER])
        factories.RemarkFactory(encounter=encounter, raised_by=cleo, position=number + 1)
        factories.RemarkFactory(
            encounter=encounter, raised_by=cleo, position=number + 1, status="declined", reviewer=kim, ended_by=kim,
            taken_at=timezone.now(), ended_at=timezone.now(), outcome="It stands.",
        )  # fmt: skip


def more_complaints(world, number):
    """Another complaint in another batch, for which another manager answers."""
    thread = factories.ThreadFactory(batch=factories.BatchFactory(practice=world.river))
    factories.ComplaintFactory(
        comment__thread=thread, raised_by=new_cleo(world), owner=factories.UserFactory(roles=[Role.MANAGER])
    )


def more_saved_answers(world, number):
    factories.SavedAnswerFactory(practice=factories.PracticeFactory())


def more_versions(world, number):
    world.comment.versions.create(practice=world.river, body="Before.", replaced_at=timezone.now())


def more_templates(world, number):
    """Another version of River's CSV, by somebody else."""
    output_template(practice=world.river, version=number + 1)


def more_editions(world, number):
    """Another edition of a list, and another file sent by somebody else."""
    day = date(2016, 1, 1) + timedelta(days=number)
    factories.EditionFactory(
        code_set=CodeSet.TAXONOMY, effective=day, loaded_by=factories.UserFactory(roles=[Role.ADMIN])
    )
    CodeFile.objects.create(
        code_set=CodeSet.TAXONOMY, edition=f"file {number}", effective=day, file_name=f"{number}.csv",
        stored=f"code-files/{number}", sha256="0" * 64, size=1, sent_at=timezone.now(),
        sent_by=factories.UserFactory(roles=[Role.ADMIN]),
    )  # fmt: skip


def more_codes(world, number):
    """Another chapter of the list that the code browser opens with."""
    factories.CodeFactory(code=f"Q{number:02d}")
    CodeGroup.objects.create(
        edition=factories.EditionFactory(code_set=CodeSet.ICD10CM_TABULAR), position=number, label=str(number),
        title=f"Chapter {number}", first=f"Q{number:02d}", last=f"Q{number:02d}", categories=[f"Q{number:02d}"],
    )  # fmt: skip


def new_cleo(world, practice=None):
    return factories.UserFactory(roles=[Role.PRACTICE], practice=practice or world.river)


# -- the pages -------------------------------------------------------------------------------------
