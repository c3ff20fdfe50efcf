"""Ada loads an official file in the browser: sent, loaded by the worker, and read on the page by line and reason."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from portal.rules.roles import Role
from tests import factories
from tests.e2e.people import Person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
HEADING = "Code,Grouping,Classification,Specialization\n"


@pytest.fixture
def ada(site, browser):
    person = Person(browser, site.url, factories.UserFactory(name="Ada Abara", roles=[Role.ADMIN]))
    person.sign_in()
    yield person
    person.leave()


def send(page, name: str, content: str) -> None:
    """Fill in the form by its labels and send it."""
    page.get_by_label("List", exact=True).select_option(label="Provider taxonomy")
    page.get_by_role("textbox", name="Edition").fill("26.1")
    page.get_by_label("First day").fill("2026-07-01")
    page.get_by_label("File", exact=True).set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": (HEADING + content).encode()}
    )
    page.get_by_role("button", name="Send the file").click()


def test_a_file_is_refused_corrected_and_loaded(ada):
    page = ada.go("/")
    page.get_by_role("link", name="Code lists").click()
    expect(page.get_by_text("No list is loaded.")).to_be_visible()
    ada.look("code-lists-empty")

    send(page, "nucc.csv", "207Q00000X,Physicians,Family Medicine,\n207Q,Physicians,Family Medicine,\n")
    expect(page.get_by_role("status").filter(has_text="Rows refused")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("row", name=re.compile("3 '207Q' is no taxonomy code"))).to_be_visible()
    ada.look("code-file-refused")

    page.get_by_role("link", name="Code lists").last.click()
    send(
        page, "nucc-corrected.csv", "207Q00000X,Physicians,Family Medicine,\n208D00000X,Physicians,General Practice,\n"
    )
    loaded = re.compile(r"\bLoaded\b")  # "is kept and being loaded" is said before
    expect(page.get_by_role("status").filter(has_text=loaded)).to_be_visible(timeout=60_000)
    expect(page.get_by_text("2 rows")).to_be_visible()

    page.goto(ada.url + reverse("coding:code-lists"))
    expect(page.get_by_role("row", name=re.compile("Provider taxonomy 26.1 2026-07-01 – 2"))).to_be_visible()
    ada.look("code-lists")
