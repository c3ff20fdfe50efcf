"""What a person wishes of our e-mails: the page, the digest, the quiet hours."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from portal.actions.notice_wishes import change_wishes
from portal.actions.notices import hasten_notice, queue_notice
from portal.models import Job, JobState, Notice, NoticeWishes
from portal.tasks import make_digest, send_notice
from tests import factories
from tests.portal.test_notices import mail  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)  # in New York
EIGHT = datetime(2026, 3, 3, 13, tzinfo=UTC)


def wish(person, *, digest_hour=8, quiet=(None, None), **how):
    change_wishes(how=how, digest_hour=digest_hour, quiet_from=quiet[0], quiet_until=quiet[1], by=person, at=NOON)


def told(person, batch, kind="comment_added", *, at=NOON):
    return queue_notice(
        kind=kind, email=person.email, recipient=person, practice=batch.practice, batch=batch,
        link=f"/batches/{batch.pk}/", words={"encounters": 3, "unreadable": 0, "version": 1}, at=at,
    )  # fmt: skip


@pytest.fixture
def batch(river):
    return factories.BatchFactory(practice=river)


def do(kind, task, time_machine, at):
    """Every due job of the kind, at that time."""
    time_machine.move_to(at, tick=False)
    for job in Job.objects.filter(kind=kind, state=JobState.READY, due_at__lte=at):
        task(job_id=job.pk)


def test_what_goes_with_the_digest_is_one_mail_of_many_lines(cleo, batch, mail, time_machine):  # noqa: F811
    wish(cleo, comment_added="digest", results_ready="digest")
    notices = [told(cleo, batch), told(cleo, batch, "results_ready"), told(cleo, batch)]
    assert not Job.objects.filter(kind="portal.send_notice").exists()
    do("portal.make_digest", make_digest, time_machine, EIGHT - timedelta(minutes=1))
    assert not Notice.objects.filter(kind="digest").exists()
    do("portal.make_digest", make_digest, time_machine, EIGHT)
    do("portal.send_notice", send_notice, time_machine, EIGHT)
    [(receivers, message)] = mail.messages
    assert receivers == [cleo.email]
    assert message["Subject"] == "Chartline: 3 messages for you"
    for part in ("plain", "html"):
        body = message.get_body((part,)).get_content()
        assert body.count(f"https://chartline.example/batches/{batch.pk}/") == 3
        assert f"Results of {batch.label} are ready" in body
    for notice in notices:
        notice.refresh_from_db()
        assert notice.sent_at == EIGHT
    do("portal.make_digest", make_digest, time_machine, EIGHT + timedelta(days=1))
    do("portal.send_notice", send_notice, time_machine, EIGHT + timedelta(days=1))
    assert len(mail.messages) == 1


def test_a_digest_whose_sending_died_goes_again_as_the_same_message(cleo, batch, mail, time_machine):  # noqa: F811
    wish(cleo, comment_added="digest")
    told(cleo, batch)
    do("portal.make_digest", make_digest, time_machine, EIGHT)
    mail.data = ["451 4.3.0 Try again later"]
    do("portal.send_notice", send_notice, time_machine, EIGHT)
    told(cleo, batch, at=EIGHT)  # belongs to the next one
    do("portal.send_notice", send_notice, time_machine, EIGHT + timedelta(hours=1))
    [(_, message)] = mail.messages
    assert message["Subject"] == "Chartline: 1 message for you"
    assert Notice.objects.filter(kind="digest").count() == 1
    later = Job.objects.get(kind="portal.make_digest", state=JobState.READY)
    assert later.due_at == EIGHT + timedelta(days=1)


def test_in_quiet_hours_nothing_leaves(cleo, batch, mail, time_machine):  # noqa: F811
    wish(cleo, quiet=(22, 7))
    night = datetime(2026, 3, 3, 4, tzinfo=UTC)  # eleven in the evening in New York
    notice = told(cleo, batch, at=night)
    job = Job.objects.get(kind="portal.send_notice", object_id=notice.pk)
    assert job.due_at == datetime(2026, 3, 3, 12, tzinfo=UTC)
    do("portal.send_notice", send_notice, time_machine, night + timedelta(hours=1))
    assert mail.messages == []
    do("portal.send_notice", send_notice, time_machine, job.due_at)
    assert len(mail.messages) == 1


def test_what_somebody_does_not_want_is_never_sent_and_what_they_must_read_is(cleo, batch, mail, time_machine):  # noqa: F811
    wish(cleo, comment_added="off", answer_needed="off")
    told(cleo, batch)
    told(cleo, batch, "answer_needed")
    do("portal.send_notice", send_notice, time_machine, NOON)
    assert len(mail.messages) == 1
    assert "answer" in mail.messages[0][1]["Subject"].lower()


def test_a_stronger_reason_takes_it_out_of_the_digest(cleo, batch, mail, time_machine):  # noqa: F811
    wish(cleo, comment_added="digest")
    notice = told(cleo, batch)
    assert hasten_notice(notice=notice, kind="answer_needed", at=NOON)
    do("portal.send_notice", send_notice, time_machine, NOON)
    assert len(mail.messages) == 1
    do("portal.make_digest", make_digest, time_machine, EIGHT)
    assert not Notice.objects.filter(kind="digest").exists()


def test_a_stronger_reason_respects_the_quiet_hours(cleo, batch):
    night = datetime(2026, 3, 3, 4, tzinfo=UTC)
    wish(cleo, quiet=(22, 7))
    notice = told(cleo, batch, at=night)
    assert hasten_notice(notice=notice, kind="mention", at=night)
    assert Job.objects.get(kind="portal.send_notice").due_at == datetime(2026, 3, 3, 12, tzinfo=UTC)


# -- the page ------------------------------------------------------------------------------------
def choices(**more):
    kinds = ("results_ready", "delivery_trouble", "answer_needed", "mention", "comment_added", "upload_unfinished")
    return {
        **{f"how-{kind}": "at_once" for kind in kinds},
        "digest_hour": "8",
        "quiet_from": "",
        "quiet_until": "",
        **more,
    }


def test_the_page_keeps_what_was_chosen(cleo, as_user):
    page, browser = reverse("portal:notifications"), as_user(cleo)
    sent = choices(**{"how-mention": "off", "digest_hour": "6", "quiet_from": "20", "quiet_until": "6"})
    assert browser.post(page, sent).status_code == 302
    row = NoticeWishes.objects.get(user=cleo)
    assert (row.how["mention"], row.digest_hour, row.quiet_from, row.quiet_until) == ("off", 6, 20, 6)
    assert 'value="off" id="how-mention-off" aria-label="You were mentioned: Never" checked' in (
        browser.get(page).content.decode()
    )


@pytest.mark.parametrize(("more", "why"), [
    ({"quiet_from": "20"}, "Choose both hours"),
    ({"quiet_from": "20", "quiet_until": "20"}, "another hour"),
    ({"how-results_ready": "off"}, "Select a valid choice"),
    ({"digest_hour": "24"}, "Select a valid choice"),
])  # fmt: skip
def test_what_cannot_be_is_refused_with_the_reason(cleo, as_user, more, why):
    answer = as_user(cleo).post(reverse("portal:notifications"), choices(**more))
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert not NoticeWishes.objects.exists()


def test_who_gets_no_notices_of_choice_still_has_hours(ada, as_user):
    page = as_user(ada).get(reverse("portal:notifications")).content.decode()
    assert "Quiet from" in page
    assert "By kind" not in page
