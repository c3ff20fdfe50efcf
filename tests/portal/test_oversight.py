"""Looking after access: who must be looked up, who was reviewed, and what a review keeps."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.actions.oversight import (
    InTheFuture,
    NotDecided,
    ReviewClosed,
    ReviewOpen,
    close_review,
    decide_access,
    note_exclusion_check,
    start_review,
)
from portal.actions.people import NotOneself
from portal.models import AccessReview, AuditEvent, ExclusionCheck, ReviewedAccess
from portal.rules.oversight import Decision, ExclusionList, Outcome, exclusion_due, remarks
from portal.rules.roles import Role
from tests import factories

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
BOTH = {ExclusionList.LEIE: DAY - timedelta(days=5), ExclusionList.SAM: DAY - timedelta(days=20)}


@pytest.mark.parametrize(
    ("last", "on", "late", "label"),
    [
        ({}, DAY, True, "Never checked: OIG exclusions (LEIE), SAM.gov exclusions"),
        ({ExclusionList.LEIE: DAY}, DAY, True, "Never checked: SAM.gov exclusions"),
        (BOTH, DAY, False, "Next check by Dec 1, 2026"),
        (BOTH, date(2026, 12, 1), False, "Next check by Dec 1, 2026"),
        (BOTH, date(2026, 12, 2), True, "Check was due Dec 1, 2026"),
    ],
)
def test_the_older_of_the_two_lists_says_when_a_check_is_due(last, on, late, label):
    due = exclusion_due(last, [Role.CODER], on=on)
    assert (due.late, due.label) == (late, label)


def test_people_of_a_practice_are_looked_up_by_their_employer():
    assert exclusion_due({}, [Role.PRACTICE], on=DAY) is None


def said(roles=(Role.CODER,), *, last_sign_in=NOON, has_factor=True, exclusion=None):
    return remarks(roles, last_sign_in=last_sign_in, has_factor=has_factor, exclusion=exclusion, at=NOON)


def test_a_reviewer_is_told_what_to_look_at():
    assert said() == ()
    assert said([Role.ADMIN, Role.CODER]) == ("Admin and Coder in one hand",)
    assert said(last_sign_in=None) == ("Never signed in",)
    assert said(last_sign_in=NOON - timedelta(days=90)) == ()
    assert said(last_sign_in=NOON - timedelta(days=91)) == ("Not signed in for 91 days",)
    assert said(has_factor=False) == ("No second step",)
    assert said([Role.PRACTICE], has_factor=False) == ()
    assert said(exclusion=exclusion_due({ExclusionList.LEIE: DAY}, [Role.CODER], on=DAY)) == (
        "Never checked: SAM.gov exclusions",
    )


def check(ann, ada, **fields):
    return note_exclusion_check(**{
        "user": ann, "where": ExclusionList.LEIE, "outcome": Outcome.CLEAR, "checked_on": DAY, "note": " 4711 ",
        "by": ada, "at": NOON, **fields,
    })  # fmt: skip


@pytest.mark.django_db
def test_a_look_up_is_noted_with_who_and_when_and_in_the_trail(ann, ada):
    assert check(ann, ada).note == "4711"
    event = AuditEvent.objects.get(action="exclusion.checked")
    assert (event.actor, event.object_id, event.detail["result"]) == (ada, ann.pk, "clear")


@pytest.mark.django_db
def test_nobody_looks_themselves_up_or_was_looked_up_tomorrow(ann, ada):
    with pytest.raises(NotOneself):
        check(ada, ada)
    with pytest.raises(InTheFuture):
        check(ann, ada, checked_on=DAY + timedelta(days=1))
    with pytest.raises(IntegrityError, match="portal_exclusioncheck_not_of_oneself"), transaction.atomic():
        ExclusionCheck.objects.create(user=ada, list="leie", outcome="clear", checked_on=DAY, at=NOON, by=ada)
    assert not ExclusionCheck.objects.exists()


@pytest.mark.django_db
def test_the_page_puts_who_is_due_first_and_a_match_leads_to_ending_their_access(client, ann, bea, ada):
    for where in ExclusionList:
        check(ann, ada, where=where, checked_on=timezone.localdate(), at=timezone.now())
    client.force_login(ada)
    page = client.get(reverse("portal:exclusions"))
    names = [row["name"] for row in page.context["rows"]]
    assert names.index(bea.name) < names.index(ann.name)
    answer = client.post(
        reverse("portal:exclusion_add", args=[bea.pk]),
        {"where": "sam", "outcome": "match", "checked_on": f"{timezone.localdate():%Y-%m-%d}"},
    )
    assert answer.url == reverse("portal:person_deactivate", args=[bea.pk])
    refused = client.post(
        reverse("portal:exclusion_add", args=[bea.pk]), {"where": "sam", "outcome": "clear", "checked_on": "2999-01-01"}
    )
    assert refused.status_code == 422
    assert b"This day has not come yet." in refused.content


@pytest.mark.django_db
def test_a_review_lists_everybody_as_they_were_when_it_began(ann, cleo, ada, river):
    review = start_review(by=ada, at=NOON)
    ann.name = "Ann Another"
    ann.save()
    row = ReviewedAccess.objects.get(review=review, user=ann)
    assert (row.name, row.roles) != ("Ann Another", [])
    assert "No second step" in row.remarks
    assert ReviewedAccess.objects.get(review=review, user=cleo).practice_name == river.name
    with pytest.raises(ReviewOpen):
        start_review(by=ada, at=NOON)


@pytest.mark.django_db
def test_nobody_decides_on_themselves_and_a_review_closes_once_all_are_decided(ann, ada):
    other = factories.UserFactory(roles=[Role.ADMIN])
    review = start_review(by=ada, at=NOON)
    every = list(review.rows.values_list("pk", flat=True))
    assert decide_access(review=review, rows=every, decision=Decision.KEEP, note="", by=ada, at=NOON) == len(every) - 1
    with pytest.raises(NotDecided, match="1"):
        close_review(review=review, by=ada, at=NOON)
    own = review.rows.get(user=ada)
    decide_access(review=review, rows=[own.pk], decision=Decision.KEEP, note="", by=other, at=NOON)
    close_review(review=review, by=ada, at=NOON)
    with pytest.raises(ReviewClosed):
        decide_access(review=review, rows=every, decision=Decision.END, note="x", by=other, at=NOON)
    with pytest.raises(ReviewClosed):
        close_review(review=review, by=ada, at=NOON)
    assert start_review(by=ada, at=NOON).pk != review.pk


@pytest.mark.django_db
def test_an_admin_walks_through_a_review_in_the_browser_forms(client, ann, bea, ada):
    client.force_login(ada)
    client.post(reverse("portal:access_review_start"))
    review = AccessReview.objects.get()
    address = reverse("portal:access_review", args=[review.pk])
    row = review.rows.get(user=ann)
    decide = reverse("portal:access_review_decide", args=[review.pk])
    unsaid = client.post(decide, {"rows": [row.pk], "decision": "end"})
    assert unsaid.status_code == 422
    assert b"Say what must be done and why." in unsaid.content
    client.post(decide, {"rows": [row.pk], "decision": "end", "note": "=Left in May"})
    assert "End access: =Left in May" in " ".join(client.get(address).content.decode().split())
    left = client.get(address, {"show": "open"}).context["rows"]
    assert ann.pk not in {one["row"].user_id for one in left}
    client.post(reverse("portal:access_review_close", args=[review.pk]))
    review.refresh_from_db()
    assert review.closed_at is None
    table = client.get(reverse("portal:access_review_file", args=[review.pk])).content.decode("utf-8-sig")
    rows = {one["Name"]: one for one in csv.DictReader(io.StringIO(table, newline=""))}
    assert (rows[ann.name]["Decision"], rows[ann.name]["Note"]) == ("End access", "'=Left in May")
