"""The superbill of one visit: the page that the delivery had, for those who may have its results."""

import pypdfium2
import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.superbill import NoSuperbill, make_superbill
from coding.models import Encounter
from portal.models import AuditEvent
from tests.coding.clinical.conftest import content, deliver

pytestmark = pytest.mark.django_db


def address(visit):
    return reverse("coding:superbill", args=[visit.pk])


def first_of(batch):
    return batch.encounters.order_by("pk").first()


def text_of(pdf, page=0):
    with pypdfium2.PdfDocument(pdf) as document:
        return document[page].get_textpage().get_text_bounded().rpartition("RIVER-")[0]


def test_cleo_takes_the_superbill_of_a_visit_as_it_was_delivered(batch, cleo, as_user):
    sent = deliver(batch)["superbill"]
    visit = first_of(batch)
    link = as_user(cleo).get(reverse("coding:encounter", args=[visit.pk])).content.decode()
    assert f'href="{address(visit)}"' in link
    answer = as_user(cleo).get(address(visit))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == (
        f'attachment; filename="RIVER-{batch.label}-v1-{visit.label}.superbill.pdf"'
    )
    assert answer["Cache-Control"] == "no-store"
    assert text_of(answer.content) == text_of(content(sent))
    assert "Signature of Dr. Ana Reyes" in text_of(answer.content)
    event = AuditEvent.objects.get(action="superbill.made")
    assert (event.actor, event.object_id) == (cleo, visit.pk)


def test_made_again_it_is_the_same(batch, cleo):
    deliver(batch)
    visit = Encounter.objects.get(pk=first_of(batch).pk)
    first, again = (make_superbill(encounter=visit, by=cleo, at=timezone.now()) for _ in range(2))
    assert first == again


@pytest.mark.parametrize("which", ["not delivered", "not billable", "reopened"])
def test_without_delivered_codes_there_is_none(batch, cleo, as_user, which):
    visit = first_of(batch)
    if which != "not delivered":
        deliver(batch)
    if which == "not billable":
        visit = batch.encounters.get(not_billable_reason="not_a_visit")
    if which == "reopened":
        Encounter.objects.filter(pk=visit.pk).update(status="to_code", finished_at=None)
    answer = as_user(cleo).get(address(visit), follow=True)
    assert answer.redirect_chain == [(reverse("coding:encounter", args=[visit.pk]), 302)]
    assert "A visit has a superbill once it is delivered with codes." in answer.content.decode()
    assert "Superbill (PDF)" not in answer.content.decode()
    with pytest.raises(NoSuperbill):
        make_superbill(encounter=Encounter.objects.get(pk=visit.pk), by=cleo, at=timezone.now())
    assert not AuditEvent.objects.filter(action="superbill.made").exists()


def test_otto_and_ann_find_none(batch, otto, ann, as_user):
    deliver(batch)
    for stranger in (otto, ann):
        assert as_user(stranger).get(address(first_of(batch))).status_code == 404
