"""What hands do at the three benches: each act changes the page by keys and fields, and the script's own body with it.

An act takes the page, the body before and the chances, and gives the body after; None if there is nothing to do it to.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Error, Page, expect

from coding.rules.lifecycle import Stage
from tests.chaos.typed import Body, Work
from tests.chaos.visits import FOUND, SERVICES

SEEN = """() => {
  const keeper = document.querySelector("draft-keeper");
  const live = Boolean(keeper) && !keeper.hasAttribute("lost") && !keeper.querySelector("[data-editor]")?.inert;
  const about = { encounter: keeper?.getAttribute("encounter"), stage: keeper?.getAttribute("stage"), live };
  const form = document.querySelector("precode-form form");
  if (form) {
    const names = document.querySelector("precode-form").getAttribute("fields").split(" ");
    return { ...about, fields: Object.fromEntries(names.map((name) => [name, form.elements.namedItem(name)?.value ?? ""])) };
  }
  const list = document.querySelector("code-list");
  if (!list || list.querySelector("[data-plain]")) return { ...about, live: false };
  const codeOf = (row) => row.querySelector(".code").textContent.replace(".", "");
  const rows = [...list.querySelectorAll("[data-list] [data-row]:not(.ghost)")];
  const dx = rows.filter(({ id }) => id.startsWith("line-d")).map(codeOf);
  const px = rows.filter(({ id }) => id.startsWith("line-p")).map((row) => ({
    code: codeOf(row), modifiers: row.querySelector(".modifiers").value.split(" ").filter(Boolean), units: Number(row.querySelector(".units").value),
    pointers: [...row.querySelectorAll(".pointer")].map((one, at) => one.getAttribute("aria-pressed") === "true" ? dx[at] : "").filter(Boolean).sort(),
  }));
  return { ...about, dx, px, comment: document.getElementById("id_comment")?.value ?? "" };
}"""  # noqa: E501  (JavaScript)
MODIFIERS = ("25", "59", "RT", "LT")
POINTERS = 4
LONGEST = 300  # characters of a note before it is begun anew
FAST = 5000  # ms in which a key has its effect


@dataclass
class Hands:
    """One window's hands: where they are, and what they could undo."""

    page: Page
    chance: random.Random
    work: Work
    suggested: Mapping[str, int] = field(default_factory=dict)  # ids of the suggestions by code
    past: list[Body] = field(default_factory=list)
    is_online: bool = True

    def token(self) -> str:
        """Words that nobody else types, with the mark of the chart."""
        return f"{self.work.mark}-{self.chance.randrange(16**6):06x}"


Act = Callable[[Hands, Body], Body | None]


def row(page: Page, code: str, kind: str = "") -> Any:
    """The row of a code in the list."""
    dotted = code if code[0].isdigit() or len(code) == 3 else f"{code[:3]}.{code[3:]}"
    rows = page.locator(f"[data-list] [data-row]{kind}")
    return rows.filter(has=page.locator(".code").get_by_text(dotted, exact=True)).first


def take(page: Page, code: str, kind: str = ":not(.ghost)") -> None:
    """The row comes in hand."""
    row(page, code, kind).focus(timeout=FAST)


def remember(hands: Hands, body: Body) -> Body:
    hands.past.append(deepcopy(body))
    return deepcopy(body)


# -- lists of codes ------------------------------------------------------------------------------------
def add(hands: Hands, body: Body) -> Body | None:
    kind = hands.chance.choice(["dx", "dx", "px"])
    there = body["dx"] if kind == "dx" else [line["code"] for line in body["px"]]
    free = [code for code in (FOUND if kind == "dx" else SERVICES) if code not in there]
    if not free or not hands.is_online:
        return None
    code, page = hands.chance.choice(free), hands.page
    page.locator("#code-q").fill(code, timeout=FAST)
    if not is_found(page):
        return None
    page.locator("#code-q").press("Enter", timeout=FAST)
    expect(row(page, code, ":not(.ghost)")).to_be_visible()
    after = remember(hands, body)
    if kind == "dx":
        after["dx"].append(code)
    else:
        pointers = list(after["dx"]) if len(after["dx"]) == 1 else []
        after["px"].append({"code": code, "modifiers": [], "units": 1, "pointers": pointers})
    return after


def is_found(page: Page) -> bool:
    """Whether the search has answered; nothing is done before it has."""
    try:
        page.get_by_role("option").first.wait_for(timeout=FAST)
    except Error:
        return False
    return True


def remove(hands: Hands, body: Body) -> Body | None:
    codes = [*body["dx"], *(line["code"] for line in body["px"])]
    if len(codes) < 2:
        return None
    code = hands.chance.choice(codes)
    take(hands.page, code)
    hands.page.keyboard.press("x")
    after = remember(hands, body)
    after["dx"] = [one for one in after["dx"] if one != code]
    after["px"] = [
        {**line, "pointers": [one for one in line["pointers"] if one != code]}
        for line in after["px"]
        if line["code"] != code
    ]
    return rejecting(hands, after, code)


def rejecting(hands: Hands, body: Body, code: str) -> Body:
    """What was suggested and goes is rejected."""
    if hands.work.stage is Stage.CODING and code in hands.suggested:
        body["rejected"] = sorted({*body["rejected"], hands.suggested[code]})
    return body


def first(hands: Hands, body: Body) -> Body | None:
    if len(body["dx"]) < 2:
        return None
    code = hands.chance.choice(body["dx"][1:])
    take(hands.page, code)
    hands.page.keyboard.press("p")
    after = remember(hands, body)
    after["dx"] = [code, *(one for one in after["dx"] if one != code)]
    return after


def up(hands: Hands, body: Body) -> Body | None:
    if len(body["dx"]) < 2:
        return None
    at = hands.chance.randrange(1, len(body["dx"]))
    take(hands.page, body["dx"][at])
    hands.page.keyboard.press("Alt+ArrowUp")
    after = remember(hands, body)
    after["dx"][at - 1], after["dx"][at] = after["dx"][at], after["dx"][at - 1]
    return after


def undo(hands: Hands, body: Body) -> Body | None:
    codes = [*body["dx"], *(line["code"] for line in body["px"])]
    if not hands.past or not codes:
        return None
    take(hands.page, codes[0])
    hands.page.keyboard.press("z")
    before = hands.past.pop()
    return {**deepcopy(body), **{name: before[name] for name in ("dx", "px", "rejected")}}


def units(hands: Hands, body: Body) -> Body | None:
    if not body["px"]:
        return None
    at = hands.chance.randrange(len(body["px"]))
    after, number = deepcopy(body), hands.chance.randrange(1, 9)
    row(hands.page, body["px"][at]["code"], ":not(.ghost)").locator(".units").fill(str(number), timeout=FAST)
    after["px"][at]["units"] = number
    return after


def modifiers(hands: Hands, body: Body) -> Body | None:
    if not body["px"]:
        return None
    at = hands.chance.randrange(len(body["px"]))
    after, some = deepcopy(body), hands.chance.sample(MODIFIERS, hands.chance.randrange(3))
    row(hands.page, body["px"][at]["code"], ":not(.ghost)").locator(".modifiers").fill(" ".join(some), timeout=FAST)
    after["px"][at]["modifiers"] = some
    return after


def point(hands: Hands, body: Body) -> Body | None:
    lines = [line for line in body["px"] if len(line["pointers"]) < POINTERS]
    if not lines or not body["dx"]:
        return None
    line, code = hands.chance.choice(lines), hands.chance.choice(body["dx"])
    buttons = row(hands.page, line["code"], ":not(.ghost)").locator(".pointer")
    buttons.nth(body["dx"].index(code)).click(timeout=FAST)
    after = remember(hands, body)
    mine = next(one for one in after["px"] if one["code"] == line["code"])
    mine["pointers"] = (
        [one for one in mine["pointers"] if one != code] if code in mine["pointers"] else [*mine["pointers"], code]
    )
    return after


def comment(hands: Hands, body: Body) -> Body | None:
    text = body["comment"] if len(body["comment"]) < LONGEST else ""
    after = {**deepcopy(body), "comment": f"{text} {hands.token()}".strip()}
    hands.page.locator("#id_comment").fill(after["comment"], timeout=FAST)
    return after


# -- suggestions ---------------------------------------------------------------------------------------
def ghosts(hands: Hands, body: Body) -> list[str]:
    rows = hands.page.locator("[data-list] [data-row].ghost .code").all_text_contents()
    return [code.replace(".", "") for code in rows]


def accept(hands: Hands, body: Body) -> Body | None:
    codes = ghosts(hands, body)
    if not codes:
        return None
    code = hands.chance.choice(codes)
    for _ in range(2):  # the first press may only bring the evidence into view
        if row(hands.page, code, ".ghost").count():
            take(hands.page, code, ".ghost")
            hands.page.keyboard.press("a")
    expect(row(hands.page, code, ":not(.ghost)")).to_be_visible()
    after = remember(hands, body)
    after["dx"].append(code)
    return after


def reject(hands: Hands, body: Body) -> Body | None:
    codes = ghosts(hands, body)
    if not codes:
        return None
    code = hands.chance.choice(codes)
    take(hands.page, code, ".ghost")
    hands.page.keyboard.press("x")
    return rejecting(hands, remember(hands, body), code)


# -- verification --------------------------------------------------------------------------------------
def judged_row(hands: Hands) -> tuple[str, dict[str, str | None]] | None:
    """A row of the table comes in hand; its key, and what is said of it."""
    rows = hands.page.locator("verify-table [data-table] tr[data-key]:visible")
    total = rows.count()
    if not total:
        return None
    one = rows.nth(hands.chance.randrange(total))
    one.locator(".difference").click(timeout=FAST)
    said = one.evaluate(
        "({ dataset: { key, reason, severity, note, viewed } }) => ({ key, reason, severity, note, viewed })"
    )
    return said.pop("key"), said


def word(said: dict[str, Any], **more: str) -> dict[str, str]:
    return {name: value for name, value in {**said, **more}.items() if value and name != "viewed"}


def with_word(body: Body, key: str, said: dict[str, str]) -> Body:
    after = deepcopy(body)
    after["judged"][key] = said
    return after


def viewed(hands: Hands, body: Body) -> Body | None:
    found = judged_row(hands)
    if found is None:
        return None
    key, said = found
    hands.page.keyboard.press("v")
    if said.get("reason"):
        return with_word(body, key, word(said))
    if said.get("viewed") is not None:
        return None
    return {**deepcopy(body), "viewed": [*body["viewed"], key]}


def reason(hands: Hands, body: Body) -> Body | None:
    found = judged_row(hands)
    if found is None or not found[1].get("reason"):
        return None
    buttons = hands.page.locator("[data-judge=reason]")
    button = buttons.nth(hands.chance.randrange(buttons.count()))
    button.click(timeout=FAST)
    return with_word(body, found[0], word(found[1], reason=button.get_attribute("data-reason") or ""))


def severity(hands: Hands, body: Body) -> Body | None:
    found = judged_row(hands)
    if found is None or not found[1].get("reason"):
        return None
    hands.page.keyboard.press("!")
    other = {"payment": "quality", "quality": "payment"}[str(found[1]["severity"])]
    return with_word(body, found[0], word(found[1], severity=other))


def note(hands: Hands, body: Body) -> Body | None:
    found = judged_row(hands)
    if found is None or not found[1].get("reason"):
        return None
    text = hands.token()
    hands.page.locator("[data-judge-note]").fill(text, timeout=FAST)
    return with_word(body, found[0], word(found[1], note=text))


# -- pre-coding ----------------------------------------------------------------------------------------
def field_of(name: str) -> Act:
    def typed(hands: Hands, body: Body) -> Body | None:
        text = hands.token() if name != "patient_name" else f"{hands.token()}, Person"
        hands.page.locator(f'[name="{name}"]').fill(text, timeout=FAST)
        return {**deepcopy(body), name: text}

    return typed


def choice_of(name: str, values: tuple[str, ...]) -> Act:
    def chosen(hands: Hands, body: Body) -> Body | None:
        value = hands.chance.choice([one for one in values if one != body.get(name)])
        hands.page.locator(f'[name="{name}"]').select_option(value, timeout=FAST)
        return {**deepcopy(body), name: value}

    return chosen


def confirm(hands: Hands, body: Body) -> Body | None:
    known = hands.page.evaluate("JSON.parse(document.getElementById('known-facts').textContent)")
    name = hands.chance.choice(["patient_name", "account_number", "birth_date"])
    hands.page.locator(f'[name="{name}"]').focus(timeout=FAST)
    hands.page.keyboard.press("Enter")
    done = body.get("confirmed", "").split()
    if not body.get(name) or not (known[name]["candidates"] or known[name]["filled"]) or name in done:
        return None
    return {**deepcopy(body), "confirmed": " ".join(sorted([*done, name]))}


LISTS: tuple[Act, ...] = (add, add, remove, first, up, undo, units, modifiers, point, comment, comment)
ACTS: dict[Stage, tuple[Act, ...]] = {
    Stage.PRECODING: (
        field_of("patient_name"), field_of("account_number"), field_of("member_id"), confirm, confirm,
        choice_of("sex", ("F", "M", "U")), choice_of("visit_type", ("new", "established")),
    ),
    Stage.CODING: (*LISTS, accept, accept, reject),
    Stage.VERIFICATION: (*LISTS, viewed, viewed, reason, severity, note, note),
}  # fmt: skip
