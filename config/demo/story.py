"""Sends the demo charts along the line through the same actions that people use, at times in the last days."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count, cycle

from allauth.account.models import EmailAddress
from django.core.files.base import File

from coding.actions.coding import submit_coding
from coding.actions.delivery import deliver_batch
from coding.actions.drafts import save_draft
from coding.actions.flow import roll_up
from coding.actions.holds import hold, mark_not_billable
from coding.actions.precoding import PreCodingFacts, finish_precoding
from coding.actions.queue import give, prioritise
from coding.actions.verification import give_verdict
from coding.models import Assignment, Encounter, Verdict
from coding.rules.check_reasons import CheckReason
from coding.rules.codings import CodedEncounter
from coding.rules.lifecycle import EncounterStatus, HoldReason, NotBillableReason, WhoseMove
from config.demo import scans
from config.demo.cast import PASSWORD, PEOPLE, PRACTICES, DemoPractice
from config.demo.channels import send_everything, set_up_channels
from config.demo.notes import NOTES, PATIENTS, Note, coded
from config.demo.plans import plan_work
from config.demo.quality import Quality
from config.demo.reports import PRICES, tell_of_months
from config.demo.running import run
from config.demo.talk import talk
from portal.actions.batches import open_batch, send_batch
from portal.actions.charts import receive_file
from portal.actions.jobs import claim_job
from portal.actions.pages import render_chart
from portal.models import (
    Batch,
    BusinessAssociateAgreement,
    Chart,
    Contract,
    Job,
    JobState,
    Location,
    Membership,
    Payer,
    Practice,
    Provider,
    Skill,
    User,
    UserRole,
)
from portal.rules.specialties import Specialty

SEXES = {"F": "F", "M": "M"}


@dataclass(frozen=True)
class Plan:
    """A batch: who sends it, how long ago, and how far each of its charts has come."""

    practice: str
    name: str
    specialty: Specialty
    hours_ago: int
    steps: str  # one letter a chart, see `Story.bring`


# p to pre-code · c to code · w being coded · v to verify · r returned · h on hold · n not billable · x corrected ·
# d verified · q a query is open · a answered · o overdue
PLANS = (
    Plan("RIVER", "Clinic notes, last month", Specialty.PRIMARY_CARE, 24 * 30, "xdxxo"),
    Plan("LAKE", "Emergency room, last month", Specialty.EMERGENCY, 24 * 27, "xxdx"),
    Plan("RIVER", "Clinic notes, first week of November", Specialty.PRIMARY_CARE, 210, "ddxddnd"),
    Plan("LAKE", "Emergency room, weekend", Specialty.EMERGENCY, 150, "dxdddd"),
    Plan("RIVER", "Cardiology clinic", Specialty.CARDIOLOGY, 30, "vvcrhdnx"),
    Plan("LAKE", "Fracture clinic and injections", Specialty.ORTHOPEDICS, 26, "vcchvpdpx"),
    Plan("RIVER", "Clinic notes, this week", Specialty.PRIMARY_CARE, 9, "wvcccppxqa"),
    Plan("RIVER", "Chest films", Specialty.RADIOLOGY, 2, "ppp"),
    Plan("LAKE", "Endoscopy list", Specialty.GASTROENTEROLOGY, 1, "pppp"),
)

QUERIES = {"q": "open", "a": "answered", "o": "overdue"}

WAITING_STEPS = frozenset("pcwvrhqa")  # of a batch in which there is still something to do

# What the charts on hold ask their practices.
QUESTIONS = {
    "Cardiology clinic": "Was the electrocardiogram read by Dr. Okoro or sent out?",
    "Fracture clinic and injections": "Which knee was injected? The note says both.",
}


def seed(*, now: datetime) -> None:
    """Everything, in the caller's transaction and the service's scope."""
    story = Story(now)
    for practice in PRACTICES:
        story.set_up(practice)
    story.invite_everyone()
    for known in story.practices.values():
        story.quality.agree_on_terms(known, now)
    set_up_channels(story.practices, by=story.people["ada"], now=now)
    for plan in PLANS:
        story.tell(plan)
    send_everything()
    story.spoil(now - timedelta(minutes=50))
    talk(story.people, story.batches, now)
    story.quality.argue(now)
    tell_of_months(story.practices.values(), story.people["max"], now=now)
    run(story.people, story.practices, now=now)
    plan_work(story.people, story.practices, now)
    roll_up(at=now)


class Story:
    """The demo while it is being told."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.people: dict[str, User] = {}
        self.practices: dict[str, Practice] = {}
        self.numbers = count(1)
        self.patients = cycle(PATIENTS)
        self.batches: dict[str, Batch] = {}
        self.told: dict[int, tuple[Note, PreCodingFacts]] = {}
        self.quality = Quality(self.people, self.right)

    # -- who ---------------------------------------------------------------------------------

    def set_up(self, wanted: DemoPractice) -> None:
        practice = Practice.objects.create(code=wanted.code, name=wanted.name)
        start = date(self.now.year - 1, 1, 1)
        Contract.objects.create(
            practice=practice,
            starts_on=start,
            turnaround_hours=wanted.turnaround_hours,
            verification_share=wanted.verification_share,
            late_credit_a_day=2,
            late_credit_most=10,
            delivery_formats=["csv", "xlsx", "summary", "superbill", "hl7", "fhir"],
            **PRICES,
        )
        BusinessAssociateAgreement.objects.create(practice=practice, signed_on=start, starts_on=start)
        for name, npi, specialty in wanted.providers:
            Provider.objects.create(practice=practice, name=name, npi=npi, specialty=specialty)
        for name, place in wanted.locations:
            Location.objects.create(practice=practice, name=name, place_of_service=place)
        for name, electronic in wanted.payers:
            Payer.objects.create(practice=practice, name=name, electronic_id=electronic)
        self.practices[wanted.code] = practice

    def invite_everyone(self) -> None:
        for person in PEOPLE:
            user = User.objects.create_user(
                email=person.email, password=PASSWORD, name=person.name, push_limit=person.push_limit
            )
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
            UserRole.objects.bulk_create(UserRole(user=user, role=role) for role in person.roles)
            Skill.objects.bulk_create(Skill(user=user, specialty=specialty) for specialty in person.specialties)
            if person.practice:
                Membership.objects.create(practice=self.practices[person.practice], user=user)
            self.people[person.name.split()[0].lower()] = user

    # -- what comes in -----------------------------------------------------------------------

    def tell(self, plan: Plan) -> None:
        sender = self.people["cleo" if plan.practice == "RIVER" else "otto"]
        at = self.now - timedelta(hours=plan.hours_ago)
        batch = open_batch(
            practice=self.practices[plan.practice], name=plan.name, specialty=plan.specialty, by=sender, at=at
        )
        notes = cycle([note for note in NOTES if note.specialty is plan.specialty])
        told = [self.receive(batch, next(notes), sender, at) for _step in plan.steps]
        send_batch(batch=batch, by=sender, at=at + timedelta(minutes=3))
        self.do_jobs("portal.render_chart", render_chart, at + timedelta(minutes=4))
        for step, (chart, note, visit) in zip(plan.steps, told, strict=True):
            self.bring(Encounter.objects.get(chart=chart), step, note, visit, at + timedelta(minutes=10))
        if not set(plan.steps) & WAITING_STEPS:
            self.quality.do_twice(at + timedelta(hours=20))
        self.do_jobs("coding.deliver_batch", deliver_batch, at + timedelta(hours=min(plan.hours_ago, 20)))
        self.batches[plan.name] = batch

    def receive(self, batch: Batch, note: Note, sender: User, at: datetime) -> tuple[Chart, Note, PreCodingFacts]:
        number = next(self.numbers)
        visit = self.visit(batch, note, number, at)
        images = scans.pages(
            letterhead=batch.practice.name,
            facts=[
                f"Patient: {visit.patient_name}",
                f"Born: {visit.birth_date:%m/%d/%Y}",
                f"Date of service: {visit.date_from:%m/%d/%Y}",
                f"Account: {visit.account_number}",
                f"Insurance: {visit.payer.name if visit.payer else ''}",
                f"Member id: {visit.member_id}",
            ],
            title=note.title,
            body=note.body,
            signed=f"Signed electronically by {visit.rendering_provider.name}",
            seed=number,
        )
        as_fax = number % 4 == 0
        content = scans.as_tiff(images) if as_fax else scans.as_pdf(images)
        name = f"scan-{number:03d}.{'tif' if as_fax else 'pdf'}"
        receipt = receive_file(batch=batch, file=File(io.BytesIO(content), name=name), name=name, by=sender, at=at)
        return receipt.chart, note, visit

    def visit(self, batch: Batch, note: Note, number: int, at: datetime) -> PreCodingFacts:
        practice = batch.practice
        name, sex, born = next(self.patients)
        emergency = note.specialty is Specialty.EMERGENCY
        location = Location.objects.filter(practice=practice, place_of_service="23" if emergency else "11").first()
        day = (at - timedelta(days=1)).date()
        return PreCodingFacts(
            patient_name=name,
            birth_date=date.fromisoformat(born),
            sex=SEXES[sex],
            date_from=day,
            date_to=day,
            rendering_provider=Provider.objects.get(practice=practice, specialty=note.specialty),
            place_of_service=location.place_of_service if location else "11",
            visit_type=note.visit_type,
            account_number=f"{practice.code[:2]}-{10000 + number}",
            location=location,
            payer=Payer.objects.filter(practice=practice)[number % 2],
            member_id=f"{practice.code[0]}{730000 + number * 37}",
        )

    def do_jobs(self, kind: str, action: object, at: datetime) -> None:
        """What a worker would do, at once."""
        for job in Job.objects.filter(kind=kind, state=JobState.READY).order_by("pk"):
            claim = claim_job(job_id=job.pk, at=max(at, job.due_at))
            if claim is not None:
                action(claim=claim, at=at)  # type: ignore[operator]

    # -- the work ----------------------------------------------------------------------------

    def bring(self, encounter: Encounter, step: str, note: Note, visit: PreCodingFacts, at: datetime) -> None:
        """Take an encounter as far as its letter says."""
        if step == "p":
            return
        clock = self.clock(at)
        coder = self.people["kim" if encounter.practice.code == "LAKE" else "ann"]
        if step == "n":
            first = self.given(encounter, coder, next(clock))
            mark_not_billable(assignment=first, by=coder, at=next(clock), reason=NotBillableReason.NOT_A_VISIT)
            return
        self.told[encounter.pk] = (note, visit)
        self.precode(encounter, coder, visit, clock)
        if step in QUERIES:
            assignment = self.given(encounter, coder, next(clock))
            self.quality.ask(assignment, note, QUERIES[step], next(clock))
            return
        if step in "ch" or step == "w":
            self.leave_unfinished(encounter, step, note, coder, clock)
            return
        self.quality.suggest(encounter, note, next(clock))
        self.code(encounter, coder, note, visit, clock, slip=step in "xr")
        if step == "v" or encounter.status != EncounterStatus.TO_VERIFY:
            return
        self.verify(encounter, step, note, visit, clock)

    def clock(self, at: datetime) -> Iterator[datetime]:
        """Times a few minutes apart."""
        return (at + timedelta(minutes=3 * tick) for tick in count())

    def given(self, encounter: Encounter, to: User, at: datetime) -> Assignment:
        encounter.refresh_from_db()
        return give(encounter=encounter, to=to, by=self.people["max"], at=at)

    def precode(self, encounter: Encounter, coder: User, visit: PreCodingFacts, clock: Iterator[datetime]) -> None:
        assignment = self.given(encounter, coder, next(clock))
        finish_precoding(assignment=assignment, by=coder, at=next(clock), facts=visit)

    def leave_unfinished(
        self, encounter: Encounter, step: str, note: Note, coder: User, clock: Iterator[datetime]
    ) -> None:
        if step == "h":
            assignment = self.given(encounter, coder, next(clock))
            hold(
                assignment=assignment,
                by=coder,
                at=next(clock),
                reason=HoldReason.DOCUMENTATION_UNCLEAR,
                whose_move=WhoseMove.PRACTICE,
                return_at=self.now + timedelta(days=2),
                comment=QUESTIONS[encounter.batch.name],
            )
        elif step == "w":
            assignment = self.given(encounter, coder, self.now - timedelta(minutes=1))
            body = {"diagnoses": [{"code": note.diagnoses[0]}], "procedures": [], "comment": ""}
            save_draft(assignment=assignment, by=coder, version=0, body=body, at=self.now)
        elif encounter.pk % 2:
            prioritise(encounter=encounter, priority=1, by=self.people["max"], at=next(clock))

    def code(
        self,
        encounter: Encounter,
        coder: User,
        note: Note,
        visit: PreCodingFacts,
        clock: Iterator[datetime],
        *,
        slip: bool,
    ) -> None:
        assignment = self.given(encounter, coder, next(clock))
        version = coded(note, visit, slip=slip)
        if slip:
            version = self.quality.led(encounter, note, version)
        submit_coding(
            assignment=assignment,
            by=coder,
            at=next(clock),
            coded=version,
            reason=CheckReason.DOCUMENTED,
            decided=self.quality.decided(encounter, version),
        )
        encounter.refresh_from_db()

    def right(self, encounter: Encounter, *, slip: bool = False) -> CodedEncounter:
        """The codes of a visit or of its repeat."""
        note, visit = self.told[encounter.repeats_id or encounter.pk]
        return coded(note, visit, slip=slip)

    def verify(
        self, encounter: Encounter, step: str, note: Note, visit: PreCodingFacts, clock: Iterator[datetime]
    ) -> None:
        bea = self.people["bea"]
        assignment = self.given(encounter, bea, next(clock))
        verdict = {"x": Verdict.CORRECTED, "r": Verdict.RETURNED}.get(step, Verdict.VERIFIED)
        give_verdict(
            assignment=assignment,
            by=bea,
            at=next(clock),
            verdict=verdict,
            coded=None if verdict is Verdict.VERIFIED else coded(note, visit, slip=False),
            comment="The second diagnosis is documented in the plan; please look again." if step == "r" else "",
        )

    # -- what goes wrong, and the talk ---------------------------------------------------------

    def spoil(self, at: datetime) -> None:
        """A batch with a saved error page, an empty file and a chart that was sent before."""
        cleo = self.people["cleo"]
        batch = open_batch(
            practice=self.practices["RIVER"],
            name="Late additions",
            specialty=Specialty.PRIMARY_CARE,
            by=cleo,
            at=at,
        )
        before = Chart.objects.filter(practice=batch.practice).earliest("pk")
        note = NOTES[1]
        self.receive(batch, note, cleo, at)
        with before_again(before) as same:
            receive_file(batch=batch, file=same, name="scan-001 (copy).pdf", by=cleo, at=at)
        page = b"<!DOCTYPE html><title>Error</title><p>Your sign-in has expired.</p>"
        receive_file(batch=batch, file=File(io.BytesIO(page)), name="export.pdf", by=cleo, at=at)
        receive_file(batch=batch, file=File(io.BytesIO(b"")), name="empty.pdf", by=cleo, at=at)
        send_batch(batch=batch, by=cleo, at=at + timedelta(minutes=1))
        self.do_jobs("portal.render_chart", render_chart, at + timedelta(minutes=2))


def before_again(chart: Chart) -> File[bytes]:
    """The bytes of a chart that was received before."""
    from portal.storage import opened

    return File(io.BytesIO(opened(chart.storage_name).read()))
