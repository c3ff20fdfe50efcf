"""Uploading with and without JavaScript."""

import hashlib
import io
import json
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from portal.models import AuditEvent, Batch, BusinessAssociateAgreement, Chart
from portal.rules.intake import ChartStatus, Refusal
from portal.rules.lifecycle import BatchStatus
from tests import factories, files

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


def file(content=None, name="a.pdf"):
    return SimpleUploadedFile(name, files.small_pdf(1) if content is None else content)


def described(**more):
    return {"name": "March", "specialty": "cardiology", **more}


def opened(browser):
    """An open batch, as the script opens it."""
    answer = browser.post(reverse("portal:upload-batch"), described(), headers=JSON)
    assert answer.status_code == 201
    return answer.json()


def test_the_page_says_limits_and_promise_before_a_file_is_chosen(cleo, as_user):
    page = as_user(cleo).get(reverse("portal:upload")).content.decode()
    assert "200 MB" in page
    assert "PDF, TIFF" in page
    assert "ready by" in page
    assert 'value="Charts of ' in page
    assert not Batch.objects.exists()  # looking opens nothing


def test_without_javascript_one_form_receives_and_sends_everything(cleo, as_user):
    answer = as_user(cleo).post(
        reverse("portal:upload"),
        described(
            files=[file(), file(files.fax_tiff(1), "fax.tif"), file(files.html(), "bad.pdf"), file(name="copy.pdf")]
        ),
        follow=True,
    )
    batch = Batch.objects.get()
    assert (batch.status, batch.name, batch.created_by) == (BatchStatus.RECEIVED, "March", cleo)
    assert sorted(batch.charts.values_list("status", flat=True)) == ["duplicate", "received", "received", "unreadable"]
    page = answer.content.decode()
    assert "is sent. Follow it here." in page
    assert "The name says one type of file" in page
    assert "Same content as" in page


def test_a_form_without_files_comes_back_with_what_is_missing(cleo, as_user):
    answer = as_user(cleo).post(reverse("portal:upload"), described(name=""))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Choose at least one file." in page
    assert "Enter a batch name." in page
    assert not Batch.objects.exists()


def test_if_no_file_can_be_worked_on_the_batch_stays_open_and_says_why(cleo, as_user):
    answer = as_user(cleo).post(reverse("portal:upload"), described(files=[file(b"", "empty.pdf")]), follow=True)
    assert Batch.objects.get().status == BatchStatus.OPEN
    page = answer.content.decode()
    assert "Nothing was sent" in page
    assert "The file has no content" in page


def test_with_javascript_each_file_gets_its_own_answer(cleo, as_user):
    browser = as_user(cleo)
    urls = opened(browser)
    first = browser.post(urls["file_url"], {"file": file()}, headers={"Idempotency-Key": "1"}).json()
    chart = Chart.objects.get()
    assert first == {"outcome": "received", "name": "a.pdf", "detail": "Received", "chart": chart.pk}
    again = browser.post(urls["file_url"], {"file": file()}, headers={"Idempotency-Key": "1"}).json()
    assert again == first
    assert browser.post(urls["file_url"], {"file": file(name="b.pdf")}).json()["outcome"] == "duplicate"
    refused = browser.post(urls["file_url"], {"file": file(files.html(), "c.pdf")}).json()
    assert (refused["outcome"], refused["chart"]) == ("refused", None)
    assert "another" in refused["detail"]
    sent = browser.post(urls["commit_url"], described(name="April", choose="1", chart=[chart.pk]))
    assert sent.url == urls["url"]
    batch = Batch.objects.get()
    assert (batch.status, batch.name) == (BatchStatus.RECEIVED, "April")


def test_a_file_removed_in_the_browser_is_not_worked_on(cleo, as_user):
    browser = as_user(cleo)
    urls = opened(browser)
    keep = browser.post(urls["file_url"], {"file": file()}).json()["chart"]
    drop = browser.post(urls["file_url"], {"file": file(files.small_pdf(2), "b.pdf")}).json()["chart"]
    browser.post(urls["commit_url"], described(choose="1", chart=[keep]))
    assert Chart.objects.get(pk=keep).status == ChartStatus.RECEIVED
    assert Chart.objects.get(pk=drop).reason == Refusal.LEFT_OUT
    assert "Left out" in browser.get(urls["url"]).content.decode()


def test_a_batch_left_open_can_be_continued_and_sent_later(cleo, as_user):
    browser = as_user(cleo)
    urls = opened(browser)
    browser.post(urls["file_url"], {"file": file()})
    assert "Not sent yet" in browser.get(reverse("portal:home")).content.decode()
    assert "Not sent yet" in browser.get(urls["url"]).content.decode()
    browser.post(urls["commit_url"], described(files=[file(files.small_pdf(2), "b.pdf")]))
    assert Batch.objects.get().charts.filter(status=ChartStatus.RECEIVED).count() == 2
    assert Batch.objects.get().status == BatchStatus.RECEIVED


def test_a_file_for_a_batch_that_was_sent_is_refused(cleo, as_user, river):
    batch = factories.BatchFactory(practice=river)
    answer = as_user(cleo).post(reverse("portal:batch-file", args=[batch.pk]), {"file": file()})
    assert (answer.status_code, answer.json()["outcome"]) == (409, "refused")
    assert not Chart.objects.exists()


def test_a_request_without_a_file_is_answered_clearly(cleo, as_user):
    browser = as_user(cleo)
    answer = browser.post(opened(browser)["file_url"])
    assert (answer.status_code, answer.json()["outcome"]) == (400, "refused")


def test_without_an_agreement_nothing_is_received(cleo, as_user, river):
    BusinessAssociateAgreement.objects.filter(practice=river).update(ends_on=date(2020, 1, 2))
    browser = as_user(cleo)
    page = browser.get(reverse("portal:upload")).content.decode()
    assert "no business associate agreement" in page
    assert 'type="file"' not in page
    assert browser.post(reverse("portal:upload-batch"), described(), headers=JSON).status_code == 409
    browser.post(reverse("portal:upload"), described(files=[file()]))
    assert not Batch.objects.exists()


@pytest.mark.parametrize("who", ["ann", "bea", "max_", "ada", "bill"])
def test_only_the_practice_uploads(request, who, as_user, river):
    browser = as_user(request.getfixturevalue(who))
    batch = factories.BatchFactory(practice=river, status=BatchStatus.OPEN, received_at=None, due_at=None)
    assert browser.get(reverse("portal:upload")).status_code == 404
    assert browser.post(reverse("portal:upload-batch"), described()).status_code == 404
    assert browser.post(reverse("portal:batch-file", args=[batch.pk]), {"file": file()}).status_code == 404
    assert browser.post(reverse("portal:send-batch", args=[batch.pk]), described()).status_code == 404


def test_an_outsider_adds_nothing_and_sends_nothing(otto, as_user, river):
    batch = factories.BatchFactory(practice=river, status=BatchStatus.OPEN, received_at=None, due_at=None)
    browser = as_user(otto)
    assert browser.post(reverse("portal:batch-file", args=[batch.pk]), {"file": file()}).status_code == 404
    assert browser.post(reverse("portal:send-batch", args=[batch.pk]), described()).status_code == 404
    assert not Chart.objects.exists()
    assert AuditEvent.objects.filter(action="access.refused", actor=otto.pk).count() == 2


def test_another_batchs_chart_in_the_form_changes_nothing(cleo, as_user, river):
    browser = as_user(cleo)
    urls = opened(browser)
    mine = browser.post(urls["file_url"], {"file": file()}).json()["chart"]
    other = factories.ChartFactory(batch__practice=river)
    browser.post(urls["commit_url"], described(choose="1", chart=[mine, other.pk, "x", "-1"]))
    assert Chart.objects.get(pk=other.pk).status == ChartStatus.READY
    assert Batch.objects.get(pk=urls["batch"]).status == BatchStatus.RECEIVED


def test_who_sends_for_two_practices_chooses_one(as_user, river, lake, cleo):
    from portal.models import Membership, User

    Membership.objects.create(practice=lake, user=cleo)
    browser = as_user(User.objects.get(pk=cleo.pk))
    assert 'name="practice"' in browser.get(reverse("portal:upload")).content.decode()
    assert browser.post(reverse("portal:upload-batch"), described(), headers=JSON).status_code == 422
    answer = browser.post(reverse("portal:upload-batch"), described(practice=lake.pk), headers=JSON)
    assert Batch.objects.get(pk=answer.json()["batch"]).practice == lake


# -- size ----------------------------------------------------------------------------------------
class Endless(io.RawIOBase):
    """A body that notes how much of it was asked for; its pattern never holds a boundary."""

    def __init__(self, head: bytes, size: int, tail: bytes) -> None:
        self.parts, self.size, self.given, self.largest = [head, tail], len(head) + size + len(tail), 0, 0
        self.head, self.tail, self.fill = head, tail, size

    def read(self, size=-1):
        size = self.size - self.given if size is None or size < 0 else size
        self.largest = max(self.largest, size)
        out = bytearray()
        while size > len(out) and self.given < self.size:
            left = size - len(out)
            if self.given < len(self.head):
                part = self.head[self.given : self.given + left]
            elif self.given < len(self.head) + self.fill:
                part = b"x" * min(left, len(self.head) + self.fill - self.given)
            else:
                at = self.given - len(self.head) - self.fill
                part = self.tail[at : at + left]
            out += part
            self.given += len(part)
        return bytes(out)


def big_request(size, user, url="/upload/"):
    head = b'--frontier\r\nContent-Disposition: form-data; name="file"; filename="big.pdf"\r\n\r\n%PDF-1.4 '
    body = Endless(head, size, b"\r\n--frontier--\r\n")
    request = RequestFactory().generic("POST", url)
    request.environ |= {
        "CONTENT_TYPE": "multipart/form-data; boundary=frontier",
        "CONTENT_LENGTH": str(body.size),
        "wsgi.input": body,
    }
    request = type(request)(request.environ)
    request.user = user
    return request, body


def test_a_file_of_two_hundred_megabytes_goes_to_the_disk_not_to_memory(cleo):
    import tracemalloc

    request, body = big_request(200 * 1024**2, cleo)
    tracemalloc.start()
    arrived = request.FILES["file"]
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(arrived, TemporaryUploadedFile)
    assert arrived.size > 200 * 1024**2
    assert peak < 8 * 1024**2
    assert body.largest <= 1024**2
    arrived.close()


def test_a_body_beyond_the_batch_limit_is_refused_unread(cleo, settings):
    from django.core.exceptions import RequestDataTooBig

    settings.INTAKE_BATCH_LIMIT = 1024**2
    request, body = big_request(3 * 1024**2, cleo)
    with pytest.raises(RequestDataTooBig):
        request.FILES  # noqa: B018
    assert body.given == 0


def test_somebody_not_signed_in_cannot_fill_the_disk(client):
    from django.contrib.auth.models import AnonymousUser
    from django.core.exceptions import RequestDataTooBig

    request, body = big_request(6 * 1024**2, AnonymousUser(), "/account/login/")
    with pytest.raises(RequestDataTooBig):
        request.FILES  # noqa: B018
    assert body.given == 0


def test_the_script_gets_json_it_can_read(cleo, as_user):
    browser = as_user(cleo)
    answer = browser.post(reverse("portal:upload-batch"), described(name=""), headers=JSON)
    assert answer.status_code == 422
    assert "Enter a batch name." in json.loads(answer.content)["error"]


# -- in parts ------------------------------------------------------------------------------------
BIG = files.small_pdf(7) + b"\0" * 3000


def sha(content):
    return hashlib.sha256(content).hexdigest()


def begun(browser, urls, content=BIG, name="big.pdf"):
    answer = browser.post(urls["uploads_url"], {"name": name, "size": len(content)})
    assert answer.status_code == 201
    return answer.json()


def part(browser, upload, offset, content, sha256=None):
    headers = {"Upload-Offset": str(offset), "X-Content-SHA256": sha256 or sha(content)}
    return browser.patch(upload["url"], content, content_type="application/octet-stream", headers=headers)


def test_a_large_file_comes_in_parts_and_gets_the_answer_of_any_other(cleo, as_user):
    browser = as_user(cleo)
    urls = opened(browser)
    upload = begun(browser, urls)
    assert part(browser, upload, 0, BIG[:1000]).json() == {"offset": 1000, "size": len(BIG)}
    unfinished = browser.get(urls["uploads_url"]).json()["uploads"]
    assert [(one["name"], one["offset"], one["head"]) for one in unfinished] == [("big.pdf", 1000, sha(BIG[:1000]))]
    wrong = part(browser, upload, 0, BIG[:999])
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["offset"]) == (409, "wrong_offset", 1000)
    assert part(browser, upload, 1000, BIG[1000:], sha256=sha(b"x")).json()["code"] == "part_differs"
    assert browser.get(upload["url"]).json()["offset"] == 1000
    part(browser, upload, 1000, BIG[1000:])
    assert browser.post(upload["complete_url"], {"sha256": sha(b"x")}).json()["code"] == "file_differs"
    done = browser.post(upload["complete_url"], {"sha256": sha(BIG)}).json()
    chart = Chart.objects.get()
    assert done == {"outcome": "received", "name": "big.pdf", "detail": "Received", "chart": chart.pk}
    assert chart.sha256 == sha(BIG)
    assert browser.get(urls["uploads_url"]).json() == {"uploads": []}


def test_the_next_day_the_page_lists_what_is_unfinished_and_a_colleague_finishes_it(cleo, as_user, river, time_machine):
    browser = as_user(cleo)
    urls = opened(browser)
    upload = begun(browser, urls)
    part(browser, upload, 0, BIG[:1000])
    time_machine.move_to(timezone.now() + timedelta(days=1), tick=False)
    colleague = as_user(factories.UserFactory(roles=["practice"], practice=river))
    page = colleague.get(urls["url"]).content.decode()
    assert "Not completely arrived" in page
    assert "big.pdf" in page
    part(colleague, upload, 1000, BIG[1000:])
    assert colleague.post(upload["complete_url"], {"sha256": sha(BIG)}).json()["outcome"] == "received"
    assert "Not completely arrived" not in colleague.get(urls["url"]).content.decode()


def test_a_batch_sent_without_its_unfinished_files_says_so(cleo, as_user):
    browser = as_user(cleo)
    urls = opened(browser)
    chart = browser.post(urls["file_url"], {"file": file()}).json()["chart"]
    upload = begun(browser, urls)
    sent = browser.post(urls["commit_url"], described(choose="1", chart=[chart]), follow=True)
    assert "Without 1 file that had not arrived completely" in sent.content.decode()
    assert part(browser, upload, 0, BIG[:1000]).json()["code"] == "upload_ended"


def test_without_javascript_an_unfinished_file_is_removed_by_a_button(cleo, as_user):
    browser = as_user(cleo)
    urls = opened(browser)
    upload = begun(browser, urls)
    assert browser.post(upload["abandon_url"]).url == urls["url"]
    assert "big.pdf" not in browser.get(urls["url"]).content.decode()
    again = browser.post(upload["abandon_url"], follow=True).content.decode()
    assert "could not be removed" in again


def test_a_small_file_with_other_bytes_than_its_hash_is_not_kept(cleo, as_user):
    browser = as_user(cleo)
    urls = opened(browser)
    answer = browser.post(urls["file_url"], {"file": file()}, headers={"X-Content-SHA256": sha(b"x")})
    assert (answer.status_code, answer.json()["code"]) == (422, "part_differs")
    assert not Chart.objects.exists()
    right = browser.post(urls["file_url"], {"file": file()}, headers={"X-Content-SHA256": sha(files.small_pdf(1))})
    assert right.json()["outcome"] == "received"


def test_an_outsider_finds_no_upload(cleo, otto, as_user):
    browser, stranger = as_user(cleo), as_user(otto)
    upload = begun(browser, opened(browser))
    assert part(stranger, upload, 0, BIG[:1000]).status_code == 404
    for address in ("complete_url", "abandon_url"):
        assert stranger.post(upload[address], {"sha256": sha(BIG)}).status_code == 404
    assert stranger.get(upload["url"]).status_code == 404
