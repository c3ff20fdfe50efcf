"""A finished batch for the clinical formats."""

from datetime import date

import pytest
from django.utils import timezone

from coding.actions.delivery import queue_delivery_if_complete
from coding.models import Coding, Diagnosis, EncounterPage, PreCoding, ProcedureLine, Verification
from coding.rules.codings import System
from coding.tasks import deliver_batch as task
from portal import storage
from portal.models import Contract, Delivery, Job, JobState
from tests import factories
from tests.coding.worded import passage, worded_chart

SERVED = date(2026, 3, 2)
CLINICAL = ["fhir", "hl7", "summary", "superbill"]


def coded(encounter, author, *, diagnoses, lines, day=SERVED, version=1, **fields):
    """A version with its lines: (code, passages) and (code, modifiers, units, pointers, passages)."""
    practice = encounter.practice
    coding = Coding.objects.create(
        practice=practice, encounter=encounter, version=version, stage=fields.pop("stage", "coding"), author=author,
        date_of_service=day, submitted_at=timezone.now(), **fields,
    )  # fmt: skip
    system = System.ICD9CM if day < date(2015, 10, 1) else System.ICD10CM
    for place, (code, *evidence) in enumerate(diagnoses, start=1):
        Diagnosis.objects.create(
            practice=practice, coding=coding, position=place, system=system, code=code, evidence=shown(evidence)
        )
    for place, (code, modifiers, units, pointers, *evidence) in enumerate(lines, start=1):
        ProcedureLine.objects.create(
            practice=practice, coding=coding, position=place, code=code, modifiers=modifiers, units=units,
            pointers=pointers, evidence=shown(evidence),
        )  # fmt: skip
    return coding


def shown(passages):
    return [
        {"page": one.page, "number": 2, "boxes": [list(box) for box in one.boxes], "quote": one.quote}
        for one in passages
    ]


def visit(chart, ann, *, day=SERVED, part=1, **known):
    encounter = factories.EncounterFactory(
        chart=chart, status="verified", finished_at=timezone.now(), part=part, pages=known.pop("pages", None)
    )
    fields = {"patient_name": "Quinlan, Marta Louise", "birth_date": date(1961, 2, 3), "sex": "F",
              "place_of_service": "11", "member_id": "W-77", "account_number": "A-1", **known}  # fmt: skip
    provider = factories.ProviderFactory(practice=chart.practice, name="Dr. Ana Reyes")
    PreCoding.objects.create(**{
        "practice": chart.practice, "encounter": encounter, "date_from": day, "date_to": day,
        "visit_type": "established", "finished_by": ann, "finished_at": timezone.now(), "rendering_provider": provider,
        **fields,
    })  # fmt: skip
    return encounter


@pytest.fixture
def batch(river, ann, bea):
    """Two visits with evidence, one of before ICD-10 on a turned page, one not billable, and a chart not readable."""
    for code, title in (("M1711", "Unilateral primary osteoarthritis, right knee"), ("I10", "Essential hypertension")):
        factories.CodeFactory(code=code, title=title)
    factories.CodeFactory(code="4800", title="Pneumonia due to adenovirus", system=System.ICD9CM)
    chart = worded_chart(river)
    _, plan = chart.pages.order_by("number")
    knee = visit(
        chart, ann, location=factories.LocationFactory(practice=river, name="Main Street"),
        payer=factories.PayerFactory(practice=river, name="Aetna", electronic_id="60054"),
    )  # fmt: skip
    first = coded(
        knee, ann, checks=["99213 with 20610 needs modifier 25."], check_reason="documented",
        diagnoses=[("M1711", passage(plan, "Primary osteoarthritis of the right knee")), ("I10",)],
        lines=[("99213", ["25"], 1, [1, 2], passage(plan, "Established patient office visit")),
               ("20610", ["RT"], 1, [1])],
    )  # fmt: skip
    Verification.objects.create(
        practice=river, encounter=knee, coder_version=first, coder=ann, verifier=bea, verdict="verified",
        at=timezone.now(),
    )  # fmt: skip
    old_chart = worded_chart(river, batch=chart.batch)
    old = visit(old_chart, ann, day=date(2015, 9, 30), patient_name="Ida van der Berg", sex="U", account_number="")
    page = old_chart.pages.get(number=2)
    EncounterPage.objects.filter(encounter=old, page=page).update(turn=90)
    coded(old, ann, day=date(2015, 9, 30), diagnoses=[("4800", passage(page, "Essential hypertension controlled"))],
          lines=[("99212", [], 1, [1])])  # fmt: skip
    letter = factories.ChartFactory(batch=chart.batch)
    factories.EncounterFactory(
        chart=letter, status="not_billable", not_billable_reason="not_a_visit", finished_at=timezone.now()
    )
    factories.ChartFactory(batch=chart.batch, status="unreadable", reason="empty", ready_at=None, page_count=None)
    Contract.objects.filter(practice=river).update(delivery_formats=CLINICAL)
    return chart.batch


def deliver(batch):
    job = queue_delivery_if_complete(batch=batch, at=timezone.now())
    task(job_id=job.pk)
    assert Job.objects.get(pk=job.pk).state == JobState.DONE
    return {one.format: one for one in Delivery.objects.filter(batch=batch).exclude(format="manifest")}


def content(delivery):
    return storage.opened(delivery.storage_name).read()
