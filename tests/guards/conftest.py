"""A small world of River's objects, one of each kind that an address can be about."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from coding.actions.encounters import add_pages
from coding.actions.work_queues import make_queue
from coding.models import Absence, Assignment, CodeFile, Coding, Encounter, Ruling, SavedView
from coding.rules.arranging import Slot
from coding.rules.lifecycle import EncounterStatus, HoldReason, Stage, WhoseMove
from coding.rules.reports.bodies import as_json
from coding.rules.work_queues import Conditions, Rules
from feedback.models import Attachment
from portal import storage
from portal.actions.invitations import invite_person
from portal.actions.oversight import start_review
from portal.actions.tokens_admin import create_token
from portal.models import ClientRule, Delivery, Job, JobState, TokenScope
from portal.rules.intake import ChartStatus, Refusal
from portal.rules.lifecycle import BatchStatus
from portal.rules.roles import Role
from portal.rules.specialties import Specialty
from tests import factories
from tests.coding.judged import told
from tests.coding.plan_constraints import alarm, audit, draw
from tests.coding.report_constraints import an_invoice, emergency, report, schedule
from tests.people_factories import CredentialDemandFactory, CredentialFactory
from tests.query_factories import QueryFactory


class World:
    """What the sweep walks over; attributes are the objects."""

    def __init__(self, **objects: Any) -> None:
        self.__dict__.update(objects)


def image() -> bytes:
    out = BytesIO()
    Image.new("L", (85, 110), 255).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def world(river, lake, ann, bea, cleo, otto, max_, bill, ada):
    now = timezone.now()
    kim = factories.UserFactory(name="Kim Larsen", roles=[Role.CODER])
    batch = factories.BatchFactory(practice=river)
    kept = storage.keep_bytes(image(), practice_id=river.pk, folder="charts")
    chart = factories.ChartFactory(batch=batch, storage_name=kept.name, sha256=kept.sha256, size=kept.size)
    drawn = storage.keep_bytes(image(), practice_id=river.pk, folder="pages", ending=".png")
    factories.PageFactory(chart=chart, number=1, image_name=drawn.name)

    def work(part: int, stage: Stage | None, status: EncounterStatus, holder=None, **fields: Any) -> Encounter:
        encounter = factories.EncounterFactory(chart=chart, part=part, status=status, **fields)
        if holder is not None:
            factories.AssignmentFactory(encounter=encounter, stage=stage, user=holder)
        return encounter

    held = work(
        4,
        None,
        EncounterStatus.HELD,
        hold_reason=HoldReason.MISSING_PAGE,
        hold_move=WhoseMove.PRACTICE,
        hold_stage=Stage.CODING,
        hold_return_at=now + timedelta(days=1),
        held_at=now,
        held_by=ann,
    )
    Assignment.objects.create(
        practice=river,
        encounter=held,
        stage=Stage.CODING,
        user=ann,
        started_at=now,
        lease_until=now,
        ended_at=now,
        end="released",
    )
    query = QueryFactory(encounter__chart=chart, encounter__part=5, asked_by=ann)
    factories.AssignmentFactory(encounter=query.encounter, stage=Stage.CODING, user=ann, ended_at=now, end="released")
    coding_work = work(2, Stage.CODING, EncounterStatus.CODING, ann)
    added = factories.AddendumFactory(encounter=coding_work, chart__storage_name=kept.name + "-later")
    image_name = storage.keep_bytes(image(), practice_id=river.pk, folder="pages", ending=".png").name
    factories.PageFactory(chart=added.chart, number=1, image_name=image_name)
    add_pages(encounter=coding_work, addendum=added, slots=[Slot(1)])
    verifying = work(3, Stage.VERIFICATION, EncounterStatus.VERIFYING, bea, coded_by=kim)
    Coding.objects.create(
        practice=river,
        encounter=verifying,
        version=1,
        stage=Stage.CODING,
        author=kim,
        date_of_service=now.date(),
        submitted_at=now,
    )
    done = factories.EncounterFactory(chart=chart, part=7, status=EncounterStatus.TO_CODE)
    submitted = factories.AssignmentFactory(
        encounter=done, stage=Stage.PRECODING, user=ann, ended_at=now, end=Assignment.End.FINISHED
    )
    judged = work(6, None, EncounterStatus.VERIFIED, coded_by=ann, finished_at=now)
    remarked = work(8, None, EncounterStatus.VERIFIED, coded_by=ann, finished_at=now, pages=[1])
    remark = factories.RemarkFactory(encounter=remarked, author=ann, raised_by=cleo)
    dispute = told(judged, coder=ann, verifier=bea, at=now)
    invitation, secret = invite_person(
        email="new@example.com", name="New Person", roles=[Role.CODER], practice=None, specialties=[], by=ada, at=now
    )
    token, bearer = create_token(
        practice=river, name="EHR", scopes=list(TokenScope), expires_at=now + timedelta(days=30), by=cleo, at=now
    )
    _, foreign_bearer = create_token(
        practice=lake, name="EHR", scopes=list(TokenScope), expires_at=now + timedelta(days=30), by=otto, at=now
    )
    sftp_account = factories.SftpAccountFactory(practice=river, created_by=cleo)
    channel = factories.ChannelFactory(practice=river, made_by=ada)
    result = storage.keep_bytes(b"result", practice_id=river.pk, folder="results")
    open_batch = factories.BatchFactory(practice=river, status=BatchStatus.OPEN, received_at=None, due_at=None)
    thread = factories.ThreadFactory(batch=batch)
    comment = factories.CommentFactory(thread=thread, author=cleo, needs_answer_from="service")
    return World(
        river=river,
        lake=lake,
        ann=ann,
        bea=bea,
        cleo=cleo,
        otto=otto,
        max=max_,
        bill=bill,
        ada=ada,
        kim=kim,
        batch=batch,
        open_batch=open_batch,
        upload=factories.UploadFactory(batch=open_batch, created_by=cleo),
        chart=chart,
        refused_chart=factories.ChartFactory(
            batch=batch, status=ChartStatus.UNREADABLE, reason=Refusal.SERVICE_FAULT, ready_at=None, page_count=None
        ),
        precoding_work=work(1, Stage.PRECODING, EncounterStatus.PRECODING, ann),
        coding_work=coding_work,
        added_chart=added.chart,
        verifying_work=verifying,
        held_work=held,
        query=query,
        dispute=dispute,
        drift_alarm=alarm(coder=ann),
        focused_audit=audit(practice=river, opened_by=max_),
        audit_draw=draw(practice=river, made_by=max_, frame=[[judged.pk, f"coder {ann.pk}"]]),
        ruling=Ruling.objects.create(
            practice=river, pattern="99213", text="Count the time.", starts_on=now.date(), issued_by=max_, issued_at=now
        ),
        code_file=CodeFile.objects.create(
            code_set="taxonomy",
            edition="26.1",
            effective=now.date(),
            file_name="nucc.csv",
            stored="code-files/00/0",
            sha256="0" * 64,
            size=1,
            sent_at=now,
            sent_by=ada,
        ),
        access_review=start_review(by=ada, at=now),
        emergency=emergency(encounter=judged, opened_at=now, until=now + timedelta(minutes=30)),
        report=report(practice=river, shared_at=now, made_at=now, body=as_json(an_invoice())),
        report_schedule=schedule(practice=river),
        provider=factories.ProviderFactory(practice=river),
        rule=ClientRule.objects.create(practice=lake, user=ann, reason="Conflict of interest"),
        invitation=invitation,
        saved_view=SavedView.objects.create(name="Late", query="is:overdue", made_by=max_, made_at=now),
        work_queue=make_queue(name="River first", rules=Rules(Conditions(practices=(river.pk,))), by=max_, at=now),
        absence=Absence.objects.create(
            user=kim,
            starts_on=now.date() + timedelta(days=30),
            ends_on=now.date() + timedelta(days=31),
            reason="holiday",
            made_at=now,
            made_by=max_,
        ),
        credential=CredentialFactory(user=kim, recorded_by=ada),
        demand=CredentialDemandFactory(practice=lake, specialty=Specialty.EMERGENCY, set_by=max_),
        join_token=secret,
        token=token,
        bearer=bearer,
        foreign_bearer=foreign_bearer,
        sftp_account=sftp_account,
        sftp_key=factories.SftpKeyFactory(account=sftp_account, created_by=cleo),
        fhir_endpoint=factories.FhirEndpointFactory(practice=river, created_by=ada),
        delivery=Delivery.objects.create(
            practice=river,
            batch=batch,
            version=1,
            format="csv",
            file_name="result.csv",
            storage_name=result.name,
            sha256=result.sha256,
            size=result.size,
            encounter_count=1,
            created_at=now,
        ),
        channel=channel,
        dispatch=factories.AttemptFactory(dispatch__channel=channel).dispatch,
        submission=factories.SubmissionFactory(assignment=submitted, user=ann),
        failed_job=Job.objects.create(
            kind="portal.render_chart",
            object_id=chart.pk,
            practice=river,
            state=JobState.FAILED,
            due_at=now,
            created_at=now,
        ),
        thread=thread,
        comment=comment,
        remarked=remarked,
        remark=remark,
        complaint=factories.ComplaintFactory(comment=comment, raised_by=cleo, owner=max_),
        saved_answer=factories.SavedAnswerFactory(created_by=max_),
        inbox_item=factories.InboxItemFactory(comment=comment, user=max_, kind="question"),
        attachment=Attachment.objects.create(
            practice=river,
            comment=comment,
            original_name="page.png",
            media_type="image/png",
            storage_name=storage.keep_bytes(image(), practice_id=river.pk, folder="attachments").name,
            sha256="0" * 64,
            size=10,
            created_at=now,
        ),
    )
