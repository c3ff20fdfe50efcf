"""Home, the list of batches, one batch, its charts and their pages."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal import storage
from portal.models import AuditEvent, Chart, Delivery, Job, Outcome
from portal.rules.intake import ADVICE, REASONS_OF, ChartStatus, Refusal
from portal.rules.lifecycle import BatchStatus
from portal.views import home
from portal.views.batches import A_PAGE, CHARTS_A_PAGE
from portal.views.uploads import NOT_OPEN
from tests import damage, factories, files

pytestmark = pytest.mark.django_db


def text_of(answer):
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def batch(river):
    return factories.BatchFactory(practice=river, name="Clinic notes")


@pytest.fixture
def chart(batch):
    stored = storage.keep_bytes(files.small_pdf(1), practice_id=batch.practice_id, folder="charts")
    return factories.ChartFactory(
        batch=batch, original_name="Mary Jones.pdf", storage_name=stored.name, sha256=stored.sha256, size=stored.size
    )


@pytest.fixture
def page(chart):
    stored = storage.keep_bytes(files.png(), practice_id=chart.practice_id, folder="pages", ending=".png")
    return factories.PageFactory(chart=chart, number=1, image_name=stored.name)


# -- landing -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "landing"),
    [
        ("ann", "coding:queue"),
        ("bea", "coding:queue"),
        ("max_", "coding:operations"),
        ("bill", "claims:ready"),
        ("ada", "portal:people"),
    ],
)
def test_staff_land_at_their_work(request, who, landing, as_user):
    answer = as_user(request.getfixturevalue(who)).get(reverse("portal:home"))
    assert (answer.status_code, answer.url) == (302, reverse(landing))


def test_who_is_not_signed_in_is_asked_to(client):
    answer = client.get(reverse("portal:home"))
    assert answer.status_code == 302
    assert reverse("account_login") in answer.url


def test_somebody_without_a_role_is_told_so(as_user):
    assert "No role was given" in text_of(as_user(factories.UserFactory()).get(reverse("portal:home")))


def test_a_new_practice_is_told_how_it_works(cleo, as_user):
    assert "No batches yet" in text_of(as_user(cleo).get(reverse("portal:home")))


def test_home_shows_what_is_in_progress_and_what_came_back(cleo, as_user, batch):
    factories.ChartFactory(batch=batch)
    factories.ChartFactory(batch=batch, status=ChartStatus.UNREADABLE, reason=Refusal.EMPTY, ready_at=None)
    done = factories.BatchFactory(
        practice=batch.practice, name="Last week", status=BatchStatus.DELIVERED, delivered_at=timezone.now()
    )
    for version in (1, 2):
        delivery = Delivery.objects.create(
            practice=done.practice, batch=done, version=version, format="csv", file_name=f"a-{version}.csv",
            storage_name=f"results/{version}", sha256="0" * 64, size=10, encounter_count=1, created_at=timezone.now(),
        )  # fmt: skip
    shown = text_of(as_user(cleo).get(reverse("portal:home")))
    assert "Clinic notes" in shown
    assert "Due in 23 h" in shown or "Due in 24 h" in shown
    assert "Last week" in shown
    assert shown.count(reverse("coding:delivery", args=[delivery.pk])) == 1
    assert shown.count("Download CSV") == 1


# -- the list ------------------------------------------------------------------------------------
def test_the_list_shows_one_practices_batches_only(cleo, otto, as_user, batch):
    address = reverse("portal:batches")
    assert "Clinic notes" in text_of(as_user(cleo).get(address))
    assert "Clinic notes" not in text_of(as_user(otto).get(address))


def test_the_list_can_be_turned_over_and_back_without_gap_or_repeat(cleo, as_user, river):
    now = timezone.now()
    for n in range(A_PAGE * 2 + 5):
        factories.BatchFactory(practice=river, number=n + 1, created_at=now - timedelta(minutes=n // 3))
    browser, address, seen = as_user(cleo), reverse("portal:batches"), []
    queries = ""
    while queries is not None:
        answer = browser.get(address + queries)
        seen += [row["pk"] for row in answer.context["rows"]]
        last, queries = answer, answer.context["pagination"]["next_url"]
    assert len(seen) == len(set(seen)) == A_PAGE * 2 + 5
    back = browser.get(address + last.context["pagination"]["previous_url"])
    assert [row["pk"] for row in back.context["rows"]] == seen[A_PAGE : 2 * A_PAGE]


def test_the_list_filters_by_status(cleo, as_user, batch):
    factories.BatchFactory(practice=batch.practice, name="Old", status=BatchStatus.DELIVERED)
    shown = text_of(as_user(cleo).get(reverse("portal:batches"), {"status": "delivered"}))
    assert "Old" in shown
    assert "Clinic notes" not in shown


@pytest.mark.parametrize(
    "query", [{"before": "x"}, {"before": "9" * 30 + "-1"}, {"after": "1-" + "9" * 30}, {"status": "x"}]
)
def test_a_mangled_address_shows_the_first_page(cleo, as_user, batch, query):
    assert "Clinic notes" in text_of(as_user(cleo).get(reverse("portal:batches"), query))


# -- one batch -----------------------------------------------------------------------------------
def test_a_batch_names_each_refusal_and_what_to_do(cleo, as_user, batch):
    for status, reasons in REASONS_OF.items():
        for reason in reasons:
            factories.ChartFactory(batch=batch, status=status, reason=reason, ready_at=None)
    shown = text_of(as_user(cleo).get(reverse("portal:batch", args=[batch.pk])))
    from django.utils.html import escape

    for advice in ADVICE.values():
        assert escape(advice.wrong) in shown
        assert escape(advice.next_step) in shown
    unreadable = len(REASONS_OF[ChartStatus.UNREADABLE]) - 1  # what the sender left out could be read
    assert f"{unreadable} files could not be read" in shown
    assert "2 files in quarantine" in shown
    assert "1 file waiting for a password" in shown


def test_the_page_asks_for_news_only_while_files_are_checked(cleo, as_user, batch):
    browser, address = as_user(cleo), reverse("portal:batch", args=[batch.pk])
    chart = factories.ChartFactory(batch=batch, status=ChartStatus.RECEIVED, ready_at=None, page_count=None)
    assert "every 5s" in text_of(browser.get(address))
    Chart.objects.filter(pk=chart.pk).update(status=ChartStatus.READY, ready_at=timezone.now(), page_count=3)
    fragment = text_of(browser.get(reverse("portal:batch-charts", args=[batch.pk])))
    assert "every 5s" not in fragment
    assert "<html" not in fragment
    assert "Readable" in fragment


def test_the_parts_of_other_apps_are_fetched_by_address(cleo, as_user, batch):
    shown = text_of(as_user(cleo).get(reverse("portal:batch", args=[batch.pk])))
    assert f'hx-get="{reverse("coding:batch-encounters", args=[batch.pk])}"' in shown
    assert f'hx-get="{reverse("feedback:batch-thread", args=[batch.pk])}"' in shown


def test_many_charts_are_shown_a_hundred_at_a_time(cleo, as_user, batch):
    for _ in range(CHARTS_A_PAGE + 3):
        factories.ChartFactory(batch=batch)
    first = as_user(cleo).get(reverse("portal:batch", args=[batch.pk]))
    second = as_user(cleo).get(first.context["pagination"]["next_url"])
    assert len(first.context["chart_rows"]) == CHARTS_A_PAGE
    assert len(second.context["chart_rows"]) == 3


def test_the_receipt_lists_every_file_with_its_hash(cleo, as_user, chart):
    shown = text_of(as_user(cleo).get(reverse("portal:batch-receipt", args=[chart.batch_id])))
    assert chart.sha256 in shown
    assert "Mary Jones.pdf" in shown
    assert AuditEvent.objects.filter(action="batch.receipt_viewed", object_id=chart.batch_id).exists()


# -- pages and files -----------------------------------------------------------------------------
def test_a_page_image_is_private_and_looking_at_it_is_recorded(cleo, as_user, page):
    answer = as_user(cleo).get(reverse("portal:page-image", args=[page.chart_id, 1]))
    assert answer.content == files.png()
    assert answer["Content-Type"] == "image/png"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == "inline"
    event = AuditEvent.objects.get(action="page.viewed")
    assert (event.actor_id, event.detail) == (cleo.pk, {"chart": page.chart_id, "page": 1})
    assert event.practice_id == page.practice_id


def test_the_chart_shows_its_pages_twenty_at_a_time(cleo, as_user, page):
    for number in range(2, 46):
        factories.PageFactory(chart=page.chart, number=number)
    Chart.objects.filter(pk=page.chart_id).update(page_count=45)
    browser, address = as_user(cleo), reverse("portal:chart", args=[page.chart_id])
    first = text_of(browser.get(address))
    assert "Pages 1–20 of 45" in first
    assert 'rel="next"' in first
    last = text_of(browser.get(address, {"page": "41"}))
    assert "Page 45 of 45" in last
    assert 'rel="next"' not in last


def test_the_file_comes_back_as_it_was_sent_and_only_as_a_download(cleo, as_user, chart):
    answer = as_user(cleo).get(reverse("portal:chart-original", args=[chart.pk]))
    assert b"".join(answer.streaming_content) == files.small_pdf(1)
    assert answer["Content-Disposition"] == 'attachment; filename="Mary Jones.pdf"'
    assert answer["Cache-Control"] == "private, no-store"
    assert AuditEvent.objects.get(action="chart.downloaded").object_id == chart.pk


@pytest.mark.parametrize("what", ["changed", "cut", "gone"])
def test_a_file_that_is_not_what_was_received_is_not_sent_and_that_is_noted(cleo, as_user, chart, what):
    kept = damage.raw(chart.storage_name)
    if what == "gone":
        damage.lose(chart.storage_name)
    else:
        damage.overwrite(chart.storage_name, damage.flipped(kept) if what == "changed" else kept[:-1])
    answer = as_user(cleo).get(reverse("portal:chart-original", args=[chart.pk]))
    assert (answer.status_code, answer["Content-Type"]) == (409, "text/html; charset=utf-8")
    assert f"The stored file of {chart.label} is not what we received" in answer.content.decode()
    assert "Mary Jones" not in answer.content.decode()
    assert "Content-Disposition" not in answer
    event = AuditEvent.objects.get(action="chart.damaged")
    assert (event.actor, event.object_id, event.outcome) == (cleo, chart.pk, Outcome.REFUSED)
    assert not AuditEvent.objects.filter(action="chart.downloaded").exists()


def test_a_file_of_no_known_type_is_never_given_one(cleo, as_user, batch):
    stored = storage.keep_bytes(files.html(), practice_id=batch.practice_id, folder="charts")
    chart = factories.ChartFactory(
        batch=batch, status=ChartStatus.UNREADABLE, reason=Refusal.NAME_DIFFERS, ready_at=None, media_type="",
        original_name="a.html", storage_name=stored.name, sha256=stored.sha256,
    )  # fmt: skip
    answer = as_user(cleo).get(reverse("portal:chart-original", args=[chart.pk]))
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    b"".join(answer.streaming_content)


@pytest.mark.parametrize(
    "name",
    [
        "portal:batch",
        "portal:batch-charts",
        "portal:batch-receipt",
        "portal:chart",
        "portal:chart-original",
        "portal:page-image",
    ],
)
def test_an_outsider_finds_none_of_it_and_the_try_is_recorded(otto, as_user, page, name):
    ids = {"portal:page-image": [page.chart_id, 1]}
    default = [page.chart_id] if "chart" in name and "batch" not in name else [page.chart.batch_id]
    answer = as_user(otto).get(reverse(name, args=ids.get(name, default)))
    assert answer.status_code == 404
    assert AuditEvent.objects.filter(action="access.refused", actor=otto.pk).count() == 1
    assert not AuditEvent.objects.filter(action__in=["page.viewed", "chart.downloaded"]).exists()


def test_a_coder_reaches_charts_only_through_encounters(ann, as_user, page):
    browser = as_user(ann)
    assert browser.get(reverse("portal:page-image", args=[page.chart_id, 1])).status_code == 404
    assert browser.get(reverse("portal:batch", args=[page.chart.batch_id])).status_code == 404


def test_managers_and_billers_may_look(max_, bill, as_user, page):
    for user in (max_, bill):
        answer = as_user(user).get(reverse("portal:page-image", args=[page.chart_id, 1]))
        assert answer.status_code == 200
        text_of(as_user(user).get(reverse("portal:batch", args=[page.chart.batch_id])))


def test_a_manager_tries_a_failed_chart_again(max_, cleo, as_user, batch):
    chart = factories.ChartFactory(
        batch=batch, status=ChartStatus.UNREADABLE, reason=Refusal.SERVICE_FAULT, ready_at=None
    )
    address = reverse("portal:try-again", args=[chart.pk])
    assert "Try again" in text_of(as_user(max_).get(reverse("portal:batch", args=[batch.pk])))
    assert "Try again" not in text_of(as_user(cleo).get(reverse("portal:batch", args=[batch.pk])))
    assert as_user(cleo).post(address).status_code == 404
    as_user(max_).post(address)
    chart.refresh_from_db()
    assert chart.status == ChartStatus.RECEIVED
    assert Job.objects.filter(kind="portal.render_chart", object_id=chart.pk).count() == 1
    assert "not waiting" in text_of(as_user(max_).post(address, follow=True))


# -- machines ------------------------------------------------------------------------------------
def test_the_process_says_that_it_lives(client):
    assert client.get("/healthz").content == b"ok"


def test_ready_names_each_service(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "storage": "ok", "broker": "ok"})


def test_without_storage_the_process_is_not_ready(client, settings, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "portal.shelves.DurableFileStorage", "OPTIONS": {"location": str(blocked)}},
    }
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["storage"]) == (503, "late")


def test_without_a_broker_the_process_stays_ready_since_sweeps_repair(client, monkeypatch):
    def away():
        raise ConnectionRefusedError

    monkeypatch.setattr(home, "ask_broker", away)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["broker"]) == (200, "late")


def test_a_sent_batch_takes_no_second_sending(cleo, as_user, batch):
    answer = as_user(cleo).post(
        reverse("portal:send-batch", args=[batch.pk]), {"name": "x", "specialty": "cardiology"}, follow=True
    )
    assert NOT_OPEN in text_of(answer)
