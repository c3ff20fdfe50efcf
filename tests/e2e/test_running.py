"""Max runs the work in the browser: queues, credentials, hours; what Ann then reads; each page under axe."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from portal import scope
from portal.models import Skill
from portal.rules.credentials import CredentialKind
from portal.rules.lifecycle import BatchStatus
from portal.rules.roles import Role
from portal.rules.specialties import Specialty
from tests import factories
from tests.e2e.people import Person
from tests.people_factories import CredentialFactory

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


@pytest.fixture
def people(site, browser):
    """Max, Ann and Ada at their browsers; fifty-odd charts of one practice wait, two of another specialty."""
    river = factories.PracticeFactory(name="River Family Medicine", code="RIVER", daily_share=4)
    batch = factories.BatchFactory(practice=river, status=BatchStatus.RECEIVED)
    due = timezone.now() + timedelta(days=2)
    for number in range(14):
        factories.EncounterFactory(
            chart=factories.ChartFactory(batch=batch), due_at=due,
            specialty=Specialty.CARDIOLOGY if number % 3 else Specialty.RADIOLOGY,
        )  # fmt: skip
    named = {
        "max": factories.UserFactory(name="Max Moreau", roles=[Role.MANAGER]),
        "ann": factories.UserFactory(name="Ann Archer", roles=[Role.CODER], specialties=[Specialty.CARDIOLOGY]),
        "ada": factories.UserFactory(name="Ada Abara", roles=[Role.ADMIN]),
    }
    factories.UserFactory(name="Noa Nilsen", roles=[Role.CODER])
    seated = {name: Person(browser, site.url, user) for name, user in named.items()}
    for person in seated.values():
        person.sign_in()
    yield seated
    for person in seated.values():
        person.leave()


def test_a_queue_from_draft_to_live(people):
    max_, ann = people["max"], people["ann"]
    page = max_.go("/work/operations/")
    page.get_by_role("link", name="Queues").click()
    expect(page.get_by_text("No queue yet.")).to_be_visible()
    max_.look("queues-empty")
    page.get_by_role("link", name="New queue").click()
    page.get_by_label("Name", exact=True).fill("Heart first")
    page.get_by_label("Cardiology").check()
    page.get_by_label("Most a day, each person").fill("1")
    max_.look("queue-new")
    page.get_by_role("button", name="Keep as draft").click()
    expect(page.get_by_text("A draft: nothing is handed out by it yet.")).to_be_visible()
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_text("Tested: 9 would be in it now.")).to_be_visible()
    max_.look("queue-tested")
    page.get_by_role("button", name="Go live").click()
    expect(page.get_by_text("Version 1 is live.")).to_be_visible()
    page.get_by_label("Most a day, each person").fill("20")
    page.get_by_role("button", name="Keep as draft").click()
    max_.look("queue-live-with-draft")
    page.get_by_role("link", name="All queues").click()
    expect(page.get_by_text("Sent more than their share")).to_be_visible()
    max_.look("queues")
    page = ann.go("/work/")
    expect(page.get_by_text("From the queue Heart first.")).to_be_visible()
    page.get_by_role("button", name="Start next chart").click()
    expect(page.get_by_label("Patient name")).to_be_visible()


def test_credentials_are_kept_and_demanded(people):
    max_, ann = people["max"], people["ann"]
    CredentialFactory(user=ann.user, kind=CredentialKind.CRC, expires_on=timezone.localdate() + timedelta(days=31))
    page = max_.go("/credentials/")
    page.get_by_label("Person").select_option(label="Ann Archer")
    page.get_by_label("Credential", exact=True).select_option(label="CPC (AAPC)")
    page.get_by_label("Number in the register").fill("01234567")
    page.get_by_label("Holds through").fill("2030-06-30")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_text("It counts once somebody else checked it.")).to_be_visible()
    page.get_by_role("group", name="One of these is needed").get_by_label("CPC", exact=True).check()
    page.get_by_role("button", name="Demand", exact=True).click()
    expect(page.get_by_text("From now on CPC is needed there.")).to_be_visible()
    max_.look("credentials")
    with scope.service():
        Skill.objects.filter(user=ann.user).update(specialty=Specialty.ORTHOPEDICS)
    page = ann.go("/work/")
    expect(page.get_by_text("Your CRC ends on")).to_be_visible()
    expect(page.get_by_text("which is not among your skills").first).to_be_visible()
    ann.look("nothing-for-you")
    page = max_.go("/credentials/")
    page.get_by_role("button", name="Checked: CPC of Ann Archer").click()
    expect(page.get_by_text("CPC of Ann Archer is checked and counts from now on.")).to_be_visible()


def test_hours_and_an_absence(people):
    max_, ada = people["max"], people["ada"]
    page = max_.go("/work/operations/hours/")
    page.get_by_role("link", name="Ann Archer").click()
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"):
        page.get_by_label(f"{day}, from").fill("08:00")
        page.get_by_label(f"{day}, to").fill("16:30")
    page.get_by_role("button", name="Save week").click()
    expect(page.get_by_text("Ann Archer works Mon–Fri 08:00–16:30.")).to_be_visible()
    page.get_by_label("Last day").fill("2099-12-31")
    page.get_by_label("Open work goes to").select_option(label="Noa Nilsen")
    page.get_by_role("button", name="Note it").click()
    expect(page.get_by_text("Open work went to Noa Nilsen.")).to_be_visible()
    max_.look("person-hours")
    page.get_by_role("link", name="All hours").click()
    expect(page.get_by_text("Mon–Fri 08:00–16:30")).to_be_visible()
    max_.look("hours")
    ada.go(f"/people/{people['ann'].user.pk}/")
    ada.look("person-skills")
