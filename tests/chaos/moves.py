"""Going from chart to chart: by address, in place, Back and Forward, by finishing one; choosing between versions."""

from __future__ import annotations

import re
from contextlib import suppress
from copy import deepcopy

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Error, Page

from coding.actions.queue import LeaseLost, take_back
from coding.models import Encounter
from coding.rules.lifecycle import Stage
from portal.models import User
from tests.chaos.benches import FAST
from tests.chaos.desk import Desk, Window
from tests.chaos.typed import Body, Stored, Work, merged_as_said, of_fields, sent, stored

VISIT = 'url => import("/static/js/next-chart.js").then((benches) => benches.visit(url)).then(() => {}, () => {})'
ANSWER_WITHIN = 8.0  # s
REFUSED = re.compile("not submitted|There is a problem|signed out|Not sent|Say why|to confirm|still needed")
ELSEWHERE = ("coding:queue", "coding:browser")


# -- going ---------------------------------------------------------------------------------------------
def go(desk: Desk, window: Window) -> str:
    """The window goes somewhere, in one of the ways in which windows go; the name of the way."""
    ways = {"address": 5, "reload": 2, "elsewhere": 1, "close": 1}
    if window.work is not None:
        ways |= {"in_place": 5, "back": 2, "forward": 1, "submit": 4}
    way = desk.chance.choices(list(ways), list(ways.values()))[0]
    if way == "submit" and window.work is not None and may_submit(desk, window.work):
        submit(desk, window)
        return way
    with suppress(Error):
        WAYS.get(way, by_address)(desk, window)
    if window.alive:
        desk.arrive(window, fresh=True)
    return way


def target(desk: Desk) -> str:
    held = desk.held()
    return desk.url_of(desk.chance.choice(held)) if held else reverse("coding:queue")


def by_address(desk: Desk, window: Window) -> None:
    window.page.goto(target(desk))


def in_place(desk: Desk, window: Window) -> None:
    window.page.evaluate(VISIT, target(desk))


def reload(desk: Desk, window: Window) -> None:
    window.page.reload()


def back(desk: Desk, window: Window) -> None:
    window.page.go_back(timeout=FAST)
    window.page.wait_for_timeout(300)


def forward(desk: Desk, window: Window) -> None:
    window.page.go_forward(timeout=FAST)
    window.page.wait_for_timeout(300)


def elsewhere(desk: Desk, window: Window) -> None:
    window.page.goto(reverse(desk.chance.choice(ELSEWHERE)))


def close(desk: Desk, window: Window) -> None:
    """Closed in peace, and another opened."""
    desk.close(window)
    fresh = desk.open()
    with suppress(Error):
        fresh.page.goto(target(desk))
    desk.arrive(fresh, fresh=True)


WAYS = {
    "address": by_address, "in_place": in_place, "reload": reload, "back": back, "forward": forward,
    "elsewhere": elsewhere, "close": close,
}  # fmt: skip


# -- finishing -----------------------------------------------------------------------------------------
def may_submit(desk: Desk, work: Work) -> bool:
    """Only one window has it, and there is something to hand in."""
    windows = [one for one in desk.windows if one.work is work]
    if len(windows) != 1 or len(work.heads) != 1 or desk.trouble.startswith(("lost", "two")):
        return False
    head = work.heads[0]
    return work.stage is Stage.PRECODING or bool(head["dx"] and head["px"])


def submit(desk: Desk, window: Window) -> None:
    """Hand it in by the key, whatever comes of it: handed in, or said that it is not."""
    work, page = window.work, window.page
    assert work is not None
    try:
        make_ready(desk, window)
    except Error:
        work.unsure = work.dirty = True  # some of it was done
    if window.work is None:
        desk.arrive(window)
        return
    with suppress(Error):
        page.wait_for_function("() => !document.querySelector('verify-table[aria-busy]')", timeout=FAST)
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(300)
        if page.locator("dialog[open]", has_text="Submit with something to check").count():
            page.keyboard.press("1")
    why = "no answer"
    for _ in range(int(ANSWER_WITHIN * 5)):
        if is_handed_in(work):
            why = "handed in"
            break
        if why := refused(page, work):
            break
        with suppress(Error):
            second_entry(desk, work, page)
        page.wait_for_timeout(200)
    print(f"        {work.name}: {why}", flush=True)  # noqa: T201  (for whoever looks for the cause)
    note_submission(desk, work)
    desk.arrive(window)


def note_submission(desk: Desk, work: Work) -> None:
    work.dirty = True
    if is_handed_in(work):
        work.submitted = True


def is_handed_in(work: Work) -> bool:
    """Whether the stage is over for this person: the encounter has gone on."""
    status = Encounter.objects.get(pk=work.encounter).assignments.filter(user=work.author, stage=work.stage)
    newest = status.order_by("-pk").first()
    return newest is not None and newest.end == "finished"


def refused(page: Page, work: Work) -> str:
    """What the page says of why it was not handed in; nothing if it says nothing."""
    with suppress(Error):
        said = page.locator("#shell-alerts, .error-summary, #live").all_inner_texts()
        return next((text for text in said if REFUSED.search(text)), "")
    return "gone"


def make_ready(desk: Desk, window: Window) -> None:
    """What must be there before the key: all fields, or a word on each difference."""
    work, before = window.work, window.body
    assert work is not None
    assert before is not None
    ready = {Stage.PRECODING: every_field, Stage.VERIFICATION: every_word}.get(work.stage)
    after = ready(desk, window, deepcopy(before)) if ready else before
    if after != before:
        work.act(before, after)
        desk.typed += 1
        window.body = after
        desk.look(window, "made ready")


def every_field(desk: Desk, window: Window, body: Body) -> Body:
    """Pre-coding with every field that is needed, all confirmed; the body after it."""
    page = window.page
    wanted = {"birth_date": "04/17/1958", "date_from": "10/28/2026", "place_of_service": "11"}
    if not body.get("patient_name") and window.work:
        wanted["patient_name"] = f"{window.work.mark} Quill"
    for name, value in wanted.items():
        page.locator(f'[name="{name}"]').fill(value, timeout=FAST)
    chosen = {"sex": "F", "visit_type": "established"}
    for name, value in chosen.items():
        page.locator(f'[name="{name}"]').select_option(value, timeout=FAST)
    page.locator('[name="rendering_provider"]').select_option(index=1, timeout=FAST)
    for name in page.evaluate("Object.keys(JSON.parse(document.getElementById('known-facts').textContent))"):
        page.locator(f'[name="{name}"]').focus(timeout=FAST)
        page.keyboard.press("Enter")
    shown = of_fields((desk.see(window) or {})["fields"])
    read = {name: shown[name] for name in ("rendering_provider", "confirmed")}
    return {**body, **wanted, **chosen, **read}


def every_word(desk: Desk, window: Window, body: Body) -> Body:
    """Verification with a word on each difference, as it is proposed; the body after it."""
    open_ = window.page.locator("verify-table [data-table] tr[data-proposed]:visible")
    for _ in range(open_.count()):
        row = open_.first
        if not row.count():
            break
        said = row.evaluate(
            "({ dataset: { about: key, reason, severity, note } }) => ({ key, reason, severity, note })"
        )
        row.locator(".difference").click(timeout=FAST)
        window.page.keyboard.press("v")
        with suppress(Error):
            window.page.wait_for_function("() => !document.querySelector('verify-table[aria-busy]')", timeout=FAST)
        key = said.pop("key")
        body["judged"][key] = {name: value for name, value in said.items() if value}
    return body


def second_entry(desk: Desk, work: Work, page: Page) -> None:
    """Critical fields are asked for again: typed as before."""
    if not page.url.endswith("/precode/again/") or not page.locator("again-form input:visible").count():
        return
    for name in ("account_number", "member_id"):
        page.locator(f'[name="again-{name}"]').fill(work.heads[0].get(name, ""), timeout=FAST)
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(500)


def take_it_back(desk: Desk, window: Window) -> bool:
    """The submission just now is taken back by its button, if it is offered; whether it was."""
    works = [work for work in desk.works.values() if work.submitted]
    with suppress(Error):
        button = window.page.locator("#undo-bar[data-last]:not([hidden]) [data-undo-button]")
        if not desk.is_online or not button.count():
            return False
        said = window.page.locator("[data-undo-text]").inner_text()
        work = next((one for one in works if one.label in said), None)
        if work is None:
            return False
        button.click(timeout=FAST)
        for _ in range(30):
            if not is_handed_in(work):
                work.submitted, work.dirty = False, True
                break
            window.page.wait_for_timeout(150)
        desk.arrive(window)
        return not work.submitted
    return False


def go_back_to_it(desk: Desk, window: Window) -> None:
    """What was not submitted is opened again, as the banner offers."""
    desk.arrive(window)
    with suppress(Error):
        for button in window.page.locator("#shell-alerts [data-action='bench.back']").all():
            label = button.locator("xpath=ancestor::div[contains(@class, 'banner')]").inner_text()[:7]
            button.click(timeout=FAST)
            window.page.wait_for_selector(f'next-chart[label="{label}"]', state="attached", timeout=FAST)
            desk.arrive(window)


# -- choosing ------------------------------------------------------------------------------------------
def resolve(desk: Desk, window: Window) -> bool:
    """Somebody chooses between two versions that a window offers; whether there was something to choose."""
    page = window.page
    with suppress(Error):
        banner = page.locator('#shell-alerts [data-trouble="changed"]').first
        if not desk.is_online or not banner.count():
            return False
        label = banner.inner_text().split(":")[0]
        here = (page.evaluate("document.querySelector('draft-keeper')?.getAttribute('stage')"), label)
        named = [work for work in desk.works.values() if work.label == label]
        work = next((one for one in named if (one.stage.value, one.label) == here), None) or next(
            (one for one in named if len(one.heads) > 1), None
        )
        if work is None:
            typed = [one for one in named if one.typed]
            if not typed and not any(one.adopted for one in named):
                desk.faults.append(f"silent: {label} is said to be changed and nothing was typed in it")
            if len(typed) != 1:
                return False
            work = typed[0]
            work.unsure = True  # what a window held of it that is not seen on a bench
        choose(desk, window, work, page)
        return True
    return False


def choose(desk: Desk, window: Window, work: Work, page: Page) -> None:
    there = stored(work)
    handed = there.body is None and there.handed_in is not None
    mine = [head for head in work.heads if not there.holds(head)] or work.heads[:1]
    if window.work is work and window.body in mine:
        mine = [window.body]
    choice = desk.chance.choice(["mine", "theirs", "chosen"])
    banner = page.locator("#shell-alerts [data-unsent]", has_text=work.label).first
    if choice == "chosen":
        banner.get_by_role("button", name="Show changes").click(timeout=FAST)
        page.get_by_role("button", name="Keep what is chosen").click(timeout=FAST)
    else:
        banner.get_by_role("button", name={"mine": "Keep mine", "theirs": "Take theirs"}[choice]).click(timeout=FAST)
    if is_answered(page, work):
        settle_choice(desk, work, choice, mine, there, stored(work), handed=handed)
    for one in desk.windows:
        desk.arrive(one)


def is_answered(page: Page, work: Work) -> bool:
    """Whether the question is gone: it stays, with the newest, if that had changed once more."""
    for _ in range(40):
        page.wait_for_timeout(150)
        with suppress(Error):
            if not page.locator('#shell-alerts [data-trouble="changed"]', has_text=work.label).count():
                return True
    return False


def settle_choice(
    desk: Desk, work: Work, choice: str, mine: list[Body], there: Stored, now: Stored, *, handed: bool
) -> None:
    """What the server has after a choice is what was chosen; `mine` is what the window may hold.

    What it is chosen from may be newer than `there`: another window saves meanwhile.
    """
    kept = next((one for one in mine if now.holds(one)), None)
    theirs = [there.body, *(head for head in work.heads if head not in mine)]
    if choice == "mine" and kept is not None:
        work.choose(kept, of=[there.body])
    elif choice == "theirs" and handed and now.body is None:
        work.heads = [head for head in work.heads if sent(head) == there.handed_in] or work.heads[:1]
        work.given_up += 1
    elif choice == "theirs" and now.body is not None and now.body in theirs:
        work.choose(now.body, of=[there.body, mine[0]])
        work.unsure |= len(mine) > 1  # which one was given up
    elif choice == "chosen" and (pair := merged_from(mine, theirs, now)):
        work.choose(now.body or {}, of=pair)
    elif now == there:
        return  # it was put off: nothing was written
    else:
        if not work.unsure:
            desk.faults.append(f"lost: {work.name}, {choice} was chosen of {mine} and {there}; there is {now}")
        if now.body is not None:
            work.choose(now.body, of=work.heads)


def merged_from(mine: list[Body], theirs: list[Body | None], now: Stored) -> list[Body | None]:
    """The two versions of which the server has the merger; none if there are none such."""
    pairs = [(one, other) for one in mine for other in theirs if other]
    return next(([*pair] for pair in pairs if now.body and merged_as_said(*pair, now.body)), [])


def regain(work: Work) -> bool:
    """What was lost is taken back, if it is free; whether it is."""
    user, encounter = User.objects.get(pk=work.author), Encounter.objects.get(pk=work.encounter)
    with suppress(LeaseLost):
        take_back(encounter=encounter, stage=work.stage, by=user, at=timezone.now())
        return True
    return False
