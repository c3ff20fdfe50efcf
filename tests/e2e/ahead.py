"""Benches of which the next one is in the browser's memory."""

import re

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from coding.actions.queue import take_next
from coding.rules.lifecycle import Stage
from portal.models import AuditEvent
from tests.coding.lines import precoded, waiting
from tests.coding.worded import FIVE, suggest, worded_chart


def to_code(practice, by, number=3, found=FIVE):
    """So many visits that wait for coding, each with suggestions; somebody works on the first."""
    for _ in range(number):
        visit = precoded(waiting(at=timezone.now(), chart=worded_chart(practice)), by, at=timezone.now())
        suggest(visit, *found)
    return take_next(by=by, at=timezone.now(), stages=[Stage.CODING])


def open_bench(screen, held, bench="coding:code", **options):
    page = screen(held.user, **options)
    page.add_init_script("""
      window.told = [];
      window.addEventListener("bench:shown", ({ detail }) => window.told.push(detail.ahead));
    """)
    page.goto(reverse(bench, args=[held.encounter_id]))
    return page


def until_fetched(page, number=2):
    """The benches that come next are in the browser's memory."""
    wait_for(
        page, lambda: AuditEvent.objects.filter(action="encounter.prefetched", detail__step="fetched").count() >= number
    )
    page.wait_for_timeout(700)  # their images are drawn


def wait_for(page, true):
    for _ in range(600):
        if true():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come true")


IN_SIGHT = """() => {
  const pane = document.querySelector("#chart-pane .pane-body").getBoundingClientRect();
  return document.querySelector("#page-2 img")?.complete && [...document.querySelectorAll(".marks.shown rect.selected")]
    .some((mark) => mark.getBoundingClientRect().top < pane.bottom && mark.getBoundingClientRect().bottom > pane.top);
}"""


def accept_five(page):
    for left in (4, 3, 2, 1, 0):
        wait_for(page, lambda: page.evaluate(IN_SIGHT))
        page.keyboard.press("a")
        expect(page.locator("[data-row].ghost")).to_have_count(left)


def url_of(stage, pk):
    return re.compile(reverse(f"coding:{stage}", args=[pk]) + "$")
