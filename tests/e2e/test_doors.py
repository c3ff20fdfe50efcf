"""Cleo sets up SFTP and FHIR in the browser; each page under axe at both widths."""

import subprocess

import pytest
from playwright.sync_api import expect

from portal.rules.roles import Role
from tests import factories
from tests.e2e.people import Person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture
def cleo(site, browser):
    practice = factories.PracticeFactory(name="River Family Medicine", code="RIVER", sftp_passwords=True)
    person = Person(
        browser, site.url, factories.UserFactory(name="Cleo Cruz", roles=[Role.PRACTICE], practice=practice)
    )
    person.sign_in()
    yield person
    person.leave()


def test_an_account_a_key_and_a_server_are_set_up(cleo, tmp_path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")], check=True)
    page = cleo.go("/api-keys/")
    page.get_by_role("link", name="SFTP and FHIR").click()
    expect(page.get_by_text("No accounts yet.")).to_be_visible()
    cleo.look("doors-empty")

    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("Name", exact=True).fill("Records export")
    page.get_by_label("Sign-in name").fill("records")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="SFTP account river-records")).to_be_visible()
    page.get_by_label("Name of the key").fill("server room")
    page.get_by_role("textbox", name="Public key").fill((tmp_path / "key.pub").read_text())
    page.get_by_role("button", name="Add the key").click()
    expect(page.get_by_text("The key server room works from now on.")).to_be_visible()
    cleo.look("sftp-account")

    page.get_by_role("link", name="Doors of River Family Medicine").click()
    page.get_by_role("link", name="Set up a FHIR server").click()
    cleo.look("fhir-form")
    page.get_by_label("Address of the FHIR R4 server").fill("https://ehr.example.com/fhir")
    page.get_by_label("Address of its token endpoint").fill("https://ehr.example.com/token")
    page.get_by_label("Client id").fill("chartline")
    page.get_by_label("Specialty").select_option(label="Radiology")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Next: register our public key's address there.")).to_be_visible()
    cleo.look("doors")
