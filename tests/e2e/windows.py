"""What may happen to a browser's window, and what lies in its journal."""

from __future__ import annotations

import contextlib

from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Error, Page, expect

from coding.models import Assignment, Draft

DRAFT = "**/draft/"
# The rows of the journal as they lie there; bytes as numbers.
ROWS = """() => new Promise((done) => {
  const asked = indexedDB.open("chartline-journal", 1)
  asked.onupgradeneeded = () => asked.result.createObjectStore("actions", { keyPath: ["series", "place"] })
  asked.onsuccess = () => {
    const rows = asked.result.transaction("actions").objectStore("actions").getAll()
    rows.onsuccess = () => {
      asked.result.close()
      done(rows.result.map((row) => ({ ...row, iv: [...row.iv], sealed: [...new Uint8Array(row.sealed)] })))
    }
  }
})"""


def journal(page: Page) -> list[dict]:
    """What is not sent yet, as anybody at this machine finds it."""
    return page.evaluate(ROWS)


def wait_for_journal(page: Page, count: int) -> None:
    """Until so many actions lie in the journal."""
    for _ in range(100):
        with contextlib.suppress(Error):  # it may be on its way to another page
            if len(journal(page)) == count:
                return
        page.wait_for_timeout(50)
    raise AssertionError(f"{len(journal(page))} actions in the journal, not {count}")


def kill(page: Page) -> None:
    """The process behind the window dies: nothing of the page runs any more."""
    with contextlib.suppress(Error), page.expect_event("crash"):
        page.context.new_cdp_session(page).send("Page.crash", timeout=300)  # nobody is left to answer
    page.close()


def sign_in(page: Page, user, url: str) -> None:
    """Whoever sits at this browser is signed in as this person from now on."""
    client = Client()
    client.force_login(user)
    page.context.add_cookies([{
        "name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value, "url": url,
    }])  # fmt: skip


def add(page: Page, code: str) -> None:
    """Find a code and put it on the list."""
    page.locator("#code-q").fill(code)
    page.locator("#code-q").press("Enter")
    with contextlib.suppress(AssertionError):
        expect(page.locator("#code-hint")).not_to_contain_text("Looking for")


def cut(page: Page) -> None:
    """Nothing that is saved reaches the server."""
    page.context.route(DRAFT, lambda route: route.abort())


def mend(page: Page) -> None:
    page.context.unroute(DRAFT)


def bench(page: Page, held: Assignment, name: str = "code") -> None:
    """Open somebody's bench, ready to be worked at."""
    page.goto(reverse(f"coding:{name}", args=[held.encounter_id]))
    page.wait_for_function("() => Boolean(customElements.get('draft-keeper'))")


def codes() -> list[str]:
    """The diagnoses of the only draft."""
    return [line["code"] for line in Draft.objects.get().body["diagnoses"]]


def wait_until_empty(page: Page) -> None:
    wait_for_journal(page, 0)


def add_known(page: Page) -> None:
    """A change that asks the server for nothing else."""
    page.locator("#id_comment").fill("Said")
