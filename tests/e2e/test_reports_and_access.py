"""Reports, imports, reviews of access and emergencies as who runs the service uses them; axe and a phone look on."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from coding.actions.reports.making import make_report
from coding.models import EmergencyAccess, Report, ReportSchedule
from coding.rules.reports.shape import ReportKind
from portal.models import AccessReview, ExclusionCheck, Invitation
from tests.coding.benches import visit
from tests.coding.lines import load_codes, verified
from tests.e2e.people import Person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
TABLE = "Name,E-mail,Roles,Practice,Specialties\nNora Webb,nora@example.com,Coder,,Cardiology\nNobody,x,Wizard,,\n"


@pytest.fixture
def seat(site, browser):
    """Somebody at a browser of their own."""
    seated = []

    def take(user):
        person = Person(browser, site.url, user)
        person.sign_in()
        seated.append(person)
        return person

    yield take
    for person in seated:
        person.leave()


def test_a_report_is_made_shared_and_read_by_the_practice(seat, river, ann, bea, max_, cleo):
    load_codes()
    verified(river, ann, bea)
    manager, reader = seat(max_), seat(cleo)
    page = manager.go(reverse("coding:reports"))
    manager.look("reports-empty")
    page.get_by_role("link", name="Make a report").first.click()
    manager.look("report-make")
    page.get_by_label("Quality").check()
    page.get_by_role("button", name="Make the report").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Quality,")
    expect(page.get_by_text("The month is not over")).to_be_visible()
    manager.look("report")
    reader.go(reverse("coding:reports"))
    expect(reader.page.get_by_text("No report yet.")).to_be_visible()
    page.get_by_role("button", name="Share with the practice").click()
    expect(page.get_by_text("sees it now")).to_be_visible()
    reader.go(reverse("coding:reports"))
    reader.look("reports-practice")
    reader.page.get_by_role("link", name="Quality,").first.click()
    reader.look("report-practice")
    with reader.page.expect_download() as fetched:
        reader.page.get_by_role("link", name="Download PDF").click()
    assert fetched.value.suggested_filename.endswith(f"{Report.objects.get().label}.pdf")


def test_a_report_every_month_is_set_up_for_a_practice(seat, river, max_, cleo):
    manager = seat(max_)
    page = manager.go(reverse("coding:report-schedules"))
    page.get_by_role("link", name="Add one").first.click()
    manager.look("report-schedule-practice")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Invoice").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Choose at least one person who is told.")).to_be_visible()
    manager.look("report-schedule-error")
    page.get_by_label("Cleo").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The first one is made on")).to_be_visible()
    manager.look("report-schedules")
    assert ReportSchedule.objects.get().readers.get().user == cleo


def test_people_are_invited_from_a_table_and_access_is_reviewed(seat, tmp_path, river, ann, ada):
    admin = seat(ada)
    file = tmp_path / "people.csv"
    file.write_text(TABLE)
    page = admin.go(reverse("portal:people_import"))
    admin.look("import")
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("heading", name="1 invitation of 2 lines can be taken")).to_be_visible()
    admin.look("import-preview")
    page.get_by_role("button", name="Take 1 invitation").click()
    expect(page.get_by_text("1 invitation taken. 1 line left out.")).to_be_visible()
    assert Invitation.objects.get().email == "nora@example.com"

    page = admin.go(reverse("portal:exclusions"))
    row = page.get_by_role("row").filter(has_text=ann.name)
    row.get_by_text("Note a check").click()
    admin.look("exclusions")
    row.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"Noted for {ann.name}.")).to_be_visible()
    assert ExclusionCheck.objects.get().user == ann

    page = admin.go(reverse("portal:access_reviews"))
    admin.look("access-reviews-empty")
    page.get_by_role("button", name="Start a review").click()
    page.get_by_label(f"Select {ann.name}").check()
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Decided for 1 person.")).to_be_visible()
    admin.look("access-review")
    assert AccessReview.objects.get().rows.get(user=ann).decision == "keep"


def test_a_chart_is_opened_in_an_emergency_and_somebody_looks_at_it(seat, river, ann, max_):
    chart = visit(river)
    coder, manager = seat(ann), seat(max_)
    page = coder.go(reverse("coding:open-emergency"))
    coder.look("emergency")
    page.get_by_label("Encounter").fill(chart.label)
    page.get_by_label("Why it cannot wait").fill("The surgeon waits for the answer on the phone.")
    page.get_by_role("button", name="Open the chart").click()
    expect(page.get_by_text("Open to you for 30 minutes.")).to_be_visible()
    page = manager.go(reverse("coding:operations"))
    page.get_by_role("link", name="Look at it").click()
    manager.look("emergencies")
    page.get_by_role("button", name="It was right").click()
    expect(page.get_by_text("Everything was looked at.").or_(page.get_by_text("Noted."))).to_be_visible()
    assert EmergencyAccess.objects.get().was_right


def test_a_long_report_stays_within_a_phone(seat, river, max_, ann, bea):
    load_codes()
    for _ in range(4):
        verified(river, ann, bea)
    manager = seat(max_)
    first = timezone.localdate().replace(day=1)
    for kind in (ReportKind.MONTH, ReportKind.TURNAROUND, ReportKind.INVOICE):
        report = make_report(practice=river, kind=kind, first=first, by=max_, at=timezone.now() + timedelta(seconds=1))
        manager.go(reverse("coding:report", args=[report.pk]))
        manager.look(f"report-{kind.value}")
    manager.go(reverse("coding:reports"))
    manager.look("reports")
