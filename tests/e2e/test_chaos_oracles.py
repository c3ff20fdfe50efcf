"""What the chaos looks for, it finds: the site is spoilt on the line in one place, and the run must say so."""

import json
import re

import pytest
from django.urls import reverse

from coding.rules.lifecycle import Stage
from tests.chaos.benches import comment
from tests.e2e.test_chaos import begun  # noqa: F401  (a fixture)

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
SAVE = re.compile(r"/encounters/(\d+)/draft/$")


@pytest.fixture
def spoilt(begun):  # noqa: F811
    """One person with two charts on their benches and a window, on a line that spoils what it is told to."""
    runs = []

    def start(spoil=None):
        manager = begun(3)
        run = manager.__enter__()
        runs.append(manager)
        desk = run.desks[0]
        desk.line.spoil = spoil
        for _ in range(2):
            run.visits.hold(run.visits.to_code(run.chance), Stage.CODING, desk.user)
        show(desk, desk.open(), 0)
        return run, desk

    yield start
    for manager in runs:
        manager.__exit__(None, None, None)


def show(desk, window, which):
    window.page.goto(reverse("coding:code", args=[desk.held()[which].encounter_id]))
    desk.arrive(window)
    assert window.work


def write(desk):
    """A note, in the first window."""
    window = desk.windows[0]
    after = comment(window.hands, window.body)
    window.work.act(window.body, after)
    window.body = after
    window.page.wait_for_timeout(900)


def replaced(name, old, new):
    """A script of the site with something else in one place."""

    def spoil(_method, path, _sent, ask):
        if not re.search(rf"/js/{name}(\.[0-9a-f]+)?\.js$", path):
            return None
        status, headers, body = ask()
        assert old.encode() in body
        return status, headers, body.replace(old.encode(), new.encode())

    return spoil


def test_nothing_is_found_where_nothing_is_spoilt(spoilt):
    run, desk = spoilt()
    write(desk)
    run.check(desk)
    run.leave(desk)
    run.compare()
    assert run.faults == []
    assert run.counts["sealed_rows"] > 0


def test_a_save_that_is_answered_and_not_kept_is_found(spoilt):
    def swallow(method, path, sent, _ask):
        found = SAVE.search(path)
        if method != "POST" or not found:
            return None
        told = {"version": 1, "clock": "10:00", "assignment": 1}
        return 200, [("Content-Type", "application/json"), ("X-Encounter", found.group(1))], json.dumps(told).encode()

    run, desk = spoilt(swallow)
    write(desk)
    desk.look_for_silence(seconds=2)
    run.compare()
    assert [fault.split(":")[0] for fault in run.faults] == ["silent", "lost at the end"]


def test_a_page_of_another_chart_is_found_on_the_line_and_on_the_screen(spoilt):
    run, desk = spoilt()
    own, other = (desk.url_of(held) for held in desk.held())
    desk.line.spoil = lambda method, path, sent, ask: ask(other) if path == own else None
    desk.windows[0].page.goto(own)
    desk.look_for_leaks()
    assert any("answered" in fault for fault in run.faults)
    assert all(fault.startswith("leak") for fault in run.faults)


def test_words_of_another_chart_in_a_window_are_found(spoilt):
    run, desk = spoilt()
    other = desk.visits.marks[desk.held()[1].encounter_id]
    desk.windows[0].page.evaluate("mark => document.querySelector('#findings').append(mark)", other)
    desk.look_for_leaks()
    [fault] = run.faults
    assert fault.startswith(f"leak: a window of {desk.windows[0].work.mark} shows {{'{other}'}}")


def test_unsent_work_that_is_not_spoken_of_is_found(spoilt):
    run, desk = spoilt(replaced("unsent", "place.append(banner)", "0"))
    desk.line.state = "ill"
    write(desk)
    show(desk, desk.windows[0], 1)  # the other chart: its own line does not say that the first one's work waits
    desk.look_for_silence(seconds=2)
    assert [fault.split(":")[0] for fault in run.faults] == ["silent"]


def test_what_is_not_written_down_before_a_tab_dies_is_found(spoilt):
    run, desk = spoilt(replaced("outbox", "this.#write(action);", ""))
    desk.line.state = "ill"
    write(desk)
    desk.close(desk.windows[0], violently=True)
    run.heals_within = 2
    run.heal(desk)
    run.compare()
    assert {fault.split(":")[0] for fault in run.faults} == {"lost", "lost at the end"}


def test_a_journal_that_can_be_read_is_found(spoilt):
    run, desk = spoilt(
        replaced(
            "journal",
            "await crypto.subtle.encrypt(cipher(row), own ?? (await askKeys()).get(row.person), bytes(content))",
            "bytes(content).buffer",
        )
    )
    run.heals_within = 1
    run.leave(desk)
    assert any("lie in the journal" in fault for fault in run.faults)
