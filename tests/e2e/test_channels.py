"""Ada sets channels up in the browser, a real worker carries results to real servers; each page under axe."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from portal import scope
from portal.rules.roles import Role
from tests import factories
from tests.e2e.people import Person
from tests.portal.channels.conftest import delivered
from tests.portal.channels.peers import Receiver, SftpServer

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture
def settings_of_the_site():
    return {"FHIR_PRIVATE_HOSTS": "127.0.0.1"}


@pytest.fixture
def river(transactional_db):
    return factories.PracticeFactory(name="River Family Medicine", code="RIVER")


@pytest.fixture
def people(site, browser, river):
    """Ada, Max and Cleo, signed in."""
    found = {}
    for name, role, practice in (("Ada Abara", Role.ADMIN, None), ("Max Moreau", Role.MANAGER, None),
                                 ("Cleo Cruz", Role.PRACTICE, river)):  # fmt: skip
        user = factories.UserFactory(name=name, roles=[role], practice=practice)
        person = Person(browser, site.url, user)
        person.sign_in()
        found[name.split()[0].lower()] = person
    yield found
    for person in found.values():
        person.leave()


@pytest.fixture
def sftp(tmp_path):
    (tmp_path / "practice" / "results").mkdir(parents=True)
    server = SftpServer(tmp_path / "practice")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def receiver():
    peer = Receiver()
    peer.start()
    yield peer
    peer.stop()


def deliver(practice):
    """A result, written as the worker writes it."""
    with scope.service():
        return delivered(practice)


def shows(page, text):
    """The page says so, after as many looks as a worker needs."""
    for _ in range(30):
        if page.get_by_text(text).count():
            return
        page.wait_for_timeout(500)
        page.reload()
    expect(page.get_by_text(text).first).to_be_visible()


def test_a_server_is_confirmed_results_arrive_and_a_refusal_reaches_the_manager(people, river, sftp, receiver):
    ada, max_, cleo = people["ada"], people["max"], people["cleo"]
    page = ada.go(f"/practices/{river.pk}/channels/")
    expect(page.get_by_text("No channels yet.")).to_be_visible()
    ada.look("channels-empty")
    page.get_by_text("Add a channel").click()
    page.get_by_role("link", name="SFTP push").click()
    page.get_by_label("Name", exact=True).fill("Hospital server")
    page.get_by_label("Host").fill("127.0.0.1")
    page.get_by_label("Port").fill(str(sftp.port))
    page.get_by_label("Sign-in name").fill("chartline")
    page.get_by_label("Folder").fill("results")
    page.get_by_label("We sign in with").select_option("password")
    page.get_by_label("Password", exact=False).first.fill(sftp.password)
    ada.look("channel-form")
    page.get_by_role("button", name="Save").click()
    shows(page, "Is this your server?")
    ada.look("channel-unconfirmed")
    page.get_by_role("button", name="It is the same: confirm").click()
    expect(page.get_by_text("known by this key from now on")).to_be_visible()
    delivery = deliver(river)
    shows(page, f"{delivery.batch.label} CSV v1")
    shows(page, "Accepted")
    assert list(sftp.files()) == [delivery.file_name]

    page = ada.go(f"/practices/{river.pk}/channels/add/webhook/")
    page.get_by_label("Name", exact=True).fill("Billing system")
    page.get_by_label("Address").fill(receiver.url)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Signing secret")).to_have_value(re.compile("^whsec_"))
    page.get_by_role("link", name="I have copied it").click()
    receiver.answers = [422]
    refused = deliver(river)
    shows(page, "Rejected by the receiver")
    ada.look("channel-trouble")

    page = max_.go(reverse("coding:operations"))
    expect(page.get_by_role("heading", name="Trouble with delivery")).to_be_visible()
    max_.look("operations-trouble")
    page.get_by_role("link", name=re.compile(f"^{refused.batch.label} CSV")).click()
    max_.look("dispatch")
    page.get_by_role("button", name="Send again").click()
    shows(page, "Accepted")
    page = max_.go(reverse("coding:operations"))
    expect(page.get_by_role("heading", name="Trouble with delivery")).to_have_count(0)

    page = cleo.go(f"/batches/{refused.batch_id}/")
    expect(page.get_by_role("region", name="Result files").get_by_text("Billing system")).to_be_visible()
    cleo.look("batch-with-channels")
    cleo.go(f"/practices/{river.pk}/channels/")
    cleo.look("channels")


def test_one_s_own_e_mails(people):
    cleo = people["cleo"]
    page = cleo.go("/notifications/")
    cleo.look("notifications")
    page.get_by_label("New messages: Daily digest").check()
    page.get_by_label("Quiet from").select_option("20")
    page.get_by_label("Quiet until").select_option("6")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("New messages: Daily digest")).to_be_checked()
